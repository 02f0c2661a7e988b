"""What is seen of things at rest while others pass them.

Where two things touch, a region of even colour takes in both or falls apart, and is lost. But a thing at rest is known
from before and after: those of its pixels that still show what they showed are seen, the others are covered. That also
tells who is in front.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from tools.tracks import RawTrack, Region, Sample
from twins.geometry import Bools, Bytes, Doubles, Floats
from twins.masks import decode_mask, encode_within

MIN_SAMPLES = 4
"""Sights of a stretch that a thing needs for its place to be known."""
MOST = 14
"""Things of a stretch that are looked at, seen longest and largest: twice as many as are kept of a clip at rest."""
REST = 0.25
"""What strays from its middle place by less than this share of its size (in RESTING of its sights) is at rest."""
RESTING = 80
CHANGED = 0.12
"""Share by which a thing's area changes from one sight to the next without anything passing it."""
MARGIN = 4
"""Pixels around a thing that are compared with it: they show what it stands out from."""
BLUR = 1.2
"""Pixels over which pictures are smoothed before they are compared: the camera's movement is known to about one."""
ALIKE, ALIKE_LEAST = 0.4, 12.0
"""Pixels are alike that differ by less than this share of the thing's contrast, or than so much in 8-bit Lab."""
NEARLY_WHOLE = 0.9
"""What is seen by more than this share is seen whole: outlines never fit exactly."""
HARDLY = 0.05
"""What is seen by less is not seen."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Model:
    """A thing as one frame shows it, in a window of that frame at (x, y): (h, w, 3) blurred Lab and (h, w) mask.

    ``alike`` is the difference, in 8-bit Lab, up to which a pixel is taken to show the same.
    """

    number: int
    x: int
    y: int
    lab: Floats
    mask: Bools
    alike: float


def complete_resting(
    tracks: Sequence[RawTrack],
    passing: Mapping[int, Sequence[Box]],
    labs: Mapping[int, Bytes],
    to_first: Mapping[int, Doubles],
    seconds: Sequence[float],
) -> None:
    """Put right the samples of tracks at rest in the frames in which something passes them.

    Args:
        tracks: those followed by their colour; changed in place, between their first and last sample of the stretch.
        passing: by frame number, the boxes of what moves.
        labs: by frame number, the stretch's frames, (h, w, 3) uint8 Lab.
        to_first: by frame number, the (3, 3) map to a common frame.
        seconds: of every frame so far.
    """
    here = [(track, [number for number in track.samples if number in labs]) for track in tracks]
    here.sort(key=lambda pair: -len(pair[1]) * float(np.sqrt(pair[0].typical_area)) if pair[1] else 0.0)
    resting = (pair for pair in here if len(pair[1]) >= MIN_SAMPLES and _rests(*pair, to_first))
    for track, numbers in islice(resting, MOST):
        passed = _passed(track, numbers, passing, to_first)
        free = [number for number in numbers if number not in passed]
        if not passed or not free:
            continue
        model = model_of(track, free, labs)
        for number in sorted(passed):
            region = _seen_of(model, labs[number], np.linalg.inv(to_first[number]) @ to_first[model.number])
            track.samples.pop(number, None)
            if region is not None:
                sight = region.sight(seconds[number])
                rle = encode_within(region.mask, (region.box[1], region.box[0]), labs[number].shape[:2])
                track.samples[number] = Sample(sight.seconds, sight.box, sight.area, sight.centre, rle)
        track.samples = dict(sorted(track.samples.items()))


def _centres(track: RawTrack, numbers: Sequence[int], to_first: Mapping[int, Doubles]) -> Doubles:
    """Return (n, 2) where the thing's centre is on the common frame."""
    places = [cv2.perspectiveTransform(np.array([[track.samples[n].centre]]), to_first[n])[0, 0] for n in numbers]
    return np.array(places)


def _rests(track: RawTrack, numbers: Sequence[int], to_first: Mapping[int, Doubles]) -> bool:
    places = _centres(track, numbers, to_first)
    strays = np.linalg.norm(places - np.median(places, axis=0), axis=1)
    return bool(np.percentile(strays, RESTING) < REST * np.sqrt(track.typical_area))


def _passed(
    track: RawTrack, numbers: Sequence[int], passing: Mapping[int, Sequence[Box]], to_first: Mapping[int, Doubles]
) -> set[int]:
    """Return the frames between a track's first and last sample in which something that moves lies over its place.

    Those in which it is seen as large as usual are left out.
    """
    usual = float(np.median([track.samples[number].area for number in numbers]))
    sides = np.array([track.samples[number].box for number in numbers])
    middle = np.median(_centres(track, numbers, to_first), axis=0)
    half = np.median(sides[:, 2:] - sides[:, :2], axis=0) / 2
    found = set()
    for number in range(numbers[0], numbers[-1] + 1):
        sample = track.samples.get(number)
        if not passing.get(number) or (sample is not None and abs(sample.area - usual) < CHANGED * usual):
            continue
        here = cv2.perspectiveTransform(middle.reshape(1, 1, 2), np.linalg.inv(to_first[number]))[0, 0]
        boxes = np.array(passing[number], np.float64)
        low, high = here - half - MARGIN, here + half + MARGIN
        if ((boxes[:, :2] < high) & (boxes[:, 2:] > low)).all(axis=1).any():
            found.add(number)
    return found


def model_of(track: RawTrack, free: Sequence[int], labs: Mapping[int, Bytes]) -> Model:
    """Return how a thing looks where nothing passes it, of its most usual size."""
    usual = float(np.median([track.samples[number].area for number in free]))
    number = min(free, key=lambda n: abs(track.samples[n].area - usual))
    whole = decode_mask(track.samples[number].rle)
    x1, y1, x2, y2 = (int(side) for side in track.samples[number].box)
    x, y = max(0, x1 - MARGIN), max(0, y1 - MARGIN)
    window = np.s_[y : y2 + MARGIN, x : x2 + MARGIN]
    mask, lab = whole[window], smooth(labs[number][window])
    around = ~cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    outside = np.median(lab[around], axis=0) if around.any() else lab[mask].mean(axis=0)
    contrast = float(np.linalg.norm(np.median(lab[mask], axis=0) - outside))
    return Model(number, x, y, lab, mask, max(ALIKE * contrast, ALIKE_LEAST))


def _seen_of(model: Model, lab: Bytes, to_here: Doubles) -> Region | None:
    """Return the pixels of a frame that show a thing at rest; none where hardly any do.

    Args:
        model: the thing.
        lab: (h, w, 3) the frame.
        to_here: (3, 3) map from the model's frame to this one.
    """
    height, width = model.mask.shape
    corners = np.array([[[model.x, model.y], [model.x + width, model.y + height]]], np.float64)
    (left, top), (right, bottom) = cv2.perspectiveTransform(corners, to_here)[0]
    x, y = max(0, int(left)), max(0, int(top))
    now = lab[y : int(np.ceil(bottom)), x : int(np.ceil(right))]
    if min(now.shape[:2]) < 2:
        return None
    move = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]]) @ to_here @ [[1, 0, model.x], [0, 1, model.y], [0, 0, 1]]
    size = (now.shape[1], now.shape[0])
    mask = cv2.warpPerspective(model.mask.astype(np.uint8), move, size, flags=cv2.INTER_NEAREST) > 0
    shown = cv2.warpPerspective(model.lab, move, size, borderMode=cv2.BORDER_REPLICATE)
    alike = np.linalg.norm(smooth(now) - shown, axis=-1) < model.alike
    seen = cv2.medianBlur((alike & mask).astype(np.uint8), 3) > 0
    share = seen.sum() / max(1, mask.sum())
    if share < HARDLY or not mask.any():
        return None
    return Region(np.s_[y : y + size[1], x : x + size[0]], mask if share >= NEARLY_WHOLE else seen).trimmed()


def smooth(lab: Bytes) -> Floats:
    """Return (h, w, 3) Lab without the sensor's noise."""
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), BLUR), np.float32)
