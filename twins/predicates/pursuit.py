"""Paths of two objects compared: following, overtaking, passing, circling, colliding."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.interaction import cosine, unit_of
from twins.predicates.moments import around, later
from twins.predicates.movement import MOVING_PACE, moving, pace
from twins.predicates.pairs import both_located, distance, offsets, pair_marks, pair_size
from twins.predicates.predicate import Predicate
from twins.predicates.runs import Runs, join, paint, runs_of
from twins.predicates.scene import SMOOTHING_SECONDS, Scene
from twins.predicates.spatial import apart_in_depth
from twins.predicates.truth import Marks

FOLLOW_SECONDS = 1.0
"""A shorter stretch on another's heels is chance."""
FOLLOW_LAG = 3.0
"""Who comes by later than this uses the same path, but follows nobody."""
FOLLOW_STEP = 0.2
"""Lags are tried in steps of this many seconds."""
FOLLOW_OFF_PATH = 0.35
"""Units that the follower may stray from the leader's path; a parallel lane is farther off."""
FOLLOW_TRAVEL = 1.0
"""Units that both must cover meanwhile."""
FOLLOW_AHEAD = 0.4
"""Cosine between the follower's heading and the way to the leader: the leader is in front, around bends too."""
SAME_WAY_COSINE = 0.5
"""Headings within 60 degrees count as one direction."""
PASS_LEAD = 0.3
"""Units behind before, and ahead after, and"""
PASS_SIZES = 0.5
"""mean sizes; less is drawing level."""
PASS_SIDE = 2.0
"""Mean sizes sideways, and"""
PASS_UNITS = 1.5
"""units, beyond both of which two are not passing each other, only moving in one picture."""
PASS_SECONDS = 3.0
"""The change from behind to ahead takes no longer than this on either side."""
TURN_SHARE = 0.8
"""Share of a full turn that makes a circle: gaps and jitter at its ends hide the rest."""
OWN_SHARE = 0.4
"""Share of the turning that the one who circles does itself; half where two circle each other."""
CIRCLE_RADIUS = 0.35
"""Mean sizes that the path must keep from the other's centre: nearer, the angle is noise."""
IMPACT_PACE = 0.3
"""Units a second at which two must close for a contact to be a collision; slower is touching."""
IMPACT_CHANGE = 0.5
"""Share of the closing velocity by which the contact changes one's movement; who crosses in front keeps going."""
IMPACT_OWN = 0.3
"""Share of the closing velocity that the one who hits brings itself."""
IMPACT_GAP = 0.15
"""Sizes of the smaller one that may remain between the boxes of two in contact, by jitter."""
IMPACT_OVERLAP = 0.5
"""Sizes of the smaller one by which the boxes of solid things may overlap when they hit."""
IMPACT_SHARPNESS = 1.5
"""Times that the change of velocity must exceed that of the second before; who runs in a curve changes steadily."""
IMPACT_INTACT = 0.88
"""Share of its size that each keeps on impact; a box that shrinks at the other's edge is going behind it."""
ROUNDING = 0.1875 * 1.25
"""A local line over half-width h rounds off a kink of velocity change v by 3/16 h v; a quarter more for jitter."""
PAUSE_SECONDS = 0.4
"""A relation interrupted for less than this goes on."""


def follows(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a moves along the path that b, ahead of it and moving on, took shortly before."""
    both = both_located(scene, a, b)
    first, second = scene.once(pace)[a], scene.once(pace)[b]
    way = scene.places[b] - scene.places[a]
    running = both & scene.once(moving)[a] & scene.once(moving)[b]
    with np.errstate(invalid="ignore"):
        ahead = (cosine(way, first) >= FOLLOW_AHEAD) & (np.linalg.norm(way, axis=2) >= 0.3 * pair_size(scene, a, b))
        # Either heading may bend away for a moment; against each other they do not go.
        candidate = running & ahead & (cosine(first, second) >= 0.0)
    mask = np.zeros_like(candidate)
    some = np.flatnonzero(candidate.any(axis=1))
    if len(some):
        mask[some] = candidate[some] & _on_path(scene, a[some], b[some])
    runs = runs_of(join(mask, scene.edges, PAUSE_SECONDS) & both)
    long = runs.seconds(scene.edges) >= FOLLOW_SECONDS - 1e-6
    far = _length(scene, a, runs) >= FOLLOW_TRAVEL
    return pair_marks(scene, a, b, paint(runs.where(long & far), mask.shape))


def _on_path(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where a is at a place (K, T) at which b was up to FOLLOW_LAG seconds before."""
    nearest = np.full((len(a), len(scene.seconds)), np.inf)
    for lag in np.arange(FOLLOW_STEP, FOLLOW_LAG + 1e-6, FOLLOW_STEP):
        earlier = later(scene, -float(lag))
        known = scene.seconds[earlier] <= scene.seconds - lag + scene.step
        apart = np.linalg.norm(scene.places[a] - scene.places[b][:, earlier], axis=2)
        nearest = np.fmin(nearest, np.where(known, apart, np.inf))
    with np.errstate(invalid="ignore"):
        return np.asarray(nearest <= FOLLOW_OFF_PATH * unit_of(scene, a, b))


def _length(scene: Scene, a: Ints, runs: Runs) -> Doubles:
    """Return (R,) units between where each run begins and its farthest place."""
    result = np.zeros(len(runs.rows))
    for r, (row, start, end) in enumerate(zip(runs.rows, runs.starts, runs.ends, strict=True)):
        way = scene.places[a[row], start:end] - scene.places[a[row], start]
        result[r] = np.nanmax(np.linalg.norm(way, axis=1)) / scene.unit[a[row], start]
    return result


def passes(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark the moments at which a, moving on, gets past b, standing or moving."""
    return _passing(scene, a, b, same_way=False)


def overtakes(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark the moments at which a gets ahead of b while both move the same way."""
    return _passing(scene, a, b, same_way=True)


def _passing(scene: Scene, a: Ints, b: Ints, *, same_way: bool) -> Marks:
    both = both_located(scene, a, b)
    heading = scene.velocity[a]
    lead = _along(scene.places[a] - scene.places[b], heading)
    with np.errstate(invalid="ignore"):
        moved = both & scene.once(moving)[a]
        crossing = moved[:, 1:] & both[:, :-1] & (lead[:, :-1] < 0) & (lead[:, 1:] >= 0)
    rows, frames = np.nonzero(crossing)
    keep = [_gets_past(scene, int(a[k]), int(b[k]), int(t) + 1, same_way) for k, t in zip(rows, frames, strict=True)]
    chosen = np.array(keep, bool)
    return pair_marks(scene, a, b, around(scene, rows[chosen], scene.seconds[frames[chosen] + 1], len(a)))


def _along(way: Doubles, heading: Doubles) -> Doubles:
    with np.errstate(invalid="ignore"):
        return np.asarray((way * heading).sum(axis=-1) / np.maximum(np.linalg.norm(heading, axis=-1), 1e-6))


def _gets_past(scene: Scene, a: int, b: int, frame: int, same_way: bool) -> bool:
    """Say whether a was clearly behind b before this frame, is clearly ahead after it, and kept its direction."""
    seconds = scene.seconds
    window = slice(*np.searchsorted(seconds, (seconds[frame] - PASS_SECONDS, seconds[frame] + PASS_SECONDS)))
    unit = float(scene.unit[a, frame] + scene.unit[b, frame]) / 2
    heading, other = scene.velocity[a, frame], scene.velocity[b, frame]
    way = scene.places[a, window] - scene.places[b, window]
    lead = _along(way, heading[None])
    side = np.linalg.norm(way[frame - window.start] - _along(way[frame - window.start], heading) * _direction(heading))
    size = (scene.sizes[a, frame] + scene.sizes[b, frame]) / 2
    if not np.isfinite(side) or side > max(PASS_SIDE * size, PASS_UNITS * unit):
        return False
    here = frame - window.start
    before, after = lead[:here], lead[here:]
    least = max(PASS_LEAD * unit, PASS_SIZES * size)
    if not (np.nanmin(before) <= -least and np.nanmax(after) >= least):
        return False
    paces = scene.once(pace)
    if not same_way:
        # Who bounces off or turns back has not got past.
        return bool(np.nanmean(cosine(scene.velocity[a, window], heading[None])) > SAME_WAY_COSINE)
    moving_on = np.linalg.norm(paces[b, frame]) >= MOVING_PACE
    return bool(moving_on and cosine(heading, other) >= SAME_WAY_COSINE)


def _direction(vector: Doubles) -> Doubles:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6))


def circles(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a goes round b, nearly a full turn or more."""
    both = both_located(scene, a, b)
    running = both & scene.once(moving)[a]
    mask = np.zeros_like(both)
    for k in np.flatnonzero(running.any(axis=1)):
        mask[k] = _turning(scene, int(a[k]), int(b[k]), both[k])
    return pair_marks(scene, a, b, mask)


def _turning(scene: Scene, a: int, b: int, both: Bools) -> Bools:
    """Return (T,) the stretches in which a's direction from b turns one way for TURN_SHARE of a circle."""
    mask = np.zeros(len(both), bool)
    frames = np.flatnonzero(both)
    if len(frames) < 4:
        return mask
    arm = -offsets(scene, np.array([a]), np.array([b]))[0, frames]
    radius = np.linalg.norm(arm, axis=1)
    size = float(np.median(scene.sizes[a, frames] + scene.sizes[b, frames])) / 2
    angle = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    if np.ptp(angle) < TURN_SHARE * 2 * np.pi:
        return mask
    for start, end in _monotone(angle, tolerance=0.5):
        if abs(angle[end] - angle[start]) < TURN_SHARE * 2 * np.pi:
            continue
        own = _own_turning(scene, a, b, frames[start : end + 1])
        wide = np.median(radius[start : end + 1]) >= CIRCLE_RADIUS * size
        if wide and own >= OWN_SHARE * abs(angle[end] - angle[start]):
            mask[frames[start] : frames[end] + 1] = True
    return mask


def _own_turning(scene: Scene, a: int, b: int, frames: Ints) -> float:
    """Return the angle that a's own movement turns it about b, in radians, whichever way."""
    arm = scene.places[a, frames] - scene.places[b, frames]
    velocity = scene.velocity[a, frames]
    rate = (arm[:, 0] * velocity[:, 1] - arm[:, 1] * velocity[:, 0]) / np.maximum((arm**2).sum(axis=1), 1.0)
    return float(abs((rate[1:] * np.diff(scene.seconds[frames])).sum()))


def _monotone(angle: Doubles, tolerance: float) -> list[tuple[int, int]]:
    """Return the stretches (first, last) in which an angle rises or falls, wobbling back by less than ``tolerance``."""
    stretches = []
    for sign in (1, -1):
        values = sign * angle
        start = peak = 0
        for i in range(1, len(values)):
            if values[i] >= values[peak]:
                peak = i
            elif values[i] < values[peak] - tolerance or i == len(values) - 1:
                stretches.append((start, peak))
                start = peak = i
            if peak == start and values[i] < values[start]:
                start = peak = i
        stretches.append((start, peak))
    return stretches


def collides(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark the moments at which a, going toward b, hits it and the movement of one of them changes at once."""
    both = both_located(scene, a, b)
    gap, small = distance(scene, a, b), np.minimum(scene.sizes[a], scene.sizes[b])
    with np.errstate(invalid="ignore"):
        meeting = both & (gap <= small) & ~apart_in_depth(scene, a, b)
    runs = runs_of(join(meeting, scene.edges, PAUSE_SECONDS))
    runs = runs.where(runs.starts > 0)
    rows, moments = [], []
    for row, start, end in zip(runs.rows, runs.starts, runs.ends, strict=True):
        moment = _impact(scene, int(a[row]), int(b[row]), gap[row], int(start), int(end))
        if moment is not None:
            rows.append(row)
            moments.append(moment)
    return pair_marks(scene, a, b, around(scene, np.array(rows, np.int64), np.array(moments, np.float64), len(a)))


def _impact(scene: Scene, a: int, b: int, gap: Doubles, start: int, end: int) -> float | None:
    """Return when, in this stretch of being close, one of the two changes its velocity because they meet, or none."""
    frames = np.arange(max(start - 1, 0), end)
    before, after = later(scene, -SMOOTHING_SECONDS), later(scene, SMOOTHING_SECONDS)
    # At the end of the clip the far side of the kink is a guess.
    frames = frames[scene.seconds[after[frames]] - scene.seconds[frames] >= SMOOTHING_SECONDS / 2]
    before, after = before[frames], after[frames]
    way = scene.places[b, before] - scene.places[a, before]
    way /= np.maximum(np.linalg.norm(way, axis=1), 1e-6)[:, None]
    mine, yours = scene.velocity[a], scene.velocity[b]
    closing = ((mine[before] - yours[before]) * way).sum(axis=1)
    own = (mine[before] * way).sum(axis=1)
    change = np.maximum(*(_kink(scene, velocity, before, after) for velocity in (mine, yours)))
    with np.errstate(invalid="ignore"):
        hit = closing >= IMPACT_PACE * (scene.unit[a, frames] + scene.unit[b, frames]) / 2
        hit &= (own >= IMPACT_OWN * closing) & (change >= IMPACT_CHANGE * closing)
    if not hit.any():
        return None
    apart = ((mine[after] - yours[after]) * way).sum(axis=1) < 0
    relative = np.linalg.norm((mine - yours)[after] - (mine - yours)[before], axis=1)
    # A rebound shows only as a rounded turn before the contact; one who stops is seen to touch.
    rounded = np.where(apart, ROUNDING * SMOOTHING_SECONDS * relative, 0.0)
    hit[hit] = _contacts(scene, a, b, gap, (before[hit], frames[hit], after[hit]), rounded[hit])
    return float(scene.seconds[frames[np.argmax(np.where(hit, change, -1.0))]]) if hit.any() else None


def _contacts(scene: Scene, a: int, b: int, gap: Doubles, frames: tuple[Ints, Ints, Ints], rounded: Doubles) -> Bools:
    """Say at which frames (F,) two solid things come into contact, between the frames before and after."""
    before, here, after = frames
    small = np.minimum(scene.sizes[a, here], scene.sizes[b, here])
    nearest = np.array([np.fmin.reduce(gap[f : g + 1]) for f, g in zip(before, after, strict=True)])
    allowed = IMPACT_GAP * small + rounded
    with np.errstate(invalid="ignore"):
        # Two that overlapped all along, or sink into each other, are only in one line of sight.
        fresh = (nearest <= allowed) & (gap[before] > allowed) & (nearest >= -IMPACT_OVERLAP * small)
    return np.asarray(fresh & _intact(scene, a, before, after) & _intact(scene, b, before, after))


def _kink(scene: Scene, velocity: Doubles, before: Ints, after: Ints) -> Doubles:
    """Return (F,) how much a velocity changes between two frames, zero where it was changing like that already."""
    change = np.linalg.norm(velocity[after] - velocity[before], axis=1)
    earlier = np.linalg.norm(velocity[before] - velocity[later(scene, -2 * SMOOTHING_SECONDS)][before], axis=1)
    # Unknown before: what has just come into view may have been hit.
    return np.where(change < IMPACT_SHARPNESS * np.nan_to_num(earlier), 0.0, change)


def _intact(scene: Scene, m: int, before: Ints, after: Ints) -> Bools:
    """Say whether an object stays in view, whole, from one frame to another (F,)."""
    windows = [slice(f, g + 1) for f, g in zip(before, after, strict=True)]
    result = np.array([scene.seen[m, window].all() for window in windows], bool)
    # The mask too: a thin thing in front cuts it in two and leaves the box as it was.
    for sizes in (scene.sizes[m], np.sqrt(scene.steady_area[m])):
        least = np.array([np.fmin.reduce(sizes[window]) for window in windows])
        usual = np.array([np.fmax.reduce(sizes[window.start : window.start + 3]) for window in windows])
        result = result & ~(least < IMPACT_INTACT * usual)
    return np.asarray(result)


FAMILY = (
    Predicate("follows", 2, "interaction", follows, ("follows", "chases", "goes after")),
    Predicate("overtakes", 2, "interaction", overtakes, ("overtakes", "gets ahead of"), event=True),
    Predicate("passes", 2, "interaction", passes, ("passes", "goes past"), event=True),
    Predicate("circles", 2, "interaction", circles, ("circles", "goes round", "orbits")),
    Predicate("collides", 2, "interaction", collides, ("collides with", "hits", "bumps into"), event=True),
)
