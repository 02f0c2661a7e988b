"""The stage that asks a depth plugin how near the tracks are, at a few of the sampled frames.

What picture cues say of nearness is replaced as a whole: two scales in one array could not be compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from graphs.index_frames import boxes_in, column_at
from graphs.index_labels import DETECTED
from graphs.index_thinning import Kept, Thinned, columns_kept
from tools.depth_pixels import nearness_by_name
from tools.nearness import estimate_nearness
from twins.frames import Frame
from twins.geometry import Bools, Floats, Geometry, Visibility
from twins.masks import FindMask, decode_mask, resize_mask
from twins.nearness import carried
from twins.schema import Shot
from twins.specialists import Depth

DEPTH_VERSION = "5"

DEPTH_SECONDS = 0.5
"""From one frame that the plugin is shown to the next; less where they would be few, …"""
FINEST_SECONDS = 0.125
FEW_DEPTHS = 8
MOST_DEPTHS = 240
"""… and twice as long as often as a clip would have more."""
AT_ONCE = 32
"""Frames that are in memory at a time."""


def with_depth(
    geometry: Geometry,
    depth: Depth | None,
    shots: Sequence[Shot],
    masks: FindMask,
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
    return replace(geometry, nearness=carried(measured, geometry, shots), nearness_scale=depth.scale)


def _by_picture_cues(geometry: Geometry) -> Geometry:
    """Return the geometry as the stage that follows things left it: detected things have no nearness."""
    rows = [row for row, name in enumerate(geometry.track_ids) if not name.startswith(DETECTED)]
    nearness = np.full(geometry.area.shape, np.nan, np.float32)
    nearness[rows] = estimate_nearness(
        geometry.boxes[rows], geometry.area[rows], geometry.visibility[rows], geometry.height
    )
    return replace(geometry, nearness=nearness, nearness_scale="weak")


def depth_thinning() -> Thinned[Kept]:
    """Return what keeps the sampled frames, told by their times, in which depth is told."""
    return Thinned(FINEST_SECONDS, lambda width: FEW_DEPTHS if width < DEPTH_SECONDS else MOST_DEPTHS)


def _moments(geometry: Geometry) -> list[float]:
    """Return sampled times, evenly spread, at which something is in view."""
    columns = columns_kept(geometry.seconds.tolist(), depth_thinning())
    in_view = np.any(_in_view(geometry), axis=0).tolist()
    return [float(geometry.seconds[column]) for column in columns if in_view[column]]


def _in_view(geometry: Geometry) -> Bools:
    """Return (N, T) where a box is the thing's own: a hidden one shows what hides it."""
    seen: Bools = np.isfinite(geometry.boxes[..., 0]) & (geometry.visibility == Visibility.VISIBLE)
    return seen


def _measure(frame: Frame, nearness: Floats, geometry: Geometry, masks: FindMask) -> Floats:
    """Return (N,) the median nearness of each track's pixels in a frame, NaN where that is not known."""
    column = column_at(geometry, frame.seconds)
    index, in_view = int(geometry.frame_index[column]), _in_view(geometry)[:, column]
    seen = {name for name, visible in zip(geometry.track_ids, in_view, strict=True) if visible}
    boxes = {name: box for name, box in boxes_in(frame, geometry).items() if name in seen}
    stored = {name: rle for name in seen if (rle := masks(name, index)) is not None}
    outlines = {name: resize_mask(decode_mask(rle), *nearness.shape) for name, rle in stored.items()}
    found = nearness_by_name(nearness, boxes, outlines)
    return np.array([found.get(name, np.nan) for name in geometry.track_ids], np.float32)
