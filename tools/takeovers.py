"""Tracks that changed hands where two things met: told by how large each was before and after, and how it moved.

Where a thing passes over something that is followed too (a stain, a thing at rest) both claim its pixels, and it may be
the other one that goes on with them. No frame by itself shows that; the frames around do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

import numpy as np

from tools.fragments import join_samples
from tools.tracks import RawTrack, Sample
from twins.geometry import Doubles

T = TypeVar("T")

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


@dataclass(frozen=True)
class _State:
    """A track's usual area, as a logarithm, and its velocity in pixels a second, over some samples."""

    area: float
    velocity: Doubles


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
            states = [_around(right[name], numbers[name], start, end) for name in (a, b)]
            if _taken_over(*states[0], *states[1]):
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


def _taken_over(
    a_before: _State | None, a_after: _State | None, b_before: _State | None, b_after: _State | None
) -> bool:
    """Tell whether what was a before a meeting is b after it; of a nothing need be left."""
    if a_before is None or b_before is None or b_after is None:
        return False
    kept, swapped = abs(b_before.area - b_after.area), abs(a_before.area - b_after.area)
    if kept < RESIZED:
        return False
    if a_after is not None:
        kept += abs(a_before.area - a_after.area)
        swapped += abs(b_before.area - a_after.area)
    from_a, from_b = (float(np.linalg.norm(old.velocity - b_after.velocity)) for old in (a_before, b_before))
    return swapped < EXPLAINED * kept and from_a < from_b


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


def _around(track: RawTrack, numbers: Sequence[int], start: int, end: int) -> tuple[_State | None, _State | None]:
    """Return a track's state before and after a meeting; its frames are rising."""
    before, after = bisect_left(numbers, start), bisect_right(numbers, end)
    spans = (numbers[max(0, before - WINDOW) : before], numbers[after : after + WINDOW])
    first, last = (_state([track.samples[number] for number in span]) for span in spans)
    return first, last


def _state(samples: list[Sample]) -> _State | None:
    if len(samples) < LEAST:
        return None
    seconds = np.array([sample.seconds for sample in samples])
    centres = np.array([sample.centre for sample in samples], np.float64)
    velocity = np.polyfit(seconds - seconds[0], centres, 1)[0]
    return _State(float(np.log(np.median([max(1, sample.area) for sample in samples]))), velocity)
