"""Worlds for the predicates of how two stand to each other."""

import numpy as np

from benchmarks.predicate_tracks import Body, World, rest, via
from benchmarks.predicate_worlds.making import Maker, make_world, random_place, random_size, shifted, untold


def _pair(rng: np.random.Generator, dx: float, dy: float, *, name: str, answer: bool, mirror: str) -> World:
    """Put b at (dx, dy) abutting lengths from a; both may wander a little together."""
    a, b = random_size(rng), random_size(rng)
    p = random_place(rng, 300)
    q = shifted(p, dx * (a[0] + b[0]) / 2, dy * (a[1] + b[1]) / 2)
    drift = (float(rng.uniform(-60, 60)), float(rng.uniform(-30, 30)))
    paths = [via([1, 7], [place, shifted(place, *drift)]) for place in (p, q)]
    return make_world(name, answer, rng, Body(paths[0], a), Body(paths[1], b), other=1, mirror=mirror)


def _side(dx: int, dy: int) -> dict[str, list[Maker]]:
    across = (dy, dx)
    mirror = "y" if dx else "x"

    def at(low: float, high: float, spread: float, answer: bool, name: str) -> Maker:
        def make(rng: np.random.Generator) -> World:
            k, s = rng.uniform(low, high), rng.uniform(-spread, spread)
            return _pair(rng, k * dx + s * across[0], k * dy + s * across[1], name=name, answer=answer, mirror=mirror)

        return make

    def orthogonal(rng: np.random.Generator) -> World:
        k, s = rng.uniform(1.6, 2.5), rng.uniform(-0.2, 0.2)
        return _pair(
            rng, k * across[0] + s * dx, k * across[1] + s * dy, name="square to it", answer=False, mirror=mirror
        )

    return {
        "yes": [at(1.1, 2.5, 0.5, True, "beside"), at(1.8, 2.6, 1.2, True, "diagonal")],
        "no": [at(-2.5, -1.1, 0.5, False, "other side"), orthogonal, at(-0.15, 0.15, 0.1, False, "same place")],
    }


def _inside(dx: float, ratio: float, answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        big = random_size(rng, 180, 260)
        a = (big[0] * ratio, big[1] * ratio)
        p = random_place(rng)
        where = rng.uniform(-0.1, 0.1, 2) if dx == 0 else (dx, 0)
        start = shifted(p, where[0] * big[0], where[1] * big[1])
        return make_world(name, answer, rng, Body(rest(*start), a, 0.9), Body(rest(*p), big), other=1)

    return make


def _contains(rng: np.random.Generator) -> World:
    big, small, p = random_size(rng, 180, 260), random_size(rng), random_place(rng)
    return make_world("contains", False, rng, Body(rest(*p), big), Body(rest(*p), small, 0.9), other=1)


def _gap(low: float, high: float, answer: bool, name: str, *, depth: float = 0.0) -> Maker:
    """Leave a gap of low..high mean sizes to the right of a."""

    def make(rng: np.random.Generator) -> World:
        a, b, p = random_size(rng), random_size(rng), random_place(rng, 300)
        gap = rng.uniform(low, high) * float((a[0] * a[1] * b[0] * b[1]) ** 0.25)
        q = shifted(p, (a[0] + b[0]) / 2 + gap, float(rng.uniform(-0.2, 0.2)) * a[1])
        bodies = Body(rest(*p), a, 0.5 + depth), Body(rest(*q), b, 0.5)
        return make_world(name, answer, rng, *bodies, other=1, depth=depth > 0)

    return make


def _in_front(order: int, kind: str, answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a, b, p = random_size(rng, 80, 130), random_size(rng, 80, 130), random_place(rng, 350)
        near = (0.7, 0.4) if order > 0 else (0.4, 0.7) if order < 0 else (0.5, 0.5)
        if kind == "depth":
            q = shifted(p, float(rng.uniform(1.2, 2.0)) * (a[0] + b[0]) / 2, 0)
            return make_world(
                name, answer, rng, Body(rest(*p), a, near[0]), Body(rest(*q), b, near[1]), other=1, depth=True
            )
        # One goes past the other and is covered, or covers it, on the way.
        start, end = shifted(p, -300, 0), shifted(p, 300, 20 if kind == "cross" else 3.0 * b[1])
        mover = via([1, 7], [start if kind == "cross" else shifted(start, 0, 3.0 * b[1]), end])
        return make_world(name, answer, rng, Body(mover, a, near[0]), Body(rest(*p), b, near[1]), other=1)

    return make


WORLDS: dict[str, dict[str, list[Maker]]] = {
    "left_of": _side(1, 0),
    "right_of": _side(-1, 0),
    "above": _side(0, 1),
    "below": _side(0, -1),
    "inside": {
        "yes": [_inside(0, 0.4, True, "within"), _inside(0, 0.65, True, "within, large")],
        "no": [_inside(0.5, 0.4, False, "half out"), _inside(0.9, 0.4, False, "beside"), _contains],
    },
    "near": {
        "yes": [_gap(0.0, 0.45, True, "close"), _gap(-0.3, 0.0, True, "touching")],
        "no": [_gap(1.3, 2.0, False, "apart"), _gap(2.0, 3.5, False, "far")],
    },
    "touching": {
        "yes": [_gap(-0.25, -0.08, True, "overlap"), _gap(-0.1, 0.0, True, "abut")],
        "no": [_gap(0.35, 0.8, False, "near"), _gap(-0.3, -0.1, False, "apart in depth", depth=0.3)],
    },
    "in_front_of": {
        "yes": [_in_front(1, "cross", True, "covers"), _in_front(1, "depth", True, "nearer")],
        "no": [
            _in_front(-1, "cross", False, "is covered"),
            _in_front(-1, "depth", False, "farther"),
            _in_front(0, "depth", False, "level"),
            untold(_in_front(1, "miss", False, "goes past below")),
        ],
    },
    "covers": {
        "yes": [_in_front(1, "cross", True, "covers")],
        "no": [
            _in_front(-1, "cross", False, "is covered"),
            _in_front(1, "depth", False, "nearer, beside"),
            _in_front(1, "miss", False, "goes past below"),
        ],
    },
    "behind": {
        "yes": [_in_front(-1, "cross", True, "is covered"), _in_front(-1, "depth", True, "farther")],
        "no": [
            _in_front(1, "cross", False, "covers"),
            _in_front(1, "depth", False, "nearer"),
            _in_front(0, "depth", False, "level"),
            untold(_in_front(-1, "miss", False, "goes past below")),
        ],
    },
}
