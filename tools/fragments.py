"""Which tracks are one thing in pieces: side by side all the time, or one after the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count, permutations, zip_longest

import numpy as np

from tools.quantiles import quantile
from tools.tracks import RawTrack, Sample, looks_apart
from twins.geometry import Doubles
from twins.masks import join_masks

TOGETHER = 0.8
"""Pieces that touch in this share of the frames in which both are seen are one thing."""
MIN_TOGETHER = 2
"""Frames that two pieces must share before their touching says anything."""
WANDER = 0.3
"""Pieces of one thing keep their places to each other to within this share of its size, most of the time; of two things
that touch all along, as who chases and who flees, one goes around the other."""
STEADY = 0.25
"""… but halves of what rolls or spins go around each other as well: at a distance that keeps to within this share."""
WATCHED, LIMB = 8, 0.3
"""It says so only where both are seen in so many frames. What is smaller than this share of the other may be a limb."""
SAME_LOOKS = 0.45
"""Histogram distance up to which a thing that comes back is the one that went."""
SAME_SIZE = 2.5
"""Ratio of areas up to which it is."""
RETURN_SECONDS = 4.0
"""A thing that vanished inside the picture is looked for this long."""
RETURN_REACH = 0.25
"""… and this far away, as a share of the frame's diagonal."""
CUT = 2
"""Pixels up to which a box reaches to the border that cuts it."""
SCRAP, SLIVER = 0.03, 0.1
"""A first or last sight of less than the first share of a thing's usual area is a stain where it was. Where the border
cuts it, less than the second share is nothing any more, if the border cuts the sight beside it, too."""
EDGE = 0.02
"""Closer to the frame's border than this share of its longer side, a thing is leaving or entering."""


def join_pieces(tracks: Mapping[int, RawTrack], touching: Mapping[int, Iterable[frozenset[int]]]) -> list[RawTrack]:
    """Join tracks that are side by side nearly whenever both are seen, the surest pair first.

    Args:
        tracks: by label.
        touching: by frame number, the sets of labels that share a blob.
    """
    members = {label: {label} for label in tracks}
    seen = {label: set(track.samples) for label, track in tracks.items()}
    near: dict[frozenset[int], set[int]] = defaultdict(set)
    for number, groups in touching.items():
        for group in groups:
            for a in group:
                for b in group:
                    if a < b and a in tracks and b in tracks:
                        near[frozenset((a, b))].add(number)
    while near:
        pair, share = max(((pair, _share(pair, seen, near)) for pair in near), key=lambda item: (item[1], min(item[0])))
        if share < TOGETHER:
            break
        keep, gone = sorted(pair, key=lambda label: (-len(seen[label]), label))
        if _are_two(*([tracks[label] for label in members[name]] for name in (keep, gone))):
            del near[pair]
            continue
        members[keep] |= members.pop(gone)
        seen[keep] |= seen.pop(gone)
        for other in list(near):
            if gone in other:
                frames = near.pop(other)
                (rest,) = other - {gone}
                if rest != keep:
                    near[frozenset((rest, keep))] |= frames
    return [_join([tracks[label] for label in sorted(group)]) for group in members.values()]


def _are_two(pieces: Sequence[RawTrack], others: Sequence[RawTrack]) -> bool:
    """Say whether what touches are two things for sure: of like size, and one wanders about the other, near and far."""
    shared = sorted(_numbers(pieces) & _numbers(others))
    if len(shared) < WATCHED:
        return False
    ours, theirs = ([_place(each, number) for number in shared] for each in (pieces, others))
    ways = np.array([there - here for (here, _), (there, _) in zip(ours, theirs, strict=True)])
    sizes = np.array([(area, other) for (_, area), (_, other) in zip(ours, theirs, strict=True)])
    usual = np.median(sizes, axis=0)
    size, distances = float(np.sqrt(usual.sum())), np.linalg.norm(ways, axis=1)
    wander = np.median(np.linalg.norm(ways - np.median(ways, axis=0), axis=1))
    loose = quantile(distances, 0.9) - quantile(distances, 0.1) > STEADY * size
    return bool(usual.min() >= LIMB * usual.max() and wander > WANDER * size and loose)


def _numbers(pieces: Sequence[RawTrack]) -> set[int]:
    return {number for piece in pieces for number in piece.samples}


def _place(pieces: Sequence[RawTrack], number: int) -> tuple[Doubles, float]:
    """Return the centre of pieces in a frame, and their area."""
    there = [piece.samples[number] for piece in pieces if number in piece.samples]
    areas = np.array([sample.area for sample in there], np.float64)
    return np.average([sample.centre for sample in there], axis=0, weights=areas), float(areas.sum())


def join_returns(tracks: list[RawTrack], width: int, height: int) -> list[RawTrack]:
    """Join tracks of which one begins after the other has ended, where looks, size and place agree."""
    names = count()
    pieces = {next(names): track for track in sorted(tracks, key=lambda track: min(track.samples))}

    def continued(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], float]:
        costs = {(a, b): return_cost(pieces[a], pieces[b], width, height) for a, b in pairs}
        return {pair: cost for pair, cost in costs.items() if cost < 1.0}

    costs = continued(permutations(pieces, 2))
    while costs:
        best = min(costs, key=lambda pair: (costs[pair], pair))
        joined, whole = next(names), _join([pieces.pop(name) for name in best])
        costs = {pair: cost for pair, cost in costs.items() if not {*pair} & {*best}}
        others = list(pieces)
        pieces[joined] = whole
        costs |= continued(pair for other in others for pair in ((other, joined), (joined, other)))
    return list(pieces.values())


def _share(pair: frozenset[int], seen: Mapping[int, set[int]], near: Mapping[frozenset[int], set[int]]) -> float:
    a, b = pair
    both = len(seen[a] & seen[b])
    return len(near[pair]) / both if both >= MIN_TOGETHER else 0.0


def without_scraps(track: RawTrack, width: int, height: int) -> RawTrack:
    """Return a track that begins and ends with a sight of the thing: who has left is not seen for longer by a speck."""
    numbers = sorted(track.samples)
    cut = {number: _is_cut(track.samples[number], width, height) for number in numbers}
    shares = {number: sample.area / track.typical_area for number, sample in track.samples.items()}

    def ends(order: list[int]) -> int:
        """Return the first number in an order whose sight is one of the thing."""
        return next(
            number
            for number, beside in zip_longest(order, order[1:])
            if shares[number] >= (SLIVER if cut[number] and cut.get(beside) else 0.0 if cut[number] else SCRAP)
        )

    first, last = ends(numbers), ends(numbers[::-1])
    samples = {number: track.samples[number] for number in numbers if first <= number <= last}
    return track if len(samples) == len(numbers) else replace(track, samples=samples)


def _is_cut(sample: Sample, width: int, height: int) -> bool:
    x1, y1, x2, y2 = sample.box
    return min(x1, y1, width - x2, height - y2) <= CUT


def return_cost(first: RawTrack, second: RawTrack, width: int, height: int) -> float:
    """Return how badly ``second`` continues ``first``; below 1 it does."""
    last, back = first.samples[max(first.samples)], second.samples[min(second.samples)]
    pause = back.seconds - last.seconds
    if pause <= 0:
        return float("inf")
    left, entered = sides_touched(last, width, height), sides_touched(back, width, height)
    if left or entered:
        # Whoever leaves on one side comes back on that side, whenever that is.
        place = 0.0 if left & entered else float("inf")
    else:
        away = float(np.hypot(last.centre[0] - back.centre[0], last.centre[1] - back.centre[1]))
        place = max(away / (RETURN_REACH * float(np.hypot(width, height))), pause / RETURN_SECONDS)
    if place >= 1.0:
        return place  # what follows takes longer, and would change nothing
    ratio = abs(np.log(first.typical_area / second.typical_area)) / np.log(SAME_SIZE)
    return float(max(looks_apart(first.looks, second.looks) / SAME_LOOKS, ratio, place))


def sides_touched(sample: Sample, width: int, height: int) -> set[str]:
    """Return which borders of the frame a sample's box touches."""
    margin = EDGE * max(width, height)
    x1, y1, x2, y2 = sample.box
    sides = {"left": x1 <= margin, "top": y1 <= margin, "right": x2 >= width - margin, "bottom": y2 >= height - margin}
    return {side for side, there in sides.items() if there}


def _join(pieces: list[RawTrack]) -> RawTrack:
    if len(pieces) == 1:
        return pieces[0]
    weights = np.array([sum(sample.area for sample in piece.samples.values()) for piece in pieces], np.float64)
    looks = np.average([piece.looks for piece in pieces], axis=0, weights=weights).astype(np.float32)
    samples = {}
    for number in sorted(set().union(*(piece.samples for piece in pieces))):
        parts = [piece.samples[number] for piece in pieces if number in piece.samples]
        samples[number] = parts[0] if len(parts) == 1 else join_samples(parts)
    main = pieces[int(weights.argmax())]
    # Where two pieces were cut out of one frame, the bigger piece's cut-out tells more.
    crops = {n: crop for piece in sorted(pieces, key=lambda p: p.typical_area) for n, crop in piece.crops.items()}
    return RawTrack(main.label, looks, samples, dict(sorted(crops.items())))


def join_samples(parts: list[Sample]) -> Sample:
    """Return where pieces of one thing in one frame are together."""
    boxes = np.array([part.box for part in parts])
    areas = np.array([part.area for part in parts], np.float64)
    x, y = np.average([part.centre for part in parts], axis=0, weights=areas)
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    return Sample(parts[0].seconds, box, int(areas.sum()), (float(x), float(y)), join_masks([p.rle for p in parts]))
