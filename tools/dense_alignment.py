"""How a picture is to be turned, scaled and shifted onto another one, by all pixels: for scenes without corners.

Robust direct registration, coarse to fine: a similarity by inverse compositional Gauss-Newton (S. Baker and
I. Matthews, "Lucas-Kanade 20 years on", 2004) with re-weighted residuals, so that what moves by itself does not pull
(J.-M. Odobez and P. Bouthemy, "Robust multiresolution estimation of parametric motion models", 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from twins.geometry import Bools, Bytes, Doubles, Floats

SIDE = 240
"""Longer side, in pixels, of the finest pictures that are compared."""
LEVELS = 3
ITERATIONS = (6, 8, 10)
"""Steps taken at most, from the finest level to the coarsest."""
SMOOTHING, SHADING = 1.5, 4.0
"""Standard deviations of two blurs, in pixels of each level: finer is the sensor's noise, coarser is how the lens
darkens towards its rim, which does not move with the scene. What lies between is compared."""
OUTLIER = 4.0
"""Residuals of more than so many (robust) standard deviations have no weight."""
DONE = 0.02
"""A step that moves the corners by less than this, in pixels of its level, is the last."""
CLIP = 3.0
"""A residual counts for at most so many times the median one, wherever two maps are compared."""
NOISE_TAIL = 4.0
"""Nine in ten residuals are below this many times the median one where noise is all that is left: 2.4 times if it is
Gaussian, 3.1 to 3.7 after compression."""
UNRELATED = 1.2
"""Times their detail that two pictures differ under a map that explains nothing; 1.4 if they have nothing in common."""
UNSEEN = -1e4
DETAIL_RANGE = 256.0
"""Detail of 8-bit pictures lies within this of zero; what is lower was blended with what is not seen."""
SPARSE = 2
"""Of every so many rows and columns one is enough to tell how large residuals are."""
MIN_OVERLAP = 0.3
"""Share of the picture that must be seen in both."""


@dataclass(frozen=True)
class _Level:
    """One level of a picture: (h, w) detail about zero, and for a reference its steepest-descent images (4, h * w)."""

    detail: Floats
    descent: Floats
    scale: float


@dataclass(frozen=True)
class Fit:
    """A map from a picture's pixels to the reference's.

    Args:
        to_reference: (3, 3).
        difference: what is left between the two, the mean of the clipped absolute residuals.
        seen: share of the reference that the picture shows.
        explains: whether the map takes away some of what the two pictures hold, and leaves noise only. Where near and
            far move apart, or much moves by itself, no similarity does.
    """

    to_reference: Doubles
    difference: float
    seen: float
    explains: bool


class Aligner:
    """Align pictures with one reference picture, (h, w) uint8."""

    def __init__(self, reference: Bytes) -> None:
        self._levels = [_level(detail, scale) for detail, scale in _pyramid(reference)]

    def align(self, grey: Bytes, guess: Doubles, others: Sequence[Doubles] = ()) -> list[Fit]:
        """Return the similarity that fits a picture best from a guess on, and how well other maps fit, best first.

        Args:
            grey: (h, w) uint8.
            guess, others: (3, 3) maps from the picture's pixels to the reference's.
        """
        pictures = _pyramid(grey)
        to_grey: Doubles | None = _inverse(guess)
        for level, (picture, _), most in reversed(list(zip(self._levels, pictures, ITERATIONS, strict=True))):
            to_grey = None if to_grey is None else _descend(level, picture, to_grey, most)
        maps = [*([] if to_grey is None else [_inverse(to_grey)]), *others]
        fits = [fit for matrix in maps if (fit := self._fit(pictures[0][0], matrix)) is not None]
        return sorted(fits, key=lambda fit: fit.difference)

    def _fit(self, picture: Floats, to_reference: Doubles) -> Fit | None:
        residual, seen = _residual(self._levels[0], picture, _inverse(to_reference))
        if _share(seen) < MIN_OVERLAP:
            return None
        away = np.abs(residual[seen])
        near = np.abs(_some(residual, seen))
        middle, most = (float(value) for value in np.percentile(near, [50, 90]))
        detail = _middle(np.abs(_some(self._levels[0].detail, seen)))
        explains = most <= NOISE_TAIL * middle and middle < UNRELATED * detail
        clipped = np.minimum(away, CLIP * middle + 1e-3)
        return Fit(to_reference, float(clipped.mean()), _share(seen), explains)


def _pyramid(grey: Bytes) -> list[tuple[Floats, float]]:
    """Return the levels of a picture, the finest first, each with its size as a share of the picture's."""
    scale = min(1.0, SIDE / max(grey.shape))
    levels = []
    for _ in range(LEVELS):
        size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        fine, coarse = (cv2.GaussianBlur(small, (0, 0), sigma) for sigma in (SMOOTHING, SHADING))
        levels.append((np.asarray(fine - coarse, np.float32), scale))
        scale /= 2
    return levels


def _level(detail: Floats, scale: float) -> _Level:
    height, width = detail.shape
    dx, dy = (cv2.Sobel(detail, cv2.CV_32F, *order, ksize=3, scale=1 / 8).ravel() for order in ((1, 0), (0, 1)))
    ys, xs = (axis.ravel().astype(np.float32) for axis in np.mgrid[0:height, 0:width])
    xs, ys = xs - width / 2, ys - height / 2
    return _Level(detail, np.stack([dx * xs + dy * ys, dy * xs - dx * ys, dx, dy]), scale)


def _descend(level: _Level, picture: Floats, to_grey: Doubles, most: int) -> Doubles | None:
    """Improve the map from the reference's pixels to the picture's at one level."""
    height, width = level.detail.shape
    centre, away = _resizing(1.0, width / 2, height / 2)
    for _ in range(most):
        residual, seen = _residual(level, picture, to_grey)
        if _share(seen) < MIN_OVERLAP:
            return None
        spread = 1.4826 * _middle(np.abs(_some(residual, seen))) + 1e-3
        flat = residual.ravel()
        # Nothing is picked out: what is far off or unseen gets no weight, which is faster.
        weight = np.maximum(1 - (flat / np.float32(OUTLIER * spread)) ** 2, 0) ** 2 * seen.ravel()
        weighted = level.descent * weight
        try:
            a, b, x, y = np.linalg.solve(
                (weighted @ level.descent.T).astype(np.float64), (weighted @ flat).astype(np.float64)
            )
        except np.linalg.LinAlgError:
            return None
        step = centre @ np.array([[1 + a, -b, x], [b, 1 + a, y], [0, 0, 1]]) @ away
        to_grey = _scaled(_scaled(to_grey, level.scale) @ np.linalg.inv(step), 1 / level.scale)
        if np.hypot(a, b) * np.hypot(width, height) / 2 + np.hypot(x, y) < DONE:
            break
    return to_grey


def _residual(level: _Level, picture: Floats, to_grey: Doubles) -> tuple[Floats, Bools]:
    """Return (h, w) the picture as the reference would see it minus the reference, and where both are seen."""
    matrix, size = _scaled(to_grey, level.scale), (level.detail.shape[1], level.detail.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(picture, matrix, size, flags=flags, borderValue=UNSEEN)
    return np.asarray(warped - level.detail, np.float32), np.asarray(warped > -DETAIL_RANGE)


def _some(values: Floats, seen: Bools) -> Floats:
    """Return (n,) some of the values that are seen, evenly spread: enough for an order statistic."""
    return values[::SPARSE, ::SPARSE][seen[::SPARSE, ::SPARSE]]


def _middle(values: Floats) -> float:
    """Return the upper median; NumPy's own costs several times as much, and this is asked for at every step."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _share(seen: Bools) -> float:
    return float(np.count_nonzero(seen) / seen.size)


def _inverse(matrix: Doubles) -> Doubles:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _scaled(matrix: Doubles, scale: float) -> Doubles:
    """Return a map of pixels as one of pixels of pictures of another size."""
    # Pixel centres lie at whole numbers: half a pixel is shifted about the scaling.
    half = (scale - 1) / 2
    to_size, back = _resizing(scale, half, half)
    return np.asarray(to_size @ matrix @ back, np.float64)


@lru_cache(maxsize=64)
def _resizing(scale: float, x: float, y: float) -> tuple[Doubles, Doubles]:
    """Return the (3, 3) map that scales, then shifts, and its inverse: there are few, and they are asked for often."""
    matrix = np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]])
    return matrix, np.linalg.inv(matrix)
