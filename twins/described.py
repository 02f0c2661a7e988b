"""From masks and boxes that a file describes to a twin: what the readers of all mask formats share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from twins.containers import MAX_PIXELS
from twins.excerpt import DECIMALS, Box, Sighting
from twins.geometry import Bytes, Doubles, Floats, Geometry, Visibility
from twins.given_names import check_name
from twins.layout import check_video_id
from twins.masks import CocoRle, mask_area
from twins.schema import Attribute, Provenance, Shot, Track, Twin

MAX_SECONDS = 24 * 3600.0
"""A longer video is refused: its timeline would fill the memory."""
MAX_TRACKS = 1000
"""Tracks of one video: every pair of them is compared."""
MAX_CELLS = 4_000_000
"""Tracks times frames of one video: some 100 MiB of arrays."""


@dataclass(frozen=True)
class DescribedTrack:
    """One instance.

    Args:
        sightings: where it is, by position among the frames.
        visibility: of every frame; where none, it is absent from every frame in which it is not seen.
        attributes: what else the file says of it.
    """

    id: str
    category: str
    sightings: Mapping[int, Sighting]
    confidence: float = 1.0
    visibility: Sequence[Visibility] | None = None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class DescribedVideo:
    """A video as a file describes it.

    Args:
        name: becomes the twin's id.
        frame_index, seconds: of the described frames, rising.
        video_file: name of the video's file, where the description says it.
    """

    name: str
    width: int
    height: int
    frame_index: Sequence[int]
    seconds: Sequence[float]
    duration: float
    frame_count: int
    tracks: Sequence[DescribedTrack] = ()
    video_file: str | None = None

    def check(self) -> None:
        """Raise ``ValueError`` where it contradicts itself or is too large; the message says what."""
        if self.width * self.height > MAX_PIXELS:
            raise ValueError(f"frames of {self.width}x{self.height} pixels are too large")
        if not self.duration <= MAX_SECONDS:
            raise ValueError(f"{self.duration:.0f} s is longer than {MAX_SECONDS:.0f} s")
        for name, values in (("frame numbers", self.frame_index), ("seconds", self.seconds)):
            if any(later <= earlier for earlier, later in pairwise(values)) or (values and values[0] < 0):
                raise ValueError(f"its {name} do not rise from 0 or more")
        if self.seconds and self.seconds[-1] > self.duration:
            raise ValueError(f"its last frame ({self.seconds[-1]} s) lies after its end ({self.duration} s)")
        if self.frame_index and self.frame_index[-1] >= self.frame_count:
            raise ValueError(f"its last frame is number {self.frame_index[-1]}, but it has {self.frame_count} frames")
        if len(self.tracks) > MAX_TRACKS or len(self.tracks) * len(self.seconds) > MAX_CELLS:
            raise ValueError(
                f"{len(self.tracks)} tracks at {len(self.seconds)} frames are too many"
                f" (most: {MAX_TRACKS} tracks, {MAX_CELLS} tracks times frames)"
            )
        for track in self.tracks:
            check_name(track.id)
            check_name(track.category)
        names = [track.id for track in self.tracks]
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise ValueError(f"two of its tracks are called {repeated!r}")
        check_video_id(self.name)


@dataclass(frozen=True)
class Described:
    """A twin made of a description; ``masks`` by track and frame index, at the displayed size."""

    twin: Twin
    geometry: Geometry
    masks: Mapping[str, Mapping[int, CocoRle]] = field(default_factory=dict)
    video_file: str | None = None


def to_twin(video: DescribedVideo, source: str, version: str) -> Described:
    """Make a twin of a description that was checked.

    Args:
        video: what the file says.
        source: name of the file's format, noted as the provenance of all that is made of it.
        version: of that format's reader.
    """
    tracks = tuple(
        Track(
            id=track.id,
            category=track.category,
            confidence=track.confidence,
            attributes=track.attributes,
            source=source,
        )
        for track in video.tracks
    )
    twin = Twin(
        video_id=video.name,
        duration=video.duration,
        width=video.width,
        height=video.height,
        frame_count=video.frame_count,
        origin="imported",
        sources={source: Provenance(specialist=source, version=version)},
        tracks=tracks,
        shots=(Shot(span=(0.0, video.duration), source=source),),
    )
    masks = {
        track.id: {video.frame_index[n]: seen.mask for n, seen in track.sightings.items() if seen.mask is not None}
        for track in video.tracks
    }
    kept = {name: frames for name, frames in masks.items() if frames}
    return Described(twin, _geometry(video), kept, video.video_file)


def seen_at(box: Box | None, mask: CocoRle | None, width: int, height: int) -> Sighting | None:
    """Return a sighting from what a file has of it: a box, a mask, or both; none where nothing is to be seen.

    Args:
        box: xyxy in pixels; what lies beside the frame is cut off.
        mask: checked run lengths of the whole frame; an empty one counts as none.
        width, height: of the frame.

    Raises:
        ValueError: the box lies beside the frame.
    """
    from pycocotools import mask as coco

    area = mask_area(mask) if mask is not None else 0
    if box is None or box[0] == box[2] or box[1] == box[3]:
        if not area:
            return None
        x, y, w, h = (float(value) for value in coco.toBbox(mask))
        return Sighting((x, y, x + w, y + h), float(area), mask)
    x1, x2 = (min(max(value, 0.0), float(width)) for value in box[::2])
    y1, y2 = (min(max(value, 0.0), float(height)) for value in box[1::2])
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f"the box {list(box)} (x1, y1, x2, y2) lies outside of the frame of {width}x{height}")
    if area:
        return Sighting((x1, y1, x2, y2), float(area), mask)
    return Sighting((x1, y1, x2, y2), round((x2 - x1) * (y2 - y1), DECIMALS))


def _geometry(video: DescribedVideo) -> Geometry:
    shape = (len(video.tracks), len(video.seconds))
    seconds = np.array(video.seconds, np.float64)
    boxes = np.full((*shape, 4), np.nan, np.float32)
    area = np.full(shape, np.nan, np.float32)
    visibility = np.full(shape, Visibility.ABSENT, np.uint8)
    for row, track in enumerate(video.tracks):
        if track.visibility is not None:
            visibility[row] = track.visibility
        for n, seen in track.sightings.items():
            boxes[row, n], area[row, n], visibility[row, n] = seen.box, seen.area, Visibility.VISIBLE
        _fill_hidden(boxes[row], area[row], visibility[row], seconds)
    return Geometry(
        track_ids=tuple(track.id for track in video.tracks),
        frame_index=np.array(video.frame_index, np.int64),
        seconds=seconds,
        boxes=boxes,
        area=area,
        # A description of masks does not say what is nearer.
        nearness=np.full(shape, np.nan, np.float32),
        visibility=visibility,
        width=video.width,
        height=video.height,
    )


def _fill_hidden(boxes: Floats, area: Floats, visibility: Bytes, seconds: Doubles) -> None:
    """Interpolate where a hidden thing is between two sights of it, as for indexed videos; not before, not after."""
    known, hidden = np.flatnonzero(np.isfinite(area)), np.flatnonzero(visibility == Visibility.OCCLUDED)
    if len(known):
        hidden = hidden[(hidden > known[0]) & (hidden < known[-1])]
        for values in (*boxes.T, area):
            values[hidden] = np.interp(seconds[hidden], seconds[known], values[known])
