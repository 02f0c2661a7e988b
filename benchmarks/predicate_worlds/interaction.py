"""Worlds for the predicates of what two do with regard to each other."""

from collections.abc import Callable

import numpy as np

from benchmarks.predicate_tracks import Body, World, rest, ring, via
from benchmarks.predicate_worlds.making import Maker, Point, make_world, random_size, shifted, unit_of

Line = Callable[[np.random.Generator], tuple[list[float], list[Point]]]
"""Draws times and places of one body, in units about the middle of the picture."""


def _two(rng: np.random.Generator) -> tuple[Point, Point, float]:
    a, b = random_size(rng, 50, 90), random_size(rng, 50, 90)
    return a, b, (unit_of(a) + unit_of(b)) / 2


def _lines(
    name: str,
    answer: bool,
    first: Line,
    second: Line,
    *,
    near: Point = (0.5, 0.5),
    depth: bool = False,
) -> Maker:
    """Give two bodies paths in units about the middle of the picture."""

    def make(rng: np.random.Generator) -> World:
        a, b, unit = _two(rng)
        # One stream for both, so that paths may share a random number by drawing it in the same order.
        seed = int(rng.integers(1 << 30))
        bodies = []
        for size, line, nearness in ((a, first, near[0]), (b, second, near[1])):
            times, places = line(np.random.default_rng(seed))
            points = [(640 + x * unit, 360 + y * unit) for x, y in places]
            bodies.append(Body(via(times, points), size, nearness))
        return make_world(name, answer, rng, *bodies, other=1, depth=depth)

    return make


def _at(x: float, y: float = 0.0) -> Line:
    return lambda rng: ([0.0], [(x, y)])


def _go(x0: float, x1: float, y0: float = 0.0, y1: float | None = None, t0: float = 1.0, t1: float = 6.0) -> Line:
    """Go from (x0, y0) to (x1, y1), in units, between about t0 and t1."""

    def line(rng: np.random.Generator) -> tuple[list[float], list[Point]]:
        late = rng.uniform(-0.4, 0.4)
        return [t0 + late, t1 + late], [(x0, y0), (x1, y0 if y1 is None else y1)]

    return line


def _trail(lag: float, bend: float, y: float = 0.0) -> Line:
    """Go along a path that may bend, ``lag`` seconds after its first user."""

    def line(rng: np.random.Generator) -> tuple[list[float], list[Point]]:
        turn = bend * rng.uniform(0.5, 1.0) * rng.choice([-1, 1])
        times = [lag, lag + 2.5, lag + 5.5]
        return times, [(-2.6, y), (-0.4, y), (2.2, y + turn)]

    return line


def _circle(turns: float, *, centre_moves: bool = False) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a, b, _ = _two(rng)
        radius = rng.uniform(150, 230)
        radii = (radius, radius * rng.uniform(0.75, 1.0))
        direction = rng.choice([-1, 1])
        path = ring(
            (640, 360), radii, rng.uniform(0, 6.3), direction * turns * rng.uniform(0.95, 1.05), rng.uniform(6, 8)
        )
        bodies = [Body(path, a), Body(rest(640, 360), b)]
        if centre_moves:
            bodies.reverse()
        return make_world("circle", turns >= 1 and not centre_moves, rng, *bodies, other=1)

    return make


def _crash(after: str, answer: bool, name: str, gap: float = 0.0, side: float = 0.0) -> Maker:
    """Send a at b: it stops at the contact ("stop"), bounces, pushes b on, or keeps going ("through")."""

    def make(rng: np.random.Generator) -> World:
        a, b, unit = _two(rng)
        p = (700.0, 360.0)
        hit = shifted(p, -(a[0] + b[0]) / 2 - gap * min(*a, *b), side * (a[1] + b[1]) / 2)
        pace = rng.uniform(0.8, 1.6) * unit
        begin, travel = rng.uniform(0.5, 1.5), rng.uniform(1.5, 2.5)
        start = shifted(hit, -pace * travel, 0)
        moment = begin + travel
        end = {
            "stop": hit,
            "bounce": shifted(hit, -pace * 0.8, float(rng.uniform(-60, 60))),
            "push": shifted(hit, pace * 0.4, 0),
            "through": shifted(hit, pace * 1.8, 0),
        }[after]
        first = via([begin, moment, moment + 1.8], [start, hit, end])
        second = via([moment, moment + 1.8], [p, shifted(p, pace * 1.2, 0)]) if after == "push" else rest(*p)
        near = (0.9, 0.4) if after == "through" and not side else (0.5, 0.5)
        depth = near != (0.5, 0.5) and bool(rng.random() < 0.5)
        return make_world(name, answer, rng, Body(first, a, near[0]), Body(second, b, near[1]), other=1, depth=depth)

    return make


def _touchless(rng: np.random.Generator) -> World:
    """Stop short of b."""
    world = _crash("stop", False, "stops short", gap=0.9)(rng)
    return world


def _load(rel: Point, small: bool, moves: bool, answer: bool, name: str) -> Maker:
    """Move a and a load at (rel) abutting lengths from it."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng, 90, 140)
        b = random_size(rng, 40, 60) if small else a
        p = (300.0, 360.0)
        q = shifted(p, rel[0] * (a[0] + b[0]) / 2, rel[1] * (a[1] + b[1]) / 2)
        way = (float(rng.uniform(2.0, 3.5)) * unit_of(a), float(rng.uniform(-60, 60)))
        first = via([1, 7], [p, shifted(p, *way)])
        second = via([1, 7], [q, shifted(q, *way)]) if moves else rest(*q)
        return make_world(name, answer, rng, Body(first, a), Body(second, b, 0.9), other=1)

    return make


_PARALLEL = _lines("parallel", False, _go(-2, 2, 0), _go(-2, 2, 1.6))
_LEAVES_ALONE = _lines("other one comes", False, _at(0), _go(2.5, 0.7))


WORLDS: dict[str, dict[str, list[Maker]]] = {
    "approaches": {
        "yes": [
            _lines("comes", True, _go(-2.2, -0.6), _at(0)),
            _lines("both come", True, _go(-2.2, -0.4), _go(2.2, 0.4)),
        ],
        "no": [
            _lines("goes", False, _go(-0.6, -2.4), _at(0)),
            _PARALLEL,
            _LEAVES_ALONE,
            _lines("chases in vain", False, _go(-2.4, 1.2), _go(-1.2, 2.4)),
        ],
    },
    "parts_from": {
        "yes": [_lines("goes", True, _go(-0.6, -2.4), _at(0)), _lines("both go", True, _go(-0.4, -2.2), _go(0.4, 2.2))],
        "no": [
            _lines("comes", False, _go(-2.2, -0.6), _at(0)),
            _PARALLEL,
            _lines("is left", False, _at(0), _go(0.7, 2.5)),
            _lines("runs ahead", False, _go(-1.2, 2.4), _go(-2.4, 1.2)),
        ],
    },
    "meets": {
        "yes": [
            _lines("meet", True, _go(-2.2, -0.22), _go(2.2, 0.22)),
            _lines("meet askew", True, _go(-1.6, -0.22, 0.6, 0), _go(2, 0.22)),
        ],
        "no": [
            _lines("pass by", False, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 1.0)),
            _lines("one comes", False, _go(-2.4, -0.6), _at(0)),
            _lines("stop apart", False, _go(-2.6, -1.2), _go(2.6, 1.2)),
            _PARALLEL,
        ],
    },
    "follows": {
        "yes": [
            _lines("follows", True, _trail(1.9, 0), _trail(0.9, 0)),
            _lines("follows round a bend", True, _trail(1.9, 1.6), _trail(0.9, 1.6)),
        ],
        "no": [
            _PARALLEL,
            _lines("comes once", False, _go(-2.4, -0.6), _at(0)),
            _lines("against each other", False, _go(-2.4, 2.4, 0.3), _go(2.4, -2.4, -0.3)),
            _lines("much later", False, _trail(4.4, 0), _trail(-1.5, 0)),
            _lines("leads", False, _trail(0.9, 0), _trail(1.9, 0)),
        ],
    },
    "overtakes": {
        "yes": [
            _lines("overtakes", True, _go(-2.6, 2.6, 0), _go(-1.2, 1.2, 0.55)),
            _lines("overtakes late", True, _go(-2.6, 2.4, 0), _go(-0.6, 1.3, -0.6)),
        ],
        "no": [
            _lines("follows only", False, _trail(1.9, 0), _trail(0.9, 0)),
            _lines("passes a still one", False, _go(-2.4, 2.4, 0), _at(0, 0.55)),
            _lines("against each other", False, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 0.55)),
            _lines("is overtaken", False, _go(-1.2, 1.2, 0), _go(-2.6, 2.6, 0.55)),
            _lines("catches up only", False, _go(-2.6, 0.3, 0), _go(-0.9, 1.2, 0.55)),
        ],
    },
    "passes": {
        "yes": [
            _lines("passes", True, _go(-2.4, 2.4, 0), _at(0, 0.7)),
            _lines("against each other", True, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 0.7)),
        ],
        "no": [
            _lines("stops before", False, _go(-2.4, -0.7, 0), _at(0, 0.4)),
            _lines("far away", False, _go(-2.4, 2.4, -1.5), _at(0, 1.5)),
            _lines("stands", False, _at(0), _go(-2.4, 2.4, 0.7)),
            _lines("goes off", False, _go(-0.7, -2.6, 0), _at(0, 0.3)),
        ],
    },
    "circles": {
        "yes": [_circle(1.0), _circle(1.6)],
        "no": [
            _circle(0.5),
            _circle(1.2, centre_moves=True),
            _lines("passes", False, _go(-2.4, 2.4, 0), _at(0, 0.7)),
            _PARALLEL,
        ],
    },
    "collides": {
        "yes": [_crash("stop", True, "stops"), _crash("bounce", True, "bounces"), _crash("push", True, "pushes")],
        "no": [
            _crash("through", False, "near miss", side=1.7),
            _crash("through", False, "crosses in front"),
            _touchless,
            _lines("stands", False, _at(0), _at(1.5)),
        ],
    },
    "moves_with": {
        "yes": [_load((1.1, 0), False, True, True, "side by side"), _load((0.2, -0.8), True, True, True, "carried")],
        "no": [
            _load((1.1, 0), False, False, False, "leaves it"),
            _lines("far apart", False, _go(-2, 2, -1.4), _go(-2, 2, 1.4)),
            _lines("cross", False, _go(-2, 2, 0), _go(2, -2, 0.6)),
        ],
    },
    "carries": {
        "yes": [_load((0.2, -0.6), True, True, True, "on it"), _load((0.5, 0.2), True, True, True, "at its side")],
        "no": [
            _load((2.2, 0), True, True, False, "apart"),
            _load((0.3, -0.6), True, False, False, "leaves it"),
            _load((1.0, 0), False, True, False, "equals"),
        ],
    },
}
