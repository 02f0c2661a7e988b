"""Things that stand out by one even colour, whether they move or not: a cup, a ball, a shirt.

Regions of the colour channels that keep their area over a range of thresholds are taken where they are compact and
differ from what surrounds them, and linked from frame to frame. The idea is of J. Matas et al., "Robust wide baseline
stereo from maximally stable extremal regions", 2002; OpenCV 5's own detector misses plain discs.
They complete what moves: a hand and the cup in it move as one blob, but the cup has a colour of its own.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.tracks import RawTrack, Sample, cut_out, looks_apart, looks_of
from twins.geometry import Bools, Bytes, Floats
from twins.masks import encode_mask, resize_mask

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
MEMORY_SECONDS = 1.5
REACH = 1.2
"""A region is found again within this many times its own size of where it is expected."""
GROWN = 1.8
"""… if its area has changed by less than this factor."""
LOOKS = 0.5


@dataclass(frozen=True)
class ColourRegion:
    """A region in one frame: box and centre in pixels of the frame, mask at the working size."""

    mask: Bools
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    area: int
    contrast: float
    looks: Floats


_Found = tuple[tuple[slice, slice], Bools]
"""A region as rows and columns, and the mask within them."""


class ColourTracker:
    """Follow even-coloured regions through one shot; ``tracks`` holds all of them."""

    def __init__(self) -> None:
        self.tracks: list[RawTrack] = []
        self._recent: list[RawTrack] = []

    def step(self, number: int, seconds: float, image: Bytes) -> None:
        """Take in the next sampled frame, (h, w, 3) RGB."""
        from scipy.optimize import linear_sum_assignment

        regions = find_regions(image)
        self._recent = [t for t in self._recent if seconds - t.last.seconds <= MEMORY_SECONDS]
        matched: dict[int, RawTrack] = {}
        if regions and self._recent:
            costs = np.array([[_cost(track, region, seconds) for track in self._recent] for region in regions])
            for row, column in zip(*linear_sum_assignment(costs), strict=True):
                if costs[row, column] < 1.0:
                    matched[int(row)] = self._recent[column]
        for row, region in enumerate(regions):
            track = matched.get(row) or self._begin(region)
            sample = Sample(seconds, region.box, region.area, region.centre, encode_mask(region.mask))
            track.samples[number] = sample
            track.looks = 0.9 * track.looks + 0.1 * region.looks
            cut_out(track, number, image, region.box)

    def _begin(self, region: ColourRegion) -> RawTrack:
        track = RawTrack(len(self.tracks) + 1, region.looks)
        self.tracks.append(track)
        self._recent.append(track)
        return track


def find_regions(image: Bytes) -> list[ColourRegion]:
    """Return the regions of one (h, w, 3) RGB frame that stand out by colour, most contrast first."""
    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
    pixels = size[0] * size[1]
    found: list[tuple[float, Bools]] = []
    for channel in _channels(lab):
        for region in (*_stable_regions(channel, pixels), *_stable_regions(255 - channel, pixels)):
            scored = _score(lab, region)
            if scored is not None:
                found.append(scored)
    found.sort(key=lambda item: -item[0])
    kept: list[tuple[float, Bools]] = []
    for contrast, mask in found:
        if len(kept) < REGIONS and all(_overlap(mask, other) < SAME for _, other in kept):
            kept.append((contrast, mask))
    full = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
    return [_region(resize_mask(mask, height, width), contrast, full) for contrast, mask in kept]


def _channels(lab: Bytes) -> list[Bytes]:
    light, a, b = (cv2.GaussianBlur(lab[..., n], (3, 3), 0) for n in range(3))
    wide = [
        np.clip((channel.astype(np.float32) - 128) * STRETCHED + 128, 0, 255).astype(np.uint8) for channel in (a, b)
    ]
    return [light.astype(np.uint8), *wide]


def _stable_regions(channel: Bytes, pixels: int) -> list[_Found]:
    """Return the bright regions of a channel that hardly change from one threshold to the next."""
    low, high = np.percentile(channel, [1, 99])
    levels = np.linspace(low, high, LEVELS + 2)[1:-1]
    stable: list[_Found] = []
    wider: tuple[NDArray[Any], NDArray[Any]] | None = None
    for level in levels:
        _, labels, stats, _ = cv2.connectedComponentsWithStats((channel > level).astype(np.uint8), connectivity=4)
        area, width, height = stats[:, cv2.CC_STAT_AREA], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        fits = (area >= MIN_AREA * pixels) & (area <= MAX_AREA * pixels) & (area >= MIN_EXTENT * width * height)
        for piece in np.flatnonzero(fits[1:]) + 1:
            x, y, w, h = (int(value) for value in stats[piece, :4])
            window = (slice(y, y + h), slice(x, x + w))
            if wider is not None:
                # Any pixel of the piece tells which piece of the lower threshold holds it: one of its top row will do.
                column = x + int((labels[y, x : x + w] == piece).argmax())
                before = wider[1][wider[0][y, column]]
                if before <= STABLE * area[piece]:
                    stable.append((window, labels[window] == piece))
        wider = labels, area
    return stable


def _score(lab: Bytes, found: _Found) -> tuple[float, Bools] | None:
    """Return (contrast, filled mask) of a region that is compact, whole and unlike its surroundings; else none."""
    height, width = lab.shape[:2]
    (rows, columns), part = found
    y, x, h, w = rows.start, columns.start, part.shape[0], part.shape[1]
    sides = (x <= 1) + (y <= 1) + (x + w >= width - 1) + (y + h >= height - 1)
    if sides > 1 or max(w, h) > 0.7 * max(width, height):
        return None
    outlines, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)
    filled = np.zeros(part.shape, np.uint8)
    cv2.drawContours(filled, [outline], -1, 1, cv2.FILLED)
    if filled.sum() < MIN_SOLIDITY * float(cv2.contourArea(cv2.convexHull(outline))):
        return None
    margin = max(2, round(0.15 * float(np.sqrt(filled.sum()))))
    window = np.s_[max(0, y - 2 * margin) : y + h + 2 * margin, max(0, x - 2 * margin) : x + w + 2 * margin]
    top, left = window[0].start, window[1].start
    around = np.zeros(lab[window].shape[:2], np.uint8)
    around[y - top : y - top + h, x - left : x - left + w] = filled
    kernel = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    ring = (cv2.dilate(around, kernel) > 0) & (cv2.dilate(around, np.ones((3, 3), np.uint8)) == 0)
    if not ring.any():
        return None
    inside, outside = lab[window][around > 0].astype(np.float32), lab[window][ring].astype(np.float32)
    # The part of the ring that is most alike counts: a region that goes on beyond its outline is no thing.
    away = np.linalg.norm((outside - inside.mean(axis=0)) * (0.7, 1.3, 1.3), axis=1)
    contrast = float(np.percentile(away, 30))
    if contrast < MIN_CONTRAST:
        return None
    mask = np.zeros((height, width), np.bool_)
    mask[y : y + h, x : x + w] = filled > 0
    return contrast, mask


def _region(mask: Bools, contrast: float, lab: Bytes) -> ColourRegion:
    ys, xs = np.nonzero(mask)
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    centre = (float(xs.mean()) + 0.5, float(ys.mean()) + 0.5)
    return ColourRegion(mask, box, centre, len(xs), contrast, looks_of(lab, mask))


def _cost(track: RawTrack, region: ColourRegion, seconds: float) -> float:
    expected, travelled = track.expected(seconds)
    away = float(np.linalg.norm(np.array(region.centre) - expected)) / (REACH * np.sqrt(track.area) + travelled)
    ratio = abs(np.log(region.area / track.area)) / np.log(GROWN)
    if max(away, ratio) >= 1.0:
        return 1e6
    apart = looks_apart(track.looks, region.looks) / LOOKS
    return float(0.5 * away + 0.2 * ratio + 0.3 * apart) if apart < 1.0 else 1e6


def _overlap(a: Bools, b: Bools) -> float:
    both = np.count_nonzero(a & b)
    return both / np.count_nonzero(a | b) if both else 0.0
