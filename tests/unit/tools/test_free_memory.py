"""When memory is short, and what is given back."""

import ctypes
import os
import sys
from pathlib import Path
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


def resident() -> int:
    """Return the bytes that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="of glibc alone")
def test_what_was_freed_in_the_middle_of_the_heap_goes_back():
    pieces = [bytearray(4096) for _ in range(20_000)]
    last = pieces[-1]
    full = resident()
    del pieces
    held = resident()
    free_memory.give_back()
    assert full - resident() > 60e6
    assert held - resident() > 40e6
    assert len(last) == 4096
