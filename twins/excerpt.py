"""What is taken out of a library to be written in another format: tracks and sampled frames of one video."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from twins.geometry import Geometry, Ints, Visibility
from twins.instance_masks import InstanceMasks
from twins.masks import CocoRle, mask_area
from twins.schema import Span, Track, Twin

DECIMALS = 2
"""Of a pixel, kept of boxes: float32 holds no more of a wide frame."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sighting:
    """Where an instance is in one frame.

    Args:
        box: xyxy, half-open, displayed pixels, within the frame.
        area: of the mask, in pixels; the box's where there is no mask.
        mask: run lengths at the displayed size; none where only the box is known.
    """

    box: Box
    area: float
    mask: CocoRle | None = None


@dataclass(frozen=True)
class Excerpt:
    """Tracks of a video at some of its sampled frames.

    Args:
        twin: what is known about the video.
        geometry: where its tracks are, at all sampled frames.
        tracks: those that are taken.
        columns: rising positions of the frames that are taken, in the geometry.
        video_file: name of the video's file, where it is known.
        open_masks: opens the masks; none where the video has none.
    """

    twin: Twin
    geometry: Geometry
    tracks: tuple[Track, ...]
    columns: Ints
    video_file: str | None = None
    open_masks: Callable[[], AbstractContextManager[InstanceMasks]] | None = None

    @property
    def video_id(self) -> str:
        """The video's id."""
        return self.twin.video_id

    @cached_property
    def frame_index(self) -> list[int]:
        """Rising frame numbers of the frames that are taken."""
        return [int(index) for index in self.geometry.frame_index[self.columns]]

    @cached_property
    def seconds(self) -> list[float]:
        """Exact times of the frames that are taken."""
        return [float(moment) for moment in self.geometry.seconds[self.columns]]

    def visibility(self, track_id: str) -> list[Visibility]:
        """Return why the track is, or is not, seen in each frame; seen at an unknown place is *not sampled*."""
        states = [Visibility(int(state)) for state in self.geometry.visibility[self._row(track_id), self.columns]]
        return [
            Visibility.NOT_SAMPLED if state == Visibility.VISIBLE and self.box(track_id, n) is None else state
            for n, state in enumerate(states)
        ]

    def box(self, track_id: str, n: int) -> Box | None:
        """Return where the track is in the n-th frame, cut off at the frame's edges; none where it is not seen."""
        row, column = self._row(track_id), self.columns[n]
        corners = self.geometry.boxes[row, column].astype(np.float64)
        if self.geometry.visibility[row, column] != Visibility.VISIBLE or not np.isfinite(corners).all():
            return None
        limits = [self.twin.width, self.twin.height] * 2
        x1, y1, x2, y2 = (round(float(value), DECIMALS) for value in np.clip(corners, 0, limits))
        return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def sighting(self, masks: InstanceMasks | None, track_id: str, n: int) -> Sighting | None:
        """Return where the track is in the n-th frame, with its mask; none where it is not seen.

        Args:
            masks: from :meth:`masks`.
            track_id: one of :attr:`tracks`.
            n: position among the frames that are taken.
        """
        box = self.box(track_id, n)
        if box is None:
            return None
        rle = masks.rle(track_id, self.frame_index[n]) if masks is not None else None
        if rle is not None and (area := mask_area(rle)):
            return Sighting(box, float(area), rle)
        return Sighting(box, round((box[2] - box[0]) * (box[3] - box[1]), DECIMALS))

    def masks(self) -> AbstractContextManager[InstanceMasks | None]:
        """Open the video's masks; gives none where it has none."""
        return nullcontext() if self.open_masks is None else self.open_masks()

    def limited(self, instances: Collection[str], spans: Sequence[Span]) -> "Excerpt":
        """Return only some tracks, and only the frames inside the spans (all frames where there are no spans)."""
        seconds = self.geometry.seconds[self.columns]
        inside = np.zeros(len(seconds), np.bool_) if spans else np.ones(len(seconds), np.bool_)
        for start, end in spans:
            inside |= (seconds >= start) & (seconds < end)
        tracks = tuple(track for track in self.tracks if track.id in instances)
        return replace(self, tracks=tracks, columns=self.columns[inside])

    def _row(self, track_id: str) -> int:
        return self._rows[track_id]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.geometry.track_ids)}


def excerpt_of(
    twin: Twin,
    geometry: Geometry,
    *,
    video_file: str | None = None,
    open_masks: Callable[[], AbstractContextManager[InstanceMasks]] | None = None,
) -> Excerpt:
    """Return all tracks of a video at all its sampled frames."""
    rows = set(geometry.track_ids)
    return Excerpt(
        twin=twin,
        geometry=geometry,
        tracks=tuple(track for track in twin.tracks if track.id in rows),
        columns=np.arange(len(geometry.seconds)),
        video_file=video_file,
        open_masks=open_masks,
    )
