"""Where on a clip's time axis spans, claims and key frames lie, in percent of its width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twins.queries import Hit
from twinseek.plain_text import clock, clock_span

TICKS = 6
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
NARROWEST = 0.6
"""Percent: a moment is still seen."""


@dataclass(frozen=True)
class Bar:
    """A span; ``left`` and ``width`` in percent."""

    left: float
    width: float
    text: str


@dataclass(frozen=True)
class Row:
    """Spans of one claim: its number in the trace, and how its check came out."""

    number: int
    check: str
    bar: Bar


@dataclass(frozen=True)
class Point:
    """A moment; ``left`` in percent."""

    left: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """The axis from 0 to ``end`` seconds; ``known`` is false where the clip's length is a guess."""

    end: float
    known: bool
    ticks: tuple[Point, ...]
    answer: tuple[Bar, ...]
    rows: tuple[Row, ...]
    moments: tuple[Point, ...]


def lay_out(hit: Hit, moments: Sequence[float], end: float | None) -> Timeline | None:
    """Place the spans and claims of a hit in time; none where it has neither.

    Args:
        hit: its spans and its trace.
        moments: of the key frames, seconds.
        end: the last moment of the clip, where known.
    """
    claimed = [(number, line) for number, line in enumerate(hit.trace, start=1) if line.span]
    mentioned = [*moments, *(stop for _, stop in hit.spans), *(line.span[1] for _, line in claimed if line.span)]
    last = max([*mentioned, end or 0.0], default=0.0)
    if last <= 0 or not (hit.spans or claimed):
        return None
    return Timeline(
        end=last,
        known=end is not None,
        ticks=tuple(Point(100 * tick / last, clock(tick)) for tick in _ticks(last)),
        answer=tuple(_bar(span, last) for span in hit.spans),
        rows=tuple(Row(number, line.check, _bar(line.span, last)) for number, line in claimed if line.span),
        moments=tuple(Point(100 * moment / last, clock(moment)) for moment in moments),
    )


def _bar(span: tuple[float, float], end: float) -> Bar:
    left = min(100 * span[0] / end, 100 - NARROWEST)
    return Bar(left, max(NARROWEST, min(100 * span[1] / end, 100) - left), clock_span(span))


def _ticks(end: float) -> list[float]:
    """Return at most ``TICKS`` round moments and the end itself; round ones give way to it where labels would touch."""
    step = next((step for step in STEPS if end / step <= TICKS), 3600.0 * math.ceil(end / 3600 / TICKS))
    return [n * step for n in range(math.ceil(end / step)) if end - n * step > step / 2 or n == 0] + [end]
