"""What all generated worlds share: sizes, places, mirror images, bystanders."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.predicate_tracks import HEIGHT, WIDTH, Body, Path, World, rest

Maker = Callable[[np.random.Generator], World]
"""Draws one world of a kind."""
Point = tuple[float, float]


def random_size(rng: np.random.Generator, low: float = 50, high: float = 120) -> Point:
    """Return a width and height whose geometric mean lies between ``low`` and ``high`` pixels."""
    side = rng.uniform(low, high)
    stretch = np.exp(rng.uniform(-0.3, 0.3))
    return float(side * stretch), float(side / stretch)


def random_place(rng: np.random.Generator, margin: float = 250) -> Point:
    """Return a place at least ``margin`` pixels from the border."""
    return float(rng.uniform(margin, WIDTH - margin)), float(rng.uniform(margin, HEIGHT - margin))


def unit_of(size: Point) -> float:
    """Return the length by which movement is judged, in pixels: half the size plus a tenth of the diagonal."""
    return float(np.sqrt(size[0] * size[1]) / 2 + 0.1 * np.hypot(WIDTH, HEIGHT))


def shifted(p: Point, dx: float, dy: float) -> Point:
    """Return a point moved by (dx, dy)."""
    return p[0] + dx, p[1] + dy


def _flip(world: World, rng: np.random.Generator, *, x: bool = True, y: bool = True) -> World:
    """Mirror a world at random, where the predicate does not mind."""
    flip_x, flip_y = x and rng.random() < 0.5, y and rng.random() < 0.5

    def mirrored(path: Path) -> Path:
        def flipped(t: np.ndarray) -> np.ndarray:
            places = path(t).copy()
            if flip_x:
                places[:, 0] = WIDTH - places[:, 0]
            if flip_y:
                places[:, 1] = HEIGHT - places[:, 1]
            return places

        return flipped

    for body in world.bodies:
        body.path = mirrored(body.path)
    return world


def make_world(
    name: str,
    answer: bool,
    rng: np.random.Generator,
    *bodies: Body,
    other: int | None = None,
    depth: bool = False,
    mirror: str = "xy",
) -> World:
    """Return a world of these bodies, mirrored at random along the axes in ``mirror``, half the time with a bystander.

    Asked is the first body, with regard to body ``other``; ``depth`` gives every body its true nearness.
    """
    world = _flip(World([*bodies], 0, other, answer, name, depth), rng, x="x" in mirror, y="y" in mirror)
    if rng.random() < 0.5:
        # A bystander in a corner, far from what happens.
        world.bodies.append(Body(rest(*_corner(rng)), random_size(rng, 40, 60)))
    return world


def untold(maker: Maker) -> Maker:
    """Return the maker of the same worlds, in which nothing that can be seen tells the answer."""

    def make(rng: np.random.Generator) -> World:
        return replace(maker(rng), untold=True)

    return make


def _corner(rng: np.random.Generator) -> Point:
    return float(rng.choice([45, WIDTH - 45])), float(rng.choice([45, HEIGHT - 45]))
