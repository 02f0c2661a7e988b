"""Twins from described clips: boxes at a few frames, states, roles, events and captions in one JSON file a clip."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import webcolors
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from twins.errors import TwinseekError
from twins.geometry import Floats, Geometry, Visibility
from twins.given_names import GivenId, GivenName
from twins.schema import Attribute, Fact, Provenance, Shot, Track, Twin

SOURCE = "annotations"
PROVENANCE = Provenance(specialist="annotations", version="1")

SAMPLES_PER_SECOND = 5.0
"""Moments between the annotated frames at which boxes are interpolated: fine enough for the predicates' spans."""

MAX_BYTES = 64 * 2**20
"""A larger file is refused before it is parsed."""

MAX_SECONDS = 24 * 3600.0
"""A longer clip is refused: its timeline would fill the memory."""

NEARNESS = {"far": 0.0, "mid": 0.5, "near": 1.0}

Unit = Annotated[float, Field(ge=-0.01, le=1.01)]


class _Part(BaseModel):
    """Other keys (questions, licences, notes …) are the file's own business."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AnnotatedObject(_Part):
    """One object of the clip."""

    id: GivenId
    category: GivenName
    attributes: tuple[str, ...] = ()
    role: str = ""


class AnnotatedBox(_Part):
    """Where an object is in one frame: x1, y1, x2, y2 relative to the frame."""

    id: int | str
    bbox: tuple[Unit, Unit, Unit, Unit]
    depth: Literal["near", "mid", "far"] | None = None
    state: str = ""

    @model_validator(mode="after")
    def _has_a_size(self) -> "AnnotatedBox":
        if self.bbox[0] >= self.bbox[2] or self.bbox[1] >= self.bbox[3]:
            raise ValueError(f"a box is x1, y1, x2, y2 with x1 < x2 and y1 < y2, not {self.bbox}")
        return self


class AnnotatedFrame(_Part):
    """What was marked in one frame; an object that is not named is not to be seen in it."""

    frame: int = Field(ge=0)
    objects: tuple[AnnotatedBox, ...] = ()


class AnnotatedEvent(_Part):
    """Something that happens from ``start_frame`` to ``end_frame``, both included."""

    start_frame: int = Field(ge=0)
    end_frame: int = Field(ge=0)
    objects: tuple[int | str, ...] = ()
    text: str


class ClipAnnotation(_Part):
    """One annotation file."""

    video: str = Field(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f]+$")
    fps: float = Field(gt=0, le=1000)
    n_frames: int = Field(gt=0, le=10_000_000)
    width: int = Field(gt=0, le=65_536)
    height: int = Field(gt=0, le=65_536)
    caption: str = ""
    dense_caption: str = ""
    scene: str = ""
    camera: str = ""
    objects: tuple[AnnotatedObject, ...] = ()
    frames: tuple[AnnotatedFrame, ...] = ()
    events: tuple[AnnotatedEvent, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> "ClipAnnotation":
        if self.duration > MAX_SECONDS:
            raise ValueError(f"a clip of {self.duration:.0f} s (n_frames / fps) is longer than {MAX_SECONDS:.0f} s")
        ids = [thing.id for thing in self.objects]
        if len(ids) != len(set(map(str, ids))):
            raise ValueError("two objects have the same id")
        named = {thing.id for frame in self.frames for thing in frame.objects}
        unknown = (named | {thing for event in self.events for thing in event.objects}) - set(ids)
        if unknown:
            raise ValueError(f"frames or events name objects that are not listed: {sorted(map(str, unknown))}")
        numbers = [frame.frame for frame in self.frames]
        if any(later <= earlier for earlier, later in pairwise(numbers)) or (numbers and numbers[-1] >= self.n_frames):
            raise ValueError("frames must rise and stay below n_frames")
        return self

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_frames / self.fps


def read_annotation(path: Path) -> ClipAnnotation:
    """Read and validate one annotation file. Raises :class:`TwinseekError` that names the first thing wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TwinseekError(f"{path} is larger than {MAX_BYTES >> 20} MiB: split it into one file a video")
        return ClipAnnotation.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise TwinseekError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise TwinseekError(f"{path}: {where}: {first['msg']}; mend it and import again") from error
    except (ValueError, RecursionError) as error:
        raise TwinseekError(f"{path} is not a JSON annotation ({error}); see docs/annotations.md") from error


def import_annotation(path: Path, *, captions: bool = True) -> tuple[Twin, Geometry]:
    """Make a twin of one annotation file.

    Boxes are interpolated linearly between neighbouring annotated frames in which the object was marked. An object
    marked in the one and not in the other has no box in between, and is *not sampled* there. Times are frame number
    over the file's frame rate: the only clock that an annotation has.

    Args:
        path: the annotation file.
        captions: false leaves the captions out, so that a measurement cannot profit from them.

    Raises:
        TwinseekError: where the file cannot be read or contradicts itself.
    """
    clip = read_annotation(path)
    return _twin(clip, captions=captions), _geometry(clip)


def _twin(clip: ClipAnnotation, *, captions: bool) -> Twin:
    facts = [*_role_facts(clip), *_state_facts(clip), *_event_facts(clip), *_scene_facts(clip)]
    if captions:
        facts += [_fact("caption", text) for text in (clip.caption, clip.dense_caption) if text]
    return Twin(
        video_id=clip.video,
        duration=clip.duration,
        width=clip.width,
        height=clip.height,
        frame_count=clip.n_frames,
        origin="imported",
        sources={SOURCE: PROVENANCE},
        tracks=tuple(
            Track(
                id=str(thing.id),
                category=thing.category,
                confidence=1.0,
                attributes=tuple(_attribute(text) for text in thing.attributes if text),
                source=SOURCE,
            )
            for thing in clip.objects
        ),
        shots=(Shot(span=(0.0, clip.duration), source=SOURCE),),
        facts=tuple(facts),
    )


def _attribute(text: str) -> Attribute:
    known = text.lower().replace(" ", "") in webcolors.names(webcolors.CSS3)
    return Attribute(kind="colour" if known else "other", text=text, source=SOURCE)


def _fact(
    kind: Literal["role", "state", "event", "scene", "caption"],
    text: str,
    instances: tuple[str, ...] = (),
    span: tuple[float, float] | None = None,
) -> Fact:
    about = instances[0] if instances else None
    return Fact(about=about, others=instances[1:], kind=kind, text=text, span=span, source=SOURCE)


def _role_facts(clip: ClipAnnotation) -> list[Fact]:
    return [_fact("role", thing.role, (str(thing.id),)) for thing in clip.objects if thing.role]


def _state_facts(clip: ClipAnnotation) -> list[Fact]:
    """Give each marked state the time until half-way to the neighbouring annotated frames; join equal neighbours."""
    times = [frame.frame / clip.fps for frame in clip.frames]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(times)), clip.duration]
    facts = []
    for thing in clip.objects:
        run: tuple[str, float, float] | None = None
        for frame, start, end in zip(clip.frames, edges, edges[1:], strict=False):
            state = next((box.state for box in frame.objects if box.id == thing.id), "")
            if run and run[0] == state:
                run = (state, run[1], end)
                continue
            if run and run[0]:
                facts.append(_fact("state", run[0], (str(thing.id),), run[1:]))
            run = (state, start, end)
        if run and run[0]:
            facts.append(_fact("state", run[0], (str(thing.id),), run[1:]))
    return facts


def _event_facts(clip: ClipAnnotation) -> list[Fact]:
    facts = []
    for event in clip.events:
        start = min(event.start_frame / clip.fps, clip.duration)
        end = min((event.end_frame + 1) / clip.fps, clip.duration)
        facts.append(_fact("event", event.text, tuple(map(str, event.objects)), (start, max(start, end))))
    return facts


def _scene_facts(clip: ClipAnnotation) -> list[Fact]:
    facts = [_fact("scene", clip.scene)] if clip.scene else []
    if clip.camera:
        facts.append(_fact("scene", f"camera: {clip.camera}"))
    return facts


def _geometry(clip: ClipAnnotation) -> Geometry:
    annotated = np.array([frame.frame for frame in clip.frames], np.int64)
    step = max(1, round(clip.fps / SAMPLES_PER_SECOND))
    grid = np.arange(annotated[0], annotated[-1] + 1, step) if len(annotated) else annotated
    frame_index = np.union1d(annotated, grid)
    boxes, nearness, marked = _marked(clip)
    rows = [_interpolate(annotated, frame_index, boxes[n], nearness[n], marked[n]) for n in range(len(clip.objects))]
    shape = (len(rows), len(frame_index))
    all_boxes = np.stack([row[0] for row in rows]) if rows else np.empty((*shape, 4))
    sides = all_boxes[..., 2:] - all_boxes[..., :2]
    return Geometry(
        track_ids=tuple(str(thing.id) for thing in clip.objects),
        frame_index=frame_index.astype(np.int64),
        seconds=frame_index / clip.fps,
        boxes=all_boxes.astype(np.float32),
        area=sides.prod(axis=-1).astype(np.float32),
        nearness=np.array([row[1] for row in rows], np.float32).reshape(shape),
        visibility=np.array([row[2] for row in rows], np.uint8).reshape(shape),
        width=clip.width,
        height=clip.height,
        nearness_scale="relative",
    )


def _marked(clip: ClipAnnotation) -> tuple[Floats, Floats, np.ndarray]:
    """Return boxes (N, F, 4) in pixels, nearness (N, F), and whether each was marked (N, F) at the F frames."""
    shape = (len(clip.objects), len(clip.frames))
    boxes = np.full((*shape, 4), np.nan, np.float32)
    nearness = np.full(shape, np.nan, np.float32)
    row = {thing.id: n for n, thing in enumerate(clip.objects)}
    scale = np.array([clip.width, clip.height] * 2, np.float32)
    for column, frame in enumerate(clip.frames):
        for box in frame.objects:
            boxes[row[box.id], column] = np.clip(box.bbox, 0, 1) * scale
            if box.depth is not None:
                nearness[row[box.id], column] = NEARNESS[box.depth]
    return boxes, nearness, np.isfinite(boxes[..., 0])


def _interpolate(
    annotated: np.ndarray, frame_index: np.ndarray, boxes: Floats, nearness: Floats, marked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes (T, 4), nearness (T,) and visibility (T,) of one object at the sampled frames."""
    left = np.searchsorted(annotated, frame_index, side="right") - 1
    right = np.searchsorted(annotated, frame_index, side="left")
    between = np.where(annotated[right] > annotated[left], annotated[right] - annotated[left], 1)
    part = ((frame_index - annotated[left]) / between)[:, None]
    seen = marked[left] & marked[right]
    out = np.where(seen[:, None], boxes[left] * (1 - part) + boxes[right] * part, np.nan)
    near = nearness[left] * (1 - part[:, 0]) + nearness[right] * part[:, 0]
    unseen = np.where(marked[left] | marked[right], Visibility.NOT_SAMPLED, Visibility.ABSENT)
    return out, np.where(seen, near, np.nan), np.where(seen, Visibility.VISIBLE, unseen)
