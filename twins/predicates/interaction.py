"""What two objects do with regard to each other over time."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.moments import around, later, within
from twins.predicates.movement import moving, pace, usual_sizes
from twins.predicates.pairs import both_located, distance, offsets, pair_marks, pair_size
from twins.predicates.predicate import Predicate
from twins.predicates.runs import Runs, drop_short, join, paint, runs_of
from twins.predicates.scene import Scene
from twins.predicates.spatial import NEAR_SIZES, contact
from twins.predicates.truth import Marks

CLOSING_PACE = 0.15
"""Units a second by which the one who approaches must itself shorten the way; the pace that counts as moving."""
CLOSING_SHARE = 0.3
"""Share of the first distance that an approach must cover, so that moving somewhere in that direction is none."""
CLOSING_TRAVEL = 0.4
"""Units that an approach must cover at least."""
PAUSE_SECONDS = 0.4
"""A relation interrupted for less than this goes on."""
MEETING_SHARE = 0.25
"""Least share of the closing that each of two who meet does itself."""
MEETING_SECONDS = 0.6
"""Who meets stays together at least this long; less is passing."""
MEETING_PACE = 0.4
"""Share of the velocity between the two that may be left when they are together."""
TOGETHER_COSINE = 0.8
"""Who moves together heads the same way within about 35 degrees,"""
TOGETHER_PACE = 0.35
"""and differs in velocity by at most this share,"""
TOGETHER_SECONDS = 1.0
"""for at least this long."""
CARRIER_SIZE = 1.25
"""Least ratio of sizes between what carries and what is carried, which geometry alone could not tell otherwise."""


def unit_of(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return (K, T) the mean of the two units of movement, pixels."""
    return np.asarray((scene.unit[a] + scene.unit[b]) / 2)


def closing(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return (K, T) pixels a second by which a's own movement shortens the way to b."""
    way = scene.places[b] - scene.places[a]
    velocity = scene.once(pace)[a] * scene.unit[a][..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        along = velocity[..., 0] * way[..., 0] + velocity[..., 1] * way[..., 1]
        return np.asarray(along / np.maximum(np.hypot(way[..., 0], way[..., 1]), 1.0))


def centre_distance(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return (K, T) pixels between the centres."""
    return np.asarray(np.linalg.norm(offsets(scene, a, b), axis=2))


def approaches(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a's own movement brings it clearly nearer to b."""
    return pair_marks(scene, a, b, _closing_runs(scene, a, b, 1))


def parts_from(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a's own movement takes it clearly farther from b: an approach, played backwards."""
    return pair_marks(scene, a, b, _closing_runs(scene, a, b, -1))


def _closing_runs(scene: Scene, a: Ints, b: Ints, sign: int) -> Bools:
    both = both_located(scene, a, b)
    unit = unit_of(scene, a, b)
    own, total = sign * closing(scene, a, b), sign * (closing(scene, a, b) + closing(scene, b, a))
    with np.errstate(invalid="ignore"):
        # Both conditions: who chases a faster one does not approach it, nor does who is merely run into.
        mask = both & (own >= CLOSING_PACE * unit) & (total >= 0.5 * CLOSING_PACE * unit)
    runs = runs_of(join(mask, scene.edges, PAUSE_SECONDS) & both)
    apart = centre_distance(scene, a, b)
    first, last = apart[runs.rows, runs.starts], apart[runs.rows, runs.ends - 1]
    far = np.maximum(first, last)
    # From rim to rim: two large things that start close cannot come much nearer centre to centre.
    ends = np.stack((runs.starts, runs.ends - 1))
    room = np.maximum(far - pair_size(scene, a, b)[runs.rows, ends].mean(axis=0), 0.0)
    least = np.maximum(CLOSING_TRAVEL * unit[runs.rows, ends].mean(axis=0), CLOSING_SHARE * room)
    return paint(runs.where(sign * (first - last) >= least), mask.shape)


def meets(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark the moments at which two that went toward each other come together, and stay."""
    near = _near(scene, a, b)
    mine = _closing_runs(scene, a, b, 1)
    yours = _closing_runs(scene, b, a, 1)
    share = closing(scene, a, b) / np.maximum(closing(scene, a, b) + closing(scene, b, a), 1e-9)
    with np.errstate(invalid="ignore"):
        mutual = mine & yours & (np.abs(share - 0.5) <= 0.5 - MEETING_SHARE)
    runs = runs_of(near)
    runs = runs.where((runs.seconds(scene.edges) >= MEETING_SECONDS) & (runs.starts > 0))
    before = within(scene, mutual, 2 * PAUSE_SECONDS)[runs.rows, runs.starts]
    relative = np.linalg.norm(scene.velocity[a] - scene.velocity[b], axis=2)
    first = relative[runs.rows, later(scene, -PAUSE_SECONDS)[runs.starts]]
    # Passing by, two never rest beside each other.
    least = [np.fmin.reduce(relative[r, s:e]) for r, s, e in zip(runs.rows, runs.starts, runs.ends, strict=True)]
    with np.errstate(invalid="ignore"):
        stay = np.array(least) <= MEETING_PACE * first
    return pair_marks(scene, a, b, _at(scene, runs.where(before & stay), len(a)))


def _near(scene: Scene, a: Ints, b: Ints) -> Bools:
    with np.errstate(invalid="ignore"):
        holds = distance(scene, a, b) <= NEAR_SIZES * pair_size(scene, a, b)
    return join(holds, scene.edges, PAUSE_SECONDS)


def _at(scene: Scene, runs: Runs, count: int) -> Bools:
    return around(scene, runs.rows, scene.edges[runs.starts], count)


def moves_with(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where the two move as one: near, the same way, at the same speed."""
    together = _together(scene, a, b) & _near(scene, a, b)
    return pair_marks(scene, a, b, _lasting(scene, together))


def carries(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a larger a moves as one with a b that it touches."""
    usual = scene.once(usual_sizes)
    larger = (usual[a] >= CARRIER_SIZE * usual[b])[:, None]
    held = join(contact(scene, a, b), scene.edges, PAUSE_SECONDS)
    return pair_marks(scene, a, b, _lasting(scene, _together(scene, a, b) & held & larger))


def _together(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where both move with nearly one velocity."""
    first, second = scene.velocity[a], scene.velocity[b]
    faster = np.maximum(np.linalg.norm(first, axis=2), np.linalg.norm(second, axis=2))
    with np.errstate(invalid="ignore"):
        same = np.linalg.norm(first - second, axis=2) <= TOGETHER_PACE * faster
    return np.asarray(same & scene.once(moving)[a] & scene.once(moving)[b] & (cosine(first, second) >= TOGETHER_COSINE))


def _lasting(scene: Scene, mask: Bools) -> Bools:
    return drop_short(join(mask, scene.edges, PAUSE_SECONDS), scene.edges, TOGETHER_SECONDS)


def cosine(first: Doubles, second: Doubles) -> Doubles:
    """Return the cosine between vectors on the last axis; zero where one has no length."""
    length = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray((first * second).sum(axis=-1) / np.maximum(length, 1e-9))


FAMILY = (
    Predicate("approaches", 2, "interaction", approaches, ("approaches", "moves toward", "comes up to")),
    Predicate("parts_from", 2, "interaction", parts_from, ("moves away from", "parts from", "leaves behind")),
    Predicate("meets", 2, "interaction", meets, ("meets", "comes together with"), event=True),
    Predicate("moves_with", 2, "interaction", moves_with, ("moves together with", "accompanies")),
    Predicate("carries", 2, "interaction", carries, ("carries", "takes along")),
)
