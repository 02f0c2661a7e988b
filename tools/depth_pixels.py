"""How near things are, by those pixels of a depth picture that are their own."""

from collections.abc import Mapping

import cv2
import numpy as np

from twins.geometry import Bools, Floats

LEAST_PIXELS = 4
"""Pixels with a known depth that tell how near a thing is."""
LEAST_FREE = 0.1
"""Share of the middle of a box that must be free of other things to be looked at alone."""

Box = tuple[float, float, float, float]


def nearness_by_name(nearness: Floats, boxes: Mapping[str, Box], masks: Mapping[str, Bools]) -> dict[str, float]:
    """Return the median nearness of the pixels of each thing; those of which too few are known are left out.

    Args:
        nearness: (h, w) of the whole picture, larger is nearer, NaN where unknown.
        boxes: xyxy in pixels of that picture; the middle of its box stands for a thing without a mask.
        masks: (h, w), the pixels of those things that have one.
    """
    others = np.zeros(nearness.shape, bool)
    for mask in masks.values():
        others |= mask
    found = {}
    for name, box in boxes.items():
        values = nearness[_inner(masks[name]) if name in masks else _middle(box, others)]
        known = values[np.isfinite(values)]
        if len(known) >= LEAST_PIXELS:
            # The median: a few pixels of what is in front or behind do not count.
            found[name] = float(np.median(known))
    return found


def _inner(mask: Bools) -> Bools:
    """Return the half of a mask that lies farthest from its outline.

    Outlines are a little too wide, and depth models blur over them: of a small thing most pixels lie at its outline.
    """
    inner = np.zeros(mask.shape, bool)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows):
        # The picture's edge is no outline, so that nothing is added there.
        around = slice(max(0, rows[0] - 1), rows[-1] + 2), slice(max(0, columns[0] - 1), columns[-1] + 2)
        part = mask[around]
        if part.all():  # there is no outline to be far from
            return mask
        depths = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3)
        inner[around] = part & (depths >= np.median(depths[part]))
    return inner


def _middle(box: Box, others: Bools) -> Bools:
    """Return the pixels of the middle half of a box, across and down: its corners are mostly background.

    Without those of other things, unless too few are left: what has no outline of its own may carry some that have.
    """
    x1, y1, x2, y2 = box
    middle = np.zeros(others.shape, bool)
    columns = slice(int(x1 + (x2 - x1) / 4), int(np.ceil(x2 - (x2 - x1) / 4)))
    rows = slice(int(y1 + (y2 - y1) / 4), int(np.ceil(y2 - (y2 - y1) / 4)))
    middle[rows, columns] = True
    free = middle & ~others
    return free if free.sum() >= max(LEAST_PIXELS, LEAST_FREE * middle.sum()) else middle
