"""Which blob is the same thing as before: labels carried by the flow, matched to blobs, shared out when they merge."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.tracks import (
    RECENT,
    RawTrack,
    Region,
    Sample,
    Sight,
    cut_out,
    expected_centre,
    looks_apart,
    looks_of,
    usual_area,
)
from twins.geometry import Bools, Bytes, Floats
from twins.masks import encode_within

Labels = NDArray[np.int32]

MIN_BLOB = 0.0003
"""Smaller blobs, as a share of the frame, are not begun as tracks."""
SHARED = 0.3
"""A track claims a blob that holds this share of where the flow carries the track."""
HELD = 0.3
"""A track that holds less than this share of its size after the flow has spoken may be recognised elsewhere."""
GROWTH = 2.0
"""A blob this many times the size of the one track that claims it holds something else too."""
MIN_SAMPLES = 4
"""Tracks of fewer samples are noise."""
SETTLED = 4
"""From so many samples on a track's size is taken to be known."""
APART = 0.3
"""Pieces of one track further apart than this share of its diagonal are two things."""
PIECE = 0.08
"""Smaller pieces, as a share of the track, never become things of their own."""
NEXT_TO = 0.006
"""Blobs closer than twice this share of the frame's longer side touch."""
WORTHY = 60
"""Things of a stretch that are worked out; twice as many as are kept of a clip, for some are joined later."""
LOOK_STEP = 4
"""A known thing's looks are taken every n-th time: they change slowly."""
MEMORY_SECONDS = 3.0
"""How long a track that is not seen may be found again by its looks and place."""
REACH = 1.5
"""A lost track is looked for within this many times its own size plus what its speed explains."""
LOOKS = 0.55
"""Histogram distance (0 same, 1 nothing in common) above which two blobs are not the same thing."""


@dataclass
class _Followed:
    """A thing while it is followed: its newest sights, and its regions since the last :meth:`Tracker.settle`."""

    label: int
    looks: Floats
    count: int = 0
    recent: deque[Sight] = field(default_factory=lambda: deque(maxlen=RECENT))
    regions: dict[int, Region] = field(default_factory=dict)
    sights: dict[int, Sight] = field(default_factory=dict)

    @property
    def area(self) -> float:
        return usual_area(self.recent)

    @property
    def seconds(self) -> float:
        """When it was last seen."""
        return self.recent[-1].seconds

    def add(self, number: int, seconds: float, region: Region, lab: Bytes) -> None:
        sight = region.sight(seconds)
        self.recent.append(sight)
        self.sights[number], self.regions[number] = sight, region
        if self.count < SETTLED or self.count % LOOK_STEP == 0:
            self.looks = 0.8 * self.looks + 0.2 * looks_of(lab[region.window], region.mask)
        self.count += 1


@dataclass(frozen=True)
class _Blob:
    region: Region
    looks: Floats

    @property
    def centre(self) -> Floats:
        x1, y1, x2, y2 = self.region.box
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2], np.float32)


class Tracker:
    """Follow the moving things of one shot, frame by frame.

    Most of what moves in a picture is noise. So a frame's labels are only kept as regions; once a stretch of frames
    has been seen, :meth:`settle` works out outlines, looks and cut-outs of the labels that matter.
    ``tracks`` holds what has been settled so far; ``touching`` for each frame the sets of labels that share a blob.
    """

    def __init__(self) -> None:
        self.tracks: dict[int, RawTrack] = {}
        self.touching: dict[int, list[frozenset[int]]] = {}
        self._followed: dict[int, _Followed] = {}
        self._labels: Labels | None = None
        self._next = 1

    def step(self, number: int, seconds: float, lab: Bytes, foreground: Bools, flow: Floats | None) -> Labels:
        """Take in the next frame and return the (h, w) labels of its pixels; 0 is nothing.

        Args:
            number: of the sampled frame.
            seconds: its time.
            lab: (h, w, 3) uint8 Lab.
            foreground: (h, w) pixels of moving things.
            flow: (h, w, 2) displacement to the frame before; none for the first frame.
        """
        carried = self._carry(foreground.shape, flow)
        labels, unclaimed = self._claim(carried, foreground)
        blobs = [blob for region in unclaimed if (blob := _blob(region, lab)) is not None]
        held: list[int] = np.bincount(labels.ravel()).tolist()
        # Whoever holds only scraps may be elsewhere, having moved too fast for the flow.
        found = {n for n, size in enumerate(held) if n and size and size >= HELD * self._followed[n].area}
        for blob, label in zip(blobs, self._recognise(blobs, found, seconds), strict=True):
            labels[labels == label] = 0
            labels[blob.region.window][blob.region.mask] = label
        self.touching[number] = _sharing(labels, foreground)
        self._labels = labels
        for name, region in label_regions(labels):
            self._followed[name].add(number, seconds, region, lab)
        return labels

    def boxes(self) -> dict[int, list[tuple[int, int, int, int]]]:
        """Return by frame number the boxes of all that was followed since the last :meth:`settle`."""
        found: dict[int, list[tuple[int, int, int, int]]] = {}
        for thing in self._followed.values():
            for number, region in thing.regions.items():
                found.setdefault(number, []).append(region.box)
        return found

    def settle(
        self,
        worth: Callable[[Mapping[int, Sight]], float],
        refine: Callable[[int, Region], Region],
        picture: Callable[[int], Bytes],
        seconds: float,
    ) -> None:
        """Add the stretch that has been seen to ``tracks``, where it matters, and forget what was not seen for long.

        Args:
            worth: how much a thing matters by its sights; of each stretch the WORTHY things that matter most are kept.
            refine: makes the outline of a region in a frame exact; followed are the regions as they were.
            picture: returns the (h, w, 3) RGB frame of a number.
            seconds: the time of the last frame.
        """
        seen = [thing for thing in self._followed.values() if thing.sights]
        ranked = sorted(seen, key=lambda thing: -worth(thing.sights))
        for thing in ranked[:WORTHY]:
            track = self.tracks.setdefault(thing.label, RawTrack(thing.label, thing.looks))
            track.looks = thing.looks
            for number, rough in thing.regions.items():
                region = refine(number, rough)
                image = picture(number)
                sight = region.sight(thing.sights[number].seconds)
                rle = encode_within(region.mask, (region.box[1], region.box[0]), image.shape[:2])
                track.samples[number] = Sample(sight.seconds, sight.box, sight.area, sight.centre, rle)
                cut_out(track, number, image, region.box)
        for thing in seen:
            thing.sights, thing.regions = {}, {}
        for label in [label for label, thing in self._followed.items() if seconds - thing.seconds > MEMORY_SECONDS]:
            del self._followed[label]
            # So that a long shot does not gather noise.
            if label in self.tracks and len(self.tracks[label].samples) < MIN_SAMPLES:
                del self.tracks[label]

    def _carry(self, shape: tuple[int, ...], flow: Floats | None) -> Labels:
        """Return the last frame's labels where the flow says they are now."""
        if self._labels is None or flow is None:
            return np.zeros(shape, np.int32)
        height, width = shape
        xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        labels = self._labels.astype(np.float32)
        carried = cv2.remap(labels, xs + flow[..., 0], ys + flow[..., 1], cv2.INTER_NEAREST)
        return carried.astype(np.int32)

    def _claim(self, carried: Labels, foreground: Bools) -> tuple[Labels, list[Region]]:
        """Give every blob's pixels to the tracks that claim it; return the labels and the blobs nobody claims."""
        labels = np.zeros(foreground.shape, np.int32)
        sizes = np.bincount(carried.ravel())
        unclaimed: list[Region] = []
        for region in _regions(foreground):
            inside = carried[region.window]
            shared = np.bincount(inside[region.mask], minlength=1)
            claims = [
                int(label)
                for label in np.flatnonzero(shared)
                if label and (shared[label] >= SHARED * sizes[label] or shared[label] >= SHARED * region.area)
            ]
            if not claims:
                unclaimed.append(region)
                continue
            given, rest = self._share_out(region, inside, claims)
            part = labels[region.window]
            part[given > 0] = given[given > 0]
            if rest is not None:
                unclaimed += [piece.within(region) for piece in _regions(rest)]
        return labels, unclaimed + self._part(labels)

    def _share_out(self, region: Region, carried: Labels, claims: list[int]) -> tuple[Labels, Bools | None]:
        """Divide a blob among the tracks that claim it, each pixel to the nearest; return what is left over, too."""
        nearest, away = _nearest_label(np.where(np.isin(carried, claims) & region.mask, carried, 0))
        given = np.where(region.mask, nearest, 0)
        known = sum(self._followed[label].area for label in claims)
        settled = all(self._followed[label].count >= SETTLED for label in claims)
        if not settled or region.area < GROWTH * known:
            return given, None
        rest = region.mask & (away > 0.15 * np.sqrt(known))
        return np.where(rest, 0, given), rest

    def _part(self, labels: Labels) -> list[Region]:
        """Take pieces that have moved away from the bulk of their track out of ``labels`` and return them."""
        parted: list[Region] = []
        for _, whole in label_regions(labels):
            pieces = _regions(whole.mask)
            if len(pieces) < 2:
                continue
            pieces.sort(key=lambda piece: -piece.area)
            bulk = pieces[0]
            reach = APART * float(np.hypot(*bulk.mask.shape))
            for piece in pieces[1:]:
                if piece.area >= PIECE * bulk.area and _gap(bulk.box, piece.box) > reach:
                    moved = piece.within(whole)
                    labels[moved.window][moved.mask] = 0
                    parted.append(moved)
        return parted

    def _recognise(self, blobs: list[_Blob], found: set[int], seconds: float) -> list[int]:
        """Return a label for each blob: of a lost track where one fits, else a new one."""
        from scipy.optimize import linear_sum_assignment

        lost = [
            thing
            for label, thing in self._followed.items()
            if label not in found and seconds - thing.seconds <= MEMORY_SECONDS
        ]
        names = [0] * len(blobs)
        if lost and blobs:
            costs = np.array([[_misfit(thing, blob, seconds) for thing in lost] for blob in blobs])
            for row, column in zip(*linear_sum_assignment(np.minimum(costs, 1e6)), strict=True):
                if costs[row, column] < 1.0:
                    names[row] = lost[column].label
        for row, name in enumerate(names):
            if name == 0:
                names[row], self._next = self._next, self._next + 1
                self._followed[names[row]] = _Followed(names[row], blobs[row].looks)
        return names


def _misfit(thing: _Followed, blob: _Blob, seconds: float) -> float:
    """Return how badly a blob continues a lost track; below 1 it may."""
    expected, travelled = expected_centre(list(thing.recent)[-RECENT // 2 :], seconds)
    size = np.sqrt(max(thing.area, blob.region.area))
    away = float(np.linalg.norm(blob.centre - expected)) / (REACH * size + travelled)
    ratio = abs(np.log(blob.region.area / max(thing.area, 1.0))) / np.log(4.0)
    if max(away, ratio) >= 1.0:
        return 1e6
    worst = max(away, ratio, looks_apart(thing.looks, blob.looks) / LOOKS)
    return worst if worst < 1.0 else 1e6


def _nearest_label(markers: Labels) -> tuple[Labels, Floats]:
    """Return for every pixel the label of the nearest marked pixel, and how far away that is."""
    free = (markers == 0).astype(np.uint8)
    away, regions = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    names = np.zeros(int(regions.max()) + 1, np.int32)
    marked = markers > 0
    names[regions[marked]] = markers[marked]
    return names[regions], away.astype(np.float32)


def _sharing(labels: Labels, foreground: Bools) -> list[frozenset[int]]:
    """Return the sets of labels that lie in one blob, or in two with hardly a gap."""
    reach = 2 * round(NEXT_TO * max(labels.shape)) + 1
    _, blobs = cv2.connectedComponents(cv2.dilate(foreground.astype(np.uint8), np.ones((reach, reach), np.uint8)))
    codes = np.unique(blobs[labels > 0].astype(np.int64) << 32 | labels[labels > 0])
    sets: dict[int, set[int]] = {}
    for code in codes:
        sets.setdefault(int(code >> 32), set()).add(int(code & 0xFFFFFFFF))
    return [frozenset(names) for names in sets.values() if len(names) > 1]


def _regions(mask: Bools) -> list[Region]:
    """Return the connected regions of a mask."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    regions = []
    for piece in range(1, count):
        x, y, width, height = (int(value) for value in stats[piece, :4])
        window = (slice(y, y + height), slice(x, x + width))
        regions.append(Region(window, pieces[window] == piece))
    return regions


def label_regions(labels: Labels) -> list[tuple[int, Region]]:
    """Return the labels that occur in an (h, w) array, rising, each with its pixels in the smallest window."""
    places = np.flatnonzero(labels)
    if len(places) == 0:
        return []
    names = labels.ravel()[places]
    order = np.argsort(names, kind="stable")
    names, (ys, xs) = names[order], np.divmod(places[order], labels.shape[1])
    starts = np.flatnonzero(np.diff(names, prepend=0))
    low = np.minimum.reduceat(xs, starts), np.maximum.reduceat(xs, starts) + 1
    # The places rise within a label, so its first lies in its top row and its last in its bottom row.
    ends = np.append(starts[1:], len(names)) - 1
    found = []
    for name, top, bottom, left, right in zip(
        names[starts].tolist(),
        ys[starts].tolist(),
        (ys[ends] + 1).tolist(),
        *(edge.tolist() for edge in low),
        strict=True,
    ):
        window = (slice(top, bottom), slice(left, right))
        found.append((name, Region(window, labels[window] == name)))
    return found


def _blob(region: Region, lab: Bytes) -> _Blob | None:
    if region.area < MIN_BLOB * lab.shape[0] * lab.shape[1]:
        return None
    return _Blob(region, looks_of(lab[region.window], region.mask))


def _gap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Return the distance between two xyxy boxes."""
    across, down = max(0, b[0] - a[2], a[0] - b[2]), max(0, b[1] - a[3], a[1] - b[3])
    return float(np.hypot(across, down))
