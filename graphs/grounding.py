"""From the instances of a verdict to frames, boxes and masks."""

from contextlib import nullcontext
from typing import Literal

import numpy as np

from graphs.ranking import RankedHit
from twins.geometry import Geometry, Visibility
from twins.instance_masks import InstanceMasks, open_masks
from twins.layout import path_text
from twins.observations import EffectiveTwin
from twins.queries import Hit, InstanceFrame, InstanceResult, Rle
from twins.schema import Span, Twin
from twins.store import Store

KEY_FRAMES = 3
"""Frames an instance is shown in unless all are asked for: near the start, the middle and the end of the spans."""


def ground_hit(hit: RankedHit, effective: EffectiveTwin, store: Store, masks: Literal["none", "key", "all"]) -> Hit:
    """Give a ranked video its path, and its instances the frames in which they satisfy the question."""
    verdict = hit.judged
    columns = key_columns(effective.geometry, verdict.instances, verdict.spans, every=masks == "all")
    with open_masks(store, effective) if masks != "none" else nullcontext() as reader:
        instances = tuple(
            _instance(name, effective.twin, effective.geometry, columns, reader)
            for name in verdict.instances
            if name in effective.geometry.track_ids
        )
    return Hit(
        rank=hit.rank,
        video_id=verdict.video_id,
        path=path_of(store, verdict.video_id),
        score=verdict.score,
        coarse_score=hit.coarse_score,
        status=verdict.status,
        spans=verdict.spans,
        instances=instances,
        trace=verdict.trace,
        reading=verdict.reading,
        by_rules=verdict.by_rules,
        taken_back=verdict.taken_back,
        stands_out=verdict.stands_out,
    )


def path_of(store: Store, video_id: str) -> str | None:
    """Return where a video's file lies now, or where it was last seen; none where no file is known."""
    found = store.path(video_id)
    return path_text(found) if found is not None else next(iter(store.source(video_id).paths), None)


def key_columns(
    geometry: Geometry, instances: tuple[str, ...], spans: tuple[Span, ...], *, every: bool = False
) -> list[int]:
    """Return the sampled frames that show most of the instances inside the spans (anywhere, without spans).

    Args:
        geometry: of the video.
        instances: ids of the instances; ids without a row are passed over.
        spans: where the question holds.
        every: return every sampled frame in which an instance is visible instead of :data:`KEY_FRAMES`.
    """
    rows = [geometry.row(name) for name in instances if name in geometry.track_ids]
    if not rows:
        return []
    visible = (geometry.visibility[rows] == Visibility.VISIBLE).sum(axis=0)
    if every:
        return [int(column) for column in np.flatnonzero(visible)]
    times = geometry.seconds
    inside = np.zeros(len(times), bool) if spans else np.ones(len(times), bool)
    for start, end in spans:
        inside |= (times >= start) & (times < end)
    usable = np.flatnonzero(inside & (visible == visible[inside].max(initial=0)) & (visible > 0))
    if not len(usable):
        usable = np.flatnonzero(visible == visible.max())
    middle_of_thirds = (np.arange(KEY_FRAMES) + 0.5) / KEY_FRAMES * len(usable)
    return sorted({int(usable[int(at)]) for at in middle_of_thirds})


def _instance(
    name: str, twin: Twin, geometry: Geometry, columns: list[int], masks: InstanceMasks | None
) -> InstanceResult:
    row = geometry.row(name)
    frames = [
        InstanceFrame(
            frame_index=int(geometry.frame_index[column]),
            seconds=round(float(geometry.seconds[column]), 6),
            box=_box(geometry, row, column),
            mask=_mask(masks, name, int(geometry.frame_index[column])),
        )
        for column in columns
        if geometry.visibility[row, column] == Visibility.VISIBLE
    ]
    return InstanceResult(id=name, category=twin.track(name).category, frames=tuple(frames))


def _box(geometry: Geometry, row: int, column: int) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (round(float(value), 2) for value in geometry.boxes[row, column])
    return x1, y1, x2, y2


def _mask(masks: InstanceMasks | None, name: str, frame_index: int) -> Rle | None:
    rle = masks.rle(name, frame_index) if masks is not None else None
    if rle is None:
        return None
    height, width = rle["size"]
    return Rle(size=(height, width), counts=rle["counts"])
