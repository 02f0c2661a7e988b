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


def span_between(start: float | None, end: float | None) -> tuple[float, float] | None:
    """Return a span; none where one of its ends is left open. Raises ToolException where it ends before it starts."""
    if start is None or end is None:
        return None
    if not start < end:
        raise ToolException(f"start must be before end, not {start} and {end}.")
    return start, end


def moments(
    context: ToolContext, video_id: str, instance: str | None, span: Sequence[float] | None, count: int
) -> list[float]:
    """Return at most ``count`` moments, evenly over a span: the one given, else that of the instance, else the clip."""
    twin = context.twin(video_id)
    known = next((track for track in twin["tracks"] if track["id"] == instance), None)
    start, end = 0.0, float(twin["duration"])
    if span is not None:
        start, end = max(0.0, float(span[0])), min(end, float(span[1]))
    elif known is not None and known["first_seen"] is not None:
        start, end = known["first_seen"], known["last_seen"]
    return [start + (end - start) * (n + 0.5) / count for n in range(count)]


def pictures(context: ToolContext, video_id: str, instance: str | None, seconds: Sequence[float]) -> list[Crop]:
    """Return whole frames, or crops of an instance where its place is known at those moments. Raises ToolException."""
    times, images = context.frames(video_id, seconds=seconds, max_frames=len(seconds))
    if instance is None:
        return [
            crop(second, image, (0, 0, image.shape[1], image.shape[0]))
            for second, image in zip(times, images, strict=True)
        ]
    boxes = context.boxes(video_id, instance, times)
    return [
        crop(second, image, box) for second, image, box in zip(times, images, boxes, strict=True) if box is not None
    ]


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
