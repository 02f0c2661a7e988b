"""Exact search: the best similarity of each query to any row of each video."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twins.geometry import Floats, Ints
from twins.search.packed import Rows
from twins.search.snapshot import Snapshot

BLOCK_ROWS = 16_384
"""Rows of one product: bounds the memory, and the product's result stays in the processor's cache."""

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
    positions = np.arange(len(snapshot.starts)) if videos is None else snapshot.positions(videos)
    size = (len(queries), len(snapshot.video_ids))
    similarities = Similarities(np.full(size, -np.inf, np.float32), np.full(size, -1, np.int64))
    if not len(positions) or not len(queries):
        return similarities
    starts, counts = snapshot.starts[positions], snapshot.counts[positions]
    best, rows = _per_segment(np.ascontiguousarray(queries, np.float32), snapshot.matrix, starts, counts)
    # A video's segments lie apart until a compaction: bring them together, then reduce once more.
    order = np.argsort(snapshot.ordinals[positions], kind="stable")
    ordinals = snapshot.ordinals[positions][order]
    firsts = np.flatnonzero(np.diff(ordinals, prepend=-1))
    best, winner = _best_per_run(best[:, order], firsts)
    similarities.best[:, ordinals[firsts]] = np.round(best, DECIMALS)
    similarities.rows[:, ordinals[firsts]] = np.take_along_axis(rows[:, order], winner, axis=1)
    return similarities


def _per_segment(queries: Floats, matrix: Rows, starts: Ints, counts: Ints) -> tuple[Floats, Ints]:
    """Return (q, S) best products and (q, S) their rows."""
    bests, winners = [], []
    for first, last in _blocks(starts, counts):
        begin, end = int(starts[first]), int(starts[last - 1] + counts[last - 1])
        # rows @ queries.T is the faster way round: BLAS copies its right operand, here the small one.
        products = np.ascontiguousarray((matrix[begin:end].astype(np.float32, copy=False) @ queries.T).T)
        cuts, kept = _cuts(starts[first:last] - begin, counts[first:last], end - begin)
        best, winner = _best_per_run(products, cuts)
        bests.append(best[:, kept])
        winners.append(winner[:, kept] + begin)
    return np.concatenate(bests, axis=1), np.concatenate(winners, axis=1)


def _blocks(starts: Ints, counts: Ints) -> list[tuple[int, int]]:
    """Cut segments into runs that span about ``BLOCK_ROWS`` rows, breaking also at wide gaps between them."""
    ends = starts + counts
    far = np.flatnonzero(starts[1:] - ends[:-1] > BLOCK_ROWS // 64) + 1
    blocks = []
    for first, stop in zip([0, *far], [*far, len(starts)], strict=True):
        at = int(first)
        while at < stop:
            fit = int(np.searchsorted(ends, starts[at] + BLOCK_ROWS, side="right"))
            last = min(max(fit, at + 1), int(stop))
            blocks.append((at, last))
            at = last
    return blocks


def _cuts(starts: Ints, counts: Ints, length: int) -> tuple[Ints, Ints]:
    """Return where runs begin, counting the tombstones between segments as runs, and which of them are segments."""
    ends = starts + counts
    cuts = np.union1d(starts, ends[ends < length])
    return cuts, np.searchsorted(cuts, starts)


def _best_per_run(values: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Reduce the columns of (q, n), cut at ``starts``, to their maximum and the column of its first occurrence."""
    best = np.maximum.reduceat(values, starts, axis=1)
    lengths = np.diff(starts, append=values.shape[1])
    columns = np.empty(best.shape, np.int64)
    for query, (row, top) in enumerate(zip(values, best, strict=True)):
        hits = np.flatnonzero(row == np.repeat(top, lengths))
        columns[query] = hits[np.searchsorted(hits, starts)]
    return best, columns
