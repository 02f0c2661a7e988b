"""The stage that asks a depth plugin how near the tracks are, at a few of the sampled frames.

What picture cues say of nearness is replaced as a whole: two scales in one array could not be compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from graphs.index_frames import boxes_in, column_at
from graphs.index_labels import DETECTED
from tools.nearness import estimate_nearness
from twins.frames import Frame
from twins.geometry import Bools, Doubles, Floats, Geometry, Visibility
from twins.masks import CocoRle, decode_mask, resize_mask
from twins.schema import Shot
from twins.specialists import Depth

DEPTH_VERSION = "2"

DEPTHS_PER_SECOND = 2.0
LEAST_DEPTHS = 4
MOST_DEPTHS = 240
"""Frames of a clip that the plugin is shown."""
AT_ONCE = 32
"""Frames that are in memory at a time."""
LONGEST_GAP = 3.0
"""Seconds between two measurements of a thing over which its nearness is taken to change evenly."""
HELD_SECONDS = 0.75
"""Before its first and after its last measurement in a shot a thing is taken to be as near for so long."""
LEAST_PIXELS = 4
"""Pixels with a known depth that tell how near a thing is."""
LEAST_FREE = 0.1
"""Share of the middle of a box that must be free of other things to be looked at alone."""

Masks = Callable[[str, int], CocoRle | None]
"""Returns a track's mask at a frame, at any size, where there is one."""


def with_depth(
    geometry: Geometry,
    depth: Depth | None,
    shots: Sequence[Shot],
    masks: Masks,
    look: Callable[[Sequence[float]], list[Frame]],
) -> Geometry:
    """Return the geometry with nearness measured by the plugin; without one, as picture cues have it.

    Args:
        shots: nearness is not carried over a cut.
        masks: of the tracks; where there is none the middle of the box stands for the thing.
        look: decodes the frames at some times.
    """
    if depth is None:
        return _by_picture_cues(geometry)
    measured = np.full(geometry.area.shape, np.nan, np.float32)
    moments = _moments(geometry)
    for first in range(0, len(moments), AT_ONCE):
        frames = look(moments[first : first + AT_ONCE])
        for frame, nearness in zip(frames, depth.nearness([frame.image for frame in frames]), strict=True):
            measured[:, column_at(geometry, frame.seconds)] = _measure(frame, nearness, geometry, masks)
    return replace(geometry, nearness=_carried(measured, geometry, shots), nearness_scale=depth.scale)


def _by_picture_cues(geometry: Geometry) -> Geometry:
    """Return the geometry as the stage that follows things left it: detected things have no nearness."""
    rows = [row for row, name in enumerate(geometry.track_ids) if not name.startswith(DETECTED)]
    nearness = np.full(geometry.area.shape, np.nan, np.float32)
    nearness[rows] = estimate_nearness(
        geometry.boxes[rows], geometry.area[rows], geometry.visibility[rows], geometry.height
    )
    return replace(geometry, nearness=nearness, nearness_scale="weak")


def _moments(geometry: Geometry) -> list[float]:
    """Return sampled times, evenly spread, at which something is in view."""
    if not len(geometry.seconds):
        return []
    start, end = float(geometry.seconds[0]), float(geometry.seconds[-1])
    count = min(MOST_DEPTHS, max(LEAST_DEPTHS, round((end - start) * DEPTHS_PER_SECOND)))
    wanted = start + (np.arange(count) + 0.5) / count * (end - start)
    columns = np.unique([column_at(geometry, moment) for moment in wanted])
    return [float(geometry.seconds[column]) for column in columns if _in_view(geometry)[:, column].any()]


def _in_view(geometry: Geometry) -> Bools:
    """Return (N, T) where a box is the thing's own: a hidden one shows what hides it."""
    seen: Bools = np.isfinite(geometry.boxes[..., 0]) & (geometry.visibility == Visibility.VISIBLE)
    return seen


def _measure(frame: Frame, nearness: Floats, geometry: Geometry, masks: Masks) -> Floats:
    """Return (N,) the median nearness of each track's pixels in a frame, NaN where that is not known."""
    column = column_at(geometry, frame.seconds)
    index, seen = int(geometry.frame_index[column]), _in_view(geometry)[:, column]
    outlines = {
        int(row): resize_mask(decode_mask(rle), *nearness.shape)
        for row in np.flatnonzero(seen)
        if (rle := masks(geometry.track_ids[row], index)) is not None
    }
    others = np.zeros(nearness.shape, bool)
    for outline in outlines.values():
        others |= outline
    found = np.full(len(geometry.track_ids), np.nan, np.float32)
    for name, box in boxes_in(frame, geometry).items():
        row = geometry.row(name)
        if seen[row]:
            within = _inner(outlines[row]) if row in outlines else _middle(box, others)
            found[row] = _level(nearness[within])
    return found


def _level(values: Floats) -> float:
    """Return the median of what is known: a few pixels of what is in front or behind do not count."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) >= LEAST_PIXELS else np.nan


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
        depths = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3)
        inner[around] = part & (depths >= np.median(depths[part]))
    return inner


def _middle(box: tuple[float, float, float, float], others: Bools) -> Bools:
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


def _carried(measured: Floats, geometry: Geometry, shots: Sequence[Shot]) -> Floats:
    """Return (N, T) nearness where a thing has a box and was measured shortly before and after, in the same shot."""
    filled = measured.copy()
    located = np.isfinite(geometry.boxes[..., 0])
    for span in [shot.span for shot in shots] or [(0.0, np.inf)]:
        columns = np.flatnonzero((geometry.seconds >= span[0] - 1e-6) & (geometry.seconds < span[1] - 1e-6))
        for row in range(len(filled)):
            values = _between(measured[row, columns], geometry.seconds[columns])
            filled[row, columns] = np.where(located[row, columns], values, np.nan)
    return filled


def _between(values: Floats, seconds: Doubles) -> Floats:
    """Return (T,) values, those that are NaN taken from their neighbours where these are not too far away."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return values
    after = np.searchsorted(known, np.arange(len(values)))
    left, right = known[np.clip(after - 1, 0, None)], known[np.clip(after, None, len(known) - 1)]
    inside = (after > 0) & (after < len(known))
    near = np.where(
        inside,
        seconds[right] - seconds[left] <= LONGEST_GAP,
        np.minimum(abs(seconds - seconds[left]), abs(seconds - seconds[right])) <= HELD_SECONDS,
    )
    filled = np.interp(seconds, seconds[known], values[known])
    return np.where(near | np.isfinite(values), filled, np.nan).astype(np.float32)
