"""Who is nearer to the camera: by nearness, and by who covers whom."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.pairs import both_located, distance, nearness_lead, pair_marks, share_inside
from twins.predicates.predicate import Predicate
from twins.predicates.runs import drop_short, join
from twins.predicates.scene import Scene
from twins.predicates.truth import HOLDS, UNKNOWN, Marks, marks_where

RELATIVE_LEAD = 0.12
"""Share by which one must be nearer: depth models err by about a tenth between objects of one depth."""
WEAK_LEAD = 0.35
"""The same for picture cues, which order only clearly different depths."""
SLIP = 0.05
"""A lead below this much the other way is taken for none at all."""
CUT_SHARE = 0.75
"""A visible area below this share of the usual one is cut; box jitter of 5 % changes an area by a tenth."""
WHOLE_SHARE = 0.88
"""Above this share of its usual area an object is whole."""
COVERED_SHARE = 0.25
"""Share of the smaller box that must overlap for one to cover the other; corners of boxes are mostly empty."""
SETTLED_SECONDS = 0.3
"""Depth order does not flicker: shorter stretches are noise."""


def in_front_of(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is nearer to the camera than b, or covers part of it."""
    lead = nearness_lead(scene, a, b)
    enough = WEAK_LEAD if scene.weak else RELATIVE_LEAD
    covers, covered = covering(scene, a, b), covering(scene, b, a)
    with np.errstate(invalid="ignore"):
        nearer, farther = lead > enough, lead < (-enough if scene.weak else SLIP)
    # Who covers whom is seen directly, so it outranks an estimate of depth.
    holds = covers | (nearer & ~covered)
    known = covers | covered | nearer | farther
    settled = drop_short(join(holds, scene.edges, SETTLED_SECONDS), scene.edges, SETTLED_SECONDS)
    return pair_marks(scene, a, b, settled, known | settled)


def behind(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is farther from the camera than b, or is partly covered by it."""
    return in_front_of(scene, b, a)


def covers(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is in front of b and the two overlap in the picture, so that part of b cannot be seen."""
    shared = np.fmax(share_inside(scene, a, b), share_inside(scene, b, a)) >= COVERED_SHARE
    front = in_front_of(scene, a, b)
    return marks_where((front == HOLDS) & shared, (front != UNKNOWN) | (both_located(scene, a, b) & ~shared))


def covering(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where a hides part of b: they overlap, b's visible area is cut or b is occluded, and a is whole."""
    return scene.share(("covering", a.tobytes(), b.tobytes()), lambda: _covering(scene, a, b))


def _covering(scene: Scene, a: Ints, b: Ints) -> Bools:
    holds = np.zeros((len(a), len(scene.seconds)), bool)
    near = both_located(scene, a, b)
    with np.errstate(invalid="ignore"):
        near &= distance(scene, a, b) <= 0.05 * scene.sizes[b]
    for k in np.flatnonzero(near.any(axis=1)):
        if not _ever_cut(scene, int(b[k]), near[k]):
            continue
        whole = usual_share(scene, int(a[k]), near[k]) >= WHOLE_SHARE
        cut = (usual_share(scene, int(b[k]), near[k]) <= CUT_SHARE) | _swallowed(scene, int(a[k]), int(b[k]))
        holds[k] = near[k] & scene.seen[a[k]] & whole & cut
    return drop_short(join(holds, scene.edges, SETTLED_SECONDS), scene.edges, SETTLED_SECONDS)


def _ever_cut(scene: Scene, m: int, overlapping: Bools) -> bool:
    """Say cheaply whether an object can be cut at all while something overlaps it."""
    area = scene.steady_area[m]
    return bool(scene.occluded[m].any() or (area[overlapping] < CUT_SHARE * np.nanmax(area)).any())


def _swallowed(scene: Scene, a: int, b: int) -> Bools:
    """Say where b is occluded with its last known place mostly within a's box."""
    share = share_inside(scene, np.array([b]), np.array([a]))[0]
    with np.errstate(invalid="ignore"):
        return np.asarray(scene.occluded[b] & (share > 0.5))


def usual_share(scene: Scene, m: int, overlapping: Bools) -> Doubles:
    """Return (T,) visible area over what is usual for this object when nothing overlaps it; 1 where nobody can say."""
    area = scene.steady_area[m]
    here = np.isfinite(area)
    free = np.flatnonzero(here & ~overlapping)
    if not len(free):
        return np.ones(len(scene.seconds))
    usual = np.interp(scene.seconds, scene.seconds[free], area[free])
    return np.asarray(np.interp(scene.seconds, scene.seconds[here], area[here]) / np.maximum(usual, 1.0))


FAMILY = (
    Predicate("in_front_of", 2, "spatial", in_front_of, ("is in front of", "is nearer than", "covers part of")),
    Predicate("covers", 2, "spatial", covers, ("covers", "passes over the face of")),
    Predicate("behind", 2, "spatial", behind, ("is behind", "is farther away than", "is partly hidden by")),
)
