"""Values of claims that say something of all pairs of some instances: ``1, 2 to 3, 4``."""

import re
from collections.abc import Sequence
from itertools import product

PAIRS = re.compile(r"^\s*(\S.{0,400}?)\s+to\s+(\S.{0,400})$")


def told_pairs(subjects: Sequence[str], objects: Sequence[str]) -> str:
    """Return the value of a claim about each subject and each object."""
    return f"{', '.join(subjects)} to {', '.join(objects)}"


def read_pairs(value: str | None) -> list[tuple[str, str]]:
    """Return the pairs of different instances that a value names; none where it names none."""
    found = PAIRS.match(value or "")
    if found is None:
        return []
    subjects, objects = ([name.strip() for name in side.split(",")] for side in found.groups())
    return [pair for pair in product(subjects, objects) if pair[0] != pair[1]]
