"""Files outside a library that appear all at once: an interrupted run leaves the old one, or none."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; at the end it takes its place, and after an error it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".unfinished-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    new = Path(name)
    try:
        yield new
        new.chmod(0o666 & ~_umask())  # mkstemp's 0600 would keep the file from a web server and from colleagues
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside ``path`` to fill; at the end it takes its place, and after an error it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    space = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=path.parent))
    try:
        new = space / "new"
        new.mkdir()
        yield new
        if path.exists():  # a folder cannot replace one that is not empty
            path.rename(space / "old")
        new.rename(path)
    finally:
        shutil.rmtree(space, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
