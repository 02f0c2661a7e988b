"""How near a thing is, by those pixels of a depth picture that are its own."""

import math

import numpy as np

from twins.geometry import Bools, Floats

LEAST_PIXELS = 4
"""Pixels with a known depth that tell how near a thing is."""


def nearness_of(nearness: Floats, box: tuple[float, float, float, float], mask: Bools | None) -> float:
    """Return the median nearness of a thing's pixels, NaN where too few are known.

    Args:
        nearness: (h, w) of the whole picture, larger is nearer, NaN where unknown.
        box: xyxy in pixels of that picture; its middle stands for the thing where there is no mask.
        mask: (h, w), the thing's pixels.
    """
    pixels = _middle(nearness, box) if mask is None else nearness[mask]
    known = pixels[np.isfinite(pixels)]
    # The median: an outline that is a little too wide takes in some of the background.
    return float(np.median(known)) if len(known) >= LEAST_PIXELS else math.nan


def _middle(nearness: Floats, box: tuple[float, float, float, float]) -> Floats:
    """Return the pixels of the middle half of a box, across and down: its corners are mostly background."""
    x1, y1, x2, y2 = box
    columns = slice(int(x1 + (x2 - x1) / 4), int(np.ceil(x2 - (x2 - x1) / 4)))
    rows = slice(int(y1 + (y2 - y1) / 4), int(np.ceil(y2 - (y2 - y1) / 4)))
    return np.asarray(nearness[rows, columns].ravel(), np.float32)
