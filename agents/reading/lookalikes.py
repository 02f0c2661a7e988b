"""Things that are called by their likeness to another one: ``its twin``, ``two lookalikes``."""

from collections.abc import Iterator, Sequence

from agents.clauses import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    PREPOSITIONS,
    RELATIVES,
    Token,
    match_verb,
)
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.reading.entities import Entity, Reading, singular

NOUNS = closed_class("lookalikes")
"""What a thing is called only because another one looks like it."""
WEAK = closed_class("weak_lookalikes")
"""Those of them that are adjectives and adverbs, too: ``bends double``, ``a double speed``, ``her twin sister``."""
ENDS = AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | RELATIVES | ADVERBS | DETERMINERS
"""Words before which a noun phrase is over."""


def pair_lookalikes(tokens: Sequence[Token], reading: Reading) -> None:
    """Note in a reading who looks like whom, and let go of the nouns that say only that: a twin is no kind of thing.

    They count as the head of a noun phrase only. A likeness that is denied (``does not look like its twin``) is left
    open: nothing measures that two are not alike.
    """
    heads = {entity: at for entity in reading.entities if (at := _head(tokens, entity)) is not None}
    twins = [entity.twin for entity in heads]
    named = [entity for entity in reading.entities if entity in heads or entity in twins]
    if not named:
        return
    asserted = [entity for entity in named if not _is_denied(tokens, entity, reading)]
    reading.alike = list(_pairs(asserted, reading))
    reading.settled |= set(heads.values())
    for entity in named:
        entity.words[-1] = "one"
        entity.nouns = [noun for noun in entity.nouns if singular(noun) not in NOUNS]
    for first, second in reading.alike:
        if not second.is_described or second.text == first.text:
            second.ordinal = max(second.ordinal, first.ordinal + 1)


def _head(tokens: Sequence[Token], entity: Entity) -> int | None:
    """Return where the noun stands that calls an entity by its likeness; none where its phrase has no such head."""
    noun = singular(entity.words[-1]) if entity.words else ""
    if entity.span is None or noun not in NOUNS:
        return None
    start, end = entity.span
    at = next((n for n in range(end - 1, start - 1, -1) if singular(tokens[n].text) == noun), None)
    if at is None or tokens[at].text not in WEAK:
        return at
    determined = any(token.text in DETERMINERS for token in tokens[start:at])
    return at if determined and _is_over(tokens, at + 1) else None


def _is_over(tokens: Sequence[Token], at: int) -> bool:
    """Say whether no noun follows, which the word before would only say more of."""
    if at >= len(tokens) or tokens[at].is_break or tokens[at].text in ENDS:
        return True
    is_verb = match_verb(tokens, at) is not None or bool(tokens[at].stems & lexicon().common_verbs)
    return is_verb and tokens[at].text not in closed_class("abstract")


def _is_denied(tokens: Sequence[Token], entity: Entity, reading: Reading) -> bool:
    """Say whether what is denied is the likeness, and nothing else that is said of its phrase."""
    start, _ = entity.span or (0, 0)
    between = [[token.text for token in tokens[end:start]] for first, end in reading.denials if first < start]
    return any(words in ([], ["like"]) for words in between)


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
