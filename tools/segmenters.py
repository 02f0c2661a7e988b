"""Segmenters that came through the door."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tools.door import SEGMENTERS
from tools.plugged import Plugged, open_plugged, own
from twins.frames import Frame
from twins.geometry import Bools
from twins.specialists import SegmentedTrack, Spot

MOST_SEGMENTED = 100
"""Tracks of one answer that are taken over, the surest."""


class PluggedSegmenter(Plugged):
    """A segmenter: ``segment(images)`` returns tracks, each ``{position: mask}`` or ``({position: mask}, score)``."""

    GROUP, METHOD, DOES = SEGMENTERS, "segment", "segments things"

    def segment(self, frames: Sequence[Frame]) -> Sequence[SegmentedTrack]:
        """See :class:`twins.specialists.Segmenter`."""
        images = [own(frame.image) for frame in frames]
        found = self.call(lambda: list(self.plugin.segment(images)), frames=len(frames))
        scored = [self._scored(entry) for entry in found]
        chosen = sorted(range(len(scored)), key=lambda place: -scored[place][1])[:MOST_SEGMENTED]
        return [self._track(*scored[place], frames) for place in sorted(chosen)]

    def _scored(self, entry: Any) -> tuple[Mapping[Any, Any], float]:
        masks, score = entry if isinstance(entry, list | tuple) and len(entry) == 2 else (entry, 1.0)
        if not isinstance(masks, Mapping):
            raise self.wrong("a track (masks by position)", entry)
        return masks, self.confidence(score)

    def _track(self, masks: Mapping[Any, Any], score: float, frames: Sequence[Frame]) -> SegmentedTrack:
        found = {self._position(at, len(frames)): mask for at, mask in masks.items()}
        checked = {at: self._mask(mask, frames[at]) for at, mask in found.items()}
        return SegmentedTrack(checked, dict.fromkeys(checked, score))

    def _position(self, value: Any, count: int) -> int:
        if not isinstance(value, int | np.integer) or not 0 <= value < count:
            raise self.wrong(f"a position (0 to {count - 1})", value)
        return int(value)

    def _mask(self, value: Any, frame: Frame) -> Bools:
        height, width = frame.image.shape[:2]
        if not isinstance(value, np.ndarray) or value.shape != (height, width) or value.dtype.kind not in "bui":
            said = f"{value.shape} of {value.dtype}" if isinstance(value, np.ndarray) else value
            raise self.wrong(f"a mask ({height} x {width})", said)
        mask: Bools = value != 0
        return mask


class PluggedSpotSegmenter(PluggedSegmenter):
    """A segmenter that also has ``follow(images, spots)``, which returns one track for each spot."""

    def follow(self, frames: Sequence[Frame], spots: Sequence[Spot]) -> Sequence[SegmentedTrack]:
        """See :class:`twins.specialists.SpotSegmenter`."""
        images, told = [own(frame.image) for frame in frames], [_told(spot) for spot in spots]
        found = self.call(lambda: list(self.plugin.follow(images, told)), frames=len(frames))
        if len(found) != len(spots):
            raise self.wrong(f"tracks (one for each of {len(spots)} spots)", found)
        return [self._track(*self._scored(entry), frames) for entry in found]


def open_segmenter(name: str, settings: Mapping[str, Any], device: str = "cpu") -> PluggedSegmenter:
    """Load a segmenter; see :func:`tools.plugged.open_plugged`."""
    opened = open_plugged([PluggedSegmenter], name, settings, device)
    if not callable(getattr(opened.plugin, "follow", None)):
        return opened
    spotted = PluggedSpotSegmenter(opened.name, opened.settings, opened.device, opened.provenance)
    return spotted.with_plugin(opened.plugin)


def _told(spot: Spot) -> dict[str, Any]:
    """Return a spot as plugins are told of it."""
    where = {"box": spot.box} if spot.box is not None else {"point": spot.point}
    return {"position": spot.position, **where}
