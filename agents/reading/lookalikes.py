"""Things that are called by their likeness to another one: ``its twin``, ``two lookalikes``."""

from collections.abc import Iterator, Sequence

from agents.clauses import Token
from agents.lexicon import closed_class
from agents.reading.entities import Entity, Reading, singular

NOUNS = closed_class("lookalikes")
"""What a thing is called only because another one looks like it."""


def pair_lookalikes(tokens: Sequence[Token], reading: Reading) -> None:
    """Note in a reading who looks like whom, and let go of the nouns that say only that: a twin is no kind of thing."""
    named = [entity for entity in reading.entities if any(singular(word) in NOUNS for word in entity.words)]
    if not named:
        return
    reading.alike = list(_pairs(named, reading))
    reading.settled |= {at for at, token in enumerate(tokens) if singular(token.text) in NOUNS}
    for entity in named:
        entity.words = ["one" if singular(word) in NOUNS else word for word in entity.words]
        entity.nouns = [noun for noun in entity.nouns if singular(noun) not in NOUNS]
    for first, second in reading.alike:
        if not second.is_described or second.text == first.text:
            second.ordinal = max(second.ordinal, first.ordinal + 1)


def _pairs(named: Sequence[Entity], reading: Reading) -> Iterator[tuple[Entity, Entity]]:
    group = next((entity for entity in named if entity.twin is not None), None)
    if group is not None and group.twin is not None:
        # `of two lookalikes, the red one …`: who they are is said again.
        if all(part.subject in (group, group.twin) for part in reading.parts):
            yield group, group.twin
        return
    for entity in named:
        at = reading.entities.index(entity)
        others = [*reading.entities[:at][::-1], *reading.entities[at + 1 :]]
        others.sort(key=lambda other: not other.is_described)
        if others and not entity.plural:
            yield others[0], entity
