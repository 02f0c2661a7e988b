"""Worlds in which it is known when something happens: for claims of order and of spans."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.predicate_tracks import HEIGHT, SECONDS, WIDTH, Body, Path, World, rest, via
from benchmarks.predicate_worlds.making import random_size, unit_of
from twins.predicates import PREDICATES
from twins.schema import Span

LANES = (HEIGHT / 4, 3 * HEIGHT / 4)
"""Heights at which two bodies keep out of each other's way."""
EARLY, LATE = (0.8, 3.2), (4.8, 7.2)
"""Stretches of which the one is over well before the other begins."""
LONG, WITHIN = (1.5, 6.5), (3.0, 5.0)
"""Stretches of which the one lies within the other."""
AROUND = 0.5
"""Seconds before and after a moment that a claim of it spans."""
APART = 1.0
"""Seconds between what happens and a span in which it surely does not."""


@dataclass(frozen=True)
class Happening:
    """What one body does: a predicate that holds of it over a span, of no length for events, and at no other time."""

    name: str
    body: Body
    span: Span


def happen(name: str, during: Span, lane: float, rng: np.random.Generator) -> Happening:
    """Draw a body that does something during a stretch of the clip: all the while, or at one moment of it."""
    size = random_size(rng, 60, 100)
    moment = float(rng.uniform(*during))
    return MAKERS[name](during if not PREDICATES[name].event else (moment, moment), lane, size, rng)


def in_turn(first: str, second: str, rng: np.random.Generator) -> tuple[World, list[Happening]]:
    """Draw a world in which one thing happens after the other."""
    return _world([happen(first, EARLY, LANES[0], rng), happen(second, LATE, LANES[1], rng)])


def at_once(first: str, second: str, rng: np.random.Generator) -> tuple[World, list[Happening]]:
    """Draw a world in which the first thing happens while the second one lasts."""
    return _world([happen(first, WITHIN, LANES[0], rng), happen(second, LONG, LANES[1], rng)])


def true_span(happening: Happening) -> Span:
    """Return a span in which a thing happens."""
    start, end = happening.span
    return (start, end) if end > start else (max(0.0, start - AROUND), end + AROUND)


def false_span(happening: Happening, rng: np.random.Generator) -> Span:
    """Return a span of a second in which a thing does not happen."""
    start, end = happening.span
    places = [(low, high) for low, high in ((0.0, start - APART), (end + APART, SECONDS)) if high - low >= 1.0]
    low, high = places[int(rng.integers(len(places)))]
    begin = float(rng.uniform(low, high - 1.0))
    return begin, begin + 1.0


def _world(happenings: list[Happening]) -> tuple[World, list[Happening]]:
    return World([each.body for each in happenings], 0, 1, True, "timed"), happenings


def _strip(direction: int, span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Path:
    """Go along a lane over a span, at a walking pace, from somewhere in the middle."""
    way = direction * min(float(rng.uniform(0.4, 1.2)) * unit_of(size) * (span[1] - span[0]), WIDTH / 2)
    start = WIDTH / 2 - way / 2
    return via([*span], [(start, lane), (start + way, lane)])


def _moving(name: str, direction: int) -> "Maker":
    def make(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
        return Happening(name, Body(_strip(direction, span, lane, size, rng), size), span)

    return make


def _starting(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
    return Happening("starts", Body(_strip(1, (span[0], SECONDS), lane, size, rng), size), span)


def _stopping(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
    return Happening("stops", Body(_strip(1, (0.0, span[0]), lane, size, rng), size), span)


def _turning(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
    there, way = float(rng.uniform(400, 800)), float(rng.uniform(0.6, 1.2)) * unit_of(size)
    times = [0.0, span[0], SECONDS]
    places = [(there - way * span[0], lane), (there, lane), (there - way * (SECONDS - span[0]), lane)]
    return Happening("turns", Body(via(times, places), size), span)


def _popping(name: str) -> "Maker":
    def make(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
        shown = (span[0], 1e9) if name == "appears" else (-1.0, span[0])
        return Happening(name, Body(rest(float(rng.uniform(300, 900)), lane), size, shown=shown), span)

    return make


def _growing(span: Span, lane: float, size: tuple[float, float], rng: np.random.Generator) -> Happening:
    most = float(rng.uniform(1.6, 2.0))
    body = Body(rest(WIDTH / 2, lane), size, scale=lambda t: np.interp(t, [*span], [1.0, most]))
    return Happening("grows", body, span)


Maker = Callable[[Span, float, tuple[float, float], np.random.Generator], Happening]
MAKERS: dict[str, Maker] = {
    "moves": _moving("moves", 1),
    "moves_left": _moving("moves_left", -1),
    "moves_right": _moving("moves_right", 1),
    "grows": _growing,
    "starts": _starting,
    "stops": _stopping,
    "turns": _turning,
    "appears": _popping("appears"),
    "disappears": _popping("disappears"),
}
