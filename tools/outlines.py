"""Outlines by name: what shape a mask has."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools

ELONGATED_RATIO = 2.4
FULL, HOLLOW = 0.9, 0.86
"""Share of its hull that an outline fills, from which it has no bays that could make it a cross or a star; and below
which it can be nothing else. A small one is filled up by its shadow and by blur."""
BAY_SHARE, BAY_LIKENESS = 0.012, 0.3
"""Bays of an outline that count, as a share of its area, and of what the two largest are on average."""
FEW_PIXELS, CLEAR_BAY = 280, 0.035
"""Of an outline of fewer pixels a bay of a few says nothing: only deep ones count, of one that is clearly hollow."""
MIN_OUTLINE = 90
"""Pixels that a mask needs before its outline says anything."""


def shape_of(mask: Bools) -> tuple[str, float] | None:
    """Name the outline of one mask, with a confidence; none where the mask is too small or broken."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    area = float(cv2.contourArea(outline))
    if area < MIN_OUTLINE or area < 0.8 * mask.sum():
        return None
    hull = cv2.convexHull(outline)
    solidity = area / max(float(cv2.contourArea(hull)), 1.0)
    (_, (side_a, side_b), _) = cv2.minAreaRect(outline)
    longer, shorter = max(side_a, side_b, 1.0), max(min(side_a, side_b), 1.0)
    if solidity >= HOLLOW and longer / shorter >= ELONGATED_RATIO:
        return "elongated", min(0.9, 0.3 * longer / shorter)
    if solidity < (FULL if area >= FEW_PIXELS else HOLLOW):
        hollow = _hollow_shape(outline, hull, area)
        if solidity < HOLLOW or hollow[0] != "irregular":
            return hollow
    filled = area / (longer * shorter)
    triangle_area, _ = cv2.minEnclosingTriangle(hull.astype(np.float32))
    circle_radius = float(cv2.minEnclosingCircle(outline)[1])
    fits = {
        "triangle": area / max(float(triangle_area), 1.0),
        "square" if longer / shorter < 1.25 else "rectangle": filled,
        "circle": area / (np.pi * circle_radius**2),
        "diamond": _diamond_fit(outline, area) if filled < 0.8 else 0.0,
    }
    name = max(fits, key=lambda key: fits[key])
    if fits[name] < 0.8:
        return "irregular", 0.4
    return name, float(min(0.9, 4 * (fits[name] - 0.7)))


def _hollow_shape(outline: NDArray[Any], hull: NDArray[Any], area: float) -> tuple[str, float]:
    """Name an outline with bays: a cross has four deep ones, a star five."""
    x, y, width, height = cv2.boundingRect(outline)
    whole, thing = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    cv2.drawContours(whole, [hull], -1, 1, cv2.FILLED, offset=(-x, -y))
    cv2.drawContours(thing, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
    count, _, stats, _ = cv2.connectedComponentsWithStats(((whole > 0) & (thing == 0)).astype(np.uint8))
    bays = sorted((float(bay[cv2.CC_STAT_AREA]) for bay in stats[1:count]), reverse=True)
    least = max(BAY_SHARE * area, BAY_LIKENESS * float(np.mean(bays[:2] or [0.0])))
    least = least if area >= FEW_PIXELS else CLEAR_BAY * area
    deep = sum(bay > least for bay in bays)
    if deep == 4:
        return "cross", 0.6
    if deep == 5:
        return "star", 0.6
    return "irregular", 0.5


def _diamond_fit(outline: NDArray[Any], area: float) -> float:
    """Return how well a four-cornered outline on its tip fits; 0 where it has another number of corners."""
    corners = cv2.approxPolyDP(outline, 0.06 * cv2.arcLength(outline, True), True)
    if len(corners) != 4:
        return 0.0
    fitted = float(cv2.contourArea(corners))
    return min(area, fitted) / max(area, fitted, 1.0)
