"""What is measured between two objects, for many pairs at once: every array is (K, T), NaN where unknown."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.scene import Scene
from twins.predicates.truth import Marks, marks_where


def both_located(scene: Scene, a: Ints, b: Ints) -> Bools:
    """Say where both positions are known; a thing stands in no relation to itself."""
    return np.asarray(scene.located[a] & scene.located[b] & (a != b)[:, None])


def pair_marks(scene: Scene, a: Ints, b: Ints, holds: Bools, known: Bools | None = None) -> Marks:
    """Return marks of a relation: it fails where it is known not to hold, and where one of the two is absent."""
    located = both_located(scene, a, b)
    absent = (scene.absent[a] | scene.absent[b]) & (a != b)[:, None]
    known = located if known is None else known & located
    return marks_where(holds & known, known | absent)


def offsets(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return (K, T, 2) from a's centre to b's, displayed pixels."""
    return np.asarray(scene.centres[b] - scene.centres[a])


def gaps(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return (K, T, 2) empty pixels between the boxes, across and down; negative where they overlap."""
    first, second = scene.boxes[a], scene.boxes[b]
    return np.asarray(np.maximum(first[..., :2], second[..., :2]) - np.minimum(first[..., 2:], second[..., 2:]))


def distance(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return the empty pixels between the boxes; zero or less where they overlap (the smaller overlap, negated)."""
    return scene.share(("distance", a.tobytes(), b.tobytes()), lambda: _distance(gaps(scene, a, b)))


def _distance(gap: Doubles) -> Doubles:
    # By components: reducing an axis of two is many times slower.
    across, down = gap[..., 0], gap[..., 1]
    apart = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return np.where((across < 0) & (down < 0), np.maximum(across, down), apart)


def pair_size(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return the geometric mean of the two sizes."""
    return np.asarray(np.sqrt(scene.sizes[a] * scene.sizes[b]))


def smaller_size(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return the smaller of the two sizes."""
    return np.asarray(np.minimum(scene.sizes[a], scene.sizes[b]))


def share_inside(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return the share of a's box that lies in b's, 0..1."""
    overlap = np.maximum(-gaps(scene, a, b), 0.0).prod(axis=-1)
    return np.asarray(overlap / scene.sizes[a] ** 2)


def nearness_lead(scene: Scene, a: Ints, b: Ints) -> Doubles:
    """Return by which share of the larger nearness a is nearer than b, negative where it is farther.

    A ratio, because the unit of nearness differs between scales.
    """
    first, second = scene.nearness[a], scene.nearness[b]
    return np.asarray((first - second) / np.maximum(np.maximum(np.abs(first), np.abs(second)), 1e-9))
