"""What the noun phrase of a sub-query demands of a track."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.clauses import AUXILIARIES, CONJUNCTIONS, PREPOSITIONS, tokenise
from agents.lexicon import DETERMINERS, closed_class, lexicon, noun_stems

ANYBODY = closed_class("anybody")
ADJECTIVE_SHAPES = frozenset(["elongated", "compact", "irregular", "tall", "wide"])
ADJECTIVE_ENDINGS = (
    "ular",
    "onal",
    "ic",
    "ous",
    "ish",
    "shaped",
    "sided",
    "cornered",
    "tical",
    "erical",
    "round",
    "oval",
    "boxy",
)


Names = frozenset[tuple[str, ...]]
"""What the things of a video are called, each as its words."""
NO_NAMES: Names = frozenset()


@dataclass(frozen=True)
class Description:
    """What a noun phrase demands of a track.

    ``looks`` are (attribute kind, basic term, the word itself); ``nouns`` are category words, none where any track may
    be meant; ``person`` says that a person is likelier, ``other`` that it is one more of the same; ``excluded`` what it
    must not be (``thing other than blue one``).
    """

    looks: tuple[tuple[str, str, str], ...]
    nouns: tuple[str, ...]
    person: bool = False
    other: bool = False
    excluded: tuple["Description", ...] = ()

    @property
    def demands(self) -> int:
        """Return how many looks, names and exclusions a track has to fit."""
        return len(self.looks) + len(self.nouns) + len(self.excluded)

    @property
    def shape_nouns(self) -> tuple[str, ...]:
        """Return the words for things of a shape (``ball``), which outlines tell, and labels where there are some."""
        return tuple(word for kind, term, word in self.looks if kind == "shape" and is_shape_noun(word, term))


OTHER_THAN = " other than "
"""Ties what is excluded to a noun phrase, and"""
OR = " or "
"""… ties several that are."""


def excluding(phrase: str, excluded: Sequence[str]) -> str:
    """Return a noun phrase that excludes what others mean: ``ball other than red one or blue one``."""
    return phrase + OTHER_THAN + OR.join(excluded) if excluded else phrase


def parted(phrase: str) -> tuple[str, tuple[str, ...]]:
    """Return a noun phrase without what it excludes, and the phrases of that."""
    head, _, excluded = phrase.partition(OTHER_THAN)
    return head, tuple(excluded.split(OR)) if excluded else ()


@lru_cache(maxsize=4096)
def describe(text: str, names: Names = NO_NAMES) -> Description:
    """Read the noun phrase of a sub-query (``small crimson ball``, ``the other thing``).

    Args:
        text: the phrase.
        names: what the things of a video are called. A phrase that ends in one names that: *a traffic light* is a
            light thing only where nobody says otherwise.
    """
    head, excluded = parted(text)
    words = [token.text for token in tokenise(head) if not token.is_break]
    looks: list[tuple[str, str, str]] = []
    nouns: list[str] = []
    lex = lexicon()
    called = len(words) - name_at_end(words, names)
    for number, word in enumerate(words):
        if number >= called:
            nouns.append(word)
            continue
        names_thing = word in lex.colour_things and number == len(words) - 1
        if word in lex.looks and not names_thing:
            looks.append((*lex.looks[word], word))
        elif word not in _EMPTY and word not in lex.asking["generic"] and word not in lex.asking["others"]:
            nouns.append(word)
    return Description(
        tuple(dict.fromkeys(looks)),
        tuple(nouns),
        person=any(word in ANYBODY for word in words),
        other=any(word in ORDINALS or word in lex.asking["others"] for word in words),
        excluded=tuple(one for one in (describe(phrase, names) for phrase in excluded) if one.demands),
    )


ORDINALS = ("other", "third", "fourth", "fifth", "sixth")
"""What tells equal phrases apart: a ball, other ball, third ball."""


_EMPTY = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | frozenset({*ORDINALS, *ANYBODY, "'s", "them", "it"})


def is_shape_noun(word: str, term: str) -> bool:
    """Say whether a word for a shape names a thing of it (``ball``), and not only how one is shaped (``round``)."""
    noun = term not in ADJECTIVE_SHAPES or word in closed_class("shape_nouns")
    return noun and not word.endswith(ADJECTIVE_ENDINGS)


@lru_cache(maxsize=4096)
def words_of_name(category: str) -> tuple[str, ...]:
    """Return the words of a category as a question would have them."""
    return tuple(token.text for token in tokenise(category) if not token.is_break)


@lru_cache(maxsize=8)
def names_of(labels: frozenset[str]) -> Names:
    """Return labels as their words; a label without any is none."""
    return frozenset(filter(None, map(words_of_name, labels)))


def name_at_end(words: Sequence[str], names: Names) -> int:
    """Return how many words at the end of a phrase are a name; the longest counts, none is 0.

    A shape by itself (``ball``) stays a shape: outlines and labels both tell it.
    """
    fits = (len(name) for name in names if is_name(words[-len(name) :], name))
    count = max(fits, default=0)
    return 0 if count == 1 and lexicon().looks.get(words[-1], ("", ""))[0] == "shape" else count


def is_name(words: Sequence[str], name: Sequence[str]) -> bool:
    """Say whether words are a name, one of it or several (``stop signs``)."""
    same = bool(name) and len(words) == len(name) and tuple(words[:-1]) == tuple(name[:-1])
    return same and same_word(words[-1], name[-1])


def same_word(first: str, second: str) -> bool:
    """Say whether two words have a stem in common (``dogs``, ``dog``)."""
    return bool(noun_stems(first) & noun_stems(second))
