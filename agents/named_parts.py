"""Parts of a question that name things: judged by the labels of a video's tracks, where it has some."""

from collections.abc import Iterator
from functools import lru_cache

from agents.clauses import AUXILIARIES, Token
from agents.descriptions import Names, words_of_name
from agents.grounding import is_labelled
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.rules_decomposer import read_question
from agents.situations import GRAMMAR
from agents.stand_ins import is_said, put_back, with_stand_ins
from agents.stemming import stem
from agents.sub_queries import free_words, is_content
from twins.queries import Decomposition, SubQuery
from twins.schema import Twin

PRESENTING = frozenset(["there", "here", "where"])
"""What stands before a form of *be* that says that there is something."""


def by_labels(decomposition: Decomposition, twin: Twin) -> Decomposition:
    """Return a question of which each name that no part asks for yet is a part: a twin's labels tell whether it fits.

    A part that says nothing else is replaced. Of one that says more (``a dog barks``) the rest is kept, and the names
    have no id: that there is a dog settles nothing of what it does. Without a label nothing is changed.
    """
    labels = frozenset(words_of_name(track.category) for track in twin.tracks if is_labelled(track))
    if not labels:
        return decomposition
    # Most videos have no label that the question says and grammar misreads: it is read anew once for all of them.
    misread = frozenset(label for label in labels if is_said(label, decomposition.query) and _is_misread(label))
    return _by_labels(decomposition, misread)


@lru_cache(maxsize=256)
def _by_labels(decomposition: Decomposition, misread: Names) -> Decomposition:
    reread, said = with_stand_ins(decomposition, misread)
    made = [new for part in reread.sub_queries for new in _told_apart(part)]
    return decomposition.model_copy(update={"sub_queries": tuple(put_back(part, said) for part in made)})


@lru_cache(maxsize=4096)
def _is_misread(label: tuple[str, ...]) -> bool:
    """Say whether grammar would read something else than one thing in a name: a predicate, a look, a part of it."""
    name = " ".join(label)
    look = lexicon().looks.get(name)
    if look is not None and look[0] == "shape":
        return False  # outlines and labels both tell it
    return _named(f"a {name}") != ((name,), 1.0)


def may_name(tokens: list[Token], at: int, *, labelled: bool = False) -> bool:
    """Say whether a word may be what a thing is called, which a label could say too.

    None is what a predicate or a place tells, a courtesy, a participle (``fooled``), or what stands bare after a form
    of *be* (``it is nice``).

    Args:
        tokens: of the question.
        at: position of the word.
        labelled: the last noun of a phrase may end as participles do (``a moped``): a label says what it is.
    """
    word = tokens[at].text
    participle = word.endswith("ed") and stem(word) != word and not (labelled and _ends_phrase(tokens, at))
    if says_nothing(word) or word in closed_class("unnameable") or participle:
        return False
    return at < 2 or tokens[at - 1].text not in AUXILIARIES or tokens[at - 2].text in PRESENTING


def says_nothing(word: str) -> bool:
    """Say whether a word names nothing that could be seen by itself, or what a predicate or a place tells."""
    known = lexicon()
    silent = closed_class("abstract") | closed_class("unseen") | known.asking["frame"] | known.asking["others"]
    told = (word,) in known.names or word in known.adjectives or word in known.places
    return word in silent or told or not is_content(word)


def _ends_phrase(tokens: list[Token], at: int) -> bool:
    """Say whether a word follows its article, and no word follows of which it could be said."""
    after = tokens[at + 1].text if at + 1 < len(tokens) else "."
    return at > 0 and tokens[at - 1].text in DETERMINERS and after != "," and not is_content(after)


def _told_apart(part: SubQuery) -> Iterator[SubQuery]:
    open_ = part.relation is None and part.subject is None and part.reading in (None, GRAMMAR) and not part.negated
    phrases, share = _named(part.text) if open_ and part.kind in ("object", "action") else ((), 0.0)
    if share < 1:
        yield part.model_copy(update={"weight": part.weight * (1 - share)})
    for phrase in phrases:
        weight = part.weight * share / len(phrases)
        name = part.id if share == 1 else ""
        yield SubQuery(id=name, text=phrase, kind="object", subject=phrase, weight=weight, reading=part.reading)


@lru_cache(maxsize=256)
def _named(text: str) -> tuple[tuple[str, ...], float]:
    """Return the noun phrases of a text whose names no predicate explains, and their share of the words left over."""
    tokens, reading = read_question(text)
    free = free_words(tokens, reading)
    names = {tokens[at].text for at in free if may_name(tokens, at, labelled=True)}
    phrases = [entity.text for entity in reading.entities if entity.nouns and names.issuperset(entity.nouns)]
    said = {noun for entity in reading.entities if entity.text in phrases for noun in entity.nouns}
    share = sum(tokens[at].text in said for at in free) / max(len(free), 1)
    return tuple(dict.fromkeys(phrases)), share
