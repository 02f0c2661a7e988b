"""Content hashes of source files, remembered so that a file which has not changed is not read again."""

import hashlib
import stat
import time
from pathlib import Path
from typing import Literal, NamedTuple

from twins.durable import replace_file
from twins.errors import TwinseekError
from twins.layout import Layout, display, path_text, text_path
from twins.records import read_record
from twins.schema import Strict

CLOCK_TICK_SECONDS = 2.0
"""A file changed this recently may change again without a new time stamp, so its hash is not remembered."""


class FileState(NamedTuple):
    """By what a changed file is told from an unchanged one without reading it."""

    size: int
    mtime_ns: int
    inode: int


class SeenFile(Strict):
    """The hash that a file had in this state (``paths/<hash of the path>.json``)."""

    schema_version: Literal[1] = 1
    path: str
    state: FileState
    sha256: str


class SeenFiles:
    """A library's memory of hashes: a cache, one small file a path."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.folder = layout.hashes

    def identify(self, path: Path) -> tuple[FileState, str]:
        """Return a file's state and its content's sha256.

        Raises:
            TwinseekError: the file cannot be read, is no regular file, or changes while it is read.
        """
        state = state_of(path)
        sha256 = self._remembered(path, state)
        if sha256 is None:
            sha256 = _hash(path)
            check_unchanged(path, state)
            self._remember(path, state, sha256)
        return state, sha256

    def forget_missing(self) -> None:
        """Forget the files that are not there any more."""
        for memory in self.folder.glob("*.json"):
            path = text_path(read_record(memory, SeenFile).path)
            if path is not None and not is_there(path):
                memory.unlink(missing_ok=True)

    def _memory(self, path: Path) -> Path:
        return self.folder / (hashlib.sha256(path_text(path).encode()).hexdigest()[:24] + ".json")

    def _remembered(self, path: Path, state: FileState) -> str | None:
        try:
            seen = read_record(self._memory(path), SeenFile)
        except (FileNotFoundError, TwinseekError):
            return None  # what cannot be read is made anew
        return seen.sha256 if (seen.path, seen.state) == (path_text(path), state) else None

    def _remember(self, path: Path, state: FileState, sha256: str) -> None:
        if time.time() - state.mtime_ns / 1e9 < CLOCK_TICK_SECONDS:
            return
        self.folder.mkdir(exist_ok=True)
        seen = SeenFile(path=path_text(path), state=state, sha256=sha256)
        replace_file(self._memory(path), seen.model_dump_json().encode(), self.layout.work)


def state_of(path: Path) -> FileState:
    """Return the present state of a regular file. Raises :class:`TwinseekError` for anything else."""
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise TwinseekError(f"{display(path)} is no regular file: name a video file or a folder of them")
    return FileState(status.st_size, status.st_mtime_ns, status.st_ino)


def check_unchanged(path: Path, state: FileState) -> None:
    """Raise :class:`TwinseekError` where a file is no longer in this state."""
    if state_of(path) != state:
        raise TwinseekError(f"{display(path)} changed while it was read: run again once nothing writes to it")


def is_there(path: Path) -> bool:
    """Tell whether a file may be there; a place that cannot be looked at counts as there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> TwinseekError:
    return TwinseekError(f"{display(path)} cannot be read ({error.strerror}): check the path and its permissions")
