"""Packed matrices: all the vectors of one space in one append-only file, so that a search is one product."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.errors import TwinseekError

Rows = NDArray[np.floating[Any]]
DTYPES = ("float16", "float32")
FOLDER = "packed"


def space_folder(search: Path, space: str) -> Path:
    """Return where a space's files lie. Raises :class:`TwinseekError` where its name is not a plain file name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", space):
        raise TwinseekError(f"{space!r} cannot name a vector space: use letters, digits, '.', '_' and '-'")
    return search / FOLDER / space


def new_file() -> str:
    """Return a file name that no matrix had before: a reader of an old one must never find other rows in it."""
    return f"{uuid.uuid4().hex}.rows"


def map_rows(path: Path, rows: int, dimensions: int, dtype: str) -> Rows:
    """Map the first rows of a packed file, (rows, dimensions), read-only.

    Raises:
        FileNotFoundError: a compaction has replaced it.
        ValueError: it is shorter than that.
    """
    if rows == 0:
        return np.empty((0, dimensions), dtype)
    # np.asarray: a plain view of the map; arithmetic on the subclass costs more.
    return np.asarray(np.memmap(path, dtype=dtype, mode="r", shape=(rows, dimensions)))


class Appender:
    """Writes rows behind the committed ones, over whatever an unfinished writer left there.

    Args:
        rows: how many rows are committed.

    Raises:
        TwinseekError: from every method, where the disk is full or the file may not be written.
    """

    def __init__(self, path: Path, rows: int, dimensions: int, dtype: str) -> None:
        self.path, self.rows, self.dimensions, self.dtype = path, rows, dimensions, np.dtype(dtype)
        with _writing(path):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
                for folder in path.parents[:3]:
                    _sync_folder(folder)
            self._file = path.open("r+b", buffering=0)
            self._file.seek(rows * dimensions * self.dtype.itemsize)

    def append(self, vectors: Rows) -> int:
        """Write rows (n, dimensions) and return the position of the first."""
        start = self.rows
        rest = np.ascontiguousarray(vectors, self.dtype).reshape(-1).view(np.uint8).data
        with _writing(self.path):
            while rest:
                rest = rest[self._file.write(rest) :]
        self.rows += len(vectors)
        return start

    def sync(self) -> None:
        """Return when the rows are on the disk."""
        with _writing(self.path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def unwritable(path: Path, cause: object) -> TwinseekError:
    """Return the error for a file of the index that could not be written."""
    return TwinseekError(
        f"{path} could not be written ({cause}):"
        " see that the disk has room and the folder may be written, then run `twinseek index` again"
    )


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error.strerror or error) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
