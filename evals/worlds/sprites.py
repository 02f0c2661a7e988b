"""How things look: outline, colour, stripes or dots, and light, as small pictures to be moved about."""

from functools import lru_cache

import numpy as np

from evals.worlds import backgrounds
from evals.worlds.palette import RGB
from twins.geometry import Bytes, Doubles, Floats

MARGIN = 4
"""Clear pixels around a shape, so that turning it by parts of a pixel keeps its edge smooth."""

SHAPES = ("ball", "square", "triangle", "star", "cross", "bar", "diamond")
TEXTURES = ("plain", "striped", "dotted")


def outline(shape: str) -> Floats:
    """Return (N, 2) corners of a shape inside the unit circle. Raises ``KeyError`` for an unknown shape."""
    turns = {"square": (4, 0.125), "triangle": (3, 0.75), "ball": (72, 0.0)}
    if shape in turns:
        corners, start = turns[shape]
        return _ring(np.ones(corners), start)
    others = {
        "star": _ring(np.tile([1.0, 0.48], 5), 0.75),
        "cross": _cross(0.94, 0.34),
        "bar": _box(0.98, 0.2),
        "diamond": _rhombus(),
    }
    return others[shape]


def _rhombus() -> Floats:
    return np.asarray([(0, -1), (0.66, 0), (0, 1), (-0.66, 0)], np.float32)


def _ring(radii: Doubles, start: float) -> Floats:
    angles = 2 * np.pi * (start + np.arange(len(radii)) / len(radii))
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1).astype(np.float32)


def _box(half_width: float, half_height: float) -> Floats:
    signs = np.asarray([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
    return signs * np.asarray((half_width, half_height), np.float32)


def _cross(arm: float, half: float) -> Floats:
    corner = [(half, -arm), (half, -half), (arm, -half)]
    quarter = np.asarray([(0, 1), (-1, 0)], np.float32)
    parts, current = [], np.asarray(corner, np.float32)
    for _ in range(4):
        parts.append(current)
        current = current @ quarter
    return np.concatenate(parts)


@lru_cache(maxsize=256)
def sprite(shape: str, colour: str, texture: str, radius: int) -> Bytes:
    """Return (S, S, 4) RGB and coverage of a shape of this radius in pixels, S = 2 * (radius + MARGIN)."""
    coverage = _coverage(shape, radius)
    side = coverage.shape[0]
    axis = (np.arange(side) - side / 2 + 0.5) / radius
    shade = _shade(texture, axis[None, :], axis[:, None])
    rim = _rim(coverage, radius)
    rgb = np.asarray(RGB[colour], np.float32)
    second = rgb * 0.5 if rgb.mean() > 75 else rgb + 78
    picture = rgb * (1 - shade[..., None]) + second * shade[..., None]
    picture *= rim[..., None]
    return np.dstack([np.clip(picture, 0, 255), coverage * 255]).astype(np.uint8)


def _coverage(shape: str, radius: int) -> Floats:
    """Return (S, S) of 0 to 1, drawn four times too large and shrunk; corners slightly rounded."""
    import cv2

    side = 2 * (radius + MARGIN)
    big = np.zeros((4 * side, 4 * side), np.uint8)
    points = (outline(shape) * 4 * radius + 2 * side - 0.5) * 16
    cv2.fillPoly(big, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA, 4)
    if shape != "ball":
        blur = cv2.GaussianBlur(big, (0, 0), max(0.6, 0.16 * radius))
        big = np.clip((blur.astype(np.float32) - 127.5) * 6 + 127.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)


def _shade(texture: str, x: Floats, y: Floats) -> Floats:
    """Return (S, S): how much of the second tone is at a place, for x and y in radii."""
    if texture == "striped":
        return np.clip(np.sin((x + 0.35 * y) * 8.0) * 3.0, 0, 1).astype(np.float32)
    if texture == "dotted":
        dx, dy = (x / 0.46) % 1.0 - 0.5, (y / 0.46) % 1.0 - 0.5
        return np.asarray(np.clip((0.3 - np.hypot(dx, dy)) * 8.0, 0, 1), np.float32)
    return np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)


def _rim(coverage: Floats, radius: int) -> Floats:
    """Return (S, S) factors that darken a thing towards its edge, as if it were thick."""
    import cv2

    inside = cv2.GaussianBlur(coverage, (0, 0), max(0.8, 0.09 * radius))
    return np.asarray(0.72 + 0.28 * np.clip((inside - 0.5) * 2.2, 0, 1), np.float32)


@lru_cache(maxsize=64)
def light(shape: str, radius: int) -> Floats:
    """Return (S, S) factors of light that falls from the upper left; it does not turn with the thing."""
    side = 2 * (radius + MARGIN)
    axis = ((np.arange(side) - side / 2 + 0.5) / radius).astype(np.float32)
    x, y = axis[None, :], axis[:, None]
    if shape != "ball":
        return np.asarray(np.clip(1.06 - 0.13 * (x + y), 0.8, 1.25), np.float32)
    toward = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    lit = np.clip(-0.42 * x - 0.5 * y + 0.76 * toward, 0, 1)
    return np.asarray(0.6 + 0.5 * lit + 0.55 * lit**22, np.float32)


@lru_cache(maxsize=16)
def slab(material: str, seed: int, width: int, height: int, unit: float) -> Bytes:
    """Return (height + 2 * MARGIN, width + 2 * MARGIN, 4) RGB and coverage of a wall, box or post."""
    picture = backgrounds.paint(material, seed, height, width, unit).astype(np.float32) * 0.8
    side = np.clip(np.minimum(np.arange(width), np.arange(width)[::-1]) / (0.12 * unit), 0, 1)
    top = np.clip(np.arange(height) / (0.1 * unit), 0, 1)
    picture *= (0.68 + 0.32 * side)[None, :, None]
    picture += 34 * (1 - top)[:, None, None]
    framed = np.pad(np.clip(picture, 0, 255), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    coverage = np.pad(np.full((height, width), 255.0), MARGIN)
    return np.dstack([framed, coverage]).astype(np.uint8)
