"""What a predicate is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from twins.geometry import Doubles, Ints
from twins.predicates.scene import Scene
from twins.predicates.truth import Marks

PredicateKind = Literal["spatial", "motion", "presence", "interaction", "size"]
MarkFunction = Callable[[Scene, Ints, Ints], Marks]
SupportFunction = Callable[[Scene, Ints, Marks], Doubles]


@dataclass(frozen=True)
class Predicate:
    """A named relation over time.

    Args:
        name: stable; stored in facts and claims.
        arity: 1 for a property of one object, 2 for a relation of subject and object.
        kind: the family.
        function: from a scene and K subjects and K others (objects, not rows; the subjects again where arity is 1) to
            marks (K, T).
        phrases: how it reads between a subject and an object; the first one is used in sentences.
        event: true where it holds for a short span around a moment, false where it is a state.
        support: from a scene, K subjects and their marks to (K,), 0 to 1: how clear a case it is where it holds, so
            that what doubles in size comes before what swells a little. Where there is none, every case is as clear.
    """

    name: str
    arity: Literal[1, 2]
    kind: PredicateKind
    function: MarkFunction
    phrases: tuple[str, ...]
    event: bool = False
    support: SupportFunction | None = None
