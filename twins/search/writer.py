"""Changes to the search index: one batch is one transaction, and all of it becomes visible at once."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.errors import TwinseekError
from twins.search import words
from twins.search.packed import DTYPES, Appender, Rows, map_rows, new_file, space_folder

SpaceVectors = Mapping[str, tuple[Rows, NDArray[np.integer[Any]]]]


class Batch:
    """What one writer changes in one transaction. Made by :meth:`SearchIndex.batch`, under the write lock."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self._folder, self._connection = folder, connection
        self._appenders: dict[str, Appender] = {}
        self.changed = False

    def put(
        self,
        video_id: str,
        part: str,
        space_vectors: SpaceVectors,
        text: str,
        stamp: str = "",
        *,
        told: Iterable[str] = (),
        labels: Iterable[str] = (),
        beside: bool = False,
    ) -> None:
        """Hold this part of a video, in place of what was held of it.

        Args:
            part: the generation or observation that the components belong to.
            space_vectors: for each space, rows (n, d) float32 or float16, and the (n,) component index of each.
            text: what word search finds the video by: the part's sentences.
            stamp: anything by which the caller recognises later, in :meth:`SearchIndex.parts`, what was put.
            told: names of the predicates that the part tells (``moves_left``).
            labels: what somebody has called the part's things.
            beside: what is held of this part in other spaces stays.

        Raises:
            TwinseekError: the rows do not fit the space's, or are not finite.
        """
        for space, (vectors, components) in space_vectors.items():
            _check(video_id, space, vectors, components)
        if not beside:
            self.drop(video_id, part)
        execute = self._connection.execute
        execute("INSERT OR IGNORE INTO videos (video_id) VALUES (?)", (video_id,))
        (video,) = execute("SELECT video FROM videos WHERE video_id = ?", (video_id,)).fetchone()
        (part_row,) = execute(
            "INSERT INTO parts (video, part, text, told, labels, stamp) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (video, part) DO UPDATE SET text = excluded.text, told = excluded.told,"
            " labels = excluded.labels, stamp = excluded.stamp RETURNING part_row",
            (video, part, _storable(text), _storable(" ".join(told)), _lines(labels), stamp),
        ).fetchone()
        for space in space_vectors:
            execute("DELETE FROM segments WHERE part_row = ? AND space = ?", (part_row, space))
        for space, (vectors, components) in space_vectors.items():
            start = self._appender(space, vectors).append(vectors)
            packed = np.ascontiguousarray(components, "<i4").tobytes()
            execute(
                "INSERT INTO segments (part_row, space, start, count, components) VALUES (?, ?, ?, ?, ?)",
                (part_row, space, start, len(vectors), packed),
            )
        words.rewrite(self._connection, video)
        self.changed = True

    def drop(self, video_id: str, part: str | None = None) -> None:
        """Let go of one part of a video, or of all of it; what is not held is no error."""
        execute = self._connection.execute
        held = execute(
            "SELECT part_row, video FROM parts JOIN videos USING (video) WHERE video_id = ? AND part = ifnull(?, part)",
            (video_id, part),
        ).fetchall()
        for part_row, _ in held:
            execute("DELETE FROM segments WHERE part_row = ?", (part_row,))
            execute("DELETE FROM parts WHERE part_row = ?", (part_row,))
        for video in {video for _, video in held}:
            words.rewrite(self._connection, video)
            execute("DELETE FROM videos WHERE video = ? AND video NOT IN (SELECT video FROM parts)", (video,))
        self.changed = self.changed or bool(held)

    def repack(self, space: str, min_dead_share: float) -> None:
        """Write the live rows of a space to a new file, a video's parts side by side, if enough rows are dead."""
        self.finish()
        execute = self._connection.execute
        dimensions, dtype, file, rows = execute(
            "SELECT dimensions, dtype, file, rows FROM spaces WHERE space = ?", (space,)
        ).fetchone()
        live = execute(
            "SELECT segment, start, count FROM segments JOIN parts USING (part_row) JOIN videos USING (video)"
            " WHERE space = ? ORDER BY video_id, part",
            (space,),
        ).fetchall()
        dead = rows - sum(count for _, _, count in live)
        if not dead or dead < min_dead_share * rows:
            return
        folder = space_folder(self._folder, space)
        matrix = map_rows(folder / file, rows, dimensions, dtype)
        fresh = new_file()
        self._appenders[space] = target = Appender(folder / fresh, 0, dimensions, dtype)
        for segment, start, count in live:
            moved = target.append(matrix[start : start + count])
            execute("UPDATE segments SET start = ? WHERE segment = ?", (moved, segment))
        execute("UPDATE spaces SET file = ? WHERE space = ?", (fresh, space))
        self.changed = True

    def finish(self) -> None:
        """Bring the written rows to the disk, so that the commit that follows names nothing that could be lost."""
        for space, appender in self._appenders.items():
            appender.sync()
            self._connection.execute("UPDATE spaces SET rows = ? WHERE space = ?", (appender.rows, space))
        self.close()

    def close(self) -> None:
        """Let go of the packed files."""
        for appender in self._appenders.values():
            appender.close()
        self._appenders.clear()

    def _appender(self, space: str, vectors: Rows) -> Appender:
        """Return the space's open file, of these vectors' width and type."""
        given = vectors.shape[1], vectors.dtype.name
        appender = self._appenders.get(space) or self._opened(space, *given)
        held = appender.dimensions, appender.dtype.name
        if held != given:
            raise TwinseekError(
                f"space {space!r} holds {held[0]} x {held[1]} rows, not {given[0]} x {given[1]}:"
                " make the search index anew with `twinseek doctor --repair`"
            )
        return appender

    def _opened(self, space: str, dimensions: int, dtype: str) -> Appender:
        folder = space_folder(self._folder, space)
        found = self._connection.execute("SELECT dimensions, dtype, file, rows FROM spaces WHERE space = ?", (space,))
        held = found.fetchone()
        if held is None:
            held = (dimensions, dtype, new_file(), 0)
            self._connection.execute("INSERT INTO spaces VALUES (?, ?, ?, ?, ?)", (space, *held))
        dimensions, dtype, file, rows = held
        self._appenders[space] = Appender(folder / file, rows, dimensions, dtype)
        return self._appenders[space]


def _check(video_id: str, space: str, vectors: Rows, components: NDArray[np.integer[Any]]) -> None:
    if vectors.ndim != 2 or vectors.shape[1] == 0 or components.shape != vectors.shape[:1]:
        raise ValueError(f"{space}: vectors {vectors.shape} and components {components.shape} are not (n, d) and (n,)")
    if vectors.dtype.name not in DTYPES:
        raise ValueError(f"{space}: vectors are {vectors.dtype}, not one of {DTYPES}")
    if not np.isfinite(vectors).all():
        raise TwinseekError(f"the {space} vectors of {video_id} are not finite numbers: index it again")


def _lines(labels: Iterable[str]) -> str:
    """Return labels, each once and on a line of its own."""
    return _storable("\n".join(sorted({" ".join(label.split()) for label in labels})))


def _storable(text: str) -> str:
    """Return the text without what SQLite cannot take: lone surrogates, and NUL, which would end it."""
    return text.encode("utf-8", "ignore").decode().replace("\0", " ")
