"""Surfaces by name: plain, striped, dotted or textured."""

import cv2
import numpy as np

from twins.geometry import Bools, Bytes, Floats

MIN_SURFACE = 150
"""… and its surface."""
SHADING_DEGREE = 4
"""Of the polynomial that a ball under one lamp, with its shady side (Lambert's law), comes close to."""
PLAIN_SPREAD = 4.8
"""Standard deviation of the lightness (0–255), without its shading, on a surface that has no pattern."""


def texture_of(image: Bytes, mask: Bools) -> tuple[str, float] | None:
    """Name the surface of one sight: plain, striped, dotted or textured, with a confidence."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2) > 0
    if inner.sum() < MIN_SURFACE:
        return None
    light = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0], (3, 3), 0).astype(np.float32)
    left = float((light - _smooth(light, inner, SHADING_DEGREE))[inner].std())
    if left < PLAIN_SPREAD:
        return "plain", min(0.9, 0.5 + (PLAIN_SPREAD - left) / 10)
    # So many terms would follow a few wide stripes, too: what they look like is seen with fewer.
    detail = np.where(inner, light - _smooth(light, inner, 2), 0)
    spread = float(detail[inner].std())
    dx, dy = cv2.Sobel(detail, cv2.CV_32F, 1, 0)[inner], cv2.Sobel(detail, cv2.CV_32F, 0, 1)[inner]
    xx, yy, xy = float((dx * dx).mean()), float((dy * dy).mean()), float((dx * dy).mean())
    aligned = float(np.hypot(xx - yy, 2 * xy)) / max(xx + yy, 1e-6)
    if aligned > 0.55:
        return "striped", min(0.9, aligned)
    spots = max(_round_spots(detail > spread / 2, inner), _round_spots(detail < -spread / 2, inner))
    return ("dotted", 0.6) if spots >= 4 else ("textured", 0.5)


def _smooth(light: Floats, inner: Bools, degree: int) -> Floats:
    """Return the polynomial surface of a degree that fits the light of (h, w) pixels best."""
    ys, xs = np.mgrid[-1 : 1 : light.shape[0] * 1j, -1 : 1 : light.shape[1] * 1j]
    terms = np.stack([xs**i * ys**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=2)
    seen = terms[inner]
    fitted = np.linalg.lstsq(seen.T @ seen, seen.T @ light[inner], rcond=None)[0]
    return np.asarray(terms @ fitted, np.float32)


def _round_spots(mask: Bools, inner: Bools) -> int:
    count, _, stats, _ = cv2.connectedComponentsWithStats((mask & inner).astype(np.uint8))
    spots = 0
    for x in stats[1:count]:
        width, height, area = (int(x[n]) for n in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
        spots += 6 <= area <= 0.12 * inner.sum() and 0.5 <= width / height <= 2 and area >= 0.55 * width * height
    return spots
