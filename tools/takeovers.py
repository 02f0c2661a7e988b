"""Tracks that changed hands where two things met: told by how large each was before and after, and how it moved.

Where a thing passes over something that is followed too (a stain, a thing at rest) both claim its pixels, and it may be
the other one that goes on with them. No frame by itself shows that; the frames around do.
"""

from collections.abc import Iterable, Mapping
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


def undo_takeovers(
    tracks: Mapping[int, RawTrack], touching: Mapping[int, Iterable[frozenset[int]]]
) -> dict[int, RawTrack]:
    """Return the tracks with those that changed hands put right, meeting by meeting in the order of time.

    Args:
        tracks: by label.
        touching: by frame number, the sets of labels that share a blob.
    """
    right = dict(tracks)
    for start, end, first, second in _meetings(right, touching):
        for a, b in ((first, second), (second, first)):
            if _taken_over(right[a], right[b], start, end):
                right[a], right[b] = _exchanged(right[a], right[b], start, end)
                break
    return right


def _meetings(
    tracks: Mapping[int, RawTrack], touching: Mapping[int, Iterable[frozenset[int]]]
) -> list[tuple[int, int, int, int]]:
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


def _taken_over(a: RawTrack, b: RawTrack, start: int, end: int) -> bool:
    """Tell whether what was ``a`` before a meeting is ``b`` after it."""
    a_before, b_before = _before(a, start), _before(b, start)
    a_after, b_after = _after(a, end), _after(b, end)
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


def _before(track: RawTrack, start: int) -> _State | None:
    return _state([track.samples[number] for number in sorted(track.samples) if number < start][-WINDOW:])


def _after(track: RawTrack, end: int) -> _State | None:
    return _state([track.samples[number] for number in sorted(track.samples) if number > end][:WINDOW])


def _state(samples: list[Sample]) -> _State | None:
    if len(samples) < LEAST:
        return None
    seconds = np.array([sample.seconds for sample in samples])
    centres = np.array([sample.centre for sample in samples], np.float64)
    velocity = np.polyfit(seconds - seconds[0], centres, 1)[0]
    return _State(float(np.log(np.median([max(1, sample.area) for sample in samples]))), velocity)
