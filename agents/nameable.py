"""Which words of a question may be what a thing is called."""

from collections.abc import Sequence

from agents.clauses import AUXILIARIES, Token
from agents.lexicon import DETERMINERS, closed_class, is_irregular, lexicon
from agents.negations import is_denied
from agents.reading import Reading
from agents.stemming import stem
from agents.sub_queries import free_words, is_content

PRESENTING = frozenset(["there", "here", "where"])
"""What stands before a form of *be* that says that there is something."""


def named_in(tokens: Sequence[Token], reading: Reading) -> tuple[tuple[str, ...], float]:
    """Return the noun phrases whose names no predicate explains, and their share of the words that are left over.

    What is denied (*a dog that is not on a leash*) is not among them: that it is there speaks against the question.
    """
    free = free_words(tokens, reading)
    names = {tokens[at].text for at in free if may_name(tokens, at, labelled=True)}
    entities = [
        entity
        for entity in reading.entities
        if entity.nouns
        and names.issuperset(entity.nouns)
        and not (entity.span is not None and is_denied(tokens, entity.span[0]))
    ]
    phrases = [entity.text for entity in entities]
    said = {noun for entity in entities for noun in entity.nouns}
    share = sum(tokens[at].text in said for at in free) / max(len(free), 1)
    return tuple(dict.fromkeys(phrases)), share


def may_name(tokens: Sequence[Token], at: int, *, labelled: bool = False) -> bool:
    """Say whether a word may be what a thing is called, which a label could say too.

    None is what a predicate or a place tells, a courtesy, what is asked of things (``colour``), a superlative, a
    participle (``fooled``, bare ``meant``), or what stands bare after a form of *be* (``it is nice``).

    Args:
        tokens: of the question.
        at: position of the word.
        labelled: the last noun of a phrase may end as participles do (``a moped``): a label says what it is.
    """
    word = tokens[at].text
    participle = word.endswith("ed") and stem(word) != word and not (labelled and _ends_phrase(tokens, at))
    if not labelled and (at == 0 or tokens[at - 1].text not in DETERMINERS):
        participle |= is_irregular(word) and word not in closed_class("irregular_plurals")  # but `a saw`, `the felt`
    if says_nothing(word) or names_no_thing(word) or participle:
        return False
    return at < 2 or tokens[at - 1].text not in AUXILIARIES or tokens[at - 2].text in PRESENTING


def says_nothing(word: str) -> bool:
    """Say whether a word names nothing that could be seen by itself, or what a predicate or a place tells."""
    known = lexicon()
    silent = closed_class("abstract") | closed_class("unseen") | known.asking["frame"] | known.asking["others"]
    told = (word,) in known.names or word in known.adjectives or word in known.places
    return word in silent or told or not is_content(word)


def names_no_thing(word: str) -> bool:
    """Say whether a word is chat, what is asked of things, or the superlative of what can be measured (``longest``)."""
    return word in closed_class("unnameable") | closed_class("properties") or _is_superlative(word)


def _is_superlative(word: str) -> bool:
    base = word.removesuffix("est")
    forms = {base, f"{base}e", base[:-1], f"{base.removesuffix('i')}y"}
    return base != word and not forms.isdisjoint(closed_class("measured"))


def _ends_phrase(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a word follows its article, and no word follows of which it could be said."""
    after = tokens[at + 1].text if at + 1 < len(tokens) else "."
    return at > 0 and tokens[at - 1].text in DETERMINERS and after != "," and not is_content(after)
