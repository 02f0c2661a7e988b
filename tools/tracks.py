"""What is kept of a followed thing: where it is in each frame, what it looks like, and a few cut-outs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Bytes, Floats
from twins.masks import CocoRle

MARGIN = 6
"""Pixels around a thing that are cut out with it: they show what it stands out from."""
CROPS = 8
"""Cut-outs kept of a track, at most."""
RECENT = 8
"""Newest samples that tell how large a thing is now, and, a half of them, where it goes."""


@dataclass
class Sight:
    """Where a thing is in one frame, in pixels of the working size."""

    seconds: float
    box: tuple[float, float, float, float]
    area: int
    centre: tuple[float, float]


@dataclass
class Sample(Sight):
    """A sight with its outline."""

    rle: CocoRle


@dataclass(frozen=True)
class Region:
    """Some pixels of a frame: a mask within a window of rows and columns."""

    window: tuple[slice, slice]
    mask: Bools

    @property
    def area(self) -> int:
        """Return the number of its pixels."""
        return int(np.count_nonzero(self.mask))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return its window as xyxy."""
        rows, columns = self.window
        return columns.start, rows.start, columns.stop, rows.stop

    def within(self, outer: "Region") -> "Region":
        """Return this region of a window as one of the frame."""
        (top, left), (rows, columns) = (part.start for part in outer.window), self.window
        window = (slice(rows.start + top, rows.stop + top), slice(columns.start + left, columns.stop + left))
        return Region(window, self.mask)

    def trimmed(self) -> "Region":
        """Return the same pixels in the smallest window that holds them; there must be some."""
        x, y, width, height = cv2.boundingRect(self.mask.view(np.uint8))
        part = (slice(y, y + height), slice(x, x + width))
        return Region(part, self.mask[part]).within(self)

    def sight(self, seconds: float) -> Sight:
        """Return where it is."""
        sums = cv2.moments(self.mask.view(np.uint8), binaryImage=True)
        area, (rows, columns) = sums["m00"], self.window
        centre = (sums["m10"] / area + columns.start + 0.5, sums["m01"] / area + rows.start + 0.5)
        return Sight(seconds, self.box, int(area), centre)


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
    """A track while it is being followed; ``samples`` by the number of the sampled frame, ``offered`` cut-outs.

    ``certain`` is how sure it is that it is a thing, where a segmenter says so or it looks like a shadow; else none.
    """

    label: int
    looks: Floats
    samples: dict[int, Sample] = field(default_factory=dict)
    crops: dict[int, Crop] = field(default_factory=dict)
    offered: int = 0
    certain: float | None = None

    @property
    def last(self) -> Sample:
        """The newest sample."""
        return self.samples[max(self.samples)]

    @property
    def area(self) -> float:
        """Median area in pixels over the newest samples."""
        return usual_area(islice(reversed(self.samples.values()), RECENT))

    @property
    def typical_area(self) -> float:
        """Median area in pixels over all samples."""
        return usual_area(self.samples.values())

    def expected(self, seconds: float) -> tuple[Floats, float]:
        """Return the centre expected at a time and the distance travelled, as :func:`expected_centre` does."""
        return expected_centre(list(islice(reversed(self.samples.values()), RECENT // 2))[::-1], seconds)


def usual_area(sights: Iterable[Sight]) -> float:
    """Return the median area in pixels."""
    # Asked for thousands of times a clip: NumPy's median would cost more than the flow.
    return float(median(sight.area for sight in sights))


def expected_centre(recent: Sequence[Sight], seconds: float) -> tuple[Floats, float]:
    """Return the centre expected at a time, assuming an even speed that fades, and the distance travelled.

    Args:
        recent: the newest sights, oldest first; at least one.
        seconds: the time.
    """
    here = np.array(recent[-1].centre, np.float32)
    if len(recent) < 2:
        return here, 0.0
    elapsed = max(recent[-1].seconds - recent[0].seconds, 1e-3)
    speed = (here - np.array(recent[0].centre, np.float32)) / elapsed
    travel = speed * min(seconds - recent[-1].seconds, 0.5)
    return here + travel, float(np.linalg.norm(speed) * (seconds - recent[-1].seconds))


def cut_out(track: RawTrack, number: int, image: Bytes, box: tuple[int, int, int, int]) -> None:
    """Keep a few cut-outs of a track, spread over its life: every 2nd, 4th, 8th … offered once there are enough."""
    # Not counted by its samples: who looks at every second frame adds two at a time.
    track.offered += 1
    stride = 2 ** max(1, (track.offered // CROPS).bit_length())
    if track.offered % stride and track.crops:
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
    codes = colour_codes(pixels)
    return (np.bincount(codes, minlength=6 * 8 * 8) / len(pixels)).astype(np.float32)


def colour_codes(lab: Bytes) -> NDArray[np.int16]:
    """Return (…) the bins of Lab pixels (…, 3) in a histogram of looks."""
    return np.asarray(_LIGHTS[lab[..., 0]] + _HUES[0, lab[..., 1]] + _HUES[1, lab[..., 2]])


def looks_apart(a: Floats, b: Floats) -> float:
    """Return how different two histograms are: 0 the same, 1 nothing in common (Bhattacharyya)."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(a * b).sum()))))


# Most colours lie in the middle of the a and b axes: the bins are spread there.
_LEVELS = np.arange(256)
_LIGHTS = (np.clip(_LEVELS // 43, 0, 5) * 64).astype(np.int16)
_HUES = np.stack([np.clip((_LEVELS - 80) // 12, 0, 7) * step for step in (8, 1)]).astype(np.int16)
