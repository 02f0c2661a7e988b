"""Contact: seen in sampled frames, or told by a collision, which may be over between two of them."""

import numpy as np

from twins.geometry import Ints
from twins.predicates.pairs import pair_marks
from twins.predicates.predicate import Predicate
from twins.predicates.pursuit import collides
from twins.predicates.scene import Scene
from twins.predicates.spatial import contact, steady
from twins.predicates.truth import HOLDS, Marks


def touching(scene: Scene, a: Ints, b: Ints) -> Marks:
    """Mark where the two are in contact, and the moments at which one hits the other."""
    marks = pair_marks(scene, a, b, steady(scene, contact(scene, a, b)))
    hit = (collides(scene, a, b) == HOLDS) | (collides(scene, b, a) == HOLDS)
    return np.where(hit, np.int8(HOLDS), marks)


FAMILY = (Predicate("touching", 2, "spatial", touching, ("touches", "is in contact with", "is against")),)
