"""When memory is short."""

import os
import sys
from types import SimpleNamespace

import pytest

from tools import free_memory
from tools.free_memory import SPARE, memory_is_short


@pytest.fixture(autouse=True)
def _without_torch(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)


@pytest.mark.parametrize(("free", "short"), [(SPARE, False), (SPARE - 1, True)])
def test_memory_is_short_where_less_is_free_than_a_model_may_take(monkeypatch, free, short):
    monkeypatch.setattr(free_memory, "free_memory", lambda: free)
    assert memory_is_short() is short
    assert "torch" not in sys.modules


@pytest.mark.parametrize(
    ("in_use", "free", "short"), [(True, SPARE - 1, True), (True, SPARE, False), (False, 0, False)]
)
def test_a_gpu_counts_where_it_is_in_use(monkeypatch, in_use, free, short):
    def mem_get_info():
        assert in_use, "asking a GPU that nobody uses would take some of its memory"
        return free, 8 * SPARE

    cuda = SimpleNamespace(is_initialized=lambda: in_use, mem_get_info=mem_get_info)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(free_memory, "free_memory", lambda: SPARE)
    assert memory_is_short() is short


def test_where_the_system_does_not_tell_what_is_free_it_is_half_of_what_there_is(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "sysconf_names", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": 2})
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}.__getitem__)
    assert free_memory.free_memory(tmp_path) == 4096 * 500
