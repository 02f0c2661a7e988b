"""Worlds of one body that is alone: it moves, rests, turns, grows, comes and goes."""

import numpy as np

from benchmarks.predicate_tracks import HEIGHT, WIDTH, Body, World, rest, ring, via
from benchmarks.predicate_worlds.making import Maker, Point, make_world, random_place, random_size, shifted, unit_of


def mover(direction: Point, pace: tuple[float, float], answer: bool, name: str, mirror: str = "xy") -> Maker:
    """Move a in a direction, or in a random one for (0, 0), for as long as the picture allows."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng)
        angle = rng.uniform(0, 2 * np.pi)
        wobble = rng.uniform(-0.35, 0.35)
        way = np.array(direction) if any(direction) else np.array([np.cos(angle), np.sin(angle)])
        way = np.array([way[0] - wobble * way[1], way[1] + wobble * way[0]])
        room = (WIDTH if abs(way[0]) > abs(way[1]) else HEIGHT) - 2 * max(a) - 40
        speed = rng.uniform(*pace) * unit_of(a)
        length = min(speed * 6, room * 0.9)
        begin = rng.uniform(0, 1.0)
        middle = np.array([WIDTH, HEIGHT]) / 2
        p, q = middle - way * length / 2, middle + way * length / 2
        path = via([begin, begin + length / speed], [tuple(p), tuple(q)])
        # Twice out of three times others stand about, one of them near.
        return make_world(name, answer, rng, Body(path, a), mirror=mirror)

    return make


def stander(answer: bool, name: str) -> Maker:
    """Let a rest somewhere."""

    def make(rng: np.random.Generator) -> World:
        return make_world(name, answer, rng, Body(rest(*random_place(rng)), random_size(rng, 50, 200)))

    return make


def pausing(begin: bool, end: bool, answer: bool, name: str) -> Maker:
    """Move a through the middle; it rests before (``begin``), after (``end``), or is cut off by the clip there."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng)
        pace = rng.uniform(0.5, 1.0) * unit_of(a)
        start = rng.uniform(1.5, 3.5) if begin else -2.0
        stop = rng.uniform(4.5, 6.5) if end else 10.0
        length = pace * (stop - start)
        scale = min(1.0, (WIDTH - 300) / length)
        p = (WIDTH / 2 - length * scale / 2, float(rng.uniform(200, 520)))
        path = via([start, stop], [p, shifted(p, length * scale, float(rng.uniform(-80, 80)))])
        return make_world(name, answer, rng, Body(path, a))

    return make


def turning(angle: float, pause: float, answer: bool, name: str) -> Maker:
    """Let a turn by an angle (π: back) in the middle of its way, after waiting up to ``pause`` seconds."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng)
        length = rng.uniform(1.5, 2.5) * unit_of(a)
        corner = (float(rng.uniform(600, 900)), 360.0)
        p = shifted(corner, -length, float(rng.uniform(-40, 40)))
        bend = np.pi - angle + rng.uniform(-0.3, 0.3)
        q = shifted(corner, float(-length * np.cos(bend)), float(length * np.sin(bend)) * 0.9)
        wait = rng.uniform(0, pause)
        return make_world(name, answer, rng, Body(via([1, 3.5, 3.5 + wait, 6 + wait], [p, corner, corner, q]), a))

    return make


def ringing(answer: bool, name: str) -> Maker:
    """Let a go round a ring about nothing."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng, 50, 80)
        radius = rng.uniform(1.3, 1.6) * unit_of(a)
        return make_world(name, answer, rng, Body(ring((640, 360), (radius, radius), rng.uniform(0, 6), 1, 8), a))

    return make


def sizing(sign: int, answer: bool, name: str, *, depth: bool = False) -> Maker:
    """Let a grow (``sign`` 1), shrink (-1) or stay as large as it is (0)."""

    def make(rng: np.random.Generator) -> World:
        ratio = rng.uniform(1.5, 2.4)
        begin, end = rng.uniform(0.5, 1.5), rng.uniform(5, 7.5)
        low = random_size(rng, 50, 90)

        def scale(t: np.ndarray) -> np.ndarray:
            share = np.clip((t - begin) / (end - begin), 0, 1)
            return np.asarray(ratio ** (share if sign > 0 else 1 - share if sign < 0 else np.zeros_like(t)))

        path = via([0, 8], [(560, 330), (float(rng.uniform(500, 750)), float(rng.uniform(300, 420)))])
        return make_world(name, answer, rng, Body(path, low, 0.3, scale), depth=depth)

    return make


def edge(out: bool, answer: bool, name: str, *, back: bool = False, stop: bool = False) -> Maker:
    """Cross the picture's edge inward or outward; ``back``: out and in again; ``stop``: only up to the edge."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng)
        pace = rng.uniform(0.6, 1.4) * unit_of(a)
        beyond, y = -a[0], float(rng.uniform(150, 560))
        if stop:
            beyond = a[0] / 2 + 8
        inner = beyond + pace * 3
        crossing = rng.uniform(1.5, 2.5)
        if back:
            places = [(inner, y), (beyond, y), (beyond, y), (inner, y)]
            return make_world(name, answer, rng, Body(via([0.5, 2.5, 4.5, 6.5], places), a))
        places = [(inner, y), (beyond, y)] if out else [(beyond, y), (inner, y)]
        begin = crossing + (1.0 if out else 0.0)
        return make_world(name, answer, rng, Body(via([begin, begin + 3], places), a))

    return make


def passing_through(way: str, answer: bool, name: str) -> Maker:
    """Come in over the left edge and go out again: ``across`` at the right, ``back`` at the left, ``down`` below."""

    def make(rng: np.random.Generator) -> World:
        a = random_size(rng, 50, 100)
        y = float(rng.uniform(200, 500))
        middle = (float(rng.uniform(500, 800)), y)
        last = {"across": (1280 + a[0], y), "back": (-a[0], y), "down": (middle[0], 720 + a[1]), "stays": middle}[way]
        return make_world(name, answer, rng, Body(via([0.5, 3.5, 7], [(-a[0], y), middle, last]), a))

    return make


def popping(shown: tuple[float, float], answer: bool, name: str) -> Maker:
    """Show a only in a span of seconds; it does not go anywhere."""

    def make(rng: np.random.Generator) -> World:
        shift = float(rng.uniform(-0.5, 0.5))
        span = (shown[0] + shift if shown[0] > 0 else -1.0, shown[1] + shift if shown[1] < 8 else 1e9)
        p = random_place(rng)
        return make_world(name, answer, rng, Body(via([0, 8], [p, shifted(p, 60, 0)]), random_size(rng), shown=span))

    return make
