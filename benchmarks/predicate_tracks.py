"""Small worlds of moving rectangles with known answers, seen through a noisy tracker."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Geometry, Visibility

Array = NDArray[np.float64]
Path = Callable[[Array], Array]

WIDTH, HEIGHT = 1280, 720
SECONDS = 8.0
JITTER = 0.05
"""Standard deviation of each box coordinate, in widths or heights of the box."""
MISSING = 0.2
"""Share of frames in which a visible object is not detected."""
GRID = 24
"""Points a side at which visibility of a rectangle is sampled."""
HIDDEN_SHARE = 0.15
"""A tracker sees nothing of an object of which less than this share shows."""


def rest(x: float, y: float) -> Path:
    """Stay at a place."""
    return lambda t: np.broadcast_to(np.array([x, y], np.float64), (len(t), 2)).copy()


def via(times: list[float], places: list[tuple[float, float]]) -> Path:
    """Go from place to place at constant speeds, resting before the first time and after the last."""
    points = np.array(places, np.float64)
    return lambda t: np.stack([np.interp(t, times, points[:, axis]) for axis in (0, 1)], axis=1)


def ring(centre: tuple[float, float], radii: tuple[float, float], phase: float, turns: float, end: float) -> Path:
    """Go round a centre ``turns`` times (negative: the other way) until ``end``, then rest."""

    def path(t: Array) -> Array:
        angle = phase + 2 * np.pi * turns * np.clip(t / end, 0, 1)
        return np.stack([centre[0] + radii[0] * np.cos(angle), centre[1] + radii[1] * np.sin(angle)], axis=1)

    return path


@dataclass
class Body:
    """A rectangle on a path. ``scale`` gives its size over time; ``shown`` the times between which it exists."""

    path: Path
    size: tuple[float, float]
    nearness: float = 0.5
    scale: Callable[[Array], Array] = field(default=lambda t: np.ones_like(t))
    shown: tuple[float, float] = (-1.0, 1e9)

    def boxes(self, t: Array) -> Array:
        """Return (T, 4) whole boxes, in the coordinates of the world."""
        centre, half = self.path(t), np.array(self.size) / 2 * self.scale(t)[:, None]
        return np.concatenate((centre - half, centre + half), axis=1)


@dataclass
class World:
    """Bodies, and which predicate is asked of which: ``answer`` says whether it holds at some time.

    ``untold``: that it does not is told by nothing that can be seen.
    """

    bodies: list[Body]
    subject: int
    other: int | None
    answer: bool
    name: str
    depth: bool = False
    still_camera: bool = False
    untold: bool = False


def observe(
    world: World, rng: np.random.Generator, *, noise: bool = True, fps: float | None = None
) -> tuple[Geometry, int, int | None]:
    """Track a world: occlusion, clipping, camera, jitter, missing frames and one id break.

    Returns:
        the geometry, and the rows of subject and other (either piece of the one that was broken).
    """
    step = 1 / (fps or float(rng.choice([6, 8, 10, 15])))
    t = np.arange(0, SECONDS, step)
    if noise:
        t = np.sort(t + rng.uniform(-0.2, 0.2, len(t)) * step * (np.arange(len(t)) > 0))
    pan = np.zeros((len(t), 2))
    if not world.still_camera and rng.random() < 0.5:
        pan = np.outer(np.sin(t / SECONDS * np.pi * rng.uniform(0.5, 1.5)), rng.uniform(-60, 60, 2))
    boxes, area, nearness, visibility = _seen(world, rng, t, pan)
    if noise:
        boxes, area, nearness = _jittered(boxes, area, nearness, rng)
        missed = (rng.random(visibility.shape) < MISSING) & (visibility == Visibility.VISIBLE)
        visibility[missed] = Visibility.ABSENT if rng.random() < 0.5 else Visibility.NOT_SAMPLED
    if not world.depth:
        nearness[:] = np.nan
    gone = visibility != Visibility.VISIBLE
    boxes[gone], area[gone], nearness[gone] = np.nan, np.nan, np.nan
    rows = np.arange(len(world.bodies))
    arrays = [boxes, area, nearness, visibility]
    if noise:
        arrays, rows = _break_one(arrays, t, rng)
    camera = _camera(pan + (rng.normal(0, 1.0, pan.shape) if noise and pan.any() else 0))
    geometry = _geometry(world, t, arrays, camera)
    pick = [int(rng.choice(np.flatnonzero(rows == body))) for body in range(len(world.bodies))]
    return geometry, pick[world.subject], None if world.other is None else pick[world.other]


def _seen(
    world: World, rng: np.random.Generator, t: Array, pan: Array
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    """Return boxes (N, T, 4), areas, nearness and visibility (N, T), as they are."""
    boxes, share = _seen_boxes(world, t, pan)
    vague = Visibility.OCCLUDED if rng.random() < 0.5 else Visibility.ABSENT
    inside = (boxes[..., 2] > 0) & (boxes[..., 0] < WIDTH) & (boxes[..., 3] > 0) & (boxes[..., 1] < HEIGHT)
    visibility = np.where(share > HIDDEN_SHARE, Visibility.VISIBLE, np.where(inside, vague, Visibility.ABSENT))
    for row, body in enumerate(world.bodies):
        visibility[row, (t < body.shown[0]) | (t >= body.shown[1])] = Visibility.ABSENT
    area = share * np.stack([np.prod(body.size) * body.scale(t) ** 2 for body in world.bodies])
    nearness = np.repeat([[body.nearness] for body in world.bodies], len(t), axis=1) * world_scale(world, t)
    return boxes, area, nearness, visibility


def _camera(pan: Array) -> Array:
    """Return (T, 2, 3) affine maps of a camera that is only moved."""
    camera = np.zeros((len(pan), 2, 3))
    camera[:, 0, 0] = camera[:, 1, 1] = 1
    camera[:, :, 2] = pan
    return camera


def _jittered(boxes: Array, area: Array, nearness: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return what was measured, with the errors of measuring."""
    extent = np.tile(boxes[..., 2:] - boxes[..., :2], 2)
    return (
        boxes + rng.normal(0, JITTER, boxes.shape) * extent,
        area * (1 + rng.normal(0, JITTER, area.shape)),
        nearness * (1 + rng.normal(0, JITTER, nearness.shape)),
    )


def _geometry(world: World, t: Array, arrays: list[Array], camera: Array) -> Geometry:
    boxes, area, nearness, visibility = arrays
    return Geometry(
        tuple(f"t{row}" for row in range(len(boxes))),
        np.arange(len(t)),
        t,
        boxes.astype(np.float32),
        area.astype(np.float32),
        nearness.astype(np.float32),
        visibility.astype(np.uint8),
        WIDTH,
        HEIGHT,
        "relative" if world.depth else "weak",
        camera.astype(np.float32),
    )


def world_scale(world: World, t: Array) -> Array:
    """Return (N, T) how much nearer each body is than at the start: what comes nearer grows."""
    return np.stack([body.scale(t) for body in world.bodies])


def _seen_boxes(world: World, t: Array, pan: Array) -> tuple[Array, Array]:
    """Return the boxes of what shows (N, T, 4) and its share of the whole (N, T)."""
    shift = np.tile(pan, 2)
    whole = np.stack([body.boxes(t) for body in world.bodies]) - shift
    boxes, share = whole.copy(), np.ones(whole.shape[:2])
    grid = (np.arange(GRID) + 0.5) / GRID
    for row, body in enumerate(world.bodies):
        low, extent = whole[row, :, :2], whole[row, :, 2:] - whole[row, :, :2]
        x = (low[:, :1] + extent[:, :1] * grid)[:, None, :]
        y = (low[:, 1:] + extent[:, 1:] * grid)[:, :, None]
        free = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
        for front, other in enumerate(world.bodies):
            if other.nearness > body.nearness:
                b = whole[front][:, :, None, None]
                there = ((t >= other.shown[0]) & (t < other.shown[1]))[:, None, None]
                free &= ~(there & (x >= b[:, 0]) & (x < b[:, 2]) & (y >= b[:, 1]) & (y < b[:, 3]))
        share[row] = free.mean(axis=(1, 2))
        for axis, line in ((0, free.any(axis=1)), (1, free.any(axis=2))):
            first, last = line.argmax(axis=1), GRID - line[:, ::-1].argmax(axis=1)
            boxes[row, :, axis] = low[:, axis] + extent[:, axis] * first / GRID
            boxes[row, :, axis + 2] = low[:, axis] + extent[:, axis] * last / GRID
    return boxes, share


def _break_one(arrays: list[Array], t: Array, rng: np.random.Generator) -> tuple[list[Array], NDArray[np.int64]]:
    """Give one track a second id from some moment on, after a short gap."""
    n = len(arrays[0])
    row = int(rng.integers(n))
    seen = np.flatnonzero(arrays[3][row] == Visibility.VISIBLE)
    # A tracker that loses what is in plain view: not at the start, nor while the object is away.
    whole = [i for i, j in pairwise(seen[4:-8]) if t[j] - t[i] < 0.5]
    if not whole:
        return arrays, np.arange(n)
    moment = float(t[rng.choice(whole)])
    gap = rng.uniform(0, 0.3)
    result = []
    for array in arrays:
        late = array[row : row + 1].copy()
        blank = Visibility.ABSENT if array is arrays[3] else np.nan
        late[:, t < moment + gap] = blank
        array[row, t >= moment] = blank
        result.append(np.concatenate((array, late)))
    return result, np.append(np.arange(n), row)
