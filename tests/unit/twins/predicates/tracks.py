"""Tiny hand-made geometries for the tests of predicates."""

import numpy as np

from twins.geometry import Geometry, Visibility

Row = list[tuple[float, float] | str]
"""A centre a frame, or how the object is out of view: absent, occluded, not_sampled."""

GONE = {
    "absent": Visibility.ABSENT,
    "occluded": Visibility.OCCLUDED,
    "not_sampled": Visibility.NOT_SAMPLED,
}


def tracks(
    *rows: Row,
    size: tuple[float, float] | list[tuple[float, float]] = (40.0, 40.0),
    fps: float = 10.0,
    frame: tuple[int, int] = (640, 480),
    nearness: list[float] | None = None,
    scale: str = "relative",
    pan: list[tuple[float, float]] | None = None,
) -> Geometry:
    """Return boxes of one size a row about the given centres, a frame every 1 / fps seconds."""
    n, t = len(rows), len(rows[0])
    sizes = size if isinstance(size, list) else [size] * n
    boxes = np.full((n, t, 4), np.nan, np.float32)
    visibility = np.full((n, t), Visibility.VISIBLE, np.uint8)
    for i, row in enumerate(rows):
        for j, place in enumerate(row):
            if isinstance(place, str):
                visibility[i, j] = GONE[place]
                continue
            half = np.array(sizes[i]) / 2
            boxes[i, j] = [*(np.array(place) - half), *(np.array(place) + half)]
    sides = boxes[..., 2:] - boxes[..., :2]
    camera = np.tile(np.eye(2, 3, dtype=np.float32), (t, 1, 1))
    if pan is not None:
        camera[:, :, 2] = pan
    known = np.full((n, t), np.nan, np.float32)
    if nearness is not None:
        known[:] = np.array(nearness, np.float32)[:, None]
    return Geometry(
        track_ids=tuple(f"t{i}" for i in range(n)),
        frame_index=np.arange(t),
        seconds=np.arange(t) / fps,
        boxes=boxes,
        area=sides.prod(axis=-1),
        nearness=known,
        visibility=visibility,
        width=frame[0],
        height=frame[1],
        nearness_scale=scale if nearness is not None else "weak",
        camera=camera,
    )


def line(start: tuple[float, float], end: tuple[float, float], frames: int) -> Row:
    """Return ``frames`` centres evenly spaced from start to end, both included."""
    return [tuple(place) for place in np.linspace(start, end, frames)]


def rest(place: tuple[float, float], frames: int) -> Row:
    """Return one centre ``frames`` times."""
    return [place] * frames
