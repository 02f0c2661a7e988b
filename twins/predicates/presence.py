"""Coming into view and going out of it: over the picture's edge, behind something, or on the spot."""

from collections.abc import Callable

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.depth import covering, usual_share
from twins.predicates.moments import around
from twins.predicates.movement import CLEAR_WAY
from twins.predicates.pairs import both_located, nearness_lead, pair_marks, share_inside
from twins.predicates.predicate import Predicate
from twins.predicates.runs import Runs, drop_short, runs_of
from twins.predicates.scene import Scene
from twins.predicates.spatial import INSIDE_SHARE
from twins.predicates.truth import HOLDS, Marks, marks_where

AWAY_SECONDS = 0.4
"""Out of view for less than this at the clip's start or end is a detector that blinked."""
HIDDEN_SECONDS = 0.2
"""The same where it is known to be hidden, and not only not found."""
EDGE_SHARE = 0.02
"""Share of the frame's side that counts as its edge."""
EDGE_EXTENT = 0.3
"""Share of the object's own width or height that may lie between it and the edge when first or last detected."""
LOOK_SECONDS = 0.8
"""How much of the first or last sight shows the direction."""
INWARD_EXTENT = 0.1
"""Least way into the picture within LOOK_SECONDS, in widths or heights, unless the edge cuts the box."""
HIDING_MARGIN = 0.2
"""Sizes by which the hider's box is widened: the last sight of a thing is its rim, seen beside the hider."""
HIDER_LEAD = 0.12
"""What is nearer by this share cannot hide behind the other."""
COVERING_SECONDS = 0.6
"""What was seen whole in front of a thing this long before it went did not go behind that thing."""
RIM_SECONDS = 0.25
"""How much further a thing goes while its rim still shows beside what hides it."""
UNWATCHED_SECONDS = 2.0
"""How long a thing is taken to go on as it went where nobody looked: described clips know a moment a second."""
MOSTLY_HIDDEN = 0.4
"""Below this visible share of its usual area a thing hides behind what covers it."""


def _sights(scene: Scene, a: Ints, *, first: bool, least: float = AWAY_SECONDS) -> Runs:
    """Return the stretches in view that begin (or end) with a real change, not with the clip or an unsampled gap.

    Before (or after) them a is gone for ``least`` seconds or more.
    """
    gone = scene.absent[a] | scene.occluded[a]
    outside = runs_of(~scene.seen[a])
    stretches = list(zip(outside.rows, map(slice, outside.starts, outside.ends), strict=True))
    changed = np.array([gone[row, frames].any() for row, frames in stretches], bool)
    hidden = np.array([scene.occluded[a[row], frames].any() for row, frames in stretches], bool)
    least_seconds = np.where(hidden, min(least, HIDDEN_SECONDS), least)
    # An unsampled frame or two between the last sight and the first absence does not matter.
    outside = outside.where(changed & (outside.seconds(scene.edges) >= least_seconds - 1e-6))
    borders = set(zip(outside.rows, outside.ends if first else outside.starts, strict=True))
    runs = runs_of(scene.seen[a])
    keep = [key in borders for key in zip(runs.rows, runs.starts if first else runs.ends, strict=True)]
    return runs.where(np.array(keep, bool))


def edge_sights(scene: Scene, a: Ints, *, first: bool) -> tuple[Runs, Ints]:
    """Return the stretches in view that begin (or end) at the picture's edge, coming from or going toward it.

    Returns:
        the runs, and (R,) the edge of each: 0 left, 1 top, 2 right, 3 bottom.
    """
    return scene.share(("edge sights", a.tobytes(), first), lambda: _edge_sights(scene, a, first=first))


def _edge_sights(scene: Scene, a: Ints, *, first: bool) -> tuple[Runs, Ints]:
    runs = _sights(scene, a, first=first, least=0.0)
    long = _sights(scene, a, first=first)
    away = set(zip(long.rows, long.starts, strict=True))
    edges = np.array(
        [
            _edge_of(scene, int(a[row]), slice(start, end), first=first, cut_is_enough=(row, start) in away)
            for row, start, end in zip(runs.rows, runs.starts, runs.ends, strict=True)
        ],
        np.int64,
    )
    return runs.where(edges >= 0), edges[edges >= 0]


def _edge_of(scene: Scene, m: int, sight: slice, *, first: bool, cut_is_enough: bool) -> int:
    """Return the edge at which a sight begins or ends, -1 where it does so elsewhere."""
    boxes, seconds = scene.boxes[m, sight], scene.seconds[sight]
    if not first:
        boxes, seconds = boxes[::-1], seconds[::-1]
    look = np.flatnonzero(np.abs(seconds - seconds[0]) <= LOOK_SECONDS + 1e-6)[-1]
    frame = np.array([scene.geometry.width, scene.geometry.height], np.float64)
    return _from_edge(boxes[0], boxes[look], abs(seconds[look] - seconds[0]), frame, cut_is_enough)


def _from_edge(box: Doubles, later: Doubles, seconds: float, frame: Doubles, cut_is_enough: bool) -> int:
    """Return the edge that a box lies at if it is farther inside ``seconds`` later, or cut by it; -1 for none."""
    extent = np.maximum(later[2:] - later[:2], 1.0)
    way = (later[:2] + later[2:] - box[:2] - box[2:]) / 2
    margins, inward = np.concatenate((box[:2], frame - box[2:])), np.concatenate((way, -way))
    extents, frames = np.tile(extent, 2), np.tile(frame, 2)
    # What moves fast is first detected farther inside.
    allowed = np.maximum(EDGE_SHARE * frames, EDGE_EXTENT * extents) + np.maximum(inward, 0) / max(seconds, 0.4) * 0.2
    comes = inward >= INWARD_EXTENT * extents
    cut = margins <= 0.25 * EDGE_SHARE * frames
    # Missed for a moment at the clip's end, a thing that the edge cuts has not gone unless it moves.
    found = (margins <= allowed) & (comes | cut if cut_is_enough else comes)
    return int(np.argmax(np.where(found, inward / extents, -np.inf))) if found.any() else -1


def _event(scene: Scene, a: Ints, runs: Runs, *, first: bool) -> Marks:
    mask = around(scene, runs.rows, scene.edges[runs.starts if first else runs.ends], len(a))
    known = scene.located[a] | scene.absent[a] | scene.occluded[a]
    return marks_where(mask & known, known)


def appears(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a comes into view, in whichever way."""
    return _event(scene, a, _sights(scene, a, first=True), first=True)


def disappears(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a goes out of view, in whichever way."""
    return _event(scene, a, _sights(scene, a, first=False), first=False)


def enters(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a comes in over the picture's edge."""
    return _event(scene, a, edge_sights(scene, a, first=True)[0], first=True)


def leaves(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a goes out over the picture's edge."""
    return _event(scene, a, edge_sights(scene, a, first=False)[0], first=False)


def reappears(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a comes into view again."""
    runs = _sights(scene, a, first=True)
    before = np.array(
        [scene.seen[a[row], :start].any() for row, start in zip(runs.rows, runs.starts, strict=True)], bool
    )
    return _event(scene, a, runs.where(before), first=True)


def crosses_view(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a goes out over the edge opposite to the one that it came in by."""
    return _passage(scene, a, lambda came, goes: (came - goes) % 4 == 2)


def leaves_as_it_came(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark the moments at which a goes out over the edge that it came in by."""
    return _passage(scene, a, lambda came, goes: came == goes)


def _passage(scene: Scene, a: Ints, fits: Callable[[int, int], bool]) -> Marks:
    """Mark the departures over an edge that fits the edge of the last arrival before."""
    arrivals, arrived_by = edge_sights(scene, a, first=True)
    departures, gone_by = edge_sights(scene, a, first=False)
    keep = []
    for row, end, goes in zip(departures.rows, departures.ends, gone_by, strict=True):
        before = np.flatnonzero((arrivals.rows == row) & (arrivals.starts < end))
        keep.append(len(before) > 0 and fits(int(arrived_by[before[-1]]), int(goes)))
    return _event(scene, a, departures.where(np.array(keep, bool)), first=False)


def hides(scene: Scene, a: Ints, _: Ints) -> Marks:
    """Mark where a is out of view behind something, which need be no track, from the moment it goes there."""
    runs = _sights_ending_inside(scene, a)
    mask, doubtful = np.zeros((2, len(a), len(scene.seconds)), bool)
    for row, end in zip(runs.rows, runs.ends, strict=True):
        m, away = int(a[row]), _away(scene, int(a[row]), int(end))
        frames = slice(max(end - 1, 0), away.stop)
        if any(_goes_behind(scene, m, other, int(end)) for other in range(scene.count) if other != m):
            mask[row, frames] = True
        elif scene.occluded[m, away].any():
            # What nobody follows stands still: to get behind it, a thing has to go as far as it is long.
            far = _came_so_far(scene, m, int(end)) >= np.nanmedian(scene.sizes[m, :end])
            (mask if far else doubtful)[row, frames] = True
    known = scene.located[a] | scene.absent[a] | scene.occluded[a]
    return marks_where(mask, known & ~doubtful)


def _came_so_far(scene: Scene, m: int, end: int) -> float:
    """Return how far an object went in the sight that ends before frame ``end``, camera taken out, in pixels.

    It is zero where the object was not in view just before.
    """
    out = np.flatnonzero(~scene.seen[m, :end])
    sight = scene.places[m, out[-1] + 1 if len(out) else 0 : end]
    return float(np.nanmax(np.linalg.norm(sight - sight[0], axis=1))) if len(sight) else 0.0


def way_before(scene: Scene, a: Ints, marks: Marks) -> Doubles:
    """Return (K,) how far each went before it hid, as a share of what is clear; the farthest of its hidings."""
    runs = runs_of(marks == HOLDS)
    clearest = np.zeros(len(a))
    for row, start in zip(runs.rows, runs.starts, strict=True):
        # A hiding starts with the last frame of a sight.
        way = _came_so_far(scene, int(a[row]), int(start) + 1) / scene.unit[a[row], start]
        clearest[row] = max(clearest[row], way / CLEAR_WAY)
    return np.minimum(clearest, 1.0)


def own_way_before(scene: Scene, a: Ints, marks: Marks) -> Doubles:
    """Return (K,) how far each hid by its own way, 0.5 to 1: what rests while something passes is hidden, too."""
    return (1 + way_before(scene, a, marks)) / 2


def hides_behind(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is out of view, or nearly, behind b, from the moment it goes there."""
    runs = _sights_ending_inside(scene, a)
    mask = np.zeros((len(a), len(scene.seconds)), bool)
    for row, end in zip(runs.rows, runs.ends, strict=True):
        if a[row] != b[row] and _goes_behind(scene, int(a[row]), int(b[row]), int(end)):
            mask[row, max(end - 1, 0) : _away(scene, int(a[row]), int(end)).stop] = True
    mask |= _mostly_hidden(scene, a, b)
    known = both_located(scene, a, b) | (scene.seen[b] & (scene.occluded[a] | scene.absent[a]) & (a != b)[:, None])
    return marks_where(mask & known, known | (pair_marks(scene, a, b, mask) == 0))


def _sights_ending_inside(scene: Scene, a: Ints) -> Runs:
    """Return the stretches in view after which a is gone, but not over the picture's edge."""
    runs = _sights(scene, a, first=False)
    over_edge = edge_sights(scene, a, first=False)[0]
    gone = set(zip(over_edge.rows, over_edge.ends, strict=True))
    return runs.where(np.array([key not in gone for key in zip(runs.rows, runs.ends, strict=True)], bool))


def _away(scene: Scene, m: int, end: int) -> slice:
    """Return the frames from ``end`` until an object is seen again, or all that are left."""
    back = np.flatnonzero(scene.seen[m, end:])
    return slice(end, end + int(back[0]) if len(back) else scene.seen.shape[1])


def _goes_behind(scene: Scene, a: int, b: int, end: int) -> bool:
    """Say whether the last sight of a before frame ``end`` is at b, heading behind it."""
    last = end - 1
    if not scene.located[b, last] or not np.isfinite(scene.boxes[a, last]).all():
        return False
    pair = np.array([a]), np.array([b])
    if not scene.weak and nearness_lead(scene, *pair)[0, last] > HIDER_LEAD:
        return False
    earlier = int(np.searchsorted(scene.seconds, scene.seconds[last] - COVERING_SECONDS))
    if share_inside(scene, *pair)[0, earlier] > INSIDE_SHARE:
        return False
    centre, heading, usual = scene.centres[a, last], scene.shift[a, earlier], scene.extent[a, earlier]
    if not np.isfinite(heading).all():
        heading, usual = scene.shift[a, last], scene.extent[a, last]
    margin = HIDING_MARGIN * float(np.sqrt(usual.prod()))
    low, high = scene.boxes[b, last, :2] - margin, scene.boxes[b, last, 2:] + margin
    # Now, or a moment on: the last box is the rim that still showed, or nobody looked until it was gone.
    moments = (0.0, RIM_SECONDS, min(_until_gone(scene, a, last), UNWATCHED_SECONDS))
    places = (centre + moment * (heading - scene.shift[b, last]) if moment else centre for moment in moments)
    return any(bool(((place >= low) & (place <= high)).all()) for place in places)


def _until_gone(scene: Scene, m: int, last: int) -> float:
    """Return for how many seconds after its last sight nobody looked, before an object was known to be gone."""
    gone = np.flatnonzero(scene.absent[m, last:] | scene.occluded[m, last:])
    return float(scene.seconds[last + gone[0]] - scene.seconds[last]) if len(gone) else 0.0


def _mostly_hidden(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where b covers most of a (K, T)."""
    covered = covering(scene, b, a)
    for k in np.flatnonzero(covered.any(axis=1)):
        covered[k] &= usual_share(scene, int(a[k]), covered[k]) <= MOSTLY_HIDDEN
    return drop_short(covered, scene.edges, AWAY_SECONDS)


FAMILY = (
    Predicate("enters", 1, "presence", enters, ("enters the picture", "comes in"), event=True),
    Predicate("leaves", 1, "presence", leaves, ("leaves the picture", "goes out"), event=True),
    Predicate("crosses_view", 1, "presence", crosses_view, ("goes through the picture from side to side",), event=True),
    Predicate("leaves_as_it_came", 1, "presence", leaves_as_it_came, ("goes out where it came in",), event=True),
    Predicate("appears", 1, "presence", appears, ("appears", "comes into view"), event=True),
    Predicate("disappears", 1, "presence", disappears, ("disappears", "vanishes"), event=True),
    Predicate("reappears", 1, "presence", reappears, ("reappears", "comes back into view"), event=True),
    Predicate("hides", 1, "presence", hides, ("hides", "goes out of view behind something"), support=way_before),
    Predicate("hides_behind", 2, "presence", hides_behind, ("hides behind", "is hidden by"), support=own_way_before),
)
