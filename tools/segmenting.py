"""Tracks by a segmenter: it is shown consecutive stretches of a shot, and what it finds in them is joined.

One who knows things again names them. For the others, neighbouring stretches share a frame: what has the same mask
there in both is one thing. At the end of the shot what was followed twice, or in pieces, is put together.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from tools.segment_pieces import join_fragments, merge_doubles
from tools.tracks import RawTrack, Region, Sample, cut_out, looks_of
from twins.frames import Frame
from twins.geometry import Bools, Bytes
from twins.masks import encode_within
from twins.specialists import SegmentedTrack, Segmenter, ShotSegmenter

VERSION = "5"
"""Raise this when twins with tracks by segmenters change."""
AT_ONCE = 24
"""Frames that a segmenter is shown at once: its masks of all of them are in memory."""
SAME_IOU = 0.5
"""Overlap on the shared frame from which two tracks of neighbouring stretches are one thing."""


class SegmentFollower:
    """Takes the frames of one shot, in order; ``tracks`` is what was found so far."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.tracks: list[RawTrack] = []
        self._segmenter = segmenter
        self._scores: list[list[float]] = []
        self._began = False
        self._shot: ShotSegmenter | None = None
        self._named: dict[str, int] = {}
        self._shared: Frame | None = None
        self._open: list[tuple[int, Bools]] = []

    def step(self, first: int, frames: Sequence[Frame]) -> None:
        """Find and follow things in the next frames.

        Args:
            first: number of the first of them among all sampled frames.
            frames: at the working size.
        """
        if not self._began:
            self._began, self._shot = True, self._segmenter.begin()
        for start in range(0, len(frames), AT_ONCE):
            self._stretch(first + start, frames[start : start + AT_ONCE])

    def finish(self, width: int, height: int) -> list[RawTrack]:
        """Return every thing of the shot once; the size is that of the frames."""
        return join_fragments(merge_doubles(self.tracks), width, height)

    def _stretch(self, first: int, frames: Sequence[Frame]) -> None:
        before = [self._shared] if self._shared is not None and self._shot is None else []
        shown = [*before, *frames]
        found = (self._shot or self._segmenter).segment(shown)
        known = self._matched(found)
        self._shared, last, opened = frames[-1], len(shown) - 1, []
        labs: dict[int, Bytes] = {}
        for place, segmented in enumerate(found):
            new = {at: mask for at, mask in sorted(segmented.masks.items()) if at >= len(before) and mask.any()}
            if not new:
                continue
            number = known.get(place)
            if number is None:
                number = self._begin(_lab(shown, min(new), labs), new[min(new)])
                if segmented.name is not None:
                    self._named[segmented.name] = number
            for at, mask in new.items():
                self._add(number, first + at - len(before), shown[at], mask)
                self._scores[number].append(segmented.scores.get(at, 1.0))
            self.tracks[number].certain = float(np.mean(self._scores[number]))
            if last in new:
                opened.append((number, new[last]))
        self._open = opened

    def _begin(self, lab: Bytes, mask: Bools) -> int:
        number = len(self.tracks)
        self.tracks.append(RawTrack(number, looks_of(lab, mask)))
        self._scores.append([])
        return number

    def _add(self, track: int, number: int, frame: Frame, mask: Bools) -> None:
        region = Region((slice(0, mask.shape[0]), slice(0, mask.shape[1])), mask).trimmed()
        sight = region.sight(frame.seconds)
        rows, columns = region.window
        rle = encode_within(region.mask, (rows.start, columns.start), mask.shape)
        sample = Sample(sight.seconds, sight.box, sight.area, sight.centre, rle)
        self.tracks[track].samples[number] = sample
        cut_out(self.tracks[track], number, frame.image, region.box)

    def _matched(self, found: Sequence[SegmentedTrack]) -> dict[int, int]:
        """Return which of these go on which track: by name, or by the masks on the shared frame, most alike first."""
        if self._shot is not None:
            names = enumerate(each.name for each in found)
            return {place: self._named[name] for place, name in names if name in self._named}
        pairs = []
        for place, segmented in enumerate(found):
            mask = segmented.masks.get(0)
            if mask is not None:
                pairs += [(_iou(mask, other), place, number) for number, other in self._open]
        known: dict[int, int] = {}
        for iou, place, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
            if iou >= SAME_IOU and place not in known and number not in known.values():
                known[place] = number
        return known


def _lab(frames: Sequence[Frame], at: int, known: dict[int, Bytes]) -> Bytes:
    """Return one of some frames in CIELAB; only those in which a thing begins are converted, each once."""
    if at not in known:
        known[at] = cv2.cvtColor(frames[at].image, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
    return known[at]


def _iou(a: Bools, b: Bools) -> float:
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 0.0
