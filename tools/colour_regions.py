"""Things that stand out by one even colour, whether they move or not: a cup, a ball, a shirt.

Regions of the colour channels that keep their area over a range of thresholds are taken where they are compact and
differ from what surrounds them, and linked from frame to frame. The idea is of J. Matas et al., "Robust wide baseline
stereo from maximally stable extremal regions", 2002; OpenCV 5's own detector misses plain discs.
They complete what moves: a hand and the cup in it move as one blob, but the cup has a colour of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.tracks import RawTrack, Region, Sample, Sight, cut_out, looks_apart, looks_of
from twins.geometry import Bools, Bytes, Doubles, Floats
from twins.masks import encode_within, resize_mask

SIDE = 208
"""Longer side of the pictures in which regions are looked for."""
MIN_AREA, MAX_AREA = 0.0008, 0.15
"""Share of the frame that a region may cover."""
STRETCHED = 2.5
"""The a and b channels use little of their range: they are stretched by this, so that steps in them count."""
LEVELS = 6
"""Thresholds tried in each channel."""
STABLE = 1.4
"""A region is stable whose area grows by less than this factor from one threshold to the next."""
MIN_EXTENT = 0.45
"""Share of its box that a region fills, at least."""
MIN_SOLIDITY = 0.8
MIN_CONTRAST = 26.0
"""Least distance in Lab (0–255 each) between a region's mean colour and that of its surroundings."""
SAME = 0.5
"""Regions of one frame that overlap by more than this (IoU) are one."""
REGIONS = 14
"""Kept in a frame, those of most contrast."""
EVERY_SECONDS = 0.15
"""Regions are looked for no more often: they rest, or are seen to move anyway."""
MEMORY_SECONDS = 1.5
REACH = 1.2
"""A region is found again within this many times its own size of where it is expected."""
GROWN = 1.8
"""… if its area has changed by less than this factor."""
LOOKS = 0.5


@dataclass(frozen=True)
class ColourRegion:
    """A region in one frame: its pixels, where and when it is seen, and its colours."""

    region: Region
    sight: Sight
    looks: Floats


Outline = NDArray[np.int32]
"""(n, 1, 2) the pixels along the rim of a region."""


class ColourTracker:
    """Follow even-coloured regions through one shot; ``tracks`` holds all of them.

    They are looked for a few times a second, and in the last frame of a stretch. For the frames between, a region that
    was found before and after is taken to have moved evenly.
    """

    def __init__(self) -> None:
        self.tracks: list[RawTrack] = []
        self._recent: list[RawTrack] = []
        self._looked = -np.inf
        self._passed: list[tuple[int, float]] = []

    def step(self, number: int, seconds: float, image: Bytes, lab: Bytes, *, last: bool) -> None:
        """Take in the next sampled frame, (h, w, 3) RGB and the same in 8-bit Lab; say if it ends a stretch."""
        # Whoever works on what was found in a stretch has its pictures no longer than that.
        if seconds - self._looked < EVERY_SECONDS and not last:
            self._passed.append((number, seconds))
            return
        regions = find_regions(image, lab, seconds)
        matched = self._matched(regions, seconds)
        for row, region in enumerate(regions):
            track = matched.get(row) or self._begin(region)
            self._fill(track, region, image.shape[:2])
            track.samples[number] = _sample(region.region, seconds, image.shape[:2])
            track.looks = 0.9 * track.looks + 0.1 * region.looks
            cut_out(track, number, image, region.region.box)
        self._looked, self._passed = seconds, []

    def _matched(self, regions: Sequence[ColourRegion], seconds: float) -> dict[int, RawTrack]:
        """Return which regions, by their place in the list, go on with which tracks."""
        from scipy.optimize import linear_sum_assignment

        self._recent = [t for t in self._recent if seconds - t.last.seconds <= MEMORY_SECONDS]
        if not regions or not self._recent:
            return {}
        costs = _costs(regions, self._recent, seconds)
        pairs = zip(*linear_sum_assignment(costs), strict=True)
        return {int(row): self._recent[column] for row, column in pairs if costs[row, column] < 1.0}

    def _fill(self, track: RawTrack, region: ColourRegion, size: tuple[int, ...]) -> None:
        """Give a track samples in the frames that were passed over since it was last found, if it was just before."""
        if not track.samples or track.last.seconds != self._looked:
            return
        last, sight = track.last, region.sight
        for number, seconds in self._passed:
            share = (sight.seconds - seconds) / (sight.seconds - last.seconds)
            x, y = (share * (np.array(last.centre) - sight.centre)).round().astype(int).tolist()
            track.samples[number] = _sample(_moved(region.region, x, y, size), seconds, size)

    def _begin(self, region: ColourRegion) -> RawTrack:
        track = RawTrack(len(self.tracks) + 1, region.looks)
        self.tracks.append(track)
        self._recent.append(track)
        return track


def find_regions(image: Bytes, lab: Bytes, seconds: float) -> list[ColourRegion]:
    """Return the regions of one frame that stand out by colour, most contrast first.

    Args:
        image: (h, w, 3) uint8 RGB.
        lab: the same in 8-bit Lab.
        seconds: its time.
    """
    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.cvtColor(shrunk, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
    scored = [_score(small, outline) for outline in _stable_regions(_channels(small))]
    found = sorted((item for item in scored if item is not None), key=lambda item: -item[0])
    kept: list[tuple[float, Bools]] = []
    for contrast, mask in found:
        if len(kept) < REGIONS and all(_overlap(mask, other) < SAME for _, other in kept):
            kept.append((contrast, mask))
    return [_region(mask, lab, seconds) for _, mask in kept]


def _channels(lab: Bytes) -> list[Bytes]:
    light, a, b = (cv2.GaussianBlur(lab[..., n], (3, 3), 0) for n in range(3))
    wide = [
        np.clip((channel.astype(np.float32) - 128) * STRETCHED + 128, 0, 255).astype(np.uint8) for channel in (a, b)
    ]
    return [light.astype(np.uint8), *wide]


def _stable_regions(channels: Sequence[Bytes]) -> list[Outline]:
    """Return outlines of the bright and the dark regions of channels that hardly change between two thresholds."""
    height, width = channels[0].shape
    planes = np.stack([plane for channel in channels for plane in (channel, 255 - channel)])
    low, high = np.percentile(planes.reshape(len(planes), -1), [1, 99], axis=1)
    levels = np.linspace(low, high, LEVELS + 2)[1:-1]
    # All planes at once, one below the other with an empty row between: calls cost more than pixels here.
    sheet = np.zeros((len(planes), height + 1, width), np.uint8)
    stable: list[Outline] = []
    wider = _Pieces([], np.empty(0), np.empty((0, 4)))
    for level in levels:
        np.greater(planes, level[:, None, None], out=sheet[:, :-1].view(np.bool_))
        pieces = _pieces(sheet.reshape(-1, width), MIN_AREA * height * width)
        small = pieces.areas <= MAX_AREA * height * width
        filling = pieces.areas >= MIN_EXTENT * (pieces.boxes[:, 2:] - pieces.boxes[:, :2]).prod(axis=1)
        for n in np.flatnonzero(small & filling & wider.hardly_wider(pieces)):
            top = int(pieces.boxes[n, 1]) // (height + 1) * (height + 1)
            stable.append(pieces.outlines[n] - np.array([0, top], np.int32))
        wider = pieces
    return stable


@dataclass(frozen=True)
class _Pieces:
    """The connected pieces of a binary picture: outlines, pixels (holes are none) and xyxy boxes, (n,) and (n, 4)."""

    outlines: list[Outline]
    areas: Doubles
    boxes: Doubles

    def hardly_wider(self, others: "_Pieces") -> Bools:
        """Return which of other pieces, each of which lies in one of these, fill that one."""
        # What has the piece in its box and is hardly larger holds it: other pieces have no room there.
        low = (self.boxes[:, :2] <= others.boxes[:, None, :2]).all(axis=2)
        high = (self.boxes[:, 2:] >= others.boxes[:, None, 2:]).all(axis=2)
        return np.asarray((low & high & (self.areas <= STABLE * others.areas[:, None])).any(axis=1))


def _pieces(picture: Bytes, least: float) -> _Pieces:
    """Return the pieces of a binary picture that have so many pixels at least."""
    found, tree = cv2.findContours(picture, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = np.array([len(outline) for outline in found], np.float64)
    long = np.flatnonzero(length >= 2 * np.sqrt(least)).tolist()
    areas = np.zeros(len(found))
    areas[long] = [cv2.contourArea(found[n]) for n in long]
    # Pick's theorem: an outline runs through the outermost pixels of a piece, and around those of a hole.
    outer = np.asarray(tree[0, :, 3], np.int64) if found else np.empty(0, np.int64)
    holes = [n for n in long if outer[n] >= 0]
    areas += length / 2 + 1
    np.subtract.at(areas, outer[holes], areas[holes] - length[holes])
    large = np.flatnonzero((outer < 0) & (areas >= least)).tolist()
    outlines = [np.asarray(found[n], np.int32) for n in large]
    boxes = np.array([cv2.boundingRect(outline) for outline in outlines], np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return _Pieces(outlines, areas[large], boxes)


def _score(lab: Bytes, outline: Outline) -> tuple[float, Bools] | None:
    """Return (contrast, filled mask) of a region that is compact, whole and unlike its surroundings; else none."""
    height, width = lab.shape[:2]
    x, y, w, h = cv2.boundingRect(outline)
    sides = (x <= 1) + (y <= 1) + (x + w >= width - 1) + (y + h >= height - 1)
    if sides > 1 or max(w, h) > 0.7 * max(width, height):
        return None
    filled = np.zeros((h, w), np.uint8)
    cv2.drawContours(filled, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
    area = cv2.countNonZero(filled)
    if area < MIN_SOLIDITY * float(cv2.contourArea(cv2.convexHull(outline))):
        return None
    margin = max(2, round(0.15 * float(np.sqrt(area))))
    window = np.s_[max(0, y - 2 * margin) : y + h + 2 * margin, max(0, x - 2 * margin) : x + w + 2 * margin]
    top, left = window[0].start, window[1].start
    around = np.zeros(lab[window].shape[:2], np.uint8)
    around[y - top : y - top + h, x - left : x - left + w] = filled
    kernel = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    ring = (cv2.dilate(around, kernel) > cv2.dilate(around, np.ones((3, 3), np.uint8))).astype(np.uint8)
    if not ring.any():
        return None
    middle = np.array(cv2.mean(lab[window], around)[:3])
    # The part of the ring that is most alike counts: a region that goes on beyond its outline is no thing.
    away = ((lab[window][ring > 0] - middle) * (0.7, 1.3, 1.3)) ** 2
    contrast = float(np.sqrt(np.percentile(away.sum(axis=1), 30)))
    if contrast < MIN_CONTRAST:
        return None
    mask = np.zeros((height, width), np.bool_)
    mask[y : y + h, x : x + w] = filled > 0
    return contrast, mask


def _region(mask: Bools, lab: Bytes, seconds: float) -> ColourRegion:
    height, width = lab.shape[:2]
    region = Region((slice(0, height), slice(0, width)), resize_mask(mask, height, width)).trimmed()
    return ColourRegion(region, region.sight(seconds), looks_of(lab[region.window], region.mask))


def _moved(region: Region, x: int, y: int, size: tuple[int, ...]) -> Region:
    """Return a region moved by some pixels, but not out of a frame of (height, width)."""
    ways = zip(region.window, (y, x), size, strict=True)
    by = [min(max(way, -part.start), room - part.stop) for part, way, room in ways]
    rows, columns = (slice(part.start + way, part.stop + way) for part, way in zip(region.window, by, strict=True))
    return Region((rows, columns), region.mask)


def _sample(region: Region, seconds: float, size: tuple[int, ...]) -> Sample:
    sight, (x, y, _, _) = region.sight(seconds), region.box
    return Sample(seconds, sight.box, sight.area, sight.centre, encode_within(region.mask, (y, x), size))


def _costs(regions: Sequence[ColourRegion], tracks: Sequence[RawTrack], seconds: float) -> Doubles:
    """Return (regions, tracks) how badly each region continues each track; below 1 it may."""
    expected = [track.expected(seconds) for track in tracks]
    places, travelled = np.array([place for place, _ in expected]), np.array([way for _, way in expected])
    usual, areas = np.array([track.area for track in tracks]), np.array([region.sight.area for region in regions])
    centres = np.array([region.sight.centre for region in regions])
    away = np.linalg.norm(centres[:, None] - places, axis=2) / (REACH * np.sqrt(usual) + travelled)
    ratio = np.abs(np.log(areas[:, None] / usual)) / np.log(GROWN)
    costs = np.full(away.shape, 1e6)
    for row, column in np.argwhere(np.maximum(away, ratio) < 1.0).tolist():
        apart = looks_apart(tracks[column].looks, regions[row].looks) / LOOKS
        if apart < 1.0:
            costs[row, column] = 0.5 * away[row, column] + 0.2 * ratio[row, column] + 0.3 * apart
    return costs


def _overlap(a: Bools, b: Bools) -> float:
    both = np.count_nonzero(a & b)
    return both / np.count_nonzero(a | b) if both else 0.0
