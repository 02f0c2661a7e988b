"""Exact search: the best similarity of each query to any row of each video."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twins.geometry import Floats, Ints
from twins.search.packed import Rows
from twins.search.snapshot import Snapshot

BLOCK_ROWS = 65_536
"""Rows of one product where they lie: bounds the memory of the result, and few products start threads seldom."""

COPIED_ROWS = 16_384
"""Rows of one product where they must be copied first: brought together, or widened from half precision."""

DECIMALS = 5
"""Similarities are rounded to this: a product's last bits depend on where a row lies, and equal sentences must tie."""


@dataclass(frozen=True, eq=False)
class Similarities:
    """Per query and video, the best row.

    Args:
        best: (q, V) similarity; ``-inf`` where a video has no row, or was left out.
        rows: (q, V) the row it is of, for :meth:`Snapshot.locate`; -1 where there is none.
    """

    best: Floats
    rows: Ints


def max_sim(queries: Floats, snapshot: Snapshot, videos: Sequence[str] | None = None) -> Similarities:
    """Take each query's best dot product over the rows of each video.

    Args:
        queries: (q, d); unit queries and unit rows give cosines.
        videos: only these; all where none.
    """
    if queries.ndim != 2 or queries.shape[1] != snapshot.matrix.shape[1]:
        raise ValueError(f"queries have shape {queries.shape}, not (q, {snapshot.matrix.shape[1]})")
    if not np.isfinite(queries).all():
        raise ValueError("queries hold values that are not finite")
    size = (len(queries), len(snapshot.video_ids))
    similarities = Similarities(np.full(size, -np.inf, np.float32), np.full(size, -1, np.int64))
    positions = np.arange(len(snapshot.starts)) if videos is None else snapshot.positions(videos)
    if not len(positions) or not len(queries):
        return similarities
    queries = np.ascontiguousarray(queries, np.float32)
    best, rows = _over_all(queries, snapshot) if videos is None else _over_some(queries, snapshot, positions)
    # A video's segments lie apart until a compaction: bring them together, then reduce once more.
    order = np.argsort(snapshot.ordinals[positions], kind="stable")
    ordinals = snapshot.ordinals[positions][order]
    firsts = np.flatnonzero(np.diff(ordinals, prepend=-1))
    best, winner = _best_per_run(best[:, order], firsts)
    similarities.best[:, ordinals[firsts]] = np.round(best, DECIMALS)
    similarities.rows[:, ordinals[firsts]] = np.take_along_axis(rows[:, order], winner, axis=1)
    return similarities


def _over_all(queries: Floats, snapshot: Snapshot) -> tuple[Floats, Ints]:
    """Return (q, S) best products of every segment and (q, S) their rows, reading the matrix where it lies."""
    limit = BLOCK_ROWS if snapshot.matrix.dtype == np.float32 else COPIED_ROWS
    found = []
    for first, last in _blocks(snapshot.starts, snapshot.counts, limit):
        starts, counts = snapshot.starts[first:last], snapshot.counts[first:last]
        begin, end = int(starts[0]), int(starts[-1] + counts[-1])
        # The tombstones between segments are runs too, which nobody looks at.
        cuts = np.union1d(starts, (starts + counts)[:-1]) - begin
        kept = np.searchsorted(cuts, starts - begin)
        best, column = _best_per_run(_products(queries, snapshot.matrix[begin:end]), cuts)
        found.append((best[:, kept], column[:, kept] + begin))
    return _side_by_side(found)


def _over_some(queries: Floats, snapshot: Snapshot, positions: Ints) -> tuple[Floats, Ints]:
    """Return what :func:`_over_all` does, of the segments at these positions, whose rows are brought together."""
    found = []
    counts = snapshot.counts[positions]
    starts = np.cumsum(counts) - counts
    for first, last in _blocks(starts, counts, COPIED_ROWS):
        rows = snapshot.rows_at(positions[first:last])
        best, column = _best_per_run(_products(queries, snapshot.matrix[rows]), starts[first:last] - starts[first])
        found.append((best, rows[column]))
    return _side_by_side(found)


def _side_by_side(found: list[tuple[Floats, Ints]]) -> tuple[Floats, Ints]:
    return np.concatenate([best for best, _ in found], axis=1), np.concatenate([rows for _, rows in found], axis=1)


def _products(queries: Floats, rows: Rows) -> Floats:
    """Return (q, n) dot products."""
    # rows @ queries.T is the faster way round: BLAS copies its right operand, here the small one.
    return np.ascontiguousarray((rows.astype(np.float32, copy=False) @ queries.T).T)


def _blocks(starts: Ints, counts: Ints, limit: int) -> list[tuple[int, int]]:
    """Cut segments, by position, into stretches of at most ``limit`` rows; one longer segment is a stretch too."""
    ends = starts + counts
    blocks, at = [], 0
    while at < len(starts):
        fit = int(np.searchsorted(ends, starts[at] + limit, side="right"))
        blocks.append((at, max(fit, at + 1)))
        at = blocks[-1][1]
    return blocks


def _best_per_run(values: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Reduce the columns of (q, n), cut at ``starts``, to their maximum and the column of its first occurrence."""
    best = np.maximum.reduceat(values, starts, axis=1)
    lengths = np.diff(starts, append=values.shape[1])
    columns = np.empty(best.shape, np.int64)
    for query, (row, top) in enumerate(zip(values, best, strict=True)):
        hits = np.flatnonzero(row == np.repeat(top, lengths))
        columns[query] = hits[np.searchsorted(hits, starts)]
    return best, columns
