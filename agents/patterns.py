"""Patterns that are said behind a noun go before it: *the one with stripes*, *the one that has no pattern*."""

from agents.clauses import (
    ADVERBS,
    AUXILIARIES,
    BREAKS,
    CONJUNCTIONS,
    PREPOSITIONS,
    RELATIVES,
    Token,
    Word,
    places_of,
    tokens_of,
    words_of,
)
from agents.lexicon import DETERMINERS, lexicon
from agents.reading.entities import singular

HAVING = ("with", "in", "wearing", "having", "bearing", "has", "wears", "carries", "had")
LACKING = ("without", "lacking")
NONE = ("no", "not", "any")
PLAIN = "plain"
TONES = ("tone", "colour", "color", "shade", "hue")
SINGLE = ("single", "one", "uniform", "even", "solid")
"""``of a single tone``: without any pattern."""


def settle_patterns(tokens: list[Token]) -> list[Token]:
    """Say patterns by adjectives.

    ``the one with stripes`` becomes *the striped one*, ``the one without any pattern`` and ``the one of a single tone``
    *the plain one*, and ``the stripes``, where nothing has them, *the striped one*.
    """
    words = words_of(tokens)
    for at in range(len(words) - 1, 0, -1):
        if at < len(words) and words[at] in TONES and words[at - 1] in SINGLE:
            words = _of_one_tone(words, at)
    for at in range(len(words) - 1, -1, -1):
        if at < len(words) and words[at] in lexicon().patterns:
            words = _moved(words, at, lexicon().patterns[words[at]])
    return tokens_of(words)


def _moved(words: list[str], at: int, adjective: str) -> list[str]:
    """Move the pattern named at a position before the noun that has it."""
    start = at
    while start and (words[start - 1] in DETERMINERS or words[start - 1] in NONE):
        start -= 1
    having = words[start - 1] if start else ""
    if having not in HAVING + LACKING:
        alone = words[start:at] == ["the"] and words[at] not in lexicon().looks
        return [*words[:at], _for(adjective, words[at : at + 1]), "one", *words[at + 1 :]] if alone else words
    denied = having in LACKING or "no" in words[start:at] or "not" in words[start:at]
    start -= 1
    if start and words[start - 1] in ("that", "which", "who"):
        start -= 1
    if not start or not _is_noun(words[start - 1]):
        return words
    said = _for(PLAIN if denied else adjective, words[start : at + 1])
    return [*words[: start - 1], said, words[start - 1], *words[at + 1 :]]


def _of_one_tone(words: list[str], at: int) -> list[str]:
    """Move ``of a single tone`` before the noun that is so.

    Several of one tone may have it in common, and may have any pattern; *a single shade of blue* says that it is blue.
    """
    start = at - 1
    while start and (words[start - 1] in DETERMINERS or words[start - 1] in ("just", "only", *SINGLE)):
        start -= 1
    if start < 2 or words[start - 1] not in ("of", "in") or not _is_noun(words[start - 2]):
        return words
    end = _colour_end(words, at + 1)
    if end > at + 1:
        coloured = _for(words[end - 1], [*words[start - 1 : at + 2], words[end - 1]])
        return [*words[: start - 2], *words[at + 2 : end - 1], coloured, words[start - 2], *words[end:]]
    if _are_several(words, start - 2):
        return words
    said = _for(PLAIN, words[start - 1 : at + 1])
    return [*words[: start - 2], said, words[start - 2], *words[at + 1 :]]


def _are_several(words: list[str], at: int) -> bool:
    """Say whether a noun stands for several: by its ending, or by a number before it and what it looks like."""
    if singular(words[at]) != words[at]:
        return True
    while at and words[at - 1] in lexicon().looks:
        at -= 1
    return bool(at) and lexicon().numbers.get(words[at - 1], 1) > 1


def _colour_end(words: list[str], at: int) -> int:
    """Return where ``of blue`` or ``of dark blue`` ends that starts at a position; the position where none does."""
    if words[at : at + 1] == ["of"]:
        for end in (at + 2, at + 3):
            if lexicon().looks.get(words[end - 1] if end <= len(words) else "", ("",))[0] == "colour":
                return end
    return at


def _for(adjective: str, said: list[str]) -> Word:
    """Return an adjective at the places of the words for which it stands."""
    word = Word(adjective)
    word.places = places_of(said)
    return word


def _is_noun(word: str) -> bool:
    """Say whether a word can be a noun that has a pattern: any that is in no closed class and no verb.

    Of words that may be either only those that name a shape, or nothing in particular, are taken for nouns: ``the man
    in stripes``, but not ``runs in stripes``.
    """
    if word in lexicon().asking["generic"] or lexicon().looks.get(word, ("",))[0] == "shape":
        return True
    token = Token(word)
    closed = word in DETERMINERS | AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | RELATIVES | ADVERBS | BREAKS
    verb = bool(token.stems & lexicon().common_verbs) or any(stem in lexicon().verbs for stem in token.stems)
    return not (closed or verb or word in lexicon().looks or word in lexicon().numbers)
