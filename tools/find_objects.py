"""What a detector recognises at a few moments, for questions about things that nothing was found of before."""

from collections.abc import Sequence
from typing import Annotated

from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools.context import ToolContext
from tools.plugged import seconds_of
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.overlap import iou
from twins.specialists import Detection

MOST_MOMENTS = 4
MOST_FOUND = 32
MIN_CONFIDENCE = 0.3
"""A less sure detection is more often wrong than right, where the detector does not say from which on it is right."""
SAME_IOU = 0.3
"""Overlap from which detections of one category at two moments are one thing; it moves in between."""

OPEN = " It can be a word or two of any kind, as in 'red kettle'; what is sought for by name is found more surely."

Seen = tuple[float, Detection]


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none where the profile names no detector."""
    detector = context.detector
    if detector is None:
        return None

    @tool(response_format="content_and_artifact")
    def find_objects(
        video_id: Annotated[str, InjectedToolArg], seconds: list[float], category: str = ""
    ) -> tuple[str, list[dict[str, object]]]:
        """Find and name objects at up to 4 times.

        For objects (cups, dogs, people) that the twin does not have, or has without a name. category keeps only those
        of one name.
        """
        if not 0 < len(seconds) <= MOST_MOMENTS:
            raise ToolException(f"name 1 to {MOST_MOMENTS} moments of the video, not {len(seconds)}.")
        times, images = context.frames(video_id, seconds=sorted(seconds), max_frames=MOST_MOMENTS)
        things: list[list[Seen]] = []
        frames = [Frame(n, moment, image) for n, (moment, image) in enumerate(zip(times, images, strict=True))]
        try:
            sure = MIN_CONFIDENCE if detector.sure is None else detector.sure
            found = detector.find(frames, [category]) if category.strip() else detector.detect(frames)
        except TwinseekError as error:
            raise ToolException(str(error)) from error
        for frame, those in zip(frames, found, strict=True):
            _link(things, frame.seconds, [each for each in those if each.confidence >= sure])
        things = sorted(things, key=lambda sights: -_sureness(sights))[:MOST_FOUND]
        return _told(things, times, category), [_track(n, sights) for n, sights in enumerate(things, start=1)]

    if detector.open:
        find_objects.description += OPEN
    about = detector.provenance
    find_objects.metadata = {
        "version": f"2-{about.specialist}-{about.version}",
        "weights": about.weights,
        "seconds": seconds_of((detector, MOST_MOMENTS)),
    }
    return find_objects


def _link(things: list[list[Seen]], moment: float, found: Sequence[Detection]) -> None:
    """Add each detection to the thing that it goes on, or begin one; the surest chooses first."""
    for detection in sorted(found, key=lambda each: -each.confidence):
        before = [
            (float(iou(sights[-1][1].box, detection.box)), number)
            for number, sights in enumerate(things)
            if sights[-1][1].category == detection.category and sights[-1][0] < moment
        ]
        overlap, number = max(before, default=(0.0, -1))
        if overlap >= SAME_IOU:
            things[number].append((moment, detection))
        else:
            things.append([(moment, detection)])


def _sureness(sights: Sequence[Seen]) -> float:
    return max(detection.confidence for _, detection in sights)


def _track(number: int, sights: Sequence[Seen]) -> dict[str, object]:
    return {
        "id": f"found{number}",
        "category": sights[0][1].category,
        "confidence": round(_sureness(sights), 3),
        "frames": [[moment, [round(side, 1) for side in detection.box]] for moment, detection in sights],
    }


def _told(things: Sequence[Sequence[Seen]], times: Sequence[float], category: str) -> str:
    moments = ", ".join(f"{moment:.1f}" for moment in times)
    if not things:
        return f"no {category.strip() or 'object'} is found at {moments} s."
    named = ", ".join(
        f"{sights[0][1].category} ({_sureness(sights):.2f}, at {', '.join(f'{moment:.1f}' for moment, _ in sights)} s)"
        for sights in things
    )
    return f"found at {moments} s: {named}."
