"""A sight of a thing: a piece of a frame, and where the thing is in it."""

from dataclasses import dataclass

import numpy as np

from twins.geometry import Bools, Bytes

RING = 6
"""Pixels around a thing that a look shows of its surroundings."""


@dataclass(frozen=True)
class Look:
    """One sight of a thing.

    Args:
        image: (h, w, 3) uint8 RGB, a crop.
        mask: (h, w) of the thing in the crop.
        share: the mask's area as a share of the frame.
        whole: whether the thing lies clear of the frame's border and of other things.
    """

    image: Bytes
    mask: Bools
    share: float
    whole: bool


def look_at(image: Bytes, mask: Bools) -> Look:
    """Return the sight of a thing in a whole frame, (h, w, 3) RGB, by its (h, w) mask. The mask must not be empty."""
    xs, ys = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    window = np.s_[max(0, ys[0] - RING) : ys[-1] + 1 + RING, max(0, xs[0] - RING) : xs[-1] + 1 + RING]
    margin = max(1, round(0.02 * max(mask.shape)))
    inside = xs[0] > margin and ys[0] > margin and xs[-1] < mask.shape[1] - margin and ys[-1] < mask.shape[0] - margin
    return Look(image[window], mask[window], float(mask.mean()), bool(inside))
