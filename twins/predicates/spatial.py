"""Where one object is in the picture, seen from another: by boxes, in the displayed frame."""

import numpy as np

from twins.geometry import Bools, Ints
from twins.predicates.pairs import distance, gaps, nearness_lead, offsets, pair_marks, pair_size, share_inside
from twins.predicates.pairs import smaller_size as smaller
from twins.predicates.predicate import Predicate
from twins.predicates.runs import drop_short, join
from twins.predicates.scene import Scene
from twins.predicates.truth import Marks

SIDE_SHARE = 0.5
"""Share of the centre distance of two abutting boxes that makes a side: half overlapping things are still beside."""
SIDE_SLOPE = 0.5
"""Sideways offset per upward gap: beyond about 60 degrees people say above or below instead."""
INSIDE_SHARE = 0.75
"""Share of a box within the other: with jitter on both, a thing wholly inside loses up to a fifth."""
INSIDE_SIZE = 0.85
"""Largest size relative to the container's."""
NEAR_SIZES = 0.75
"""Largest gap in geometric mean sizes: closer than a body length is near."""
TOUCH_SIZES = 0.08
"""Largest gap in sizes of the smaller one: below that box jitter cannot tell a gap from a contact."""
TOUCH_LEAD = 0.2
"""Things that differ more in nearness only overlap in the picture."""
FLICKER_SECONDS = 0.25
"""A relation that breaks or holds for less than this is noise."""


def steady(scene: Scene, holds: Bools) -> Bools:
    """Return where a relation holds (K, T) without what is shorter than noise."""
    joined = join(holds, scene.edges, FLICKER_SECONDS)
    return drop_short(joined, scene.edges, min(FLICKER_SECONDS, scene.edges[-1] - scene.edges[0]))


def _beside(scene: Scene, a: Ints, b: Ints, axis: int, sign: int) -> Marks:
    """Mark where b lies on the positive (sign 1) or negative side of a along an axis (0 across, 1 down)."""
    along = sign * offsets(scene, a, b)[..., axis]
    abutting = (scene.extent[a][..., axis] + scene.extent[b][..., axis]) / 2
    across = np.maximum(gaps(scene, a, b)[..., 1 - axis], 0.0)
    with np.errstate(invalid="ignore"):
        holds = (along > SIDE_SHARE * abutting) & (along >= SIDE_SLOPE * across)
    return pair_marks(scene, a, b, steady(scene, holds))


def left_of(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is left of b."""
    return _beside(scene, a, b, 0, 1)


def right_of(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is right of b."""
    return _beside(scene, a, b, 0, -1)


def above(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is higher in the picture than b."""
    return _beside(scene, a, b, 1, 1)


def below(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a is lower in the picture than b."""
    return _beside(scene, a, b, 1, -1)


def inside(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where a's box lies within that of a larger b."""
    with np.errstate(invalid="ignore"):
        smaller_than = scene.sizes[a] <= INSIDE_SIZE * scene.sizes[b]
        holds = (share_inside(scene, a, b) >= INSIDE_SHARE) & smaller_than
    return pair_marks(scene, a, b, steady(scene, holds))


def near(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where less than a body length is between the two, touching included."""
    with np.errstate(invalid="ignore"):
        holds = distance(scene, a, b) <= NEAR_SIZES * pair_size(scene, a, b)
    return pair_marks(scene, a, b, steady(scene, holds))


def apart_in_depth(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where nearness, if it is better than weak, keeps the two apart (K, T)."""
    if scene.weak:
        return np.zeros((len(a), len(scene.seconds)), bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(nearness_lead(scene, a, b)) > TOUCH_LEAD)


def contact(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where the boxes meet and depth does not keep the two apart (K, T)."""
    with np.errstate(invalid="ignore"):
        meeting = distance(scene, a, b) <= TOUCH_SIZES * smaller(scene, a, b)
    return np.asarray(meeting & ~apart_in_depth(scene, a, b))


FAMILY = (
    Predicate("left_of", 2, "spatial", left_of, ("is to the left of", "is left of", "is on the left side of")),
    Predicate("right_of", 2, "spatial", right_of, ("is to the right of", "is right of", "is on the right side of")),
    Predicate("above", 2, "spatial", above, ("is above", "is over", "is higher than")),
    Predicate("below", 2, "spatial", below, ("is below", "is under", "is lower than")),
    Predicate("inside", 2, "spatial", inside, ("is inside", "is within", "is contained in")),
    Predicate("near", 2, "spatial", near, ("is near", "is close to", "is next to", "is beside")),
)
