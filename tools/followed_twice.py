"""What was followed twice, as what moves and as what stands out, or in pieces: one thing, a part of one, or its rim."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tools.cast_shadows import SURE as SHADOW_SURE
from tools.cast_shadows import is_shadow_of
from tools.quantiles import quantile
from tools.tracks import RawTrack
from twins.geometry import Doubles
from twins.overlap import iou

Relation = Literal["same", "part", "apart"]

SAME_BOX = 0.5
"""Boxes that overlap so much (median IoU) are of one thing."""
MIN_SHARED = 4
"""Frames in which both must be seen before their boxes say anything."""
SAME_SHARE = 0.2
"""… and so many of the shorter one's: it may go on long after the other was lost, but not meet it in passing."""
OVERLAP = 0.5
"""A part or a rim covers, or is covered, by this share of the smaller box in nearly all frames that both are in."""
FEW = 0.2
"""… that is in all but this share."""
FIXED = 0.5
"""What wanders about a thing by less than this share of the smaller one's size (half of the time) is fixed to it."""
PART_SHARE = 0.5
"""A part is seen with its thing in this share of its own frames."""
FLICKERING, FLASH = 0.6, 4
"""What is seen in less than this share of the frames from its first to its last, most times in less than so many in a
row, and then touches a larger thing, is a fleck at that one's rim: its shadow, or a bit of it that looks otherwise."""
RIM = 4.0
"""What holds a thing and has more than so many times its box is no rim, but has the thing on it."""


def merge_tracks(moving: Sequence[RawTrack], coloured: Sequence[RawTrack]) -> list[RawTrack]:
    """Return every thing once, of the tracks of what moves and of the coloured regions.

    A track that is a thing once more lends it the frames in which it was lost, and so joins its pieces. One that is
    fixed to a thing, as a part or as a rim around it, or flickers at its rim, is left out. What looks like its shadow
    is hardly sure to be a thing.
    """
    things: list[RawTrack] = []
    for track in (*_longest_first(moving), *_longest_first(coloured)):
        relations = [relation_of(track, thing) for thing in things]
        same = [thing for thing, relation in zip(things, relations, strict=True) if relation == "same"]
        if same:
            kept = [thing for thing, relation in zip(things, relations, strict=True) if relation != "same"]
            things = [*kept, _joined(_longest_first(same), track)]
        elif "part" not in relations:
            shadow = any(is_shadow_of(track, thing) for thing in things)
            things.append(replace(track, certain=SHADOW_SURE) if shadow else track)
    return things


def relation_of(track: RawTrack, thing: RawTrack) -> Relation:
    """Tell by their boxes whether a track is a thing once more, or fixed to it, inside it or around it."""
    shared = sorted(track.samples.keys() & thing.samples.keys())
    if len(shared) < max(MIN_SHARED, SAME_SHARE * min(len(track.samples), len(thing.samples))):
        return "apart"
    ours = np.array([track.samples[n].box for n in shared], np.float64)
    theirs = np.array([thing.samples[n].box for n in shared], np.float64)
    both = _areas(np.concatenate([np.maximum(ours[:, :2], theirs[:, :2]), np.minimum(ours[:, 2:], theirs[:, 2:])], 1))
    own, other = _areas(ours), _areas(theirs)
    smaller = np.minimum(own, other)
    with_it = len(shared) >= PART_SHARE * len(track.samples)
    if with_it and _flickers(track) and quantile(own, 0.5) < quantile(other, 0.5) and quantile(both, FEW) > 0:
        return "part"
    if 2 * np.count_nonzero(both >= min(SAME_BOX, OVERLAP) * smaller) < len(shared):
        return "apart"  # most pairs: nothing below could hold of them
    if quantile(both / (own + other - both), 0.5) >= SAME_BOX:
        return "same"
    if not with_it or quantile(own, 0.5) > RIM * quantile(other, 0.5) or quantile(both / smaller, FEW) < OVERLAP:
        return "apart"
    places = ((ours[:, :2] + ours[:, 2:]) - (theirs[:, :2] + theirs[:, 2:])) / 2
    wander = max(quantile(place, 0.75) - quantile(place, 0.25) for place in places.T)
    return "part" if wander < FIXED * np.sqrt(quantile(smaller, 0.5)) else "apart"


def _flickers(track: RawTrack) -> bool:
    numbers = sorted(track.samples)
    if len(numbers) >= FLICKERING * (numbers[-1] - numbers[0] + 1):
        return False
    breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
    return float(np.median([len(run) for run in np.split(numbers, breaks)])) < FLASH


def _longest_first(tracks: Iterable[RawTrack]) -> list[RawTrack]:
    return sorted(tracks, key=lambda track: (-len(track.samples), -track.typical_area))


def _joined(things: Sequence[RawTrack], witness: RawTrack) -> RawTrack:
    """Return the first of some tracks that are one thing, with its samples and cut-outs completed by the others.

    A track may have followed a stain before the thing passed over it: where they disagree, the one that lies where the
    track lies that says they are one is taken.
    """
    chosen: dict[int, RawTrack] = {}
    for number in sorted(set(witness.samples).union(*(thing.samples for thing in things))):
        there = [thing for thing in things if number in thing.samples]
        seen = witness.samples.get(number)
        agree = [thing for thing in there if seen is not None and iou(thing.samples[number].box, seen.box) >= SAME_BOX]
        chosen[number] = (agree or there or [witness])[0]
    return replace(
        things[0],
        samples={number: track.samples[number] for number, track in chosen.items()},
        crops={number: track.crops[number] for number, track in chosen.items() if number in track.crops},
    )


def _areas(boxes: Doubles) -> Doubles:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float64)
