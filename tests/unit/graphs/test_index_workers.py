"""Processes side by side do not fight for the cores."""

import os

import pytest

from graphs import index_workers
from graphs.index_workers import run_tasks


def tell_threads(_task, send):
    import torch

    send({"event": "told", "threads": torch.get_num_threads(), "omp": os.environ["OMP_NUM_THREADS"]})


@pytest.mark.parametrize(("cores", "own", "threads"), [(2, None, 1), (1, None, 1), (2, "2", 2)])
def test_a_framework_that_is_loaded_in_a_process_takes_its_share_of_the_cores(monkeypatch, cores, own, threads):
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if own:
        monkeypatch.setenv("OMP_NUM_THREADS", own)
        monkeypatch.setenv("MKL_NUM_THREADS", own)
    monkeypatch.setattr(index_workers, "cores", lambda: cores)
    told = [message for _, message in run_tasks(tell_threads, ["a"], 2)]
    assert told == [{"event": "told", "threads": threads, "omp": str(threads)}]
    assert os.environ.get("OMP_NUM_THREADS") == own
