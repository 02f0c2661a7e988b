"""Letters in the picture at moments that are asked for, at full resolution."""

from collections.abc import Iterator
from typing import Annotated

from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools import text_seen
from tools.context import ToolContext
from tools.crops import Crop, pictures
from twins.geometry import Bytes

MOST_MOMENTS = 4
"""A page of text takes a second to read."""
OVERLAP = 0.1
"""Share of a tile's side by which it reaches into the next one, so that no line is cut in both."""


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none where RapidOCR is not installed."""
    if not text_seen.can_read():
        return None

    @tool(response_format="content_and_artifact")
    def read_text(
        video_id: Annotated[str, InjectedToolArg], seconds: list[float], instance: str | None = None
    ) -> tuple[str, list[dict[str, object]]]:
        """Read letters at up to 4 times, at full resolution.

        With the id of an instance, only those on it.
        """
        if not seconds:
            raise ToolException("seconds is empty: name at least one moment of the video.")
        crops = pictures(context, video_id, instance, seconds[:MOST_MOMENTS])
        if not crops:
            raise ToolException(f"where {instance} is at these times is not known: name times at which it is seen.")
        read = [(crop.seconds, [line for tile in _tiles(crop) for line in text_seen.read_text(tile)]) for crop in crops]
        lines = text_seen.merge_readings(read)
        facts: list[dict[str, object]] = [
            {
                "about": instance,
                "kind": "text",
                "text": f'the text "{text}" is seen',
                "confidence": round(confidence, 3),
                "span": [first, max(last, first + 0.1)],
            }
            for text, confidence, first, last in lines
        ]
        told = "; ".join(f'"{text}" at {first:.1f} s' for text, _, first, _ in lines)
        return told or "no letters were found.", facts

    read_text.metadata = {"version": f"1-{text_seen.VERSION}"}
    return read_text


def _tiles(crop: Crop) -> Iterator[Bytes]:
    """Yield the picture, and its quarters where the reader would have to shrink it."""
    image = crop.image
    yield image
    height, width = image.shape[:2]
    if max(height, width) <= text_seen.MAX_SIDE:
        return
    tall, wide = round(height * (0.5 + OVERLAP / 2)), round(width * (0.5 + OVERLAP / 2))
    for top in (0, height - tall):
        for left in (0, width - wide):
            yield image[top : top + tall, left : left + wide]
