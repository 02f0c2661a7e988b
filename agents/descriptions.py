"""What the noun phrase of a sub-query demands of a track."""

from dataclasses import dataclass
from functools import lru_cache

from agents.clauses import AUXILIARIES, CONJUNCTIONS, PREPOSITIONS, tokenise
from agents.lexicon import DETERMINERS, closed_class, lexicon, stems

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


@dataclass(frozen=True)
class Description:
    """What a noun phrase demands of a track.

    ``looks`` are (attribute kind, basic term, the word itself); ``nouns`` are category words, none where any track may
    be meant; ``person`` says that a person is likelier, ``other`` that it is one more of the same.
    """

    looks: tuple[tuple[str, str, str], ...]
    nouns: tuple[str, ...]
    person: bool = False
    other: bool = False


@lru_cache(maxsize=4096)
def describe(text: str) -> Description:
    """Read the noun phrase of a sub-query (``small crimson ball``, ``the other thing``)."""
    words = [token.text for token in tokenise(text) if not token.is_break]
    looks: list[tuple[str, str, str]] = []
    nouns: list[str] = []
    lex = lexicon()
    for number, word in enumerate(words):
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
    )


ORDINALS = ("other", "third", "fourth", "fifth", "sixth")
"""What tells equal phrases apart: a ball, other ball, third ball."""


_EMPTY = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | frozenset({*ORDINALS, *ANYBODY, "'s", "them", "it"})


def is_shape_noun(word: str, term: str) -> bool:
    """Say whether a word for a shape names a thing of it (``ball``), and not only how one is shaped (``round``)."""
    noun = term not in ADJECTIVE_SHAPES or word in closed_class("shape_nouns")
    return noun and not word.endswith(ADJECTIVE_ENDINGS)


def same_word(first: str, second: str) -> bool:
    """Say whether two words have a stem in common (``dogs``, ``dog``)."""
    return bool(stems(first) & stems(second))
