"""Which blob is the same thing as before: labels carried by the flow, matched to blobs, shared out when they merge."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Bytes, Floats
from twins.masks import CocoRle, encode_mask

Labels = NDArray[np.int32]

MIN_BLOB = 0.0003
"""Smaller blobs, as a share of the frame, are not begun as tracks."""
SHARED = 0.3
"""A track claims a blob that holds this share of where the flow carries the track."""
HELD = 0.3
"""A track that holds less than this share of its size after the flow has spoken may be recognised elsewhere."""
GROWTH = 2.0
"""A blob this many times the size of the one track that claims it holds something else too."""
SETTLED = 4
"""From so many samples on a track's size is taken to be known."""
APART = 0.3
"""Pieces of one track further apart than this share of its diagonal are two things."""
PIECE = 0.08
"""Smaller pieces, as a share of the track, never become things of their own."""
NEXT_TO = 0.006
"""Blobs closer than twice this share of the frame's longer side touch."""
MARGIN = 6
"""Pixels around a thing that are cut out with it: they show what it stands out from."""
CROPS = 8
"""Cut-outs kept of a track, at most."""
MEMORY_SECONDS = 3.0
"""How long a track that is not seen may be found again by its looks and place."""
REACH = 1.5
"""A lost track is looked for within this many times its own size plus what its speed explains."""
LOOKS = 0.55
"""Histogram distance (0 same, 1 nothing in common) above which two blobs are not the same thing."""


@dataclass
class Sample:
    """Where a track is in one frame, in pixels of the working size."""

    seconds: float
    box: tuple[float, float, float, float]
    area: int
    rle: CocoRle
    centre: tuple[float, float]


@dataclass(frozen=True)
class Crop:
    """What a track looked like: a JPEG-coded cut-out of a frame whose upper left corner is at (x, y)."""

    x: int
    y: int
    jpeg: bytes

    def image(self) -> Bytes:
        """Return the (h, w, 3) RGB pixels."""
        decoded = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError("a cut-out cannot be decoded")
        return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


@dataclass
class RawTrack:
    """A track while it is being followed; ``samples`` by the number of the sampled frame."""

    label: int
    looks: Floats
    samples: dict[int, Sample] = field(default_factory=dict)
    crops: dict[int, Crop] = field(default_factory=dict)

    @property
    def last(self) -> Sample:
        """The newest sample."""
        return self.samples[max(self.samples)]

    @property
    def area(self) -> float:
        """Median area in pixels over the newest samples."""
        # Asked for thousands of times a clip: NumPy's median would cost more than the flow.
        return float(median(sample.area for sample in islice(reversed(self.samples.values()), 8)))

    @property
    def typical_area(self) -> float:
        """Median area in pixels over all samples."""
        return float(median(sample.area for sample in self.samples.values()))

    def expected(self, seconds: float) -> tuple[Floats, float]:
        """Return the centre expected at a time, assuming an even speed that fades, and the distance travelled."""
        recent = list(islice(reversed(self.samples.values()), 4))[::-1]
        here = np.array(recent[-1].centre, np.float32)
        if len(recent) < 2:
            return here, 0.0
        elapsed = max(recent[-1].seconds - recent[0].seconds, 1e-3)
        speed = (here - np.array(recent[0].centre, np.float32)) / elapsed
        travel = speed * min(seconds - recent[-1].seconds, 0.5)
        return here + travel, float(np.linalg.norm(speed) * (seconds - recent[-1].seconds))


@dataclass(frozen=True)
class _Region:
    """Some pixels of a frame: a mask within a window of rows and columns."""

    window: tuple[slice, slice]
    mask: Bools

    @property
    def area(self) -> int:
        return int(np.count_nonzero(self.mask))

    @property
    def box(self) -> tuple[int, int, int, int]:
        rows, columns = self.window
        return columns.start, rows.start, columns.stop, rows.stop

    def within(self, outer: "_Region") -> "_Region":
        """Return this region of a window as one of the frame."""
        (top, left), (rows, columns) = (part.start for part in outer.window), self.window
        window = (slice(rows.start + top, rows.stop + top), slice(columns.start + left, columns.stop + left))
        return _Region(window, self.mask)


@dataclass(frozen=True)
class _Blob:
    region: _Region
    looks: Floats

    @property
    def centre(self) -> Floats:
        x1, y1, x2, y2 = self.region.box
        return np.array([(x1 + x2) / 2, (y1 + y2) / 2], np.float32)


class Tracker:
    """Follow the moving things of one shot, frame by frame.

    ``tracks`` holds everything followed so far; ``touching`` for each frame the sets of labels that share a blob.
    """

    def __init__(self) -> None:
        self.tracks: dict[int, RawTrack] = {}
        self.touching: dict[int, list[frozenset[int]]] = {}
        self._labels: Labels | None = None
        self._next = 1

    def step(
        self,
        number: int,
        seconds: float,
        image: Bytes,
        foreground: Bools,
        flow: Floats | None,
        refine: Callable[[Labels], Labels] | None = None,
    ) -> Labels:
        """Take in the next frame and return the (h, w) labels of its pixels; 0 is nothing.

        Args:
            number: of the sampled frame.
            seconds: its time.
            image: (h, w, 3) uint8 RGB.
            foreground: (h, w) pixels of moving things.
            flow: (h, w, 2) displacement to the frame before; none for the first frame.
            refine: makes the labels' outlines exact before they are noted; followed are the labels as they were.
        """
        lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
        carried = self._carry(foreground.shape, flow)
        labels, unclaimed = self._claim(carried, foreground)
        blobs = [blob for region in unclaimed if (blob := _blob(region, lab)) is not None]
        held: list[int] = np.bincount(labels.ravel()).tolist()
        # Whoever holds only scraps may be elsewhere, having moved too fast for the flow.
        found = {n for n, size in enumerate(held) if n and size and size >= HELD * self.tracks[n].area}
        for blob, label in zip(blobs, self._recognise(blobs, found, seconds), strict=True):
            labels[labels == label] = 0
            labels[blob.region.window][blob.region.mask] = label
        self.touching[number] = _sharing(labels, foreground)
        self._labels = labels
        self._record(labels if refine is None else refine(labels), number, seconds, image, lab)
        return labels

    def forget_noise(self, min_samples: int, seconds: float) -> None:
        """Drop tracks of a few samples that have not been seen for long, so that a long shot does not gather them."""
        for label, track in list(self.tracks.items()):
            if len(track.samples) < min_samples and seconds - track.last.seconds > MEMORY_SECONDS:
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

    def _claim(self, carried: Labels, foreground: Bools) -> tuple[Labels, list[_Region]]:
        """Give every blob's pixels to the tracks that claim it; return the labels and the blobs nobody claims."""
        labels = np.zeros(foreground.shape, np.int32)
        sizes = np.bincount(carried.ravel())
        unclaimed: list[_Region] = []
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

    def _share_out(self, region: _Region, carried: Labels, claims: list[int]) -> tuple[Labels, Bools | None]:
        """Divide a blob among the tracks that claim it, each pixel to the nearest; return what is left over, too."""
        nearest, away = _nearest_label(np.where(np.isin(carried, claims) & region.mask, carried, 0))
        given = np.where(region.mask, nearest, 0)
        known = sum(self.tracks[label].area for label in claims)
        settled = all(len(self.tracks[label].samples) >= SETTLED for label in claims)
        if not settled or region.area < GROWTH * known:
            return given, None
        rest = region.mask & (away > 0.15 * np.sqrt(known))
        return np.where(rest, 0, given), rest

    def _part(self, labels: Labels) -> list[_Region]:
        """Take pieces that have moved away from the bulk of their track out of ``labels`` and return them."""
        from scipy.ndimage import find_objects

        parted: list[_Region] = []
        for label, window in enumerate(find_objects(labels), 1):
            if window is None:
                continue
            whole = _Region(window, labels[window] == label)
            pieces = sorted(_regions(whole.mask), key=lambda piece: -piece.area)
            if len(pieces) < 2:
                continue
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
            track
            for label, track in self.tracks.items()
            if label not in found and seconds - track.last.seconds <= MEMORY_SECONDS
        ]
        names = [0] * len(blobs)
        if lost and blobs:
            costs = np.array([[_misfit(track, blob, seconds) for track in lost] for blob in blobs])
            for row, column in zip(*linear_sum_assignment(np.minimum(costs, 1e6)), strict=True):
                if costs[row, column] < 1.0:
                    names[row] = lost[column].label
        for row, name in enumerate(names):
            if name == 0:
                names[row], self._next = self._next, self._next + 1
                self.tracks[names[row]] = RawTrack(names[row], blobs[row].looks)
        return names

    def _record(self, labels: Labels, number: int, seconds: float, image: Bytes, lab: Bytes) -> None:
        from scipy.ndimage import find_objects

        for name, window in enumerate(find_objects(labels), 1):
            if window is None:
                continue
            region = _Region(window, labels[window] == name)
            track, (x1, y1, _, _) = self.tracks[name], region.box
            ys, xs = np.nonzero(region.mask)
            centre = (float(xs.mean()) + x1 + 0.5, float(ys.mean()) + y1 + 0.5)
            track.samples[number] = Sample(seconds, region.box, len(xs), encode_mask(labels == name), centre)
            track.looks = 0.9 * track.looks + 0.1 * looks_of(lab[window], region.mask)
            cut_out(track, number, image, region.box)


def cut_out(track: RawTrack, number: int, image: Bytes, box: tuple[int, int, int, int]) -> None:
    """Keep a few cut-outs of a track, spread over its life: every 2nd, 4th, 8th … sample once there are enough."""
    stride = 2 ** max(1, (len(track.samples) // CROPS).bit_length())
    if len(track.samples) % stride and track.crops:
        return
    x1, y1 = max(0, box[0] - MARGIN), max(0, box[1] - MARGIN)
    _, jpeg = cv2.imencode(
        ".jpg", image[y1 : box[3] + MARGIN, x1 : box[2] + MARGIN, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92]
    )
    track.crops[number] = Crop(x1, y1, jpeg.tobytes())
    if len(track.crops) > CROPS:
        for old in list(track.crops)[1::2]:
            del track.crops[old]


def looks_of(lab: Bytes, mask: Bools) -> Floats:
    """Return a normalised Lab histogram (6 lights x 8 x 8 hues) of the masked pixels."""
    pixels = lab[mask]
    if len(pixels) == 0:
        return np.zeros(6 * 8 * 8, np.float32)
    # Most colours lie in the middle of the a and b axes: spread the bins there.
    bins = np.clip((pixels.astype(np.int32) - (0, 80, 80)) // (43, 12, 12), 0, (5, 7, 7))
    codes = (bins[:, 0] * 8 + bins[:, 1]) * 8 + bins[:, 2]
    return (np.bincount(codes, minlength=6 * 8 * 8) / len(pixels)).astype(np.float32)


def looks_apart(a: Floats, b: Floats) -> float:
    """Return how different two histograms are: 0 the same, 1 nothing in common (Bhattacharyya)."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(a * b).sum()))))


def _misfit(track: RawTrack, blob: _Blob, seconds: float) -> float:
    """Return how badly a blob continues a lost track; below 1 it may."""
    expected, travelled = track.expected(seconds)
    size = np.sqrt(max(track.area, blob.region.area))
    away = float(np.linalg.norm(blob.centre - expected)) / (REACH * size + travelled)
    ratio = abs(np.log(blob.region.area / max(track.area, 1.0))) / np.log(4.0)
    if max(away, ratio) >= 1.0:
        return 1e6
    worst = max(away, ratio, looks_apart(track.looks, blob.looks) / LOOKS)
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


def _regions(mask: Bools) -> list[_Region]:
    """Return the connected regions of a mask."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    regions = []
    for piece in range(1, count):
        x, y, width, height = (int(value) for value in stats[piece, :4])
        window = (slice(y, y + height), slice(x, x + width))
        regions.append(_Region(window, pieces[window] == piece))
    return regions


def _blob(region: _Region, lab: Bytes) -> _Blob | None:
    if region.area < MIN_BLOB * lab.shape[0] * lab.shape[1]:
        return None
    return _Blob(region, looks_of(lab[region.window], region.mask))


def _gap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Return the distance between two xyxy boxes."""
    across, down = max(0, b[0] - a[2], a[0] - b[2]), max(0, b[1] - a[3], a[1] - b[3])
    return float(np.hypot(across, down))
