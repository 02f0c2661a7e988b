"""Things that stop, or have not started yet: what stays where it is long enough becomes the ground that is moved on.

The background of a stretch is what its pixels show most of the time, so that a thing which rests for half of the
stretch is part of it, and the track that led there ends. But it still looks as it did when it moved, at a place that
looked otherwise before: from its last whole sight on it is followed by its looks, forwards and backwards in time.
"""

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from tools.fragments import sides_touched
from tools.resting import REST, RESTING, Model, model_of, smooth
from tools.tracks import RawTrack, Region, Sample
from twins.geometry import Bytes, Doubles
from twins.masks import encode_within

LEAST = 4
"""Frames of a track, and of what it is continued by, that say something."""
WHOLE = 0.85
"""A sight of at least this share of the usual area is whole; the last ones lose what is taken for ground already."""
STEP = 0.75
"""Share of a thing's size by which it may move from one frame to the next while it slows down."""
PAUSE = 3
"""Frames in a row in which it may not be found: somebody passes it."""

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
    for track in tracks:
        for order in (numbers, numbers[::-1]):
            _continue(track, order, labs, to_first, seconds)


def _continue(
    track: RawTrack,
    order: Sequence[int],
    labs: Mapping[int, Bytes],
    to_first: Mapping[int, Doubles],
    seconds: Sequence[float],
) -> None:
    """Continue a track beyond its last sight in some order of the frames."""
    here = [number for number in order if number in track.samples]
    if len(here) < LEAST or abs(order[-1] - here[-1]) < LEAST:
        return
    height, width = labs[here[-1]].shape[:2]
    if sides_touched(track.samples[here[-1]], width, height):
        return
    usual = float(np.median([track.samples[number].area for number in here]))
    whole = [number for number in here if track.samples[number].area >= WHOLE * usual][-1]
    model = model_of(track, [whole], labs)
    places = _followed(model, [n for n in order if (n > whole) == (order[-1] > whole) and n != whole], labs, to_first)
    if len(places) < LEAST or not _rests(model, places, to_first):
        return
    last = next(reversed(places))
    if _was_there_before(model, places[last], labs[here[0]], np.linalg.inv(to_first[here[0]]) @ to_first[last]):
        return
    for number, place in places.items():
        track.samples[number] = _sample(model, place, seconds[number], labs[number].shape[:2])
    track.samples = dict(sorted(track.samples.items()))


def _followed(
    model: Model, order: Sequence[int], labs: Mapping[int, Bytes], to_first: Mapping[int, Doubles]
) -> dict[int, Place]:
    """Return where a thing is found, frame by frame, until it is not found any more."""
    places: dict[int, Place] = {}
    before, place, missed = model.number, (float(model.x), float(model.y)), 0
    reach = STEP * float(np.sqrt(np.count_nonzero(model.mask)))
    for number in order:
        expected = _moved(place, np.linalg.inv(to_first[number]) @ to_first[before])
        found = _found(model, labs[number], expected, reach)
        if found is None:
            missed += 1
            if missed > PAUSE:
                break
            continue
        places[number], place, before, missed = found, found, number, 0
    return places


def _found(model: Model, lab: Bytes, expected: Place, reach: float) -> Place | None:
    """Return where a frame shows a thing best, near an expected place; none where it does not look alike there."""
    height, width = model.mask.shape
    left, top = (max(0, round(value - reach)) for value in expected)
    window = lab[top : max(0, round(expected[1] + reach)) + height, left : max(0, round(expected[0] + reach)) + width]
    if window.shape[0] < height or window.shape[1] < width:
        return None
    mask = np.repeat(model.mask.astype(np.float32)[..., None], 3, axis=2)
    away = cv2.matchTemplate(smooth(window), model.lab, cv2.TM_SQDIFF, mask=mask)
    least, _, (x, y), _ = cv2.minMaxLoc(away)
    different = float(np.sqrt(max(0.0, float(least)) / max(1, int(np.count_nonzero(model.mask)))))
    return (float(left + x), float(top + y)) if different < model.alike else None


def _rests(model: Model, places: Mapping[int, Place], to_first: Mapping[int, Doubles]) -> bool:
    """Tell whether a thing stays where it is during the later half of its time."""
    late = list(places.items())[len(places) // 2 :]
    common = np.array([_moved(place, to_first[number]) for number, place in late])
    strays = np.linalg.norm(common - np.median(common, axis=0), axis=1)
    return bool(np.percentile(strays, RESTING) < REST * np.sqrt(np.count_nonzero(model.mask)))


def _was_there_before(model: Model, place: Place, lab: Bytes, to_then: Doubles) -> bool:
    """Tell whether a place looked the same when the thing was still elsewhere: then it is the ground that is alike."""
    return _found(model, lab, _moved(place, to_then), 2.0) is not None


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
