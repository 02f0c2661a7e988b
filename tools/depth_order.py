"""The tool ``depth``: which things are nearer than others at a few moments, by the depth specialist of the profile."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools.context import ToolContext
from tools.depth_pixels import nearness_by_name
from tools.plugged import seconds_of
from twins.errors import TwinseekError
from twins.masks import resize_mask
from twins.nearness import LONGEST_GAP
from twins.predicates.depth import RELATIVE_LEAD, WEAK_LEAD
from twins.schema import Attribute
from twins.sentences import adjectives
from twins.specialists import Depth

MOST_MOMENTS = 8
MOST_THINGS = 24
"""Things that are measured, those that stand out most."""
MOST_TOLD = 12
"""Things that are told of one moment."""
MOST_FACTS = 32
SIDE = 640
"""Longer side of the pictures; depth models work on about this size."""
SAME_MOMENT = 0.15
"""A sampled frame this close to a named moment stands for it: where things are is known best there."""
CONFIDENCE = {"weak": 0.4, "relative": 0.7, "metric": 0.85}
"""How sure an order is, by the scale of the specialist's numbers."""

Nearness = dict[str, float]
"""By instance, at one moment; larger is nearer."""


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none where the profile names nobody who tells depth."""
    specialist = context.depth
    if specialist is None:
        return None

    @tool(response_format="content_and_artifact")
    def depth(
        video_id: Annotated[str, InjectedToolArg], seconds: list[float] | None = None
    ) -> tuple[str, list[dict[str, object]]]:
        """Measure which things are nearer, at up to 8 times.

        Without times, over the clip. Tells the things that are seen at each time, the nearest first.
        """
        twin = context.twin(video_id)
        moments = _moments(context, twin, seconds)
        try:
            measured = _measure(context, twin, specialist, moments)
        except TwinseekError as error:
            raise ToolException(str(error)) from error
        if not any(measured.values()):
            raise ToolException("nothing that is followed is seen then: name times at which something is.")
        return _told(measured), [*_facts(twin, measured, specialist.scale), *_values(measured, specialist)]

    about = specialist.provenance
    depth.metadata = {
        "version": f"2-{about.specialist}-{about.version}",
        "weights": about.weights,
        "seconds": seconds_of((specialist, MOST_MOMENTS)),
    }
    return depth


def _moments(context: ToolContext, twin: dict[str, Any], seconds: list[float] | None) -> list[float]:
    """Return the moments to look at: sampled ones, near those that are named or spread over the clip."""
    duration = float(twin["duration"])
    if seconds is None:
        seconds = [duration * (n + 0.5) / MOST_MOMENTS for n in range(MOST_MOMENTS)]
    if not 0 < len(seconds) <= MOST_MOMENTS or not all(0 <= moment <= duration for moment in seconds):
        raise ToolException(f"name 1 to {MOST_MOMENTS} times of the clip, 0 to {duration:.1f} s, not {seconds}.")
    return sorted({_sampled_near(context, twin["video_id"], moment) for moment in seconds})


def _sampled_near(context: ToolContext, video_id: str, moment: float) -> float:
    sampled = context.sampled(video_id, moment - SAME_MOMENT, moment + SAME_MOMENT)
    return min(sampled, key=lambda each: abs(each - moment), default=moment)


def _measure(
    context: ToolContext, twin: dict[str, Any], specialist: Depth, moments: Sequence[float]
) -> dict[float, Nearness]:
    """Return how near the things are that are seen, by moment."""
    video_id = twin["video_id"]
    times, images = context.frames(video_id, seconds=moments, max_frames=MOST_MOMENTS, max_side=SIDE)
    names = [track["id"] for track in sorted(twin["tracks"], key=lambda track: -track["salience"])[:MOST_THINGS]]
    boxes = {name: context.boxes(video_id, name, times) for name in names}
    seen = {name: context.in_view(video_id, name, times) for name in names}
    masks = {name: context.masks(video_id, name, times) for name in names}
    found: dict[float, Nearness] = {}
    for at, (moment, picture) in enumerate(zip(times, specialist.nearness(images), strict=True)):
        across, down = picture.shape[1] / twin["width"], picture.shape[0] / twin["height"]
        there = {name: box for name in names if seen[name][at] and (box := boxes[name][at]) is not None}
        outlines = {name: mask for name in there if (mask := masks[name][at]) is not None}
        found[moment] = nearness_by_name(
            picture,
            {name: (x1 * across, y1 * down, x2 * across, y2 * down) for name, (x1, y1, x2, y2) in there.items()},
            {name: resize_mask(mask, *picture.shape) for name, mask in outlines.items()},
        )
    return found


def _facts(twin: dict[str, Any], measured: Mapping[float, Nearness], scale: str) -> list[dict[str, object]]:
    """Return who is nearer than whom: of each thing the next that is clearly farther, as long as that is seen."""
    enough = WEAK_LEAD if scale == "weak" else RELATIVE_LEAD
    spans: dict[tuple[str, str], list[list[float]]] = {}
    before: float | None = None
    for moment, nearness in measured.items():
        order = sorted(nearness, key=lambda name: -nearness[name])
        for place, first in enumerate(order):
            second = next((b for b in order[place + 1 :] if _lead(nearness[first], nearness[b]) > enough), None)
            if second is None:
                continue
            known = spans.setdefault((first, second), [])
            if known and known[-1][1] == before and moment - before <= LONGEST_GAP:
                known[-1][1] = moment
            else:
                known.append([moment, moment])
        before = moment
    tracks = {track["id"]: track for track in twin["tracks"]}
    facts: list[dict[str, object]] = [
        {
            "about": first,
            "others": [second],
            "kind": "relation",
            "text": _sentence(tracks[first], tracks[second]),
            "confidence": CONFIDENCE[scale],
            "span": [start, max(end, start + 0.1)],
        }
        for (first, second), times in spans.items()
        for start, end in times
    ]
    return facts[:MOST_FACTS]


def _lead(near: float, far: float) -> float:
    """Return by which share of the larger one is nearer, as :func:`twins.predicates.pairs.nearness_lead` does."""
    return (near - far) / max(abs(near), abs(far), 1e-9)


def _sentence(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    near, far = _name(first), _name(second)
    return f"the {near} is nearer than {'another' if near == far else 'the'} {far}"


def _name(track: Mapping[str, Any]) -> str:
    looks = [Attribute.model_validate({**said, "source": "twin"}) for said in track["attributes"]]
    return " ".join([*adjectives(looks, track["category"]), track["category"]])


def _values(measured: Mapping[float, Nearness], specialist: Depth) -> list[dict[str, object]]:
    """Return what was measured of each thing: where the index has the same specialist, predicates know it too."""
    names = dict.fromkeys(name for nearness in measured.values() for name in nearness)
    return [
        {
            "id": name,
            "nearness": [[moment, nearness[name]] for moment, nearness in measured.items() if name in nearness],
            "scale": specialist.scale,
            "by": specialist.provenance.model_dump(),
        }
        for name in names
    ]


def _told(measured: Mapping[float, Nearness]) -> str:
    lines = []
    for moment, nearness in measured.items():
        order = sorted(nearness.items(), key=lambda item: -item[1])
        said = ", ".join(f"{name} {value:.3g}" for name, value in order[:MOST_TOLD]) or "nothing is seen"
        lines.append(f"at {moment:.1f} s {said}")
    return f"nearness, the nearest first: {'; '.join(lines)}."
