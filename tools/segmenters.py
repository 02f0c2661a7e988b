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
        return self.checked(self.shown(self.plugin, frames), frames)

    def shown(self, plugin: Any, frames: Sequence[Frame]) -> list[Any]:
        """Return what a plugin, or what it has begun a shot with, says of some frames."""
        images = [own(frame.image) for frame in frames]
        found: list[Any] = self.call(lambda: list(plugin.segment(images)), frames=len(frames))
        return found

    def checked(
        self, found: Sequence[Any], frames: Sequence[Frame], names: Sequence[str | None] | None = None
    ) -> list[SegmentedTrack]:
        """Return the surest tracks of an answer, in its order."""
        scored = [(*self._scored(entry), name) for entry, name in zip(found, names or [None] * len(found), strict=True)]
        chosen = sorted(range(len(scored)), key=lambda place: -scored[place][1])[:MOST_SEGMENTED]
        return [self._track(*scored[place], frames) for place in sorted(chosen)]

    def begin(self) -> "PluggedShot | None":
        """See :class:`twins.specialists.Segmenter`."""
        begin = getattr(self.plugin, "begin", None)
        return PluggedShot(self, self.call(begin)) if callable(begin) else None

    def _scored(self, entry: Any) -> tuple[Mapping[Any, Any], float]:
        masks, score = entry if isinstance(entry, list | tuple) and len(entry) == 2 else (entry, 1.0)
        if not isinstance(masks, Mapping):
            raise self.wrong("a track (masks by position)", entry)
        return masks, self.confidence(score)

    def _track(
        self, masks: Mapping[Any, Any], score: float, name: str | None, frames: Sequence[Frame]
    ) -> SegmentedTrack:
        found = {self._position(at, len(frames)): mask for at, mask in masks.items()}
        checked = {at: self._mask(mask, frames[at]) for at, mask in found.items()}
        return SegmentedTrack(checked, dict.fromkeys(checked, score), name)

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
        return [self._track(*self._scored(entry), None, frames) for entry in found]


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


class PluggedShot:
    """What a segmenter has begun a shot with: its tracks are ``(name, {position: mask}, score)``."""

    def __init__(self, segmenter: PluggedSegmenter, shot: Any) -> None:
        if not callable(getattr(shot, "segment", None)):
            raise segmenter.wrong("a shot (with a method segment)", shot)
        self._segmenter, self._shot = segmenter, shot

    def segment(self, frames: Sequence[Frame]) -> Sequence[SegmentedTrack]:
        """See :class:`twins.specialists.ShotSegmenter`."""
        found = self._segmenter.shown(self._shot, frames)
        names = [self._name(entry) for entry in found]
        if len(set(names)) < len(names):
            raise self._segmenter.wrong("names (each once)", names)
        return self._segmenter.checked([entry[1:] for entry in found], frames, names)

    def _name(self, entry: Any) -> str:
        if not isinstance(entry, list | tuple) or len(entry) != 3 or not isinstance(entry[0], int | str):
            raise self._segmenter.wrong("a track (name, masks by position, score)", entry)
        return str(entry[0])
