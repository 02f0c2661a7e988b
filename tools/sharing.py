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
KEPT = 0.3
"""A thing keeps at least so much of where the flow carries it, or all of it."""
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
    names = np.zeros(carried.shape, np.int32)
    least = np.full(carried.shape, np.inf, np.float32)
    own = {label: (carried == label) & inside for label in things}
    for label, (looks, area) in things.items():
        away = cv2.distanceTransform((~own[label]).astype(np.uint8), cv2.DIST_L2, 3) / (LOOKS_REACH * area**0.5)
        unlike = -np.log(looks + RARE).astype(np.float32)
        cost = away + cv2.blur(unlike[codes], (LOOKS_BLUR, LOOKS_BLUR))
        nearer = cost < least
        names[nearer], least[nearer] = label, cost[nearer]
    for label, there in own.items():
        # Another light, and it looks like nothing any more: then where it is says more than its looks.
        if np.count_nonzero(names[there] == label) < KEPT * np.count_nonzero(there):
            names[there] = label
    return names
