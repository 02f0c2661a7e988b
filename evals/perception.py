"""How well perceived twins cover annotated things: coverage by one track, id switches, number of tracks.

The measure is over the annotated objects that move: their centre's way is more than a tenth of the frame's width. One
is *covered* when a single track has its box (IoU at least 0.5) in at least half of the frames in which it is annotated.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from twins.geometry import Bytes, Doubles, Geometry
from twins.overlap import iou

MOVING_SHARE = 0.1
"""Share of the frame's width that the centre of a moving object covers."""
GOOD_IOU = 0.5
COVERED_SHARE = 0.5

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class AnnotatedObject:
    """An annotated object: its boxes (xyxy, displayed pixels) by seconds."""

    id: int
    category: str
    boxes: dict[float, Box]

    def moves(self, width: int) -> bool:
        """Tell whether its centre's way is more than a tenth of the frame's width."""
        centres = np.array([((x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in self.boxes.values()])
        return bool(len(centres) and np.ptp(centres, axis=0).max() > MOVING_SHARE * width)


@dataclass(frozen=True)
class ObjectScore:
    """How one annotated object fared: frames annotated, frames its best track had, and changes of track."""

    category: str
    annotated: int
    found: int
    switches: int
    track: str | None

    @property
    def covered(self) -> bool:
        """Whether one track had it in at least half of its frames."""
        return self.found >= COVERED_SHARE * self.annotated


@dataclass(frozen=True)
class ClipScore:
    """One clip: its moving objects and the number of tracks."""

    clip: str
    objects: tuple[ObjectScore, ...]
    tracks: int

    def line(self) -> str:
        """Return one line for people."""
        names = ", ".join(f"{'+' if o.covered else '-'}{o.category} {o.found}/{o.annotated}" for o in self.objects)
        covered, switches = sum(o.covered for o in self.objects), sum(o.switches for o in self.objects)
        return (
            f"{self.clip:20s} {covered}/{len(self.objects)} covered, {self.tracks} tracks, {switches} switches: {names}"
        )


def read_annotation(path: Path) -> list[AnnotatedObject]:
    """Read the objects of an annotation file, boxes in displayed pixels, times by the file's rate."""
    data = json.loads(path.read_text(encoding="utf-8"))
    width, height, rate = data["width"], data["height"], data["fps"]
    boxes: dict[int, dict[float, Box]] = {thing["id"]: {} for thing in data["objects"]}
    for frame in data["frames"]:
        for seen in frame["objects"]:
            x1, y1, x2, y2 = seen["bbox"]
            boxes[seen["id"]][frame["frame"] / rate] = (x1 * width, y1 * height, x2 * width, y2 * height)
    return [AnnotatedObject(thing["id"], thing["category"], boxes[thing["id"]]) for thing in data["objects"]]


def score_clip(clip: str, objects: Iterable[AnnotatedObject], geometry: Geometry) -> ClipScore:
    """Score the tracks of one clip against its annotated objects."""
    moving = [thing for thing in objects if thing.moves(geometry.width)]
    return ClipScore(clip, tuple(_score(thing, geometry) for thing in moving), len(geometry.track_ids))


def coverage(scores: Sequence[ClipScore]) -> float:
    """Return the share of all moving objects that are covered; 0 where there are none."""
    objects = [thing for score in scores for thing in score.objects]
    return sum(thing.covered for thing in objects) / max(1, len(objects))


def _score(thing: AnnotatedObject, geometry: Geometry) -> ObjectScore:
    overlaps = np.nan_to_num([iou(box, _boxes_at(geometry, seconds)) for seconds, box in sorted(thing.boxes.items())])
    if overlaps.size == 0:
        return ObjectScore(thing.category, len(thing.boxes), 0, 0, None)
    hits = (overlaps >= GOOD_IOU).sum(axis=0)
    best = int(hits.argmax())
    owners = [int(row.argmax()) for row in overlaps if row.max() >= GOOD_IOU]
    switches = sum(a != b for a, b in pairwise(owners))
    return ObjectScore(thing.category, len(thing.boxes), int(hits[best]), switches, geometry.track_ids[best])


def _boxes_at(geometry: Geometry, seconds: float) -> Doubles:
    """Return (n, 4) boxes at a time, interpolated between samples that both have one, else the nearest sample's."""
    times = geometry.seconds
    after = int(np.clip(np.searchsorted(times, seconds), 1, max(1, len(times) - 1)))
    if len(times) < 2:
        return geometry.boxes[:, 0].astype(np.float64)
    before = after - 1
    weight = float(np.clip((seconds - times[before]) / (times[after] - times[before]), 0, 1))
    first, second = geometry.boxes[:, before].astype(np.float64), geometry.boxes[:, after].astype(np.float64)
    between = first + weight * (second - first)
    nearest = first if weight < 0.5 else second
    return np.where(np.isfinite(between), between, nearest)


def draw_errors(image: Bytes, seconds: float, objects: Iterable[AnnotatedObject], geometry: Geometry) -> Bytes:
    """Return an (h, w, 3) RGB frame of the displayed size with annotated boxes in green and tracks in red."""
    import cv2

    drawn: Any = image.copy()
    for name, box in zip(geometry.track_ids, _boxes_at(geometry, seconds), strict=True):
        if np.isfinite(box).all():
            x1, y1, x2, y2 = (int(value) for value in box)
            cv2.rectangle(drawn, (x1, y1), (x2, y2), (255, 40, 40), 2)
            cv2.putText(drawn, name, (x1 + 4, y1 + 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 40, 40), 2)
    for thing in objects:
        if seconds in thing.boxes:
            x1, y1, x2, y2 = (int(value) for value in thing.boxes[seconds])
            cv2.rectangle(drawn, (x1, y1), (x2, y2), (40, 255, 40), 2)
            cv2.putText(drawn, thing.category, (x1 + 4, y2 - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (40, 255, 40), 2)
    return np.asarray(drawn, np.uint8)
