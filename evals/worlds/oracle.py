"""Twins made from a world's gold: what a perfect perception would see, to measure reasoning apart from it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from twins.geometry import Doubles, Floats, Geometry, Visibility
from twins.schema import Attribute, Provenance, Shot, Track, Twin

SOURCE = "gold"
SAMPLED = 3
"""Every third frame is sampled, about what the index looks at."""

LEAST_SHARE = 0.05
"""A thing of which less is seen counts as occluded."""


def oracle_twin(gold: Path, video_id: str | None = None) -> tuple[Twin, Geometry]:
    """Read one clip's gold file as a twin without categories: what is there, how it looks and where it is."""
    record = json.loads(gold.read_text(encoding="utf-8"))
    height, width = record["size"]
    seconds = np.asarray(record["seconds"][::SAMPLED])
    duration = record["seconds"][-1] + 1 / record["fps"]
    names = list(record["things"])
    twin = Twin(
        video_id=video_id or record["video"],
        duration=duration,
        width=width,
        height=height,
        frame_count=len(record["seconds"]),
        origin="imported",
        sources={SOURCE: Provenance(specialist=SOURCE, version="1")},
        tracks=tuple(Track(id=name, attributes=_looks(record["things"][name]), source=SOURCE) for name in names),
        shots=(Shot(span=(0.0, duration), source=SOURCE),),
    )
    frames = [record["things"][name]["frames"][::SAMPLED] for name in names]
    boxes = np.array([[_box(entry) for entry in row] for row in frames], np.float32).reshape(len(names), -1, 4)
    sides = boxes[..., 2:] - boxes[..., :2]
    nearness = np.array([[record["things"][name]["nearness"]] for name in names], np.float32)
    return twin, Geometry(
        track_ids=tuple(names),
        frame_index=np.arange(len(record["seconds"]))[::SAMPLED],
        seconds=seconds,
        boxes=boxes,
        area=sides.prod(axis=-1),
        nearness=np.where(np.isfinite(boxes[..., 0]), nearness, np.nan).astype(np.float32),
        visibility=np.array([_visibilities(row, width, height) for row in frames], np.uint8),
        camera=_camera(np.asarray(record["camera"])[::SAMPLED]),
        width=width,
        height=height,
    )


def _looks(thing: dict[str, Any]) -> tuple[Attribute, ...]:
    return (
        Attribute(kind="colour", text=thing["colour"], source=SOURCE),
        Attribute(kind="shape", text=thing["shape"], source=SOURCE),
        Attribute(kind="texture", text=thing["texture"], source=SOURCE),
    )


def _box(entry: dict[str, Any] | None) -> list[float]:
    seen = entry is not None and entry["box"] is not None and entry["share"] >= LEAST_SHARE
    return list(entry["box"]) if entry is not None and seen else [np.nan] * 4


def _visibilities(row: list[dict[str, Any] | None], width: int, height: int) -> list[Visibility]:
    """Call a thing occluded that exists, is not seen, and was last seen away from the picture's edge."""
    found, inside = [], True
    for entry in row:
        x1, y1, x2, y2 = _box(entry)
        if np.isfinite(x1):
            inside = x1 > 0 and y1 > 0 and x2 < width and y2 < height
            found.append(Visibility.VISIBLE)
        else:
            found.append(Visibility.OCCLUDED if entry is not None and inside else Visibility.ABSENT)
    return found


def _camera(scene_to_pixels: Doubles) -> Floats:
    """Return (T, 2, 3) maps from each frame's pixels to those of the first frame."""
    square = np.concatenate([scene_to_pixels, np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(scene_to_pixels), 1, 3))], 1)
    return np.asarray((square[0] @ np.linalg.inv(square))[:, :2], np.float32)
