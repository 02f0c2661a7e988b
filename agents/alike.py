"""That two things look alike: ``its twin``, ``of two lookalikes``; compared by what was measured of both."""

from collections.abc import Sequence

from agents.grounding import UNKNOWN_LOOK, is_labelled, look_match, terms_of
from agents.reading import Reading
from agents.wording import call
from twins.queries import SubQuery
from twins.schema import Track

RELATION = "alike"
"""Of a sub-query between two things, and of the claim that answers it."""
KINDS = ("colour", "shape")
"""What lookalikes share. Their pattern and their size may be what tells them apart."""


def of_lookalikes(reading: Reading) -> list[SubQuery]:
    """Return who looks like whom as sub-queries."""
    texts = [(first.text, second.text) for first, second in reading.alike]
    return [
        SubQuery(
            id="", text=f"{call(a)} looks like {call(b)}", kind="attribute", subject=a, relation=RELATION, object=b
        )
        for a, b in dict.fromkeys(texts)
        if a != b
    ]


def likeness(first: Track, second: Track) -> float | None:
    """Return how much two tracks look alike, 0 to 1: as much as in what they differ most; none where nothing is known.

    What was measured with little confidence says little.
    """
    found = [_match(kind, first, second) for kind in KINDS]
    if is_labelled(first) and is_labelled(second):
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
