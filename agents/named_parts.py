"""Parts of a question that name things: judged by the labels of the tracks, where a library has some."""

from collections.abc import Iterator
from functools import lru_cache

from agents.asked import read_words
from agents.clauses import tokenise
from agents.descriptions import Names, names_of
from agents.nameable import named_in
from agents.situations import GRAMMAR
from agents.stand_ins import put_back, with_stand_ins
from twins.queries import Decomposition, SubQuery


def told_apart(decomposition: Decomposition, labels: frozenset[str]) -> Decomposition:
    """Return a question of which each name that no part asks for yet is a part: labels tell whether it fits.

    A part that says nothing else is replaced. Of one that says more (``a dog barks``) the rest is kept, and the name is
    a part of its own: that there is a dog settles nothing of what it does. Without a label nothing is changed.

    Args:
        decomposition: of the question, whoever made it.
        labels: what the things of the library are called.
    """
    if not labels:
        return decomposition
    names = names_of(labels)
    made = [new for part in decomposition.sub_queries for new in _told_apart(part, names)]
    return decomposition.model_copy(update={"sub_queries": tuple(made)})


def _told_apart(part: SubQuery, names: Names) -> Iterator[SubQuery]:
    open_ = part.relation is None and part.subject is None and part.reading in (None, GRAMMAR) and not part.negated
    phrases, share = _named(part.text, names) if open_ and part.kind in ("object", "action") else ((), 0.0)
    if share < 1:
        yield part.model_copy(update={"weight": part.weight * (1 - share)})
    for number, phrase in enumerate(phrases, start=1):
        weight = part.weight * share / len(phrases)
        name = part.id if share == 1 and len(phrases) == 1 else f"{part.id}-{number}"
        yield SubQuery(id=name, text=phrase, kind="object", subject=phrase, weight=weight, reading=part.reading)


@lru_cache(maxsize=64)
def _named(text: str, names: Names) -> tuple[tuple[str, ...], float]:
    """Return the noun phrases of a text whose names no predicate explains, and their share of the words left over."""
    tokens, said = with_stand_ins(tokenise(text), names)
    phrases, share = named_in(*read_words(tokens))
    return tuple(put_back(phrase, said) for phrase in phrases), share
