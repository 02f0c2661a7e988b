"""One load of the same weights in a process, whoever asks for them."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.checkpoints import depth_anything as checkpoint
from tests.checkpoints import owlv2, qwen_vl, sam2
from tests.plugins import ROOT
from tools import pretrained
from tools.pretrained import Weights, load_model, loaded, unload
from twins.errors import TwinseekError, UnusableError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "_PLACES", {})
    return checkpoint.build(tmp_path / "depth")


def load(weights):
    from transformers import DepthAnythingForDepthEstimation

    return load_model(DepthAnythingForDepthEstimation, weights)


def other(weights):
    return load(weights)


def test_the_same_weights_are_loaded_once_however_they_are_named(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    first = loaded(Weights(folder), load)
    assert loaded(Weights(tmp_path / "link"), load) is first
    assert loaded(Weights(folder, dtype="float32"), load) is first
    assert loaded(Weights(folder, dtype="bfloat16"), load) is not first
    assert loaded(Weights(folder), other) is not first


def test_threads_that_ask_at_once_get_the_same(folder):
    barrier = Barrier(4)

    def ask(_):
        barrier.wait()
        return loaded(Weights(folder), load)

    with ThreadPoolExecutor(4) as pool:
        assert len({id(model) for model in pool.map(ask, range(4))}) == 1


def test_no_two_models_are_loaded_side_by_side(folder, tmp_path):
    barrier, loading, most = Barrier(2), [], []

    def make(weights):
        loading.append(weights)
        time.sleep(0.05)
        most.append(len(loading))
        loading.pop()
        return weights

    def ask(weights):
        barrier.wait()
        return loaded(weights, make)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, (Weights(folder), Weights(shutil.copytree(folder, tmp_path / "other")))))
    assert most == [1, 1]


ALL_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
import numpy as np
from tools import depth_anything, owlv2, qwen_vl, sam2
from tools.plugged import SpecialistContext

def opened(module, **settings):
    weights = str(Path(sys.argv[1], module.__name__))
    return module.build(SpecialistContext(1, "cpu", {"weights": weights, **settings}))

image, barrier = np.zeros((48, 64, 3), np.uint8), Barrier(4)
near, names, cuts = opened(depth_anything), opened(owlv2, vocabulary=["cup"]), opened(sam2, points_per_side=2, most=1)
tells = opened(qwen_vl, tokens=16)
calls = (
    lambda: near.nearness(image),
    lambda: names.detect(image),
    lambda: cuts.segment([image]),
    lambda: tells.names([image, image], [0.0, 0.5]),
)

def ask(call):
    barrier.wait()
    call()

with ThreadPoolExecutor(4) as pool:
    list(pool.map(ask, calls))
"""


def test_tools_that_are_first_called_at_once_all_find_their_models(tmp_path):
    for module in (checkpoint, owlv2, sam2):
        module.build(tmp_path / module.__name__.replace("tests.checkpoints", "tools"))
    qwen_vl.build(tmp_path / "tools.qwen_vl", "qwen3_vl")
    path = os.pathsep.join([str(ROOT / "tests/checkpoints/site"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", ALL_AT_ONCE, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_what_was_unloaded_is_loaded_again_and_the_rest_stays(folder):
    first, half = loaded(Weights(folder), load), loaded(Weights(folder, dtype="float16"), load)
    unload(Weights(folder), load)
    unload(Weights(folder), load)
    assert loaded(Weights(folder, dtype="float16"), load) is half
    assert loaded(Weights(folder), load) is not first


def test_weights_that_were_replaced_are_loaded_anew(folder):
    first = loaded(Weights(folder), load)
    file = folder / "model.safetensors"
    shutil.copy(file, folder / "new")
    os.utime(folder / "new", ns=(1, 1))
    (folder / "new").replace(file)
    assert loaded(Weights(folder), load) is not first


def test_a_load_that_failed_is_tried_again(folder):
    file = folder / "model.safetensors"
    file.rename(folder / "aside")
    with pytest.raises(TwinseekError, match=r"cannot be loaded \(.*model.safetensors.*\): fetch it again"):
        loaded(Weights(folder), load)
    (folder / "aside").rename(file)
    assert not loaded(Weights(folder), load).training


@pytest.mark.parametrize("of_the_machine", [False, True])
def test_weights_that_do_not_fit_into_memory_are_whole_and_need_no_fetching(folder, monkeypatch, of_the_machine):
    import torch
    from transformers import DepthAnythingForDepthEstimation

    short = RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory")
    error = short if of_the_machine else torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    def full(*_, **__):
        raise error

    monkeypatch.setattr(DepthAnythingForDepthEstimation, "to", full)
    with pytest.raises(UnusableError, match=r"does not fit into the memory of cpu: take a smaller model"):
        loaded(Weights(folder), load)
