"""Outlines by name: which ideal shape masks of a thing look like, told from several sights together."""

from collections.abc import Sequence

import cv2
import numpy as np

from tools.ideal_shapes import SIDE, bank, pictured
from twins.geometry import Bools, Doubles

IRREGULAR = "irregular"
MIN_PIXELS = 90
"""Pixels that a mask needs before its outline says anything."""
SPREAD, SPREAD_OF_SMALL = 0.002, 0.8
"""By so much more of its area an outline may depart from a shape until that is e times less likely; and what a mask of
one pixel would add, since of those of few each counts."""
MISFIT, MISFIT_OF_SMALL = 0.009, 0.12
"""Departure from every shape at which an outline is as likely to be none of them: so much, and what a side of one pixel
would add, since masks of few pixels are drawn roughly."""
ROUND, ROUNDER = ("circle", "ellipse"), 2.0
"""Whatever is smooth comes near to these; to depart from them counts so many times."""
SELDOM, SELDOM_MISFIT = ("pentagon", "hexagon", "heart"), 0.004
"""Shapes that few things have must fit better by so much."""
ASTRAY = 0.2
"""How often a mask shows something else: half of the thing, or another one with it."""
INDEPENDENT = 2
"""Masks of one thing err alike: many of them say no more than so many would that err each by itself."""
LONG, SOLID, LONG_MISFIT = 2.4, 0.86, 0.01
"""What is so many times as long as wide and fills so much of its hull is elongated, however it ends; it departs no
more than this from what that is."""
SECOND = 0.2
"""A second shape is told of from this probability."""
MOST_SURE, MOST_SURE_OF_NONE = 0.9, 0.4
"""There are shapes that nobody drew; and what fits no shape may well be a mask gone wrong."""


def shapes_of(masks: Sequence[Bools]) -> list[tuple[str, float]]:
    """Name the outline of a thing: the likeliest shape, and a second one that may well be it, each with a probability.

    Each mask is laid over ideal shapes of the same area (:mod:`tools.ideal_shapes`), and the squared difference from
    the best of each name, as a share of the area, tells how likely that name is. The masks' tellings are multiplied,
    each with a chance of having gone astray. The constants were chosen on outlines of made-up worlds
    (``evals/worlds``) together with random blobs and polygons, which have no name. An octagon is taken for a circle.

    Args:
        masks: (h, w) each, of sights in which the whole thing is seen. Those of few pixels are passed over.
    """
    seen = [mask for mask in masks if mask.sum() >= MIN_PIXELS]
    if not seen:
        return []
    names = (*bank().names, IRREGULAR)
    misfits = _misfits(seen)
    spread = np.array([[SPREAD + SPREAD_OF_SMALL / mask.sum()] for mask in seen])
    likely = np.exp((misfits.min(axis=1, keepdims=True) - misfits) / spread)
    likely = (1 - ASTRAY) * likely / likely.sum(axis=1, keepdims=True) + ASTRAY / len(names)
    together = np.log(likely).mean(axis=0) * min(len(seen), INDEPENDENT)
    chances = np.exp(together - together.max())
    ranked = sorted(zip(names, chances / chances.sum(), strict=True), key=lambda item: -item[1])[:2]
    told = [(name, min(MOST_SURE_OF_NONE if name == IRREGULAR else MOST_SURE, float(p))) for name, p in ranked]
    told.sort(key=lambda one: -one[1])
    return [one for n, one in enumerate(told) if n == 0 or one[1] >= SECOND]


def _misfits(masks: Sequence[Bools]) -> Doubles:
    """Return (n, names + 1) how far each mask departs from each name's best shape, and from having none."""
    shapes = bank()
    shown = np.stack([pictured(mask) for mask in masks])
    away = (shown**2).sum(axis=1)[:, None] + shapes.squares - 2 * shown @ shapes.pictures.T
    found = np.minimum.reduceat(away, shapes.starts, axis=1).astype(np.float64) / SIDE**2
    found += np.isin(shapes.names, SELDOM) * SELDOM_MISFIT
    found *= np.where(np.isin(shapes.names, ROUND), ROUNDER, 1.0)
    column = shapes.names.index("elongated")
    for row, mask in enumerate(masks):
        if found[row, column] > LONG_MISFIT and _is_long(mask):
            found[row, column] = LONG_MISFIT
    return np.column_stack([found, [MISFIT + MISFIT_OF_SMALL / float(np.sqrt(mask.sum())) for mask in masks]])


def _is_long(mask: Bools) -> bool:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    _, sides, _ = cv2.minAreaRect(outline)
    hull = float(cv2.contourArea(cv2.convexHull(outline)))
    return max(sides) >= LONG * max(min(sides), 1.0) and float(cv2.contourArea(outline)) >= SOLID * hull
