"""Locks that die with their process, and working folders whose owner is known by such a lock.

Only ``flock`` is used: the kernel frees it when a process is killed, so what a dead process left behind can be told
from the work of a living one without looking at process ids.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

_SUFFIX = ".lock"


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at this path, waiting for it; the file is gone again afterwards."""
    held = _acquire(path, wait=True)
    assert held is not None  # noqa: S101 - waiting ends with the lock or an OSError
    try:
        yield
    finally:
        _release(path, held)


@contextlib.contextmanager
def workspace(work: Path) -> Iterator[Path]:
    """Make a private folder for unfinished work, and remove what is left in it at the end.

    A killed owner leaves the folder behind with a free lock: :func:`sweep` takes it away.
    """
    work.mkdir(exist_ok=True)
    folder = work / f"{os.getpid()}-{secrets.token_hex(6)}"
    with exclusive(_lock_of(folder)):
        try:
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(work: Path) -> int:
    """Remove from a folder of unfinished work all whose owner is gone; return how many entries that were."""
    try:
        names = {entry.name.removesuffix(_SUFFIX) for entry in work.iterdir()}
    except FileNotFoundError:
        return 0
    return sum(_sweep_one(work / name) for name in sorted(names))


def _sweep_one(folder: Path) -> bool:
    lock = _lock_of(folder)
    held = _acquire(lock, wait=False)
    if held is None:
        return False
    try:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)
    finally:
        _release(lock, held)
    return True


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _SUFFIX)


def _acquire(path: Path, *, wait: bool) -> int | None:
    """Return a descriptor that holds the lock, or none where somebody else has it and ``wait`` is false."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _still_there(path, descriptor):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        # The last holder removed the file between our opening and locking it: that lock excludes nobody.
        os.close(descriptor)


def _still_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _release(path: Path, descriptor: int) -> None:
    # Unlinked while held, so that nobody can lock a file that is about to vanish without noticing.
    path.unlink(missing_ok=True)
    os.close(descriptor)
