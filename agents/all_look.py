"""Of what it is said that all of a kind look so, plainly enough that one which does not speaks against it."""

from collections.abc import Sequence

from agents.clauses import BE, BREAKS, Token
from agents.lexicon import lexicon
from agents.negations import SUPPOSED
from agents.noun_phrases import parse_phrase
from agents.reading import Entity, Reading

LEADING = frozenset(["and", "but"])
"""Words before a clause that change nothing in it: not so *nearly* or *in the end*."""


def all_look(tokens: Sequence[Token], reading: Reading) -> list[Entity]:
    """Return of what all look as is said: of ``all of them are red`` the things.

    None where some may look otherwise (``red or blue``, ``if``, ``all but two``), or all may at another time.
    """
    words = [token.text for token in tokens]
    if "or" in words or SUPPOSED & set(words) or _tells_when(words) or _excepts_several(tokens, words):
        return []
    said = [entity for entity in reading.entities if entity.whole]
    return [entity for entity in said if _is_plain([one for one in said if one.shown == entity.shown], words)]


def _tells_when(words: list[str]) -> bool:
    lex = lexicon()
    return any(lex.longest(lex.order, words, at) for at in range(len(words)))


def _excepts_several(tokens: Sequence[Token], words: list[str]) -> bool:
    """Say whether some are left out by their number alone: which of them look otherwise, nobody says."""
    lex = lexicon()
    found = [(at, lex.longest(lex.exceptions, words, at)) for at in range(len(words))]
    ends = [at + match[1] for at, match in found if match is not None and at + match[1] < len(words)]
    phrases = [parse_phrase(tokens, end) for end in ends]
    return any(phrase is not None and phrase.bound not in (None, "1") for phrase in phrases)


def _is_plain(alike: Sequence[Entity], words: list[str]) -> bool:
    """Say whether nothing but an exception stands with the kinds and their look: not so in ``red in the dark``."""
    spans = [entity.span or (0, 0) for entity in alike]
    start, end = min(spans)[0], max(spans)[1]
    first, last = alike[0].shown
    while first > end and words[first - 1] in BE:
        first -= 1
    if first > end and words[first - 1] == "they" and _only_leads(words[end : first - 1]):
        first = end  # `some cups, and they are all red`
    there = list(words[max(start - 2, 0) : start]) == ["there", "are"]
    excepts = lexicon().longest(lexicon().exceptions, words, end) is not None
    goes_on = _only_leads(words[last : last + 1]) or lexicon().longest(lexicon().exceptions, words, last) is not None
    return (there or _only_leads(words[max(start - 1, 0) : start])) and (first == end or excepts) and goes_on


def _only_leads(words: list[str]) -> bool:
    return all(word in BREAKS or word in LEADING for word in words)
