"""Predicates: pure functions over tracks that say where in a clip a relation holds, fails or is unknown.

``evaluate("follows", Scene(geometry), subject, other)`` returns a :class:`~twins.predicates.truth.Truth`.
"""

import numpy as np

from twins.errors import TwinseekError
from twins.geometry import Ints
from twins.predicates import depth, interaction, motion, presence, pursuit, size, spatial, touch
from twins.predicates.predicate import Predicate
from twins.predicates.scene import Scene
from twins.predicates.truth import FAILS, HOLDS, UNKNOWN, Marks, Truth, marks_where

__all__ = ["PREDICATES", "Predicate", "Scene", "Truth", "evaluate", "find_predicate", "mark"]

FAMILIES = (spatial, depth, motion, size, presence, interaction, pursuit, touch)

PREDICATES: dict[str, Predicate] = {predicate.name: predicate for family in FAMILIES for predicate in family.FAMILY}

RELATIVE = {"moves_toward": "approaches", "moves_away": "parts_from"}
"""Unary predicates that mean another one when a second object is named."""
OPEN = {"hides_behind": "hides"}
"""Relations whose second may be nothing that is followed: where none is named, this one of the first alone will do."""


def find_predicate(name: str) -> Predicate:
    """Return the predicate of this name. Raises :class:`TwinseekError` listing the names where there is none."""
    try:
        return PREDICATES[name]
    except KeyError:
        raise TwinseekError(f"no predicate {name!r}: choose one of {', '.join(sorted(PREDICATES))}") from None


def evaluate(name: str, scene: Scene, subject: int, other: int | None = None) -> Truth:
    """Say when a predicate holds and fails.

    Args:
        name: a key of :data:`PREDICATES`.
        subject, other: rows of the scene's geometry. A relation without ``other`` asks for any other object, and may
            hold with one that nobody follows (:data:`OPEN`). Rows that are pieces of one object answer alike.

    Raises:
        TwinseekError: the name is unknown, a row does not exist, or two objects are given for a property of one.
    """
    if other is not None:
        name = RELATIVE.get(name, name)
    predicate = find_predicate(name)
    if other is not None and predicate.arity == 1:
        raise TwinseekError(f"{name} is said of one object, not of two: leave out row {other}")
    for row in (subject, other):
        if row is not None and not 0 <= row < len(scene.object_of):
            raise TwinseekError(f"no track in row {row}: the clip has {len(scene.object_of)} tracks")
    a = int(scene.object_of[subject])
    b = None if other is None else int(scene.object_of[other])
    return scene.remember((name, a, b), lambda: scene.truth(_marks_of(predicate, scene, a, b)))


def _marks_of(predicate: Predicate, scene: Scene, a: int, b: int | None) -> Marks:
    """Return (T,) marks of one object or pair; of any other object where a relation has no second."""
    if predicate.arity == 1:
        return np.asarray(mark(predicate.name, scene, np.array([a]), np.array([a]))[0])
    others = np.array([m for m in range(scene.count) if m != a] if b is None else [b], np.int64)
    marks = mark(predicate.name, scene, np.full(len(others), a), others)
    holds = (marks == HOLDS).any(axis=0)
    if b is None and predicate.name in OPEN:
        alone = mark(OPEN[predicate.name], scene, np.array([a]), np.array([a]))[0]
        return marks_where(holds | (alone == HOLDS), alone == FAILS)
    if not len(others):
        return np.full(len(scene.seconds), UNKNOWN, np.int8)
    return marks_where(holds, (marks == FAILS).all(axis=0))


def mark(name: str, scene: Scene, a: Ints, b: Ints) -> Marks:
    """Return marks (K, T) of K subjects ``a`` and K others ``b``, objects of the scene (``scene.object_of``)."""
    if not len(scene.seconds) or not len(a):
        return np.full((len(a), len(scene.seconds)), UNKNOWN, np.int8)
    return find_predicate(name).function(scene, a, b)
