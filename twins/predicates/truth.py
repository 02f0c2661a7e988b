"""What a predicate answers: when it holds, when it fails; everything else of the clip is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Doubles
from twins.schema import Span

Marks = NDArray[np.int8]
"""(K, T) of HOLDS, FAILS, UNKNOWN: one row a subject (or pair), one column a sampled frame."""

HOLDS, FAILS, UNKNOWN = 1, 0, -1


@dataclass(frozen=True)
class Truth:
    """Spans where a predicate holds and spans where it fails, both in order and disjoint.

    What neither covers is unknown: hidden, not sampled, or too close to the threshold to say.
    """

    holds: tuple[Span, ...]
    fails: tuple[Span, ...]

    @property
    def ever(self) -> bool:
        """Say whether it holds at some time."""
        return bool(self.holds)

    def never(self, within: Span) -> bool:
        """Say whether it is known to fail throughout ``within``."""
        return covered(self.fails, within) >= (within[1] - within[0]) * (1 - 1e-6)


def covered(spans: Sequence[Span], within: Span) -> float:
    """Return how many seconds of ``within`` the disjoint ``spans`` cover."""
    return sum(max(0.0, min(end, within[1]) - max(start, within[0])) for start, end in spans)


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the union of spans, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def spans_of(mask: NDArray[np.bool_], edges: Doubles) -> tuple[Span, ...]:
    """Return the spans where a mask is true.

    Args:
        mask: (T,) one value a sampled frame.
        edges: (T + 1,) seconds; frame t stands for [edges[t], edges[t + 1]).
    """
    padded = np.concatenate(([False], mask, [False]))
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    return tuple((float(edges[i]), float(edges[j])) for i, j in zip(changes[::2], changes[1::2], strict=True))


def truth_of(marks: Marks, edges: Doubles) -> Truth:
    """Return the spans of one row of marks, (T,)."""
    return Truth(spans_of(marks == HOLDS, edges), spans_of(marks == FAILS, edges))


def marks_where(holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> Marks:
    """Return HOLDS where it holds, FAILS where it is known not to, and UNKNOWN elsewhere."""
    return np.where(holds, HOLDS, np.where(known, FAILS, UNKNOWN)).astype(np.int8)
