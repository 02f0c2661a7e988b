"""How one object moves, with the camera's own movement taken out."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.moments import around
from twins.predicates.movement import CLEAR_WAY, PAUSE_SECONDS, moving, pace
from twins.predicates.predicate import MarkFunction, Predicate
from twins.predicates.runs import drop_short, join, paint, runs_of
from twins.predicates.scene import Scene
from twins.predicates.truth import HOLDS, Marks, marks_where

HEADING_TRAVEL = 0.4
"""Units a movement must cover in one direction to be called a movement that way."""
HEADING_COSINE = 0.5
"""Within 60 degrees of an axis; a diagonal movement goes both ways."""
FAST_PACE = 1.5
"""Units a second: a small object crosses the picture in under five seconds, a large one in under three."""
SLOW_PACE = 0.5
"""Units a second: below that a crossing takes ten seconds or so."""
REST_SECONDS = 0.5
"""Shorter rests are part of a movement (a turn, a bounce)."""
TURN_TRAVEL = 0.5
"""Units to be covered on both sides of a turn."""
TURN_COSINE = -0.5
"""The way back leads within 60 degrees of where it came from."""
TURN_SECONDS = 3.0
"""Who waits longer than this and then goes back has stopped and started."""


def _marks(scene: Scene, a: Ints, holds: Bools) -> Marks:
    """Return marks of a movement; what is absent does not move in the picture."""
    return marks_where(holds & scene.located[a], scene.located[a] | scene.absent[a])


def moves(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a changes its place."""
    return _marks(scene, a, scene.once(moving)[a])


def still(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a is in view and rests for REST_SECONDS or more."""
    resting = scene.located[a] & ~scene.once(moving)[a]
    return _marks(scene, a, drop_short(resting, scene.edges, min(REST_SECONDS, scene.edges[-1] - scene.edges[0])))


def fast(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a moves fast for its size and the picture's."""
    with np.errstate(invalid="ignore"):
        quick = scene.once(moving)[a] & (np.linalg.norm(scene.once(pace)[a], axis=2) >= FAST_PACE)
    return _marks(scene, a, drop_short(join(quick, scene.edges, PAUSE_SECONDS), scene.edges, PAUSE_SECONDS))


def slow(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a moves, but slowly; not the first and last moments of a faster movement."""
    with np.errstate(invalid="ignore"):
        slowly = scene.once(moving)[a] & (np.linalg.norm(scene.once(pace)[a], axis=2) < SLOW_PACE)
    return _marks(scene, a, drop_short(slowly, scene.edges, 2 * REST_SECONDS))


def _heads(axis: int, sign: int) -> MarkFunction:
    """Return the predicate of moving along an axis (0 across, 1 down), in its positive or negative direction."""

    def marks(scene: Scene, a: Ints, _: Ints) -> Marks:
        way = scene.once(pace)[a]
        along = sign * way[..., axis]
        with np.errstate(invalid="ignore"):
            mask = scene.once(moving)[a] & (along > HEADING_COSINE * np.linalg.norm(way, axis=2)) & (along > 0)
        runs = runs_of(join(mask, scene.edges, PAUSE_SECONDS) & scene.located[a])
        places, unit = scene.places[a][..., axis], scene.unit[a]
        net = sign * (places[runs.rows, runs.ends - 1] - places[runs.rows, runs.starts])
        # Both ends, so that a film played backwards shows the same movement.
        usual = (unit[runs.rows, runs.starts] + unit[runs.rows, runs.ends - 1]) / 2
        far = net >= HEADING_TRAVEL * usual
        return _marks(scene, a, paint(runs.where(far), mask.shape))

    return marks


def starts(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a begins to move after a rest in view."""
    return _marks(scene, a, _changes(scene, a, began=True))


def stops(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a comes to rest in view after moving."""
    return _marks(scene, a, _changes(scene, a, began=False))


def _changes(scene: Scene, a: Ints, *, began: bool) -> Bools:
    rest = still(scene, a, a) == 1
    runs = runs_of(scene.once(moving)[a])
    t = rest.shape[1]
    beside = runs.starts - 1 if began else runs.ends
    inside = (beside >= 0) & (beside < t)
    resting = inside & rest[runs.rows, np.clip(beside, 0, t - 1)]
    moments = scene.edges[runs.starts if began else runs.ends]
    return around(scene, runs.rows[resting], moments[resting], len(a))


def way_before(scene: Scene, a: Ints, marks: Marks) -> Doubles:
    """Return (K,) how far each came without a rest before it stopped, as a share of what is clear, at most 1."""
    return _way_beside(scene, a, marks, began=False)


def way_after(scene: Scene, a: Ints, marks: Marks) -> Doubles:
    """Return (K,) how far each went without a rest after it started, as a share of what is clear, at most 1."""
    return _way_beside(scene, a, marks, began=True)


def _way_beside(scene: Scene, a: Ints, marks: Marks, *, began: bool) -> Doubles:
    runs = runs_of(scene.once(moving)[a])
    clearest = np.zeros(len(a))
    for row, start, end in zip(runs.rows, runs.starts, runs.ends, strict=True):
        if (marks[row, max(start - 1, 0) : start + 1] if began else marks[row, end - 1 : end + 1]).max() != HOLDS:
            continue
        places = scene.places[a[row], start:end]
        way = np.nanmax(np.linalg.norm(places - places[0 if began else -1], axis=1)) / scene.unit[a[row], start]
        clearest[row] = max(clearest[row], way / CLEAR_WAY)
    return np.minimum(clearest, 1.0)


def turns(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a reverses its direction."""
    rows, moments = [], []
    for k in np.flatnonzero(scene.once(moving)[a].any(axis=1)):
        for moment in _reversals(scene, int(a[k])):
            rows.append(k)
            moments.append(moment)
    return _marks(scene, a, around(scene, np.array(rows, np.int64), np.array(moments, np.float64), len(a)))


def _reversals(scene: Scene, m: int) -> list[float]:
    """Return when an object's path leads back on itself."""
    frames = np.flatnonzero(scene.located[m])
    places = scene.places[m, frames] / np.nanmedian(scene.unit[m])
    pivots = sorted({p for axis in (0, 1) for p in _zigzag(places[:, axis], TURN_TRAVEL / 2)})
    found: list[float] = []
    for p in pivots:
        arms = [_arm(places, scene.seconds[frames], p, direction) for direction in (-1, 1)]
        if arms[0] is None or arms[1] is None:
            continue
        cosine = -(arms[0] @ arms[1]) / (np.linalg.norm(arms[0]) * np.linalg.norm(arms[1]))
        moment = float(scene.seconds[frames[p]])
        if cosine <= TURN_COSINE and (not found or moment - found[-1] > REST_SECONDS):
            found.append(moment)
    return found


def _zigzag(values: Doubles, least: float) -> list[int]:
    """Return the positions of highs and lows that are at least ``least`` apart in value."""
    pivots: list[int] = []
    high = low = last = 0
    rising: bool | None = None
    for i, value in enumerate(values):
        if rising is not False and value >= values[high]:
            high = i
        if rising is not True and value <= values[low]:
            low = i
        if rising is not False and value <= values[high] - least:
            if rising:
                pivots.append(high)
            rising, low = False, i
        elif rising is not True and value >= values[low] + least:
            if rising is False:
                pivots.append(low)
            rising, high = True, i
        last = i
    return [p for p in pivots if 0 < p < last]


def _arm(places: Doubles, seconds: Doubles, pivot: int, direction: int) -> Doubles | None:
    """Return the way from the pivot to the first place TURN_TRAVEL away in one direction of time, or none."""
    step = slice(pivot, None, direction)
    way = places[step] - places[pivot]
    far = np.flatnonzero(np.linalg.norm(way, axis=1) >= TURN_TRAVEL)
    if not len(far) or abs(seconds[step][far[0]] - seconds[pivot]) > TURN_SECONDS:
        return None
    return np.asarray(way[far[0]], np.float64)


FAMILY = (
    Predicate("moves", 1, "motion", moves, ("moves", "is moving", "changes its place")),
    Predicate("still", 1, "motion", still, ("stays still", "rests", "does not move")),
    Predicate("fast", 1, "motion", fast, ("moves fast", "is quick", "rushes")),
    Predicate("slow", 1, "motion", slow, ("moves slowly", "creeps", "is slow")),
    Predicate("moves_left", 1, "motion", _heads(0, -1), ("moves to the left", "heads left")),
    Predicate("moves_right", 1, "motion", _heads(0, 1), ("moves to the right", "heads right")),
    Predicate("moves_up", 1, "motion", _heads(1, -1), ("moves up", "rises", "climbs")),
    Predicate("moves_down", 1, "motion", _heads(1, 1), ("moves down", "sinks", "falls")),
    Predicate("starts", 1, "motion", starts, ("starts moving", "sets off"), event=True, support=way_after),
    Predicate("stops", 1, "motion", stops, ("stops", "comes to rest"), event=True, support=way_before),
    Predicate("turns", 1, "motion", turns, ("turns back", "reverses its direction"), event=True),
)
