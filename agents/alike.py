"""That two things look alike: ``its twin``, ``two of the same colour``; compared by what was measured of both."""

from collections.abc import Sequence

from agents.grounding import UNKNOWN_LOOK, look_match, terms_of
from agents.labelling import is_labelled
from agents.reading import Reading
from agents.wording import call
from twins.queries import SubQuery
from twins.schema import Track

RELATIONS = {"alike": ("colour", "shape"), "same_colour": ("colour",), "same_shape": ("shape",)}
"""Of a sub-query between two things, and of the claim that answers it: the looks that they share. The pattern and the
size of lookalikes may be what tells them apart."""


def of_lookalikes(reading: Reading) -> list[SubQuery]:
    """Return who looks like whom as sub-queries."""
    told = [(a.text, b.text, "alike", False, "looks like") for a, b in reading.alike]
    for a, b, kind, same in reading.shared:
        said = f"has the same {kind} as" if same else f"has another {kind} than"
        told.append((a.text, b.text, f"same_{kind}", not same, said))
    return [
        SubQuery(
            id="",
            text=f"{call(a)} {said} {call(b)}",
            kind="attribute",
            subject=a,
            relation=relation,
            object=b,
            negated=negated,
        )
        for a, b, relation, negated, said in dict.fromkeys(told)
        if a != b
    ]


def likeness(first: Track, second: Track, relation: str = "alike") -> float | None:
    """Return how much two tracks look alike, 0 to 1: as much as in what they differ most; none where nothing is known.

    What was measured with little confidence says little.
    """
    found = [_match(kind, first, second) for kind in RELATIONS[relation]]
    if relation == "alike" and is_labelled(first) and is_labelled(second):
        found.append(float(first.category.lower() == second.category.lower()))
    known = [value for value in found if value is not None]
    return min(known, default=None)


def _match(kind: str, first: Track, second: Track) -> float | None:
    """Return how far the best guess of one look of the second fits the first."""
    values = [
        attribute.confidence * match + (1 - attribute.confidence) * UNKNOWN_LOOK
        for attribute in second.attributes
        for term in terms_of(attribute, kind)
        if (match := look_match(kind, term, first)) is not None
    ]
    return max(values, default=None)


def pair_of(instances: Sequence[str]) -> tuple[str, str] | None:
    """Return the two instances of a claim; none where there are not two different ones."""
    return (instances[0], instances[1]) if len(instances) == 2 and instances[0] != instances[1] else None
