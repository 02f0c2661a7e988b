"""Which tracks are pieces of one object: a tracker that loses a thing gives it a second id."""

import numpy as np

from twins.geometry import Bools, Doubles, Geometry, Ints, Visibility

LINK_SECONDS = 1.0
"""A piece that starts later than this after another ended is taken for a new object: too much can have happened."""
OVERLAP_SECONDS = 0.3
"""Trackers let the old id live on for some frames beside the new one."""
LINK_DISTANCE = 1.0
"""In sizes, from where the first piece was heading: farther apart it is more likely a second object of the kind."""
LINK_RATIO = 1.6
"""Largest ratio of widths or heights: box jitter and turning change less, another object usually more."""
HIDDEN_SECONDS = 3.0
"""Behind the same cover all the while, a thing may be away this long and still be taken for the same one, if"""
HIDDEN_RATIO = 1.35
"""its usual width and height change by no more than this."""
COVER_MARGIN = 0.3
"""Sizes by which a cover's box is widened: the last and first sights of what it hides are rims beside it."""
EDGE_SHARE = 0.02
"""Share of the frame's side that counts as its edge; a jittering box that the edge cuts ends this near it."""
TAIL_SECONDS = 0.6
"""Ends are compared by a line fitted over this much of a track, because single boxes jitter."""


def object_of_row(geometry: Geometry) -> Ints:
    """Return (N,) the object, 0..M-1 in order of first row, to which each row belongs.

    Rows are chained where one ends shortly before the other starts, near where it was heading (or behind one and the
    same cover), at a similar size, and each is the other's best partner. Only geometry decides, so two things of one
    size that swap places out of sight can be joined: :class:`~twins.predicates.scene.Scene` takes ``link=False`` for
    tracks known to be whole.
    """
    seen = (geometry.visibility == Visibility.VISIBLE) & np.isfinite(geometry.boxes[..., 0])
    n, t = seen.shape
    owner = np.arange(n)
    if n < 2 or t < 2:
        return owner
    first, last = seen.argmax(axis=1), t - 1 - seen[:, ::-1].argmax(axis=1)
    gap = geometry.seconds[first][None, :] - geometry.seconds[last][:, None]
    step = float(np.median(np.diff(geometry.seconds)))
    possible = (gap > -OVERLAP_SECONDS) & (gap <= max(HIDDEN_SECONDS, 4 * step)) & seen.any(1)[:, None] & seen.any(1)
    # The second piece must outlive the first and start after it, otherwise both are objects of their own.
    possible &= (first[:, None] < first[None, :]) & (last[:, None] < last[None, :])
    np.fill_diagonal(possible, False)
    for i, j in _best_partners(geometry, seen, possible, gap):
        owner[owner == owner[j]] = owner[i]
    return np.unique(owner, return_inverse=True)[1].astype(np.int64)


def _best_partners(geometry: Geometry, seen: Bools, possible: Bools, gap: Doubles) -> list[tuple[int, int]]:
    """Return (earlier, later) pairs, each row at most once in each part, best fit first."""
    costs = []
    for i, j in zip(*np.nonzero(possible), strict=True):
        cost = _misfit(geometry, seen, int(i), int(j), float(gap[i, j]))
        if cost <= 1.0:
            costs.append((cost, int(i), int(j)))
    ended: set[int] = set()
    begun: set[int] = set()
    pairs = []
    for _, i, j in sorted(costs):
        if i not in ended and j not in begun:
            ended.add(i)
            begun.add(j)
            pairs.append((i, j))
    # In order of time, so that chains take the id of their first piece.
    return sorted(pairs, key=lambda pair: (int(seen[pair[1]].argmax()), pair))


def _misfit(geometry: Geometry, seen: Bools, i: int, j: int, gap: float) -> float:
    """Return 0..1 for how badly the start of row j continues the end of row i; above 1 it does not."""
    if gap > max(LINK_SECONDS, 4 * float(np.median(np.diff(geometry.seconds)))):
        return _misfit_behind_cover(geometry, seen, i, j)
    end, end_speed, end_size = _tail(geometry, seen[i], i, last=True)
    start, start_speed, start_size = _tail(geometry, seen[j], j, last=False)
    whole = ~(_clipped(geometry, i, int(np.flatnonzero(seen[i])[-1])) | _clipped(geometry, j, int(seen[j].argmax())))
    ratio = np.abs(np.log(end_size / start_size)).max(initial=0.0, where=whole) / np.log(LINK_RATIO)
    # A piece of one or two frames moves as the other piece does.
    end_speed, start_speed = (
        np.nan_to_num(np.where(np.isnan(mine), other, mine))
        for mine, other in ((end_speed, start_speed), (start_speed, end_speed))
    )
    size = float(np.sqrt(end_size.prod() * start_size.prod()) ** 0.5)
    # Where each piece puts the object in the middle of the gap; standing still is possible too.
    ahead = np.linalg.norm((start - start_speed * gap / 2) - (end + end_speed * gap / 2))
    stayed = np.linalg.norm(start - end)
    distance = min(ahead, stayed) / (LINK_DISTANCE * size)
    return float(max(ratio, distance)) if _inside(geometry, end + end_speed * gap) else 2.0


def _misfit_behind_cover(geometry: Geometry, seen: Bools, i: int, j: int) -> float:
    """Return the misfit of two rows the first of which ends, and the second begins, at one and the same cover."""
    usual = [np.median(_extent(geometry.boxes[row, seen[row]]), axis=0) for row in (i, j)]
    ratio = float(np.abs(np.log(usual[0] / usual[1])).max() / np.log(HIDDEN_RATIO))
    margin = COVER_MARGIN * float(np.sqrt(usual[0].prod()))
    frames = int(np.flatnonzero(seen[i])[-1]), int(np.flatnonzero(seen[j])[0])
    at = [_covers(geometry, row, frame, margin) for row, frame in zip((i, j), frames, strict=True)]
    covers = at[0] & at[1]
    covers[[i, j]] = False
    return ratio + 1e-3 if covers.any() else 2.0


def _covers(geometry: Geometry, row: int, frame: int, margin: float) -> Bools:
    """Return (N,) which rows, where last seen by this frame or first seen after it, hold this row's centre."""
    box = geometry.boxes[row, frame].astype(np.float64)
    centre = (box[:2] + box[2:]) / 2
    window = np.abs(geometry.seconds - geometry.seconds[frame]) <= TAIL_SECONDS + 1e-6
    with np.errstate(invalid="ignore"):
        low, high = geometry.boxes[:, window, :2] - margin, geometry.boxes[:, window, 2:] + margin
        return np.asarray(((centre >= low) & (centre <= high)).all(axis=2).any(axis=1))


def _extent(boxes: Doubles) -> Doubles:
    return np.maximum(boxes[..., 2:] - boxes[..., :2], 1.0).astype(np.float64)


def _clipped(geometry: Geometry, row: int, frame: int) -> Bools:
    """Return (2,) whether the picture's edge cuts a box across and down, so that its width or height says nothing."""
    box, side = geometry.boxes[row, frame], np.array([geometry.width, geometry.height])
    return np.asarray((box[:2] <= EDGE_SHARE * side) | (box[2:] >= (1 - EDGE_SHARE) * side))


def _inside(geometry: Geometry, place: Doubles) -> bool:
    """Say whether a centre is in the picture: what has left it is not continued by what enters there."""
    return bool(0 <= place[0] <= geometry.width and 0 <= place[1] <= geometry.height)


def _tail(geometry: Geometry, seen: Bools, row: int, *, last: bool) -> tuple[Doubles, Doubles, Doubles]:
    """Return centre, velocity in pixels a second (NaN where too short to say) and width, height at one end of a row."""
    frames = np.flatnonzero(seen)
    edge = frames[-1] if last else frames[0]
    near = frames[np.abs(geometry.seconds[frames] - geometry.seconds[edge]) <= TAIL_SECONDS + 1e-6]
    boxes = geometry.boxes[row, near].astype(np.float64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    size = np.median(_extent(boxes), axis=0)
    dt = geometry.seconds[near] - geometry.seconds[edge]
    if len(near) < 3:
        return centres.mean(axis=0), np.full(2, np.nan), size
    spread = dt - dt.mean()
    speed = spread @ centres / (spread @ spread)
    return centres.mean(axis=0) - speed * dt.mean(), speed, size
