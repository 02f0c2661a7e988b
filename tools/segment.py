"""What is at a spot of one frame, followed over the frames around it, with its exact outline in each."""

from typing import Annotated, Any

import numpy as np
from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from prompts import one_line
from tools.context import ToolContext
from tools.plugged import seconds_of
from tools.spots import MOST_FRAMES, Look, find_spot, look_around
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.masks import encode_mask, mask_box
from twins.overlap import iou
from twins.specialists import Detector, SegmentedTrack, Spot, SpotSegmenter
from twins.unnamed import UNNAMED

SAME_IOU = 0.5
"""Overlap from which what a detector names is what was segmented."""
LONGEST_NAME = 40
"""Letters of a category that are repeated to the judge who gave it."""


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none where the profile names no segmenter that can be shown what to follow."""
    segmenter, detector = context.segmenter, context.detector
    if segmenter is None:
        return None

    @tool(response_format="content_and_artifact")
    def segment(
        video_id: Annotated[str, InjectedToolArg],
        seconds: float,
        box: list[float] | None = None,
        point: list[float] | None = None,
        instance: str | None = None,
        category: str = "",
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[dict[str, object]]]:
        """Outline and follow what a box, point (pixels) or instance shows.

        box is [x1, y1, x2, y2], point [x, y] in pixels of the video, instance an id: name one of them. It is followed
        from start to end; category is kept where a detector sees the same.
        """
        if sum(given is not None for given in (box, point, instance)) != 1:
            raise ToolException("name one of box, point and instance: what is to be followed.")
        twin = context.twin(video_id)
        look = look_around(context, twin, seconds, start, end)
        spot = find_spot(context, twin, look, box, point, instance)
        try:
            return _segmented(segmenter, detector, look, spot, category, instance)
        except TwinseekError as error:
            raise ToolException(str(error)) from error

    by = [each.provenance for each in (segmenter, detector) if each is not None]
    segment.metadata = {
        "version": "-".join(["1", *(f"{each.specialist}-{each.version}" for each in by)]),
        "weights": "-".join(each.weights for each in by if each.weights) or None,
        "seconds": seconds_of((segmenter, MOST_FRAMES), (detector, 1)),
    }
    return segment


def _segmented(
    segmenter: SpotSegmenter, detector: Detector | None, look: Look, spot: Spot, category: str, instance: str | None
) -> tuple[str, list[dict[str, object]]]:
    """Return what to tell of the thing at a spot, and where it is: one more track, or the masks of an instance."""
    found = _followed(segmenter, look, spot)
    if not found.masks:
        return f"nothing can be outlined there at {look.times[look.position]:.1f} s.", []
    name, sure = _named(detector, look, found, category)
    entry = _entry(look, found)
    told = _told(look, entry, category, name)
    if instance is not None:
        return told, [{"id": instance, "masks": entry["masks"]}]
    named = {"category": name, "confidence": round(sure, 3)} if sure else {}
    return told, [{"id": "segmented", **entry, **named}]


def _followed(segmenter: SpotSegmenter, look: Look, spot: Spot) -> SegmentedTrack:
    frames = [Frame(n, t, image) for n, (t, image) in enumerate(zip(look.times, look.images, strict=True))]
    (found,) = segmenter.follow(frames, [spot])
    return SegmentedTrack({at: mask for at, mask in sorted(found.masks.items()) if mask.any()}, found.scores)


def _entry(look: Look, found: SegmentedTrack) -> dict[str, Any]:
    """Return where the thing is, frame by frame: boxes in displayed pixels, and masks at the size of the pictures."""
    across, down = look.scale
    masks = [(look.times[at], encode_mask(mask)) for at, mask in found.masks.items()]
    boxes = [(seconds, mask_box(rle)) for seconds, rle in masks]
    return {
        "confidence": round(float(np.mean([found.scores.get(at, 1.0) for at in found.masks])), 3),
        "frames": [
            [t, [round(x1 * across, 1), round(y1 * down, 1), round(x2 * across, 1), round(y2 * down, 1)]]
            for t, (x1, y1, x2, y2) in boxes
        ],
        "masks": [[seconds, rle] for seconds, rle in masks],
    }


def _named(detector: Detector | None, look: Look, found: SegmentedTrack, category: str) -> tuple[str, float]:
    """Return the category that was asked for, and how sure a detector is of it; without one that agrees, no category.

    What a model only says becomes no fact.
    """
    wanted = category.strip().casefold()
    if not wanted or detector is None:
        return UNNAMED, 0.0
    at = min(found.masks, key=lambda position: abs(position - look.position))
    own = mask_box(encode_mask(found.masks[at]))
    (found_there,) = detector.find([Frame(at, look.times[at], look.images[at])], [category.strip()])
    same = [
        (each.confidence, each.category)
        for each in found_there
        if each.category.casefold() == wanted and iou(each.box, own) >= SAME_IOU
    ]
    confidence, name = max(same, default=(0.0, UNNAMED))
    return name, confidence


def _told(look: Look, entry: dict[str, Any], category: str, name: str) -> str:
    frames = entry["frames"]
    seconds, box = min(frames, key=lambda frame: abs(frame[0] - look.times[look.position]))
    said = one_line(category, LONGEST_NAME)
    doubt = f" Nothing but you says that it is a {said}." if said and name == UNNAMED else ""
    return (
        f"followed from {frames[0][0]:.1f} to {frames[-1][0]:.1f} s, in {len(frames)} of {len(look.times)} frames; "
        f"at {seconds:.1f} s its box is {[round(side) for side in box]}.{doubt}"
    )
