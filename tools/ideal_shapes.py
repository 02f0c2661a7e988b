"""Ideal shapes, drawn once: circles, squares, stars and the like, turned and stretched, to be laid over outlines."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Doubles, Floats

GRID, SIDE = 24, 8.5
"""Pixels of the square that shapes are drawn in, and the side of a square of the area that all of them have there."""
BLUR = 0.7
"""Pixels by which shapes and masks are blurred, so that a border a little off costs little."""
FINE = 4
"""Shapes are drawn so many times larger, and shrunk."""
PIXELS = round((SIDE * FINE) ** 2)
"""… of which each then has so many."""
ROUNDED = (0.045, 0.1)
"""How far corners are rounded, as a share of :data:`SIDE`: a lens and a mask of few pixels round them."""


@dataclass(frozen=True)
class Drawn:
    """Which shapes are drawn under a name.

    Args:
        outline: its name in :func:`outline`.
        stretches: its free proportion, see there.
        turns: how many angles it is drawn at, spread over ``period`` degrees, after which it looks the same.
    """

    name: str
    outline: str
    stretches: tuple[float, ...]
    turns: int
    period: int


DRAWN = (
    Drawn("circle", "ellipse", (1.0,), 1, 180),
    Drawn("circle", "ellipse", (1.13,), 8, 180),
    Drawn("ellipse", "ellipse", (1.45, 1.75), 16, 180),
    Drawn("elongated", "ellipse", (2.6, 3.6), 18, 180),
    Drawn("square", "rectangle", (1.0,), 10, 90),
    Drawn("square", "rectangle", (1.13,), 20, 180),
    Drawn("rectangle", "rectangle", (1.45, 1.8), 20, 180),
    Drawn("elongated", "rectangle", (2.6, 3.4, 4.5, 6.0), 20, 180),
    Drawn("triangle", "triangle", (1.73,), 14, 120),
    Drawn("triangle", "triangle", (1.3, 2.2), 36, 360),
    Drawn("triangle", "wedge", (0.8, 1.25), 36, 360),
    Drawn("diamond", "diamond", (0.52, 0.62, 0.72), 20, 180),
    Drawn("star", "star", (0.4, 0.48, 0.56), 9, 72),
    Drawn("star", "star of four", (0.3, 0.4, 0.5), 9, 90),
    Drawn("star", "star of six", (0.55,), 8, 60),
    Drawn("cross", "cross", (0.24, 0.32, 0.4), 12, 90),
    Drawn("pentagon", "pentagon", (1.0,), 10, 72),
    Drawn("hexagon", "hexagon", (1.0,), 8, 60),
    Drawn("heart", "heart", (0.9, 1.1), 36, 360),
)
CORNERS = {"pentagon": 5, "hexagon": 6}
POINTS = {"star": 5, "star of four": 4, "star of six": 6}


@dataclass(frozen=True)
class Bank:
    """All that is drawn.

    Args:
        names: distinct names.
        pictures: (n, GRID * GRID), those of a name together, in the order of the names.
        squares: (n,) the sum of each picture's squares.
        starts: (names,) the first row of each name.
    """

    names: tuple[str, ...]
    pictures: Floats
    squares: Floats
    starts: NDArray[np.int64]


@lru_cache(maxsize=1)
def bank() -> Bank:
    """Draw every shape; takes a third of a second, once."""
    drawn: dict[str, list[Floats]] = {}
    for one in DRAWN:
        for stretch in one.stretches:
            for turn in range(one.turns):
                placed = _placed(outline(one.outline, stretch), np.radians(turn * one.period / one.turns))
                drawn.setdefault(one.name, []).extend(_pictures(placed))
    pictures = np.array([picture for name in drawn for picture in drawn[name]], np.float32)
    starts = np.cumsum([0, *(len(drawn[name]) for name in drawn)])[:-1]
    return Bank(tuple(drawn), pictures, (pictures**2).sum(axis=1), starts)


def outline(name: str, stretch: float) -> Doubles:
    """Return (n, 2) corners of a shape. ``stretch`` is its length by its width; of a diamond width by length; of a star
    how far its inner corners lie out, of a cross the width of its arms, both as shares of the whole."""
    if name in CORNERS:
        return _ring(np.ones(CORNERS[name]))
    if name in POINTS:
        return _ring(np.tile([1.0, stretch], POINTS[name]))
    if name == "ellipse":
        return _ring(np.ones(48)) * [stretch, 1.0]
    if name == "heart":
        return _heart(stretch)
    a, b = stretch, 1.0
    corners = {
        "rectangle": [(-a, -b), (a, -b), (a, b), (-a, b)],
        "triangle": [(0.0, -a), (b, 0.0), (-b, 0.0)],
        "wedge": [(-a, -b), (a, b), (-a, b)],
        "diamond": [(0.0, -b), (a, 0.0), (0.0, b), (-a, 0.0)],
        "cross": [(a, b), (a, a), (b, a), (b, -a), (a, -a), (a, -b)],
    }
    found = np.array(corners[name])
    return np.concatenate([found, -found]) if name == "cross" else found


def _heart(height: float) -> Doubles:
    """Return the well-known sum of cosines (https://mathworld.wolfram.com/HeartCurve.html)."""
    turn = 2 * np.pi * np.arange(60) / 60
    down = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
    return np.stack([16 * np.sin(turn) ** 3, -height * down], axis=1)


def pictured(mask: Bools) -> Floats:
    """Return (GRID * GRID,) a mask as shapes are drawn: of the same area, in the middle, and blurred; not turned."""
    ys, xs = np.nonzero(mask)
    scale = SIDE / np.sqrt(len(xs))
    moved = np.array([[scale, 0, GRID / 2 - 0.5 - scale * xs.mean()], [0, scale, GRID / 2 - 0.5 - scale * ys.mean()]])
    # Shrinking takes single pixels: what they stand for is blurred into them first.
    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.29 / scale) if scale < 1 else mask
    return _blurred(cv2.warpAffine(blurred.astype(np.float32), moved, (GRID, GRID), flags=cv2.INTER_LINEAR))


def _ring(radii: Doubles) -> Doubles:
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def _placed(corners: Doubles, angle: float) -> Doubles:
    """Return corners turned, about their centre of mass, and of an area of ``SIDE**2``."""
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    after = np.roll(turned, -1, axis=0)
    crossed = turned[:, 0] * after[:, 1] - after[:, 0] * turned[:, 1]
    area = crossed.sum() / 2
    centre = ((turned + after) * crossed[:, None]).sum(axis=0) / (6 * area)
    return np.asarray((turned - centre) * SIDE / np.sqrt(abs(area)), np.float64)


def _pictures(corners: Doubles) -> list[Floats]:
    drawn = np.zeros((GRID * FINE, GRID * FINE), np.float32)
    points = (corners * FINE + GRID * FINE / 2 - 0.5) * 16
    cv2.fillPoly(drawn, [np.round(points).astype(np.int32)], 1.0, cv2.LINE_8, 4)
    found = []
    for rounded in ROUNDED:
        soft = cv2.GaussianBlur(drawn, (0, 0), rounded * SIDE * FINE)
        # Rounded corners take from the area, which the sides then give.
        border = np.partition(soft.ravel(), -PIXELS)[-PIXELS]
        small = cv2.resize((soft >= border).astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
        found.append(_blurred(small))
    return found


def _blurred(picture: NDArray[Any]) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR).ravel(), np.float32)
