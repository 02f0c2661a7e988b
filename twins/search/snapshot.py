"""One space of the search index as it was at one sequence number."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Ints
from twins.search.packed import Rows


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The packed vectors of one space, and whose they are. It stays as it is while others write.

    Args:
        sequence: the index's sequence number that it shows.
        identity: of the catalogue; segment numbers mean nothing under another one.
        video_ids: V ids, sorted: every video in the index, also those without a row in this space. Snapshots of one
            sequence number agree on them.
        matrix: (R, d) packed rows as they lie in the file, tombstones included.
        segments: (S,) number of each segment (the rows of one part of one video), for as long as it exists.
        starts, counts: (S,) where a segment's rows lie; starts rise, and rows between segments are tombstones.
        ordinals: (S,) position of a segment's video in ``video_ids``.
        parts: S names: the generation or observation that a segment's components belong to.
        packed_components: S little-endian int32 arrays as bytes, the component index of each row.
    """

    space: str
    sequence: int
    identity: str
    video_ids: tuple[str, ...]
    matrix: Rows
    segments: Ints
    starts: Ints
    counts: Ints
    ordinals: Ints
    parts: tuple[str, ...]
    packed_components: tuple[bytes, ...]

    @property
    def rows(self) -> int:
        """How many rows are alive."""
        return int(self.counts.sum())

    def locate(self, row: int) -> tuple[str, str, int]:
        """Return ``(video_id, part, component index)`` of a row. Raises ``KeyError`` for a tombstone."""
        position = bisect_right(self.starts, row) - 1
        offset = row - int(self.starts[position]) if position >= 0 else -1
        if not 0 <= offset < (self.counts[position] if position >= 0 else 0):
            raise KeyError(row)
        component = np.frombuffer(self.packed_components[position], "<i4")[offset]
        return self.video_ids[self.ordinals[position]], self.parts[position], int(component)

    @cached_property
    def videos(self) -> Ints:
        """(R,) position in ``video_ids`` of each row's video; -1 for a tombstone."""
        found = np.full(len(self.matrix), -1, np.int64)
        found[self.live_rows] = np.repeat(self.ordinals, self.counts)
        return found

    @cached_property
    def components(self) -> Ints:
        """(R,) component index of each row within its part; -1 for a tombstone."""
        found = np.full(len(self.matrix), -1, np.int64)
        found[self.live_rows] = np.frombuffer(b"".join(self.packed_components), "<i4")
        return found

    @cached_property
    def live_rows(self) -> Ints:
        """(live,) positions of the rows that are no tombstones, rising."""
        return _ranges(self.starts, self.counts)

    @cached_property
    def ordinal_of(self) -> dict[str, int]:
        """Position of each video in ``video_ids``."""
        return {video_id: ordinal for ordinal, video_id in enumerate(self.video_ids)}

    @cached_property
    def _positions_by_video(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.ordinals, kind="stable")
        return order, np.searchsorted(self.ordinals[order], np.arange(len(self.video_ids) + 1))

    def positions(self, video_ids: Sequence[str]) -> Ints:
        """Return the positions of these videos' segments, rising; unknown videos have none."""
        order, bounds = self._positions_by_video
        known = [self.ordinal_of[video_id] for video_id in video_ids if video_id in self.ordinal_of]
        return np.sort(np.concatenate([order[bounds[v] : bounds[v + 1]] for v in known] or [order[:0]]))

    def rows_at(self, positions: Ints) -> Ints:
        """Return the rows of the segments at these positions, one segment after another."""
        return _ranges(self.starts[positions], self.counts[positions])

    def rows_of(self, video_id: str) -> tuple[Rows, NDArray[np.int32]]:
        """Return one video's rows (n, d) and their component indices (n,), part after part."""
        positions = self.positions([video_id])
        rows = self.rows_at(positions)
        components = b"".join(self.packed_components[position] for position in positions)
        return self.matrix[rows], np.frombuffer(components, "<i4")


def _ranges(starts: Ints, counts: Ints) -> Ints:
    """Return every position of the runs ``[start, start + count)``, one after another."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
