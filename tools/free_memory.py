"""How much memory is free, on the machine and on a GPU that is in use; and giving back what is not."""

import ctypes
import os
import sys
from pathlib import Path

SPARE = 4 * 2**30
"""Bytes that are left free for whatever model comes next; with less, memory is short."""


def memory_is_short() -> bool:
    """Tell whether less than :data:`SPARE` is free here, or on the GPU; torch is not loaded to find out."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized() and torch.cuda.mem_get_info()[0] < SPARE:
        return True
    return free_memory() < SPARE


def free_memory(root: Path = Path("/")) -> int:
    """Return the bytes that a process may still take: the machine's, or its container's where that allows less."""
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        free = _free_pages()  # not Linux
    try:
        group = root / "sys/fs/cgroup"
        free = min(free, int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        pass  # no container, or one without a bound
    return free


def give_back() -> None:
    """Return to the system what was freed and the C library still holds.

    It does so by itself only at the end of its heap. Elsewhere than with glibc nothing happens. It takes some 10 ms.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _free_pages() -> int:
    """Return the bytes that the system calls free; where it does not tell (macOS), half of what the machine has."""
    size = os.sysconf("SC_PAGE_SIZE")
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * size
    return os.sysconf("SC_PHYS_PAGES") * size // 2
