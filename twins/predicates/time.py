"""What comes before what: Allen's relations between the spans of two things.

Allen, Maintaining Knowledge about Temporal Intervals, 1983, has thirteen relations between two intervals. Here each
side is a list of spans, and a relation holds when it holds between some span of the one and some span of the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from twins.errors import TwinseekError
from twins.predicates.truth import Truth
from twins.schema import Span

Order = Literal["holds", "fails", "unknown"]

SLACK = 0.25
"""Seconds by which two moments may differ and still be the same; events are placed no better than that."""


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= SLACK


def _before(x: Span, y: Span) -> bool:
    """Say whether x is over when y begins; short spans about moments may touch, but x must begin first."""
    return x[1] <= y[0] + SLACK and x[0] < y[0] and x[1] < y[1]


def _meets(x: Span, y: Span) -> bool:
    return _same(x[1], y[0]) and x[0] < y[0]


def _overlaps(x: Span, y: Span) -> bool:
    return x[0] < y[0] - SLACK and y[0] + SLACK < x[1] < y[1] - SLACK


def _starts(x: Span, y: Span) -> bool:
    return _same(x[0], y[0]) and x[1] < y[1] - SLACK


def _finishes(x: Span, y: Span) -> bool:
    return _same(x[1], y[1]) and x[0] > y[0] + SLACK


def _during(x: Span, y: Span) -> bool:
    """Say whether x lies within y; a moment at y's end or beginning counts."""
    return x[0] >= y[0] - SLACK and x[1] <= y[1] + SLACK and x[1] - x[0] <= y[1] - y[0]


def _equals(x: Span, y: Span) -> bool:
    return _same(x[0], y[0]) and _same(x[1], y[1])


def _while(x: Span, y: Span) -> bool:
    """Say whether the two share any time: what people mean by ``while``."""
    return min(x[1], y[1]) > max(x[0], y[0])


def _inverse(relation: Callable[[Span, Span], bool]) -> Callable[[Span, Span], bool]:
    return lambda x, y: relation(y, x)


RELATIONS: dict[str, Callable[[Span, Span], bool]] = {
    "before": _before,
    "after": _inverse(_before),
    "meets": _meets,
    "met_by": _inverse(_meets),
    "overlaps": _overlaps,
    "overlapped_by": _inverse(_overlaps),
    "starts": _starts,
    "started_by": _inverse(_starts),
    "during": _during,
    "contains": _inverse(_during),
    "finishes": _finishes,
    "finished_by": _inverse(_finishes),
    "equals": _equals,
    "while": _while,
}
"""Allen's thirteen, ``before`` and ``during`` as widely as people use them, and ``while`` for sharing any time."""


@dataclass(frozen=True)
class Ordering:
    """Whether a relation in time holds, and between which two spans."""

    state: Order
    first: Span | None = None
    second: Span | None = None


def relate(
    name: str, first: Truth | Sequence[Span], second: Truth | Sequence[Span], clip: Span | None = None
) -> Ordering:
    """Say whether ``first`` stands in a relation of time to ``second``.

    Args:
        name: a key of :data:`RELATIONS`.
        first, second: when each holds; spans alone, or a :class:`Truth`.
        clip: the sampled clip. With it, a Truth that fails throughout makes the relation fail: what never happens
            comes before nothing. Without it, or where something is unknown, the relation stays unknown.

    Returns:
        ``holds`` with the earliest pair; ``fails`` where both happen but never so related; else ``unknown``.

    Raises:
        TwinseekError: the relation is unknown.
    """
    if name not in RELATIONS:
        raise TwinseekError(f"no relation of time {name!r}: choose one of {', '.join(sorted(RELATIONS))}")
    spans = [side.holds if isinstance(side, Truth) else tuple(side) for side in (first, second)]
    for x in sorted(spans[0]):
        for y in sorted(spans[1]):
            if RELATIONS[name](x, y):
                return Ordering("holds", x, y)
    if spans[0] and spans[1]:
        return Ordering("fails")
    never = clip is not None and any(isinstance(side, Truth) and side.never(clip) for side in (first, second))
    return Ordering("fails" if never else "unknown")
