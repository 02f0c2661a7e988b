"""How an object's apparent size changes, and what that says of its distance."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.predicate import Predicate
from twins.predicates.runs import Runs, join, paint, runs_of
from twins.predicates.scene import Scene
from twins.predicates.truth import HOLDS, Marks, marks_where

GROWTH_RATE = 0.05
"""Least relative change of width and height a second, on average; twice what 5 % box jitter looks like."""
SIDE_RATE = 0.03
"""Least change of the side that changes less: what only gets wider is turning or coming out from behind something."""
GROWTH_TOTAL = float(np.log(1.25))
"""A quarter larger or smaller over the whole stretch."""
GROWTH_CLEAR = float(np.log(2.0))
"""Twice as large, or half: a clear case, and"""
LASTING_SHARE = 0.5
"""the more so by this share where it goes on throughout the clip."""
BORDER_SHARE = 0.01
"""A box this close to the picture's edge is cut by it, and its size says nothing."""
PAUSE_SECONDS = 0.4
"""A change interrupted for less than this goes on."""
JUMP_SHARE = 0.6
"""Share of a change that comes at once, from one moment to the next, where it is no growth but another outline: a thing
that is merged with its neighbour, or cut off."""
JUMP_SECONDS, LEAST_FRAMES = 0.3, 3
"""How long a moment is; the median of its frames, of so many at least, is the size at that moment."""
NEARNESS_AGAINST = 0.05
"""Relative change of nearness that speaks against what the size says."""


def at_border(scene: Scene, a: Ints) -> Bools:
    """Say where a box reaches the edge of the picture (K, T)."""
    frame = np.array([scene.geometry.width, scene.geometry.height])
    boxes = scene.boxes[a]
    with np.errstate(invalid="ignore"):
        low = (boxes[..., :2] <= BORDER_SHARE * frame).any(axis=2)
        return np.asarray(low | (boxes[..., 2:] >= (1 - BORDER_SHARE) * frame).any(axis=2))


def _changing(scene: Scene, a: Ints, sign: int, *, by_distance: bool) -> Marks:
    growth = sign * scene.growth[a]
    whole = scene.seen[a] & ~at_border(scene, a)
    with np.errstate(invalid="ignore"):
        mask = whole & (growth.mean(axis=2) >= GROWTH_RATE) & (growth.min(axis=2) >= SIDE_RATE)
    runs = runs_of(join(mask, scene.edges, PAUSE_SECONDS) & whole)
    total = sign * _change(scene, a, runs)
    keep = (total >= GROWTH_TOTAL) & ~_jumps(scene, a, runs, sign)
    if by_distance and not scene.weak:
        nearness = scene.nearness[a]
        before, after = nearness[runs.rows, runs.starts], nearness[runs.rows, runs.ends - 1]
        with np.errstate(invalid="ignore"):
            keep &= ~(sign * (after - before) < NEARNESS_AGAINST * np.maximum(np.abs(before), np.abs(after)))
    return marks_where(paint(runs.where(keep), mask.shape), whole | scene.absent[a])


def _change(scene: Scene, a: Ints, runs: Runs) -> Doubles:
    """Return (R,) the logarithm of how many times larger each is at the end of a run than at its start."""
    sizes = np.log(scene.sizes[a])
    return np.asarray(sizes[runs.rows, runs.ends - 1] - sizes[runs.rows, runs.starts])


def extent(scene: Scene, a: Ints, marks: Marks) -> Doubles:
    """Return (K,) how clear a case each is: the most of its stretches, by how much and for how long they change."""
    runs = runs_of(marks == HOLDS)
    much = np.minimum(np.abs(_change(scene, a, runs)) / GROWTH_CLEAR, 1.0)
    long = runs.seconds(scene.edges) / (scene.clip[1] - scene.clip[0])
    clearest = np.zeros(len(a))
    np.maximum.at(clearest, runs.rows, much * (1 - LASTING_SHARE + LASTING_SHARE * long))
    return clearest


def _jumps(scene: Scene, a: Ints, runs: Runs, sign: int) -> Bools:
    """Say of which runs (R,) most of the change comes at once; of short ones nothing can be said."""
    jumps = np.zeros(len(runs.rows), bool)
    moment = max(LEAST_FRAMES, round(JUMP_SECONDS / scene.step))
    for r, (row, start, end) in enumerate(zip(runs.rows, runs.starts, runs.ends, strict=True)):
        if end - start < 4 * moment:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(scene.raw_sizes[a[row], start:end], moment)
        level = np.log(np.median(windows, axis=1))
        change = sign * (level[-1] - level[0])
        jumps[r] = (sign * (level[moment:] - level[:-moment])).max() > JUMP_SHARE * change
    return jumps


def grows(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a gets larger in the picture, both ways."""
    return _changing(scene, a, 1, by_distance=False)


def shrinks(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a gets smaller in the picture, both ways."""
    return _changing(scene, a, -1, by_distance=False)


def moves_toward(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a comes nearer to the camera: it grows, and its nearness, where it is better than weak, rises too."""
    return _changing(scene, a, 1, by_distance=True)


def moves_away(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a goes farther from the camera: it shrinks, and its nearness, where better than weak, falls too."""
    return _changing(scene, a, -1, by_distance=True)


FAMILY = (
    Predicate("grows", 1, "size", grows, ("grows larger", "gets bigger"), support=extent),
    Predicate("shrinks", 1, "size", shrinks, ("shrinks", "gets smaller"), support=extent),
    Predicate("moves_toward", 1, "motion", moves_toward, ("comes toward the camera", "comes closer"), support=extent),
    Predicate("moves_away", 1, "motion", moves_away, ("moves away from the camera", "goes away"), support=extent),
)
