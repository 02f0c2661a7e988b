"""Whose pixel it is where tracked things share a blob."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.tracks import colour_codes
from twins.geometry import Bools, Bytes, Floats

Labels = NDArray[np.int32]

LOOKS_REACH = 0.25
"""Of its size, as far as which a track's pixels may lie off for each e-fold by which they look more like it."""
RARE, LOOKS_BLUR = 0.01, 5
"""Share of a track that any colour may have, and the side of the window of pixels that are asked together."""


def likeliest(carried: Labels, inside: Bools, things: Mapping[int, tuple[Floats, float]], lab: Bytes) -> Labels:
    """Return for every pixel the thing that it belongs to: by how near that is, and how much it looks like that.

    By distance alone two things that touch all along would trade pixels until one holds both.

    Args:
        carried: (h, w) labels where the flow says that they are now.
        inside: (h, w) the blob.
        things: for each label that claims the blob its looks (:func:`tools.tracks.looks_of`) and its area in pixels.
        lab: (h, w, 3) uint8 Lab.
    """
    codes = colour_codes(lab)
    costs = []
    for label, (looks, area) in things.items():
        off = ((carried != label) | ~inside).astype(np.uint8)
        away = cv2.distanceTransform(off, cv2.DIST_L2, 3) / (LOOKS_REACH * np.sqrt(area))
        unlike = -np.log(looks[codes] + RARE)
        costs.append(away + cv2.blur(unlike.astype(np.float32), (LOOKS_BLUR, LOOKS_BLUR)))
    names = np.array(list(things), np.int32)
    return np.asarray(names[np.argmin(costs, axis=0)], np.int32)


def nearest_label(markers: Labels) -> tuple[Labels, Floats]:
    """Return for every pixel the label of the nearest marked pixel, and how far away that is."""
    free = (markers == 0).astype(np.uint8)
    away, regions = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    names = np.zeros(int(regions.max()) + 1, np.int32)
    marked = markers > 0
    names[regions[marked]] = markers[marked]
    return names[regions], away.astype(np.float32)
