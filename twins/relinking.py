"""Which known track an observed one is, by where both are."""

from collections.abc import Sequence

import numpy as np

from twins.geometry import Doubles, Floats, Geometry
from twins.overlap import iou

Box = tuple[float, float, float, float]
Anchor = tuple[int, float, Box]
"""``(frame_index, seconds, xyxy in displayed pixels)``."""

RELINK_IOU = 0.5
"""Mean overlap from which two tracks are one; the usual bound for the same object in detection benchmarks."""

RELINK_SHARE = 0.5
"""Share of the anchors at which the known track must have a place for the comparison to count."""

GAP_SECONDS = 1.0
"""Longest stretch without a box over which a known track's place is interpolated."""


def box_inside(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box that lies in the picture; none where that is nothing, or the box is no box."""
    if not np.isfinite(box).all():
        return None
    x1, y1, x2, y2 = box
    x1, y1, x2, y2 = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def link(observed: Sequence[Sequence[Anchor]], geometry: Geometry) -> list[int | None]:
    """Return for each observed track the row of the known track that it lies on, or none.

    No two observed tracks get the same row; the better overlap wins, and of equal ones the earlier.
    """
    scores = np.array([[_overlap(anchors, geometry, row) for row in _rows(geometry)] for anchors in observed])
    rows: list[int | None] = [None] * len(observed)
    if not scores.size:
        return rows
    for flat in np.argsort(-scores, axis=None, kind="stable"):
        track, row = (int(index) for index in np.unravel_index(flat, scores.shape))
        if scores[track, row] < RELINK_IOU:
            break
        if rows[track] is None and row not in rows:
            rows[track] = row
    return rows


def places(seconds: Doubles, boxes: Floats, moments: Doubles) -> Floats:
    """Return the (m, 4) boxes of one track at any moments, interpolated between samples; NaN outside and in long gaps.

    Args:
        seconds: (T,) rising.   boxes: (T, 4), NaN where unknown.   moments: (m,) seconds.
    """
    known = np.isfinite(boxes).all(axis=1)
    result = np.full((len(moments), 4), np.nan, np.float32)
    times = seconds[known]
    if not len(times):
        return result
    after = np.searchsorted(times, moments, side="left").clip(0, len(times) - 1)
    before = np.where(times[after] == moments, after, after - 1)
    near = (before >= 0) & (times[after] >= moments) & (times[after] - times[before] <= GAP_SECONDS)
    for side in range(4):
        result[:, side] = np.where(near, np.interp(moments, times, boxes[known, side]), np.nan)
    return result


def _rows(geometry: Geometry) -> range:
    return range(len(geometry.track_ids))


def _overlap(anchors: Sequence[Anchor], geometry: Geometry, row: int) -> float:
    if not anchors:
        return 0.0
    moments = np.array([seconds for _, seconds, _ in anchors])
    there = places(geometry.seconds, geometry.boxes[row], moments)
    known = np.isfinite(there).all(axis=1)
    if known.mean() < RELINK_SHARE:
        return 0.0
    boxes = np.array([box for _, _, box in anchors], np.float32)
    return float(iou(boxes[known], there[known]).mean())
