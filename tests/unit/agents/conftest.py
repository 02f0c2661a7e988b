"""Small clips with hand-made tracks: boxes move in straight lines between key points."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.shared_encoder import encoder_is_read_once as encoder_is_read_once
from twins.coco_kinds import attributes_of
from twins.geometry import Geometry, Visibility
from twins.protocols import Candidate
from twins.schema import Attribute, Provenance, Track, Twin

WIDTH, HEIGHT, RATE = 640, 360, 10.0


def make_mover(
    name: str,
    points: Sequence[tuple[float, float, float]],
    *,
    size: float = 40.0,
    colour: str | None = None,
    shape: str | None = None,
    category: str = "object",
    seconds: float = 6.0,
) -> tuple[Track, np.ndarray]:
    """Return a track and its (T, 4) boxes; ``points`` are (seconds, x, y) of the centre, NaN outside their span."""
    times = np.arange(0, seconds, 1 / RATE)
    at = np.array([p[0] for p in points])
    x, y = np.interp(times, at, [p[1] for p in points]), np.interp(times, at, [p[2] for p in points])
    boxes = np.stack((x - size / 2, y - size / 2, x + size / 2, y + size / 2), axis=1)
    boxes[(times < at[0]) | (times > at[-1])] = np.nan
    looks = [("colour", colour), ("shape", shape)]
    attributes = tuple(Attribute(kind=kind, text=text, source="test") for kind, text in looks if text)
    return Track(id=name, category=category, confidence=0.9, attributes=attributes, source="test"), boxes


def make_clip(*movers: tuple[Track, np.ndarray], video_id: str = "clip", coarse: float = 0.5) -> Candidate:
    """Return a candidate of these movers."""
    boxes = np.stack([b for _, b in movers]).astype(np.float32)
    seen = np.isfinite(boxes[..., 0])
    frames = boxes.shape[1]
    twin = Twin(
        video_id=video_id,
        duration=frames / RATE,
        width=WIDTH,
        height=HEIGHT,
        frame_count=frames,
        origin="imported",
        sources={"test": Provenance(specialist="test", version="1")},
        tracks=tuple(track for track, _ in movers),
    )
    geometry = Geometry(
        track_ids=tuple(track.id for track, _ in movers),
        frame_index=np.arange(frames),
        seconds=np.arange(frames) / RATE,
        boxes=boxes,
        area=np.where(seen, (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]), np.nan).astype(
            np.float32
        ),
        nearness=np.full(boxes.shape[:2], np.nan, np.float32),
        visibility=np.where(seen, Visibility.VISIBLE, Visibility.ABSENT).astype(np.uint8),
        width=WIDTH,
        height=HEIGHT,
    )
    return Candidate(video_id, twin, geometry, coarse)


def make_persons(*movers: tuple[Track, np.ndarray], crowds: str) -> Candidate:
    """Return a candidate of persons, as a file of COCO calls them; ``crowds`` names those who are several."""
    made = make_clip(*movers)
    tracks = tuple(
        track.model_copy(
            update={
                "category": "person",
                "confidence": 1.0,
                "attributes": attributes_of("person", None, track.id in crowds, "coco"),
            }
        )
        for track in made.twin.tracks
    )
    return replace(made, twin=made.twin.model_copy(update={"tracks": tracks}))


@pytest.fixture
def mover() -> Callable[..., tuple[Track, np.ndarray]]:
    """Make a track that moves in straight lines."""
    return make_mover


@pytest.fixture
def clip() -> Callable[..., Candidate]:
    """Make a candidate of movers."""
    return make_clip


@pytest.fixture
def persons() -> Callable[..., Candidate]:
    """Make a candidate of persons, of whom some are crowds."""
    return make_persons
