"""The search index of a library: derived from its videos, and made anew from them when lost."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout

from twins.errors import TwinseekError
from twins.search import catalogue, words
from twins.search.packed import FOLDER, map_rows, space_folder, unwritable
from twins.search.snapshot import Snapshot
from twins.search.writer import Batch

logger = logging.getLogger(__name__)

LOCK_NAME = "write.lock"
LOCK_SECONDS = 120.0
READ_ATTEMPTS = 20


@dataclass(frozen=True)
class HeldPart:
    """What the index holds of one part: the caller's stamp, and how many rows in each space."""

    stamp: str
    rows: Mapping[str, int]


class SearchIndex:
    """Vectors and words of every video, in one folder. Threads may share it; writers wait for one another.

    Readers see the state of one commit, never less, whatever writers do or however they end.
    """

    def __init__(self, folder: Path, *, writable: bool, patience: float = LOCK_SECONDS) -> None:
        self.folder, self.writable, self._patience = folder, writable, patience
        self._reader = catalogue.Reader(folder)
        self._lock = FileLock(folder / LOCK_NAME, thread_local=False)
        self._writing = RLock()
        self._snapshots: dict[str, Snapshot] = {}
        self._labels: tuple[int, frozenset[str]] = (-1, frozenset())

    @classmethod
    def open(cls, folder: Path, *, writable: bool, patience: float = LOCK_SECONDS) -> "SearchIndex":
        """Open ``<library>/search``.

        A writer makes it where there is none, and makes it anew, empty, where it is damaged or of another version:
        everything in it can be put again.

        Args:
            folder: of the index.
            writable: open it for writing.
            patience: seconds that a writer waits for others, each time.

        Raises:
            TwinseekError: there is none, it is damaged (readers), or the folder cannot be written (writers).
        """
        index = cls(folder, writable=writable, patience=patience)
        if writable:
            with index._locked():
                index._repair()
        else:
            index._reader.read(_sequence)
        return index

    @property
    def sequence(self) -> int:
        """A number that rises with every commit: equal numbers, equal content."""
        return self._reader.read(_sequence)

    def compact(self, min_dead_share: float = 0.0) -> None:
        """Leave the dead rows behind in every space where at least this share of the rows is dead.

        Snapshots that were taken before stay readable. Files that nothing names any more go.
        """
        with self._locked():
            with self.batch() as batch:
                for space in self.spaces():
                    batch.repack(space, min_dead_share)
            self._sweep()

    def renew(self) -> None:
        """Forget everything, so that it can be put again; for an index that may be damaged unnoticed."""
        with self._locked():
            catalogue.create(self.folder)
            self._sweep()

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Yield a :class:`Batch` that is committed at the end of the block, and forgotten if the block raises.

        Raises:
            TwinseekError: the index cannot be written.
        """
        with self._locked():
            try:
                with catalogue.writing(self.folder) as connection:
                    batch = Batch(self.folder, connection)
                    try:
                        yield batch
                        batch.finish()
                    finally:
                        batch.close()
                    if batch.changed:
                        connection.execute("UPDATE state SET value = value + 1 WHERE key = 'sequence'")
            except sqlite3.Error as error:
                raise unwritable(self.folder / catalogue.NAME, error) from error

    def parts(self) -> dict[tuple[str, str], HeldPart]:
        """Return what is held, by (video_id, part)."""

        def ask(connection: sqlite3.Connection) -> dict[tuple[str, str], HeldPart]:
            rows: dict[int, dict[str, int]] = {}
            for part_row, space, count in connection.execute("SELECT part_row, space, count FROM segments"):
                rows.setdefault(part_row, {})[space] = count
            held = connection.execute("SELECT video_id, part, part_row, stamp FROM parts JOIN videos USING (video)")
            return {(video, part): HeldPart(stamp, rows.get(part_row, {})) for video, part, part_row, stamp in held}

        return self._reader.read(ask)

    def spaces(self) -> dict[str, int]:
        """Return the spaces and their dimensions."""
        return self._reader.read(lambda c: dict(c.execute("SELECT space, dimensions FROM spaces").fetchall()))

    def bm25(self, texts: Iterable[str]) -> dict[str, float]:
        """Score every video that shares a word with the texts; larger is better. Any text is safe."""
        terms = list(texts)
        return self._reader.read(lambda connection: words.bm25(connection, terms))

    def bm25_told(self, predicates: Iterable[str]) -> dict[str, float]:
        """Score every video that tells one of some predicates; larger is better. Any text is safe."""
        names = list(predicates)
        return self._reader.read(lambda connection: words.bm25_told(connection, names))

    def labels(self) -> frozenset[str]:
        """Return what the things of all videos are called: the same object until something is committed."""
        sequence, known = self._labels
        if sequence != self.sequence:
            self._labels = sequence, known = self._reader.read(lambda c: (_sequence(c), _labels(c)))
        return known

    def snapshot(self, space: str) -> Snapshot:
        """Return the vectors of a space as last committed: the same object until something is committed.

        Raises:
            TwinseekError: no video was put with vectors of this space, or its file is damaged.
        """
        for _ in range(READ_ATTEMPTS):
            kept = self._snapshots.get(space)
            if kept is not None and kept.sequence == self.sequence:
                return kept
            try:
                fresh = self._reader.read(lambda connection: _snapshot(connection, self.folder, space))
            except FileNotFoundError:
                continue  # compacted between reading the catalogue and opening the file
            except (OSError, ValueError) as error:
                raise catalogue.damaged(space_folder(self.folder, space), error) from error
            self._snapshots[space] = fresh
            return fresh
        raise catalogue.damaged(space_folder(self.folder, space), "a packed file is gone")

    def problems(self) -> list[str]:
        """Look for damage, file by file, and say what was found; nothing found is an empty list."""
        try:
            found = self._reader.read(_integrity)
            for space in self.spaces():
                self.snapshot(space)
        except TwinseekError as error:
            return [str(error)]
        return found

    def close(self) -> None:
        """Let go of the catalogue; the next call opens it again. Snapshots stay usable."""
        self._reader.close()
        if self.writable and (self.folder / catalogue.NAME).exists():
            try:
                with self._locked():
                    catalogue.fold(self.folder)
            except (TwinseekError, sqlite3.Error) as error:
                logger.info("the log of %s stays until the next writer closes: %s", self.folder, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the write lock: of this process's threads and of all processes. Reentrant."""
        if not self.writable:
            raise TwinseekError(f"the search index in {self.folder} is open for reading: open it with writable=True")
        with self._writing:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=self._patience)
            except Timeout:
                raise TwinseekError(
                    f"another process has been writing {self.folder} for {self._patience:.0f} s: let it finish first"
                ) from None
            except OSError as error:
                raise TwinseekError(
                    f"{self.folder} cannot be written ({error.strerror}): change its permissions or choose a library"
                    " elsewhere with --library"
                ) from error
            try:
                yield
            finally:
                self._lock.release()

    def _repair(self) -> None:
        """Begin anew where what is there cannot be used, and remove what unfinished writers left."""
        try:
            self._reader.read(lambda connection: _torn(connection, self.folder))
        except catalogue.OutdatedError:
            logger.warning("%s was made by an older Twinseek: it is made anew from the twins, once", self.folder)
            catalogue.create(self.folder)
        except catalogue.UnusableError as error:
            if (self.folder / catalogue.NAME).exists():
                logger.warning("%s; beginning anew", error)
            catalogue.create(self.folder)
        self._sweep()

    def _sweep(self) -> None:
        """Remove every packed file that the catalogue does not name."""
        named = self._reader.read(lambda c: set(c.execute("SELECT space, file FROM spaces").fetchall()))
        for path in (self.folder / FOLDER).glob("*/*.rows"):
            if (path.parent.name, path.name) not in named:
                path.unlink(missing_ok=True)
        for path in self.folder.glob(f".{catalogue.NAME}.*"):
            path.unlink(missing_ok=True)


def _sequence(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM state WHERE key = 'sequence'").fetchone()[0])


def _labels(connection: sqlite3.Connection) -> frozenset[str]:
    rows = connection.execute("SELECT DISTINCT labels FROM parts WHERE labels != ''")
    return frozenset(label for (labels,) in rows for label in labels.split("\n"))


def _snapshot(connection: sqlite3.Connection, folder: Path, space: str) -> Snapshot:
    held = connection.execute("SELECT file, rows, dimensions, dtype FROM spaces WHERE space = ?", (space,)).fetchone()
    if held is None:
        raise TwinseekError(
            f"no video has {space!r} vectors in {folder}: make them with `twinseek index`, or wait where it is running"
        )
    videos = connection.execute("SELECT video, video_id FROM videos ORDER BY video_id").fetchall()
    ordinal_of = {video: ordinal for ordinal, (video, _) in enumerate(videos)}
    found = connection.execute(
        "SELECT segment, start, count, video, part, components FROM segments JOIN parts USING (part_row)"
        " WHERE space = ? AND count > 0 ORDER BY start",
        (space,),
    ).fetchall()
    segments, starts, counts, owners, parts, components = zip(*found, strict=True) if found else ((),) * 6
    return Snapshot(
        space=space,
        sequence=_sequence(connection),
        identity=str(connection.execute("SELECT value FROM state WHERE key = 'identity'").fetchone()[0]),
        video_ids=tuple(video_id for _, video_id in videos),
        matrix=map_rows(space_folder(folder, space) / held[0], *held[1:]),
        segments=np.asarray(segments, np.int64),
        starts=np.asarray(starts, np.int64),
        counts=np.asarray(counts, np.int64),
        ordinals=np.asarray([ordinal_of[video] for video in owners], np.int64),
        parts=parts,
        packed_components=components,
    )


def _torn(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise where a packed file is gone or holds fewer rows than were committed."""
    for space, file, rows, dimensions, dtype in connection.execute(
        "SELECT space, file, rows, dimensions, dtype FROM spaces"
    ):
        path = space_folder(folder, space) / file
        try:
            map_rows(path, rows, dimensions, dtype)
        except (OSError, ValueError) as error:
            raise catalogue.damaged(path, error) from error


def _integrity(connection: sqlite3.Connection) -> list[str]:
    found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
    (videos,) = connection.execute("SELECT count(*) FROM videos").fetchone()
    for what, counted in (
        ("words", "SELECT count(*) FROM texts_docsize"),
        ("predicates", "SELECT count(*) FROM told_docsize"),
    ):
        (held,) = connection.execute(counted).fetchone()
        found += [f"{what} of {held} videos, but {videos} videos"] if held != videos else []
    return found
