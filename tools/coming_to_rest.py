"""Things that stop, or have not started yet: what stays where it is long enough becomes the ground that is moved on.

The background of a stretch is what its pixels show most of the time, so that a thing which rests for half of the
stretch is part of it, and the track that led there ends. But it still looks as it did when it moved, at a place that
looked otherwise before: from its last whole sight on it is followed by its looks, forwards and backwards in time.
"""

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from tools.fragments import sides_touched
from tools.resting import REST, Model, model_of, smooth
from tools.tracks import RawTrack, Region, Sample
from twins.geometry import Bytes, Doubles
from twins.masks import encode_within

SEEN = 8
"""Sights of a stretch from which a track is known well enough; a few specks in a row look like much."""
LEAST = 4
"""Frames in a row at one place that are a rest."""
WHOLE = 0.85
"""A sight of at least this share of the usual area is whole; the last ones lose what is taken for ground already."""
MOST = 14
"""Tracks of a stretch that are looked at, seen longest and largest."""
STEP = 0.75
"""Share of a thing's size by which it may move from one frame to the next while it slows down."""
FARTHEST = 24.0
"""… and at most so many pixels: to look farther costs more than what is gained."""
SLOWING = 15
"""Frames after which it must have come to rest: what goes on moving is the tracker's."""
REST_SECONDS = 0.8
"""A rest that ends takes so long at least."""
NUDGE = 4.0
"""Pixels around its place in which a thing is looked for once it has rested."""
HELD = 0.5
"""In this share of its further sights a piece lies in what one other track holds: it is a piece of that."""
PAUSE = 3
"""Frames in a row in which it may not be found: somebody passes it."""

Boxes = Mapping[int, tuple[float, float, float, float]]
"""By frame number, xyxy: where another track was seen."""
Place = tuple[float, float]
"""Upper left corner of the model's window, in pixels of a frame."""


def follow_to_rest(
    tracks: Iterable[RawTrack],
    labs: Mapping[int, Bytes],
    to_first: Mapping[int, Doubles],
    seconds: Sequence[float],
) -> None:
    """Continue tracks that end within a stretch, or begin within it, over the time in which their thing is at rest.

    Args:
        tracks: those followed by their movement; changed in place.
        labs: by frame number, the stretch's frames, (h, w, 3) uint8 Lab.
        to_first: by frame number, the (3, 3) map to a common frame.
        seconds: of every frame so far.
    """
    numbers = sorted(labs)
    followed = list(tracks)
    here = [(track, sum(number in labs for number in track.samples)) for track in followed]
    held = {track.label: {n: sample.box for n, sample in track.samples.items() if n in labs} for track in followed}
    here.sort(key=lambda pair: -pair[1] * float(np.sqrt(pair[0].typical_area)))
    for track, _ in here[:MOST]:
        for order in (numbers, numbers[::-1]):
            others = [boxes for label, boxes in held.items() if label != track.label]
            _continue(track, order, labs, to_first, seconds, others)


def _continue(
    track: RawTrack,
    order: Sequence[int],
    labs: Mapping[int, Bytes],
    to_first: Mapping[int, Doubles],
    seconds: Sequence[float],
    others: Sequence[Boxes],
) -> None:
    """Continue a track beyond its last sight in some order of the frames, unless others held it there already."""
    here = [number for number in order if number in track.samples]
    if len(here) < SEEN or abs(order[-1] - here[-1]) < LEAST:
        return
    height, width = labs[here[-1]].shape[:2]
    if sides_touched(track.samples[here[-1]], width, height):
        return
    usual = float(np.median([track.samples[number].area for number in here]))
    whole = [number for number in here if track.samples[number].area >= WHOLE * usual][-1]
    model = model_of(track, [whole], labs)
    beyond = [n for n in order if (n > whole) == (order[-1] > whole) and n != whole]
    places = _until_it_leaves(model, _followed(model, beyond, labs, to_first), to_first, seconds)
    if not places or any(_lies_in(model, places, boxes) for boxes in others):
        return
    last = next(reversed(places))
    away = max(here, key=lambda n: _distance(track.samples[n], _moved(places[last], _map(to_first, last, n)), model))
    there = _moved(places[last], _map(to_first, last, away))
    if _distance(track.samples[away], there, model) < max(model.mask.shape):
        return  # it has not come from elsewhere
    if _found(model, labs[away], there, 2.0) is not None:
        return  # that place looked the same while the thing was elsewhere: it is the ground that is alike
    for number, place in places.items():
        track.samples[number] = _sample(model, place, seconds[number], labs[number].shape[:2])
    track.samples = dict(sorted(track.samples.items()))


def _followed(
    model: Model, order: Sequence[int], labs: Mapping[int, Bytes], to_first: Mapping[int, Doubles]
) -> dict[int, Place]:
    """Return where a thing is found, frame by frame, until it is not found any more."""
    places: dict[int, Place] = {}
    before, place, missed, still = model.number, (float(model.x), float(model.y)), 0, 0
    reach = min(STEP * float(np.sqrt(np.count_nonzero(model.mask))), FARTHEST)
    for number in order:
        expected = _moved(place, _map(to_first, before, number))
        found = _found(model, labs[number], expected, NUDGE if still >= LEAST else reach)
        if found is None:
            missed += 1
            if missed > PAUSE:
                break
            continue
        if len(places) >= SLOWING and not still:
            break
        still = still + 1 if np.hypot(found[0] - expected[0], found[1] - expected[1]) <= NUDGE / 2 else 0
        places[number], place, before, missed = found, found, number, 0
    return places


def _found(model: Model, lab: Bytes, expected: Place, reach: float) -> Place | None:
    """Return where a frame shows a thing best, near an expected place; none where it does not look alike there."""
    height, width = model.mask.shape
    if min(expected) + reach < 0:
        return None
    left, top = (max(0, round(value - reach)) for value in expected)
    window = lab[top : max(0, round(expected[1] + reach)) + height, left : max(0, round(expected[0] + reach)) + width]
    if window.shape[0] < height or window.shape[1] < width:
        return None
    mask = np.repeat(model.mask.astype(np.float32)[..., None], 3, axis=2)
    away = cv2.matchTemplate(smooth(window), model.lab, cv2.TM_SQDIFF, mask=mask)
    least, _, (x, y), _ = cv2.minMaxLoc(away)
    different = float(np.sqrt(max(0.0, float(least)) / max(1, int(np.count_nonzero(model.mask)))))
    return (float(left + x), float(top + y)) if different < model.alike else None


def _until_it_leaves(
    model: Model, places: Mapping[int, Place], to_first: Mapping[int, Doubles], seconds: Sequence[float]
) -> dict[int, Place]:
    """Return the places up to the end of a thing's first rest; none where it does not rest."""
    numbers = list(places)
    common = np.array([_moved(place, to_first[number]) for number, place in places.items()]).reshape(-1, 2)
    most = REST * float(np.sqrt(np.count_nonzero(model.mask)))
    for begin in range(len(numbers) - LEAST + 1):
        spot = np.median(common[begin : begin + LEAST], axis=0)
        near = np.linalg.norm(common[begin:] - spot, axis=1) < most
        rest = len(near) if near.all() else int(np.argmin(near))
        if rest < LEAST:
            continue
        lasted = abs(seconds[numbers[begin + rest - 1]] - seconds[numbers[begin]])
        if begin + rest == len(numbers) or lasted >= REST_SECONDS:
            return {number: places[number] for number in numbers[: begin + rest]}
    return {}


def _lies_in(model: Model, places: Mapping[int, Place], boxes: Boxes) -> bool:
    """Say whether a thing would lie in what another track holds, and not only be passed by it."""
    height, width = model.mask.shape
    inside = 0
    for number in places.keys() & boxes.keys():
        (x, y), (x1, y1, x2, y2) = places[number], boxes[number]
        inside += x1 <= x + width / 2 < x2 and y1 <= y + height / 2 < y2
    return inside > HELD * len(places)


def _distance(sample: Sample, place: Place, model: Model) -> float:
    """Return how far a sight lies from where the model's window would be."""
    height, width = model.mask.shape
    return float(np.hypot(sample.centre[0] - place[0] - width / 2, sample.centre[1] - place[1] - height / 2))


def _map(to_first: Mapping[int, Doubles], since: int, to: int) -> Doubles:
    """Return the (3, 3) map from pixels of one frame to those of another."""
    return np.asarray(np.linalg.inv(to_first[to]) @ to_first[since], np.float64)


def _moved(place: Place, matrix: Doubles) -> Place:
    x, y = cv2.perspectiveTransform(np.array([[place]], np.float64), matrix)[0, 0].tolist()
    return x, y


def _sample(model: Model, place: Place, seconds: float, shape: tuple[int, ...]) -> Sample:
    x, y = (round(value) for value in place)
    height, width = model.mask.shape
    region = Region((slice(y, y + height), slice(x, x + width)), model.mask).trimmed()
    sight = region.sight(seconds)
    rle = encode_within(region.mask, (region.box[1], region.box[0]), (shape[0], shape[1]))
    return Sample(sight.seconds, sight.box, sight.area, sight.centre, rle)
