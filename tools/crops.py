"""Pictures of one instance, or of everything, at some moments."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.tools import ToolException

from tools.context import ToolContext
from twins.geometry import Bytes

MARGIN = 0.15
"""Share of a box's sides that a crop shows around it."""


@dataclass(frozen=True)
class Crop:
    """One picture: ``box`` is where it lies in the frame, in pixels; ``inner`` where the instance lies in it."""

    seconds: float
    image: Bytes
    box: tuple[int, int, int, int]
    inner: tuple[int, int, int, int]


def moments(
    context: ToolContext,
    video_id: str,
    instance: str | None,
    count: int,
    start: float | None = None,
    end: float | None = None,
) -> list[float]:
    """Return ``count`` moments, evenly over a span; an end that is left open is that of the instance, else the clip's.

    Raises:
        ToolException: the span ends before it starts, or lies where the video, or the instance, is not.
    """
    twin = context.twin(video_id)
    duration = float(twin["duration"])
    if start is not None and end is not None and not start < end:
        raise ToolException(f"start must be before end, not {start} and {end}.")
    if start is not None and start >= duration:
        raise ToolException(f"the video ends at {duration:.1f} s: name a start before that, not {start}.")
    seen = next((t for t in twin["tracks"] if t["id"] == instance and t["first_seen"] is not None), None)
    first, last = (seen["first_seen"], seen["last_seen"]) if seen is not None else (0.0, duration)
    begin = first if start is None else max(0.0, float(start))
    finish = last if end is None else min(duration, float(end))
    if finish < begin:
        known = "the video lasts" if seen is None else f"{instance} is seen"
        raise ToolException(
            f"{known} from {first:.1f} to {last:.1f} s: name a start before its end, and an end after its start."
        )
    return [begin + (finish - begin) * (n + 0.5) / count for n in range(count)]


def pictures(context: ToolContext, video_id: str, instance: str | None, seconds: Sequence[float]) -> list[Crop]:
    """Return whole frames, or crops of an instance where its place is known at those moments, each once, by time.

    Raises:
        ToolException: nothing can be looked at there, or there is no such instance.
    """
    times, images = _by_time(*context.frames(video_id, seconds=seconds, max_frames=len(seconds)))
    if instance is None:
        return [
            crop(second, image, (0, 0, image.shape[1], image.shape[0]))
            for second, image in zip(times, images, strict=True)
        ]
    boxes = context.boxes(video_id, instance, times)
    return [
        crop(second, image, box) for second, image, box in zip(times, images, boxes, strict=True) if box is not None
    ]


def _by_time(times: Sequence[float], images: Sequence[Bytes]) -> tuple[list[float], list[Bytes]]:
    """Return frames as they follow each other: what lasts from one to the next is told as a span."""
    shown = dict(zip(times, images, strict=True))
    ordered = sorted(shown)
    return ordered, [shown[time] for time in ordered]


def crop(seconds: float, image: Bytes, box: tuple[float, float, float, float]) -> Crop:
    """Return what is in a box of an (h, w, 3) image, and a little around it; one pixel at least, whatever the box.

    Args:
        box: xyxy in pixels of the image.
    """
    height, width = image.shape[:2]
    dx, dy = MARGIN * (box[2] - box[0]), MARGIN * (box[3] - box[1])
    x1, y1 = min(max(0, int(box[0] - dx)), width - 1), min(max(0, int(box[1] - dy)), height - 1)
    x2, y2 = min(width, max(x1 + 1, round(box[2] + dx))), min(height, max(y1 + 1, round(box[3] + dy)))
    inner = (int(box[0]) - x1, int(box[1]) - y1, round(box[2]) - x1, round(box[3]) - y1)
    return Crop(seconds, image[y1:y2, x1:x2], (x1, y1, x2, y2), inner)
