"""Corners that can be followed from picture to picture, spread over the frame."""

from itertools import pairwise

import cv2
import numpy as np

from twins.geometry import Bytes, Floats

CELLS = 5
"""Corners are taken from each of CELLS x CELLS parts of the frame, so that no busy thing outvotes the scene."""
WEAKEST, WEAKEST_OF_CELL = 0.002, 0.05
"""A corner's least strength, as a share of the strongest one's of the frame and of its cell."""
WEAKEST_SMALL, WEAKEST_OF_CELL_SMALL = 0.0001, 0.01
"""The same at half the size, which takes most of the noise away. What is left of it has to be found there too: that
a scene without texture is seen badly shows in corners of noise, of which no two move alike. Where none are found, a
thing that moves by itself speaks for the whole frame."""
FLAT = 1e-6
"""No corner is weaker than this, however flat the frame is."""
APART = 4
"""Pixels between two corners."""


def spread_corners(grey: Bytes, count: int) -> Floats:
    """Return (n, 1, 2) corners, so many of each cell at most.

    Args:
        grey: (h, w) uint8.
    """
    strength = cv2.cornerMinEigenVal(grey, 3)
    weakest = max(FLAT, WEAKEST * float(strength.max()))
    height, width = grey.shape
    found = [np.empty((0, 1, 2), np.float32)]
    rows, columns = np.linspace(0, height, CELLS + 1).astype(int), np.linspace(0, width, CELLS + 1).astype(int)
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            window = np.s_[top:bottom, left:right]
            best = float(strength[window].max()) if strength[window].size else 0.0
            if best < weakest:
                continue
            quality = max(WEAKEST_OF_CELL, weakest / best)
            corners = cv2.goodFeaturesToTrack(np.ascontiguousarray(grey[window]), count, quality, APART)
            if corners is not None:
                found.append(corners.astype(np.float32) + np.array([left, top], np.float32))
    return np.concatenate(found)


def quick_corners(grey: Bytes, count: int) -> Floats:
    """Return about what :func:`spread_corners` does, to a pixel or two and in a quarter of the time.

    All cells are looked at in one picture of half the size: where a corner is followed from need not be known better.
    """
    height, width = (max(1, side // 2) for side in grey.shape)
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    strength = cv2.cornerMinEigenVal(small, 3)
    weakest = max(FLAT, WEAKEST_SMALL * float(strength.max()))
    # A pixel as strong as any beside it is a peak; two of them are two pixels apart, which are APART at full size.
    ys, xs = np.nonzero((strength == cv2.dilate(strength, np.ones((3, 3), np.uint8))) & (strength >= weakest))
    cells = ys * CELLS // height * CELLS + xs * CELLS // width
    order = np.lexsort((-strength[ys, xs], cells))
    xs, ys, cells = xs[order], ys[order], cells[order]
    strongest = np.searchsorted(cells, cells)  # for each corner, the place of its cell's first
    enough = strength[ys, xs] >= WEAKEST_OF_CELL_SMALL * strength[ys[strongest], xs[strongest]]
    kept = enough & (np.arange(len(cells)) - strongest < count)
    # Pixel centres lie at whole numbers: half a pixel is shifted about the scaling.
    places = (np.stack([xs[kept], ys[kept]], axis=1) + 0.5) * (grey.shape[1] / width, grey.shape[0] / height) - 0.5
    return np.asarray(places[:, None], np.float32)
