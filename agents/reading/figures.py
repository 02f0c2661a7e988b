"""What is only compared, or said in a set phrase, is not to be seen: *like a planet about its star*, *thin air*."""

from collections.abc import Sequence

from agents.clauses import Token
from agents.lexicon import lexicon
from agents.reading.entities import Entity

COMPARED = frozenset(["look", "looks", "looking", "looked", "shaped", "coloured", "colored"])
"""Before ``like`` these say how a thing looks."""


def take_literally(entities: Sequence[Entity], tokens: Sequence[Token]) -> None:
    """Take the looks off things that stand within a figure of speech: they may look like anything."""
    figurative = figures([token.text for token in tokens])
    for entity in entities:
        told = range(*entity.span) if entity.span is not None else range(0)
        if entity.looks and any(at in figurative and tokens[at].text in lexicon().looks for at in told):
            entity.looks, entity.nouns, entity.words = [], [], ["thing"]
            entity.ordinal = sum(other.words == ["thing"] for other in entities if other is not entity)


def figures(words: Sequence[str]) -> set[int]:
    """Return the positions of words in set phrases, and of those from ``like`` to the end of its clause."""
    found: set[int] = set()
    for at, word in enumerate(words):
        for phrase in lexicon().idioms:
            if phrase[0] == word and tuple(words[at : at + len(phrase)]) == phrase:
                found.update(range(at, at + len(phrase)))
        if word == "like" and (at == 0 or words[at - 1] not in COMPARED):
            end = next((n for n in range(at, len(words)) if words[n] in ",;:.!?()"), len(words))
            found.update(range(at, end))
    return found
