"""One instance, or the whole picture, at many moments of a span: colours and letters, measured anew."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

import numpy as np
from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools import appearance, text_seen
from tools.colours import colour_shares
from tools.context import ToolContext
from tools.crops import Crop, moments, pictures
from twins.geometry import Bytes

MOST_MOMENTS = 8
MOST_FRAMES = 12
"""Moments at which the whole picture is looked at: a twin knows it at key frames only, and letters take a second."""
CENTRE = 0.6
"""Share of a box's sides that is measured: there is no mask here, and the border shows what is behind."""
MIN_SHARE = 0.2
"""A colour that covers less of an instance is not told of."""
STEP = 4
"""Of the whole picture every fourth pixel of every fourth row is measured."""
MOSTLY = 0.5
"""A colour that covers less of the whole picture is that of a thing in it."""
CONFIDENCE = 0.8
"""The surest that a colour measured without a mask can be."""


def build(context: ToolContext) -> BaseTool:
    """Return the tool."""

    @tool(response_format="content_and_artifact")
    def look_closer(
        video_id: Annotated[str, InjectedToolArg],
        instance: str | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[dict[str, object]]]:
        """Measure colours and read letters of an instance, or of the whole picture.

        At many moments, and it tells when each is seen: a flash, a change of light, a sign that is shown briefly.
        """
        count = MOST_MOMENTS if instance else MOST_FRAMES
        crops = pictures(context, video_id, instance, moments(context, video_id, instance, count, start, end))
        if not crops:
            known = f"where {instance} is in that span" if instance else "what is seen in that span"
            raise ToolException(f"{known} is not known: name another one.")
        if instance:
            category = next(track["category"] for track in context.twin(video_id)["tracks"] if track["id"] == instance)
            facts = [*_colours(instance, category, crops), *_letters(instance, _largest(crops))]
        else:
            facts = [*_moods(crops), *_letters(None, [crop for crop in crops if text_seen.may_hold_text(crop.image)])]
        told = ", ".join(_told(fact) for fact in facts) or "nothing that stands out"
        return f"{instance or 'the picture'} from {crops[0].seconds:.1f} to {crops[-1].seconds:.1f} s: {told}.", facts

    look_closer.metadata = {"version": f"3-{appearance.VERSION}-{text_seen.VERSION}"}
    return look_closer


def _colours(instance: str, category: str, crops: Sequence[Crop]) -> list[dict[str, object]]:
    """Return a fact for every colour, with the span in which it was seen."""
    seen: dict[str, list[tuple[float, float]]] = {}
    for crop in crops:
        for name, share in colour_shares(_centre(crop)).items():
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


def _moods(frames: Sequence[Crop]) -> list[dict[str, object]]:
    """Return a fact for every stretch of frames that are mostly of one colour: what comes back is told twice."""
    shares = [colour_shares(frame.image[::STEP, ::STEP].reshape(-1, 3)) for frame in frames]
    ends = [*(frame.seconds for frame in frames[1:]), frames[-1].seconds + 0.1]
    facts: list[dict[str, object]] = []
    for name in shares[0]:
        mostly = [share[name] >= MOSTLY for share in shares]
        for so, stretch in groupby(range(len(frames)), mostly.__getitem__):
            if so:
                places = list(stretch)
                sure = float(np.mean([shares[at][name] for at in places]))
                facts.append(
                    {
                        "about": None,
                        "kind": "scene",
                        "text": f"the picture is mostly {name}",
                        "confidence": round(min(CONFIDENCE, sure), 2),
                        "span": [frames[places[0]].seconds, ends[places[-1]]],
                    }
                )
    return facts


def _letters(instance: str | None, crops: Sequence[Crop]) -> list[dict[str, object]]:
    if not text_seen.can_read():
        return []
    lines = text_seen.merge_readings([(crop.seconds, text_seen.read_text(crop.image)) for crop in crops])
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


def _largest(crops: Sequence[Crop]) -> list[Crop]:
    """Return the two largest crops, which are the sharpest."""
    return sorted(crops, key=lambda crop: -crop.image.size)[:2]


def _told(fact: Mapping[str, Any]) -> str:
    start, end = fact["span"]
    return f"{fact['text']} ({fact['confidence']}, {start:.1f}-{end:.1f} s)"


def _centre(crop: Crop) -> Bytes:
    x1, y1, x2, y2 = crop.inner
    dx, dy = (1 - CENTRE) / 2 * (x2 - x1), (1 - CENTRE) / 2 * (y2 - y1)
    window = np.s_[max(0, round(y1 + dy)) : max(1, round(y2 - dy)), max(0, round(x1 + dx)) : max(1, round(x2 - dx))]
    return crop.image[window].reshape(-1, 3)
