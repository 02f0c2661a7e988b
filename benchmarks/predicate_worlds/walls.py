"""Worlds of a body and a wall: it goes behind, comes out, or stays clear of it."""

import numpy as np

from benchmarks.predicate_tracks import WIDTH, Body, World, rest, via
from benchmarks.predicate_worlds.making import Maker, make_world, random_size, shifted, unit_of


def emerging(answer: bool, name: str) -> Maker:
    """Let a come out from behind a wall: more and more of it is seen."""

    def make(rng: np.random.Generator) -> World:
        a, wall = random_size(rng, 80, 140), (200.0, 400.0)
        p = (640.0, 360.0)
        path = via([1, 6], [p, shifted(p, 300, 0)])
        return make_world(name, answer, rng, Body(path, a, 0.3), Body(rest(*p), wall, 0.8))

    return make


def behind(route: str, answer: bool, name: str, *, binary: bool = True) -> Maker:
    """Send a toward a wall: behind it and out again ("through"), behind it ("in"), from behind it ("out"), beside it
    ("beside"), in front of it ("front"), and past it out of the picture ("leave")."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng, 50, 90)
        wall = (float(rng.uniform(170, 260)), float(rng.uniform(250, 400)))
        p = (float(rng.uniform(520, 760)), 360.0)
        pace = rng.uniform(0.6, 1.1) * unit_of(a)
        outside = shifted(p, -(wall[0] / 2 + 220), float(rng.uniform(-50, 50)))
        beyond = shifted(p, wall[0] / 2 + 220, float(rng.uniform(-50, 50)))
        beside = shifted(p, -(wall[0] + a[0]) / 2 - float(rng.uniform(15, 50)), 0)
        under = shifted(p, 0, (wall[1] + a[1]) / 2 + 10)
        far = (WIDTH + 2 * a[0], under[1])
        routes = {
            "through": [outside, p, p, beyond],
            "in": [outside, p, p, p],
            "out": [p, p, p, beyond],
            "beside": [outside, beside, beside, beside],
            "front": [outside, p, p, beyond],
            "leave": [(outside[0], under[1]), under, under, far],
        }
        places = routes[route]
        first = float(np.hypot(*np.subtract(places[1], places[0]))) / pace
        second = float(np.hypot(*np.subtract(places[3], places[2]))) / pace
        wait = rng.uniform(1.0, 1.5) if route in ("through", "out") else 0.3
        begin = rng.uniform(0.3, 1.0)
        squeeze = min(1.0, 7.0 / (begin + first + wait + second))
        times = [k * squeeze for k in (begin, begin + first, begin + first + wait, begin + first + wait + second)]
        near = 0.9 if route == "front" else 0.3
        bodies = Body(via(times, places), a, near), Body(rest(*p), wall, 0.6)
        return make_world(name, answer, rng, *bodies, other=1 if binary else None)

    return make


def vanishing_far(rng: np.random.Generator) -> World:
    """Let a vanish far from the wall."""
    a, wall = random_size(rng), (200.0, 300.0)
    p = (300.0, 360.0)
    path = via([1, 5], [shifted(p, 0, 0), shifted(p, 200, 0)])
    gone = Body(path, a, 0.3, shown=(-1.0, float(rng.uniform(3.5, 5))))
    return make_world("vanishes elsewhere", False, rng, gone, Body(rest(900, 360), wall, 0.6), other=1)
