"""Tracks that changed hands where two things met: told by how large each was before and after, and how it moved.

Where a thing passes over something that is followed too (a stain, a thing at rest) both claim its pixels, and it may be
the other one that goes on with them. No frame by itself shows that; the frames around do.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from statistics import median
from typing import TypeVar

import numpy as np

from tools.fragments import join_samples
from tools.tracks import RawTrack, Sample
from twins.geometry import Doubles

T = TypeVar("T")

LIKE = 0.5
"""Share of a thing's pace by which it may turn, or change its pace, while it meets another; what lies still stays below
that."""
WINDOW = 6
"""Samples before and after a meeting that tell how large a thing is, and how it moves."""
LEAST = 3
"""Fewer tell nothing."""
PAUSE = 2
"""Frames without contact that end a meeting."""
RESIZED = float(np.log(1.8))
"""Change of a track's area, as a logarithm, over a meeting that calls for an explanation, and"""
EXPLAINED = 0.4
"""how much of it may be left when the tracks are taken to have changed hands."""


Sights = Sequence[Sample]
"""Of a track, rising in time."""


Touching = Mapping[int, Iterable[frozenset[int]]]
"""By frame number, the sets of labels that share a blob."""


def undo_takeovers(
    tracks: Mapping[int, RawTrack], touching: Touching
) -> tuple[dict[int, RawTrack], dict[int, list[frozenset[int]]]]:
    """Return tracks and touching with those that changed hands put right, meeting by meeting in the order of time.

    Args:
        tracks: by label.
        touching: as the tracker labelled them.
    """
    right = dict(tracks)
    numbers = {label: sorted(track.samples) for label, track in right.items()}
    now = {label: label for label in right}  # whom the tracker means by a label, after the meetings so far
    changes: list[tuple[int, dict[int, int]]] = []
    for start, end, *labels in _meetings(right, touching):
        first, second = (now[label] for label in labels)
        for a, b in ((first, second), (second, first)):
            sights = [_around(right[name], numbers[name], start, end) for name in (a, b)]
            if _taken_over(*sights[0], *sights[1]):
                right[a], right[b] = _exchanged(right[a], right[b], start, end)
                numbers |= {name: sorted(right[name].samples) for name in (a, b)}
                now[labels[0]], now[labels[1]] = second, first
                changes.append((end, dict(now)))
                break
    return right, _renamed(touching, changes)


def _meetings(tracks: Mapping[int, RawTrack], touching: Touching) -> list[tuple[int, int, int, int]]:
    """Return (first frame, last frame, label, label) of every meeting, in the order of time."""
    frames: dict[tuple[int, int], list[int]] = {}
    for number in sorted(touching):
        for group in touching[number]:
            for pair in combinations(sorted(label for label in group if label in tracks), 2):
                frames.setdefault(pair, []).append(number)
    met = []
    for (a, b), numbers in frames.items():
        breaks = np.flatnonzero(np.diff(numbers) > PAUSE) + 1
        met += [(int(part[0]), int(part[-1]), a, b) for part in np.split(np.array(numbers), breaks)]
    return sorted(met)


def _renamed(touching: Touching, changes: Sequence[tuple[int, Mapping[int, int]]]) -> dict[int, list[frozenset[int]]]:
    """Return who touches whom by the right labels: each change holds from the frame after its meeting on."""
    renamed: dict[int, list[frozenset[int]]] = {}
    now: Mapping[int, int] = {}
    left = sorted(changes, key=lambda change: change[0])
    for number in sorted(touching):
        while left and left[0][0] < number:
            now = left.pop(0)[1]
        renamed[number] = [frozenset(now.get(label, label) for label in group) for group in touching[number]]
    return renamed


def _taken_over(a_before: Sights, a_after: Sights, b_before: Sights, b_after: Sights) -> bool:
    """Tell whether what was a before a meeting is b after it: it goes on as a went, while b lay there.

    Of a nothing need be left.
    """
    if min(len(a_before), len(b_before), len(b_after)) < LEAST:
        return False
    was_a, was_b, is_b = (_size(sights) for sights in (a_before, b_before, b_after))
    kept, swapped = abs(was_b - is_b), abs(was_a - is_b)
    if kept < RESIZED:
        return False
    if len(a_after) >= LEAST:
        is_a = _size(a_after)
        kept, swapped = kept + abs(was_a - is_a), swapped + abs(was_b - is_a)
    if swapped >= EXPLAINED * kept:
        return False
    went, lay, goes = (_velocity(sights) for sights in (a_before, b_before, b_after))
    least = LIKE * float(np.linalg.norm(went))
    return bool(np.linalg.norm(went - goes) < least and np.linalg.norm(lay) < least)


def _exchanged(a: RawTrack, b: RawTrack, start: int, end: int) -> tuple[RawTrack, RawTrack]:
    """Return both with the other's samples after the meeting; in it what both hold is ``a``."""
    during = {
        number: _together([track.samples[number] for track in (a, b) if number in track.samples])
        for number in range(start, end + 1)
        if number in a.samples or number in b.samples
    }
    first = {**_where(a.samples, 0, start), **during, **_where(b.samples, end + 1, None)}
    second = {**_where(b.samples, 0, start), **_where(a.samples, end + 1, None)}
    crops = {**_where(a.crops, 0, start), **_where(b.crops, end + 1, None)}
    others = {**_where(b.crops, 0, start), **_where(a.crops, end + 1, None)}
    return replace(a, samples=first, crops=crops), replace(b, samples=second, crops=others)


def _together(samples: list[Sample]) -> Sample:
    return samples[0] if len(samples) == 1 else join_samples(samples)


def _where(values: Mapping[int, T], first: int, end: int | None) -> dict[int, T]:
    return {number: value for number, value in values.items() if number >= first and (end is None or number < end)}


def _around(track: RawTrack, numbers: Sequence[int], start: int, end: int) -> tuple[Sights, Sights]:
    """Return a track's sights before and after a meeting; its frames are rising."""
    before, after = bisect_left(numbers, start), bisect_right(numbers, end)
    first, last = numbers[max(0, before - WINDOW) : before], numbers[after : after + WINDOW]
    return [track.samples[number] for number in first], [track.samples[number] for number in last]


def _size(sights: Sights) -> float:
    """Return the usual area, as a logarithm."""
    return math.log(max(1.0, median(sight.area for sight in sights)))


def _velocity(sights: Sights) -> Doubles:
    """Return (2,) how fast a thing moves, in pixels a second."""
    seconds = np.array([sight.seconds for sight in sights])
    centres = np.array([sight.centre for sight in sights], np.float64)
    return np.asarray(np.polyfit(seconds - seconds[0], centres, 1)[0], np.float64)
