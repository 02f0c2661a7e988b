"""Which tracks of a segmenter are one thing: those that coincide, and those of which one begins where another ends."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tools.fragments import return_cost
from tools.tracks import RawTrack
from twins.masks import mask_ious

SAME_IOU = 0.7
"""Masks of one frame that overlap so much show one thing."""
TOGETHER = 0.8
"""Tracks whose masks do in this share of the frames that both are in are one, …"""
SHARED = 0.5
"""… if they share this much of the shorter one's frames: a mask that slips onto another thing does so at its end."""
MIN_SHARED = 3
"""… and at least so many frames."""
RETURN_SECONDS = 20.0
"""Even where a thing left the picture, it is taken for the one that comes back there for no longer than this."""


def merge_doubles(tracks: Sequence[RawTrack]) -> list[RawTrack]:
    """Return every track once of those whose masks coincide; the longest one gets the frames in which it was lost."""
    ordered = sorted(tracks, key=lambda track: (-len(track.samples), track.label))
    alike = _alike(ordered)
    groups: dict[int, list[RawTrack]] = {}
    joined: set[int] = set()
    for place, track in enumerate(ordered):
        if place in joined:
            continue
        others = [other for other in range(place + 1, len(ordered)) if other not in joined and (place, other) in alike]
        joined.update(others)
        groups[place] = [track, *(ordered[other] for other in others)]
    return sorted((_joined(group) for group in groups.values()), key=lambda track: min(track.samples))


def join_fragments(tracks: Sequence[RawTrack], width: int, height: int) -> list[RawTrack]:
    """Return tracks joined that go on each other, where looks, size and place agree, the best agreement first."""
    begins = [track.samples[min(track.samples)].seconds for track in tracks]
    pairs = [
        (cost, first, second)
        for first, track in enumerate(tracks)
        for second, other in enumerate(tracks)
        if 0 < begins[second] - track.last.seconds <= RETURN_SECONDS
        and (cost := return_cost(track, other, width, height)) < 1.0
    ]
    after: dict[int, int] = {}
    for _, first, second in sorted(pairs):
        if first not in after and second not in after.values():
            after[first] = second
    chains = []
    for place in range(len(tracks)):
        if place not in after.values():
            chain = [place]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            chains.append(_joined([tracks[each] for each in chain]))
    return chains


def _alike(tracks: Sequence[RawTrack]) -> set[tuple[int, int]]:
    """Return the pairs of rising places whose masks coincide nearly whenever both are there."""
    present: dict[int, list[int]] = defaultdict(list)
    for place, track in enumerate(tracks):
        for number in track.samples:
            present[number].append(place)
    same: Counter[tuple[int, int]] = Counter()
    for number, places in present.items():
        if len(places) > 1:
            ious = mask_ious([tracks[place].samples[number].rle for place in places])
            same.update((places[a], places[b]) for a, b in np.argwhere(np.triu(ious >= SAME_IOU, k=1)).tolist())
    found = set()
    for (a, b), times in same.items():
        both = len(tracks[a].samples.keys() & tracks[b].samples.keys())
        shorter = min(len(tracks[a].samples), len(tracks[b].samples))
        if times >= TOGETHER * both and both >= max(MIN_SHARED, SHARED * shorter):
            found.add((a, b))
    return found


def _joined(pieces: Sequence[RawTrack]) -> RawTrack:
    """Return the first piece, completed by the others in their order; how sure it is is weighed by their lengths."""
    if len(pieces) == 1:
        return pieces[0]
    samples = {number: sample for piece in reversed(pieces) for number, sample in piece.samples.items()}
    crops = {number: crop for piece in reversed(pieces) for number, crop in piece.crops.items()}
    lengths = [len(piece.samples) for piece in pieces]
    sure = [1.0 if piece.certain is None else piece.certain for piece in pieces]
    return replace(
        pieces[0],
        samples=dict(sorted(samples.items())),
        crops={number: crop for number, crop in sorted(crops.items()) if _is_of(pieces, number)},
        certain=float(np.average(sure, weights=lengths)),
    )


def _is_of(pieces: Sequence[RawTrack], number: int) -> bool:
    """Return whether the sample that is kept of a frame is of the piece whose cut-out is kept."""
    first = next(piece for piece in pieces if number in piece.samples)
    return number in first.crops
