"""A predicate with the instances that it is said of, as values of claims write it: ``follows(x2, x1)``."""

import re
from dataclasses import dataclass

_INSTANCE = r"\s*([^\s(),;][^(),;]{0,79})"
# A blank belongs to one place of the pattern alone: a model that writes thousands of them must not keep us trying.
PREDICATION = rf"\s*([a-z_]{{1,32}})\({_INSTANCE}(?:,{_INSTANCE})?\)"
"""Pattern of one; its groups are the predicate, and one or two instances."""
ALONE = re.compile(rf"^{PREDICATION}\s*$")


@dataclass(frozen=True)
class Predication:
    """One or two instances, and the predicate that is said of them; neither need exist."""

    predicate: str
    instances: tuple[str, ...]


def predication(found: re.Match[str]) -> Predication:
    """Return what the first three groups of a match of :data:`PREDICATION` say."""
    return Predication(found[1], tuple(name.strip() for name in found.groups()[1:3] if name))


def read_order(value: str | None) -> tuple[Predication, Predication] | None:
    """Return both sides of an order, ``stops(x1); starts(x2)``; none where a value is none."""
    sides = [ALONE.match(side) for side in (value or "").split(";")]
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        return None
    return predication(sides[0]), predication(sides[1])
