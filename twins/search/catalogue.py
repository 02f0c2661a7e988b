"""What the search index holds, in SQLite: one file whose transactions are the index's commits.

The vectors lie in packed files beside it (:mod:`twins.search.packed`). A row there counts only once a committed
segment here names it, so a writer killed at any moment leaves the previous state or the next one.
"""

import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

from twins.errors import TwinseekError

NAME = "catalogue.sqlite"
VERSION = 2
BUSY_SECONDS = 30.0
READ_ATTEMPTS = 20

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE videos (video INTEGER PRIMARY KEY, video_id TEXT NOT NULL UNIQUE);
CREATE TABLE parts (
    part_row INTEGER PRIMARY KEY, video INTEGER NOT NULL REFERENCES videos, part TEXT NOT NULL,
    text TEXT NOT NULL, told TEXT NOT NULL, labels TEXT NOT NULL, stamp TEXT NOT NULL, UNIQUE (video, part));
CREATE TABLE spaces (
    space TEXT PRIMARY KEY, dimensions INTEGER NOT NULL, dtype TEXT NOT NULL, file TEXT NOT NULL, rows INTEGER NOT NULL
) WITHOUT ROWID;
-- AUTOINCREMENT: a segment's number names its vectors in Chroma, so it must never come back.
CREATE TABLE segments (
    segment INTEGER PRIMARY KEY AUTOINCREMENT, part_row INTEGER NOT NULL REFERENCES parts, space TEXT NOT NULL,
    start INTEGER NOT NULL, count INTEGER NOT NULL, components BLOB NOT NULL);
CREATE INDEX segments_of_part ON segments (part_row);
CREATE INDEX segments_of_space ON segments (space, start);
CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
-- A table of its own: BM25 counts the tokens of all columns of a row, and words would weigh less beside more of them.
CREATE VIRTUAL TABLE told USING fts5 (predicates, tokenize = "unicode61 tokenchars '_'");
PRAGMA user_version = {VERSION};
COMMIT;
"""

T = TypeVar("T")


class UnusableError(TwinseekError):
    """There is no catalogue, or it is damaged: a writer begins anew, a reader says so."""


class OutdatedError(UnusableError):
    """The catalogue is of an older version: whoever may write makes it anew."""


class _VersionError(sqlite3.DatabaseError):
    """A catalogue of another version than this code reads."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}, not {VERSION}")
        self.version = version


def create(folder: Path) -> None:
    """Put an empty catalogue in place of whatever lies there. The caller holds the write lock.

    Its sequence starts at the clock's milliseconds, so that it rises over re-creations too.
    """
    fresh = folder / f".{NAME}.{uuid.uuid4().hex}"
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO state VALUES (?, ?)", [("sequence", time.time_ns() // 10**6), ("identity", uuid.uuid4().hex)]
        )
    # A log left by the old file must never be replayed into the new one.
    for stale in (NAME, f"{NAME}-wal", f"{NAME}-shm"):
        (folder / stale).unlink(missing_ok=True)
    fresh.replace(folder / NAME)


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection inside one transaction, committed durably unless the block raises.

    The caller holds the write lock. The connection lives for one transaction only: an idle one could, on closing,
    remove the log of a catalogue that was created anew in the meantime.
    """
    with closing(_connect(folder / NAME, "rw")) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def fold(folder: Path) -> None:
    """Bring the log into the file and remove it, unless a reader still needs it. The caller holds the write lock.

    Without a log the folder can be copied file by file, and read where it cannot be written.
    """
    with closing(_connect(folder / NAME, "rw", busy_seconds=0.0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Reader:
    """Reads a catalogue that others may be writing, on writable and read-only folders alike.

    Safe to share between threads. A catalogue that was created anew is noticed by its inode.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._guard = RLock()
        self._kept: tuple[tuple[int, int], sqlite3.Connection] | None = None

    def read(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``ask`` in one read transaction and return what it returns; it may run more than once.

        Raises:
            TwinseekError: there is no catalogue, it is damaged, or it is of another version.
        """
        with self._guard:
            try:
                return self._shared(ask)
            except sqlite3.DatabaseError as error:
                if _code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                    return self._alone(ask)
                if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise TwinseekError(f"{self._path} is locked by another program: ask again in a moment") from error
                raise damaged(self._path, error) from error

    def close(self) -> None:
        """Let go of the catalogue; the next read opens it again."""
        with self._guard:
            if self._kept is not None:
                self._kept[1].close()
                self._kept = None

    def _shared(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Read beside writers, through SQLite's shared memory; it needs a writable folder or a living writer."""
        # A connection must not cross a fork.
        owner = (os.getpid(), self._stat().st_ino)
        if self._kept is None or self._kept[0] != owner:
            self.close()
            self._kept = (owner, _connect(self._path, "ro"))
        try:
            return _transaction(self._kept[1], ask)
        except sqlite3.DatabaseError:
            self.close()
            raise

    def _alone(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Read a folder that cannot be written: nobody here can write it, but another machine or mount might.

        SQLite's ``immutable`` takes no locks and does not see a log, so what was read counts only if neither the file
        nor its log changed meanwhile; where there is a log, a private copy of both is read.
        """
        log = self._path.with_name(f"{NAME}-wal")
        for _ in range(READ_ATTEMPTS):
            before = _marks(self._path, log)
            with tempfile.TemporaryDirectory(prefix="twinseek-") as scratch:
                path, mode = self._path, "ro&immutable=1"
                if before[1] is not None and before[1][1] > 0:
                    path, mode = Path(scratch) / NAME, "rw"
                    shutil.copyfile(self._path, path)
                    shutil.copyfile(log, path.with_name(log.name))
                try:
                    with closing(_connect(path, mode)) as connection:
                        answer = _transaction(connection, ask)
                except sqlite3.DatabaseError as error:
                    if before == _marks(self._path, log):
                        raise damaged(self._path, error) from error
                    continue
            if before == _marks(self._path, log):
                return answer
        raise TwinseekError(f"{self._path} keeps changing while it is read: ask again in a moment")

    def _stat(self) -> os.stat_result:
        try:
            return self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise missing(self._path.parent) from None
        except PermissionError as error:
            raise TwinseekError(f"{self._path} cannot be read ({error.strerror}): change its permissions") from error


def _code(error: sqlite3.Error) -> int | None:
    """Return SQLite's primary result code; none where the error is Python's own."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def missing(folder: Path) -> UnusableError:
    """Return the error that says how a search index comes to be."""
    return UnusableError(
        f"no search index in {folder} yet: make it with `twinseek index` (where that is running, wait for its first "
        "videos) or `twinseek doctor --repair`"
    )


def damaged(path: Path, cause: object) -> UnusableError:
    """Return the error that says how a damaged search index, or one of another version, is made anew."""
    if isinstance(cause, _VersionError) and 0 < cause.version < VERSION:
        return OutdatedError(
            f"{path} was made by an older Twinseek ({cause}), and a question makes it anew only where it can be "
            "written: change its permissions, or ask a copy of the library"
        )
    return UnusableError(f"{path} cannot be read ({cause}): make it anew with `twinseek doctor --repair`")


def _connect(path: Path, mode: str, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    # as_uri: a folder's name may hold ? or #, which a URI would take for its own.
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=busy_seconds,
        check_same_thread=False,
    )


def _transaction(connection: sqlite3.Connection, ask: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise _VersionError(version)
        return ask(connection)
    finally:
        connection.execute("ROLLBACK")


def _marks(*paths: Path) -> list[tuple[int, int, int] | None]:
    """Say which file each path is and when it last changed."""
    marks: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            stat = path.stat()
            marks.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except FileNotFoundError:
            marks.append(None)
    return marks
