"""Adding tracks to arrays, at moments that may not have been sampled before."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from twins.geometry import Bytes, Doubles, Floats, Geometry, Ints, Visibility
from twins.relinking import Anchor

Array = TypeVar("Array", Floats, Bytes)

SAME_MOMENT_SECONDS = 1e-3
"""Two times this close are the same frame: no camera takes a thousand frames a second here."""


def add_rows(geometry: Geometry, tracks: Sequence[tuple[str, Sequence[Anchor]]]) -> Geometry:
    """Return the geometry with a row for every new track, and a column for every moment that is new.

    What is not known about the new cells is ``NOT_SAMPLED``; the area is the box's.
    """
    if not tracks:
        return geometry
    wider = _with_columns(geometry, [anchor for _, anchors in tracks for anchor in anchors])
    n, t = len(tracks), len(wider.seconds)
    boxes = np.full((n, t, 4), np.nan, np.float32)
    visibility = np.full((n, t), Visibility.NOT_SAMPLED, np.uint8)
    for row, (_, anchors) in enumerate(tracks):
        for _, seconds, box in anchors:
            column = _column(wider.seconds, seconds)
            boxes[row, column] = box
            visibility[row, column] = Visibility.VISIBLE
    return _stacked(wider, [name for name, _ in tracks], boxes, visibility)


def _stacked(old: Geometry, names: Sequence[str], boxes: Floats, visibility: Bytes) -> Geometry:
    sides = boxes[..., 2:] - boxes[..., :2]
    unknown = np.full(visibility.shape, np.nan, np.float32)
    return Geometry(
        track_ids=(*old.track_ids, *names),
        frame_index=old.frame_index,
        seconds=old.seconds,
        boxes=np.concatenate([old.boxes, boxes]),
        area=np.concatenate([old.area, sides.prod(axis=-1)]),
        nearness=np.concatenate([old.nearness, unknown]),
        visibility=np.concatenate([old.visibility, visibility]),
        width=old.width,
        height=old.height,
        nearness_scale=old.nearness_scale,
        camera=old.camera,
    )


def _with_columns(old: Geometry, anchors: Sequence[Anchor]) -> Geometry:
    frame_index, seconds = _new_moments(old.seconds, anchors)
    if not len(seconds):
        return old
    order = np.argsort(np.concatenate([old.seconds, seconds]), kind="stable")

    def widened(array: Array, fill: float) -> Array:
        more = np.full((array.shape[0], len(seconds), *array.shape[2:]), fill, array.dtype)
        both: Array = np.concatenate([array, more], axis=1)[:, order]
        return both

    return Geometry(
        track_ids=old.track_ids,
        frame_index=np.concatenate([old.frame_index, frame_index])[order],
        seconds=np.concatenate([old.seconds, seconds])[order],
        boxes=widened(old.boxes, np.nan),
        area=widened(old.area, np.nan),
        nearness=widened(old.nearness, np.nan),
        visibility=widened(old.visibility, Visibility.NOT_SAMPLED),
        width=old.width,
        height=old.height,
        nearness_scale=old.nearness_scale,
        camera=np.concatenate([old.camera, _cameras(old, seconds)])[order],
    )


def _new_moments(known: Doubles, anchors: Sequence[Anchor]) -> tuple[Ints, Doubles]:
    taken = list(known)
    new = []
    for index, seconds, _ in sorted(anchors, key=lambda anchor: anchor[1]):
        if not taken or np.abs(np.asarray(taken) - seconds).min() > SAME_MOMENT_SECONDS:
            taken.append(seconds)
            new.append((index, seconds))
    return np.array([i for i, _ in new], np.int64), np.array([s for _, s in new], np.float64)


def _cameras(old: Geometry, seconds: Doubles) -> Floats:
    # The nearest sample's: the identity would make a moving camera jump there and back.
    if not len(old.seconds):
        return np.broadcast_to(np.eye(2, 3, dtype=np.float32), (len(seconds), 2, 3)).copy()
    return old.camera[[_column(old.seconds, moment) for moment in seconds]]


def column_of(geometry: Geometry, seconds: float) -> int | None:
    """Return the column of the sampled frame that is shown at a time; none where no sample was taken then."""
    if not len(geometry.seconds):
        return None
    column = _column(geometry.seconds, seconds)
    return column if abs(float(geometry.seconds[column]) - seconds) <= SAME_MOMENT_SECONDS else None


def frame_index_at(geometry: Geometry, seconds: float) -> int | None:
    """Return the number of the sampled frame that is shown at a time; none where no sample was taken then."""
    column = column_of(geometry, seconds)
    return int(geometry.frame_index[column]) if column is not None else None


def _column(seconds: Doubles, moment: float) -> int:
    return int(np.abs(seconds - moment).argmin())
