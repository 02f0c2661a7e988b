"""How much boxes overlap."""

import numpy as np
from numpy.typing import ArrayLike

from twins.geometry import Doubles


def iou(a: ArrayLike, b: ArrayLike) -> Doubles:
    """Return intersection over union of boxes, 0 to 1; NaN where a side is NaN, 0 where neither has an area.

    Args:
        a, b: (..., 4) xyxy, of shapes that broadcast: (n, 1, 4) and (m, 4) are (n, m) pairs, all with all.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    both = sides.clip(0).prod(axis=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).clip(0).prod(axis=-1) for boxes in (first, second)]
    union = np.asarray(areas[0] + areas[1] - both)
    return np.asarray(np.divide(both, union, out=np.zeros(union.shape), where=union != 0), np.float64)
