"""Where a model points at something, in the frames in which it is then to be followed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.tools import ToolException

from tools.context import ToolContext
from twins.geometry import Bytes
from twins.relinking import box_inside
from twins.specialists import Spot

MOST_FRAMES = 24
"""Frames that are looked at: the masks of all of them are in memory."""
SIDE = 640
"""Longer side of their pictures."""
REACH_SECONDS = 1.5
"""How far something is followed each way where no span is named."""
SAME_MOMENT = 1e-3

Twin = dict[str, Any]
"""A twin as tools see it, docs/plugins.md."""


@dataclass(frozen=True)
class Look:
    """The frames in which something is followed: exact times, pictures, and which of them shows the spot.

    ``scale`` is displayed pixels a pixel of the pictures, across and down.
    """

    times: list[float]
    images: list[Bytes]
    position: int
    scale: tuple[float, float]


def look_around(
    context: ToolContext, twin: Twin, seconds: float, start: float | None = None, end: float | None = None
) -> Look:
    """Return the frame on display at a time, and sampled ones around it in the same shot.

    Args:
        start, end: how far they reach; by default :data:`REACH_SECONDS` each way.

    Raises:
        ToolException: the time lies outside of the clip or of the span.
    """
    moments = _moments(context, twin, seconds, start, end)
    times, images = context.frames(twin["video_id"], seconds=moments, max_frames=MOST_FRAMES, max_side=SIDE)
    # The frame on display at a time is the last that began before it.
    begun = [n for n, time in enumerate(times) if time <= seconds + SAME_MOMENT]
    height, width = images[0].shape[:2]
    return Look(times, images, begun[-1] if begun else 0, (twin["width"] / width, twin["height"] / height))


def _moments(context: ToolContext, twin: Twin, seconds: float, start: float | None, end: float | None) -> list[float]:
    duration = float(twin["duration"])
    if not math.isfinite(seconds) or not 0 <= seconds <= duration:
        raise ToolException(f"seconds must lie in the clip, 0 to {duration:.1f}, not {seconds}.")
    first = seconds - REACH_SECONDS if start is None else start
    last = seconds + REACH_SECONDS if end is None else end
    if not first <= seconds <= last:
        raise ToolException(f"seconds must lie from start to end, not {seconds} in {first} to {last}.")
    for shot in twin["shots"]:  # nothing can be followed over a cut
        if shot[0] <= seconds < shot[1]:
            # A frame that begins where the shot ends is the next shot's.
            first, last = max(first, shot[0]), min(last, shot[1] - SAME_MOMENT)
    sampled = [t for t in context.sampled(twin["video_id"], first, last) if abs(t - seconds) > SAME_MOMENT]
    if len(sampled) >= MOST_FRAMES:
        picked = np.linspace(0, len(sampled) - 1, MOST_FRAMES - 1).round().astype(int)
        sampled = [sampled[n] for n in picked]
    return sorted([*sampled, seconds])


def find_spot(
    context: ToolContext,
    twin: Twin,
    look: Look,
    box: Sequence[float] | None,
    point: Sequence[float] | None,
    instance: str | None,
) -> Spot:
    """Return where a thing is in pixels of the pictures, by a box, a point or an instance: one of them is given.

    Args:
        box: x1, y1, x2, y2 in displayed pixels.   point: x, y in displayed pixels.   instance: an id of the twin.

    Raises:
        ToolException: that is nowhere in the picture, or not known.
    """
    width, height = int(twin["width"]), int(twin["height"])
    across, down = look.scale
    if point is not None:
        if len(point) != 2 or not (0 <= point[0] < width and 0 <= point[1] < height):
            raise ToolException(f"point must be [x, y] in a picture of {width} x {height} pixels, not {point}.")
        return Spot(look.position, point=(point[0] / across, point[1] / down))
    if instance is not None:
        (where,) = context.boxes(twin["video_id"], instance, [look.times[look.position]])
        if where is None:
            at = f"{look.times[look.position]:.1f} s"
            raise ToolException(f"where {instance} is at {at} is not known: name a time at which it is seen.")
        box = where
    inside = box_inside((box[0], box[1], box[2], box[3]), width, height) if box is not None and len(box) == 4 else None
    if inside is None:
        raise ToolException(f"box must be [x1, y1, x2, y2] in a picture of {width} x {height} pixels, not {box}.")
    return Spot(look.position, box=(inside[0] / across, inside[1] / down, inside[2] / across, inside[3] / down))
