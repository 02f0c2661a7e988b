"""Which blob is the same thing as before: labels carried by the flow, matched to blobs, shared out when they merge."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np

from tools.sharing import Labels, likeliest
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
from twins.geometry import Bools, Bytes, Doubles, Floats
from twins.masks import encode_within

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
UNLIKE_APART = 0.1
"""So are pieces further apart than this that do not look alike: the shadow of a neighbour, say."""
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
        labels, held, unclaimed = self._claim(carried, foreground, lab)
        blobs = [blob for region in unclaimed if (blob := _blob(region, lab)) is not None]
        # Whoever holds only scraps may be elsewhere, having moved too fast for the flow.
        found = {label for label, region in held.items() if region.area >= HELD * self._followed[label].area}
        for blob, label in zip(blobs, self._recognise(blobs, found, seconds), strict=True):
            if label in held:
                labels[held[label].window][held[label].mask] = 0
            labels[blob.region.window][blob.region.mask] = label
            held[label] = blob.region
        self.touching[number] = _sharing(held, foreground)
        self._labels = labels
        for label, region in held.items():
            self._followed[label].add(number, seconds, region, lab)
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
        # The stubs do not know that one map may hold both x and y.
        carried: Floats = cv2.remap(  # type: ignore[call-overload]
            self._labels.astype(np.float32), _grid(*shape) + flow, None, cv2.INTER_NEAREST
        )
        return carried.astype(np.int32)

    def _claim(self, carried: Labels, foreground: Bools, lab: Bytes) -> tuple[Labels, dict[int, Region], list[Region]]:
        """Give every blob's pixels to the tracks that claim it.

        Returns:
            The labels, the same as a region for each label, and the blobs that nobody claims.
        """
        labels = np.zeros(foreground.shape, np.int32)
        sizes = np.bincount(carried[carried > 0])
        unclaimed: list[Region] = []
        parts: dict[int, list[Region]] = {}
        blobs: set[int] = set()
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
            given, rest = self._share_out(region, inside, claims, lab[region.window])
            np.copyto(labels[region.window], given, where=given > 0)
            if rest is None and len(claims) == 1:
                parts.setdefault(claims[0], []).append(region)
                blobs.add(claims[0])
                continue
            for label, part in label_regions(given):
                parts.setdefault(label, []).append(part.within(region))
            if rest is not None:
                unclaimed += [piece.within(region) for piece in _regions(rest)]
        held = {label: some[0] if len(some) == 1 else _joined(labels, label, some) for label, some in parts.items()}
        # What one blob went to as a whole hangs together.
        loose = [label for label, some in parts.items() if len(some) > 1 or label not in blobs]
        return labels, held, unclaimed + _part(labels, held, loose, lab)

    def _share_out(self, region: Region, carried: Labels, claims: list[int], lab: Bytes) -> tuple[Labels, Bools | None]:
        """Divide a blob among the tracks that claim it, each pixel to the likeliest; return what is left over, too."""
        known = sum(self._followed[label].area for label in claims)
        settled = all(self._followed[label].count >= SETTLED for label in claims)
        given = region.mask * np.int32(claims[0])
        if len(claims) > 1:
            things = {label: (self._followed[label].looks, self._followed[label].area) for label in claims}
            given = np.where(region.mask, likeliest(carried, region.mask, things, lab), 0)
        if not settled or region.area < GROWTH * known:
            return given, None
        claimed = np.isin(carried, claims) & region.mask
        away = cv2.distanceTransform((~claimed).astype(np.uint8), cv2.DIST_L2, 5)
        rest = region.mask & (away > 0.15 * np.sqrt(known))
        return np.where(rest, 0, given), rest

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
            costs = _misfits(lost, blobs, seconds)
            for row, column in zip(*linear_sum_assignment(costs), strict=True):
                if costs[row, column] < 1.0:
                    names[row] = lost[column].label
        for row, name in enumerate(names):
            if name == 0:
                names[row], self._next = self._next, self._next + 1
                self._followed[names[row]] = _Followed(names[row], blobs[row].looks)
        return names


def _part(labels: Labels, held: dict[int, Region], loose: Iterable[int], lab: Bytes) -> list[Region]:
    """Take pieces that have moved away from the bulk of their track out of the labels, and return them."""
    parted: list[Region] = []
    for label in loose:
        whole = held[label]
        pieces = _regions(whole.mask)
        if len(pieces) < 2:
            continue
        pieces.sort(key=lambda piece: -piece.area)
        bulk = pieces[0]
        large = [piece for piece in pieces[1:] if piece.area >= PIECE * bulk.area]
        seen = lab[whole.window]
        away = [piece for piece in large if _is_apart(bulk, piece, seen)]
        for piece in away:
            moved = piece.within(whole)
            labels[moved.window][moved.mask] = 0
            parted.append(moved)
        if away:
            held[label] = Region(whole.window, labels[whole.window] == label).trimmed()
    return parted


def _is_apart(bulk: Region, piece: Region, lab: Bytes) -> bool:
    """Say whether a piece is none of the thing that the bulk shows: far off, or near and of other looks."""
    gap = _gap(bulk.box, piece.box) / float(np.hypot(*bulk.mask.shape))
    if gap <= UNLIKE_APART or gap > APART:
        return gap > APART
    looks = (looks_of(lab[region.window], region.mask) for region in (bulk, piece))
    return looks_apart(*looks) > LOOKS


def _joined(labels: Labels, label: int, parts: Sequence[Region]) -> Region:
    """Return the pixels of a label whose parts are known."""
    boxes = np.array([part.box for part in parts])
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    window = (slice(top, bottom), slice(left, right))
    return Region(window, labels[window] == label)


# Of one size a video; as large as the picture, so that a long run must not gather them.
@lru_cache(maxsize=2)
def _grid(height: int, width: int) -> Floats:
    """Return (height, width, 2) x and y of every pixel."""
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)


def _misfits(things: Sequence[_Followed], blobs: Sequence[_Blob], seconds: float) -> Doubles:
    """Return (blobs, things) how badly each blob continues each lost track; below 1 it may."""
    expected = [expected_centre(list(thing.recent)[-RECENT // 2 :], seconds) for thing in things]
    places, travelled = np.array([place for place, _ in expected]), np.array([way for _, way in expected])
    usual = np.array([thing.area for thing in things])
    areas = np.array([blob.region.area for blob in blobs])[:, None]
    reach = REACH * np.sqrt(np.maximum(usual, areas)) + travelled
    away = np.linalg.norm(np.array([blob.centre for blob in blobs])[:, None] - places, axis=2) / reach
    worst = np.maximum(away, np.abs(np.log(areas / np.maximum(usual, 1.0))) / np.log(4.0))
    costs = np.full(worst.shape, 1e6)
    for row, column in np.argwhere(worst < 1.0).tolist():
        misfit = max(worst[row, column], looks_apart(things[column].looks, blobs[row].looks) / LOOKS)
        if misfit < 1.0:
            costs[row, column] = misfit
    return costs


def _sharing(held: Mapping[int, Region], foreground: Bools) -> list[frozenset[int]]:
    """Return the sets of labels that lie in one blob, or in two with hardly a gap."""
    reach = 2 * round(NEXT_TO * max(foreground.shape)) + 1
    _, blobs = cv2.connectedComponents(cv2.dilate(foreground.astype(np.uint8), np.ones((reach, reach), np.uint8)))
    sets: dict[int, set[int]] = {}
    for label, region in sorted(held.items()):
        for blob in np.unique(blobs[region.window][region.mask]).tolist():
            sets.setdefault(blob, set()).add(label)
    return [frozenset(names) for _, names in sorted(sets.items()) if len(names) > 1]


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
