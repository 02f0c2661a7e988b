"""Writing files so that a reader, or a machine that lost power, finds the old or the new one, never a part."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from twins.errors import TwinseekError
from twins.layout import display
from twins.locks import workspace

Content = bytes | Callable[[BinaryIO], None]
"""The bytes of a file, or a function that writes them."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


def replace_file(path: Path, content: Content, work: Path) -> None:
    """Write a file whole, in place of the one that may be there; its folder must exist.

    Args:
        work: folder of unfinished work on the same file system.
    """
    with workspace(work) as folder:
        new = folder / "file"
        write_synced(new, content)
        os.replace(new, path)  # noqa: PTH105 - the name says that it overwrites
    sync_folder(path.parent)


def create_file(path: Path, content: Content, work: Path) -> bool:
    """Write a file whole unless there is one already; return whether this call made it.

    Of several processes that try at once exactly one succeeds.
    """
    with workspace(work) as folder:
        new = folder / "file"
        write_synced(new, content)
        try:
            path.hardlink_to(new)
        except FileExistsError:
            return False
    sync_folder(path.parent)
    return True


def write_synced(path: Path, content: Content) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        if callable(content):
            content(file)
        else:
            file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Wait until the disk has what was written to this file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the disk has the names in this folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def disk_errors(root: Path) -> Iterator[None]:
    """Turn a full or forbidden disk below ``root`` into a sentence for the user."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise TwinseekError(
                f"the disk of {display(root)} is full: free some space and run the same command again,"
                " what was finished is kept"
            ) from error
        if error.errno in _FORBIDDEN and _is_below(error.filename, root):
            raise TwinseekError(
                f"{display(root)} cannot be written ({error.strerror}): change its permissions or name another library"
            ) from error
        raise


def _is_below(filename: object, root: Path) -> bool:
    return isinstance(filename, str | bytes | os.PathLike) and Path(os.fsdecode(filename)).is_relative_to(root)
