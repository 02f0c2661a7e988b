"""One instance at many moments of a span: its colours and the letters on it, measured anew from its crops."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools import appearance, text_seen
from tools.context import ToolContext
from tools.crops import Crop, moments, pictures, span_between
from twins.geometry import Bytes

MOST_MOMENTS = 8
CENTRE = 0.6
"""Share of a box's sides that is measured: there is no mask here, and the border shows what is behind."""
MIN_SHARE = 0.2
"""A colour that covers less of an instance is not told of."""
CONFIDENCE = 0.8
"""The surest that a colour measured without a mask can be."""


def build(context: ToolContext) -> BaseTool:
    """Return the tool."""

    @tool(response_format="content_and_artifact")
    def look_closer(
        video_id: Annotated[str, InjectedToolArg],
        instance: str,
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[dict[str, object]]]:
        """Measure the colours of one instance, and read letters on it, at 8 moments from start to end (seconds).

        Without start and end: as long as it is seen. Tells also when each colour is seen.
        """
        span = span_between(start, end)
        crops = pictures(context, video_id, instance, moments(context, video_id, instance, span, MOST_MOMENTS))
        if not crops:
            raise ToolException(f"where {instance} is in that span is not known: name one in which it is seen.")
        category = next(track["category"] for track in context.twin(video_id)["tracks"] if track["id"] == instance)
        facts = [*_colours(instance, category, crops), *_letters(instance, crops)]
        told = ", ".join(f"{fact['text']} ({fact['confidence']})" for fact in facts) or "nothing that stands out"
        return f"{instance} from {crops[0].seconds:.1f} to {crops[-1].seconds:.1f} s: {told}.", facts

    look_closer.metadata = {"version": f"1-{appearance.VERSION}-{text_seen.VERSION}"}
    return look_closer


def _colours(instance: str, category: str, crops: Sequence[Crop]) -> list[dict[str, object]]:
    """Return a fact for every colour, with the span in which it was seen."""
    seen: dict[str, list[tuple[float, float]]] = {}
    for crop in crops:
        for name, share in appearance.colour_shares(_centre(crop)).items():
            if share >= MIN_SHARE:
                seen.setdefault(name, []).append((crop.seconds, share))
    return [
        {
            "about": instance,
            "kind": "attribute",
            "text": f"the {category} is {name}",
            "confidence": round(
                min(CONFIDENCE, len(sights) / len(crops) * float(np.mean([s for _, s in sights])) + 0.3), 2
            ),
            "span": [sights[0][0], max(sights[-1][0], sights[0][0] + 0.1)],
        }
        for name, sights in sorted(seen.items(), key=lambda item: -sum(share for _, share in item[1]))
    ]


def _letters(instance: str, crops: Sequence[Crop]) -> list[dict[str, object]]:
    if not text_seen.can_read():
        return []
    sharp = sorted(crops, key=lambda crop: -crop.image.size)[:2]
    lines = text_seen.merge_readings([(crop.seconds, text_seen.read_text(crop.image)) for crop in sharp])
    return [
        {
            "about": instance,
            "kind": "text",
            "text": f'the text "{text}" is seen',
            "confidence": round(confidence, 3),
            "span": [min(first, last), max(first, last) + 0.1],
        }
        for text, confidence, first, last in lines
    ]


def _centre(crop: Crop) -> Bytes:
    x1, y1, x2, y2 = crop.inner
    dx, dy = (1 - CENTRE) / 2 * (x2 - x1), (1 - CENTRE) / 2 * (y2 - y1)
    window = np.s_[max(0, round(y1 + dy)) : max(1, round(y2 - dy)), max(0, round(x1 + dx)) : max(1, round(x2 - dx))]
    return crop.image[window].reshape(-1, 3)
