"""Masks that just-in-time tools found, put where the sampled frames of a twin are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from twins.geometry import Geometry, Visibility
from twins.masks import CocoRle, mask_area, mask_box
from twins.relinking import Anchor, Box
from twins.schema import ObservedMask, ObservedTrack
from twins.widening import SAME_MOMENT_SECONDS, column_of

Masks = Mapping[str, Mapping[int, CocoRle]]
"""By instance and frame index, at the displayed size or smaller."""


def rle_of(mask: ObservedMask) -> CocoRle:
    """Return a mask in COCO's form."""
    return {"size": list(mask.size), "counts": mask.counts}


def box_of(mask: ObservedMask, width: int, height: int) -> Box | None:
    """Return where a mask is, xyxy in displayed pixels; none where it is empty.

    Args:
        width, height: of the displayed frame.
    """
    x1, y1, x2, y2 = mask_box(rle_of(mask))
    if not (x1 < x2 and y1 < y2):
        return None
    across, down = width / mask.size[1], height / mask.size[0]
    return x1 * across, y1 * down, x2 * across, y2 * down


def sights(track: ObservedTrack, geometry: Geometry) -> tuple[Anchor, ...]:
    """Return where a track is: its frames, and the boxes of its masks at other times."""
    known = np.array([seconds for _, seconds, _ in track.frames])
    more = [
        (mask.frame_index, mask.seconds, box)
        for mask in track.masks
        if not (np.abs(known - mask.seconds) <= SAME_MOMENT_SECONDS).any()
        and (box := box_of(mask, geometry.width, geometry.height)) is not None
    ]
    return (*track.frames, *more)


def add_masks(geometry: Geometry, found: Sequence[tuple[str, ObservedTrack]]) -> tuple[Geometry, Masks]:
    """Return the geometry with the places that masks tell where none was known, and the masks by sampled frame.

    What is known of a place stays as it is: boxes of two sources in one track would be a movement that nobody saw.

    Args:
        found: the id under which the geometry knows each track, and what was observed of it, the oldest first.
    """
    masks: dict[str, dict[int, CocoRle]] = {}
    if not any(track.masks for _, track in found):
        return geometry, masks
    boxes, area, visibility = geometry.boxes.copy(), geometry.area.copy(), geometry.visibility.copy()
    for name, track in found:
        row = geometry.row(name)
        for mask in track.masks:
            column, box = column_of(geometry, mask.seconds), box_of(mask, geometry.width, geometry.height)
            if column is None or box is None:
                continue
            masks.setdefault(name, {})[int(geometry.frame_index[column])] = rle_of(mask)
            unknown = visibility[row, column] == Visibility.NOT_SAMPLED
            if unknown:
                boxes[row, column], visibility[row, column] = box, Visibility.VISIBLE
            if unknown or name == track.id:  # a new instance: until now its area was its box's
                pixels = geometry.width * geometry.height / (mask.size[0] * mask.size[1])
                area[row, column] = mask_area(rle_of(mask)) * pixels
    return replace(geometry, boxes=boxes, area=area, visibility=visibility), masks


def joined(first: Masks, second: Masks) -> Masks:
    """Return the masks of both; of two for one frame the second's."""
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in (*first, *second)}
