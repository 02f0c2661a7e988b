"""Numbers of a question in plain form: what only underlines them is left out, and they go before what they count."""

from agents.clauses import BREAKS, Token, tokens_of, words_of
from agents.lexicon import lexicon

OR_SO = {"more": "least", "fewer": "most", "less": "most"}
MOST_BETWEEN = 5
"""Words from a number to the *or more* that follows what it counts."""


def settle_numbers(tokens: list[Token]) -> list[Token]:
    """Bring numbers into plain form.

    Left out is what only says that a number is meant exactly (``three, neither more nor fewer``; ``two and no third``).
    Sums are worked out (``two plus one more``), what is said of all of them goes before their noun (``three balls, all
    red``), and so does a number that is said of a subject (``the crosses number two``).
    ``three or more`` are at least three.
    """
    words = _doubled(words_of(tokens))
    if not any(_number_of(word) for word in words):
        return tokens
    words = _bounded(words)
    settled = _looks_first(_summed(_without_rivals(_without_exactness(words))))
    return tokens_of(_counted_first(settled))


def _doubled(words: list[str]) -> list[str]:
    """``one red ball and a second like it``: two red balls."""
    if not words or words[0] not in ("one", "a", "an", "1"):
        return words
    for phrase in lexicon().like_it:
        for at in range(2, len(words) - len(phrase) + 1):
            if tuple(words[at : at + len(phrase)]) == phrase and words[at - 1] in ("and", "plus", ",", "with"):
                named = words[1 : at - 1]
                plain = len(named) < 5 and not any(word in BREAKS or Token(word).is_gerund for word in named)
                return ["two", *named, *words[at + len(phrase) :]] if plain else words
    return words


def _bounded(words: list[str]) -> list[str]:
    """``three or more balls``, ``three balls or more``: at least three balls; with *fewer* at most."""
    for at in range(1, len(words) - 1):
        bound = OR_SO.get(words[at + 1]) if words[at] == "or" else None
        counted = next((n for n in range(at - 1, max(at - MOST_BETWEEN, -1), -1) if _number_of(words[n])), None)
        ends = at + 2 == len(words) or words[at + 2] in BREAKS
        if bound is not None and counted is not None and (ends or counted == at - 1):
            return [*words[:counted], "at", bound, *words[counted:at], *words[at + 2 :]]
    return words


def _number_of(word: str) -> int:
    """Return the number that a word names, from two up; 0 for none."""
    number = lexicon().numbers.get(word) or (int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 0)
    return number if number > 1 else 0


def _without_exactness(words: list[str]) -> list[str]:
    for phrase in lexicon().exactly:
        for at in range(len(words) - len(phrase), 0, -1):
            if tuple(words[at : at + len(phrase)]) == phrase and any(map(_number_of, words[:at])):
                start = at - 1 if words[at - 1] in (",", "and") else at
                words = words[:start] + words[at + len(phrase) :]
    return words


def _without_rivals(words: list[str]) -> list[str]:
    """``nobody but two``, ``not three, just two``, ``two and no third one``: two."""
    for phrase in lexicon().nobody_but:
        if tuple(words[: len(phrase)]) == phrase and any(map(_number_of, words[len(phrase) : len(phrase) + 2])):
            words = ["exactly", *words[len(phrase) :]]
    if len(words) > 4 and words[0] == "not" and _number_of(words[1]) and words[2] in (",", "but"):
        words = words[3:]
    words = _without_other_numbers(words)
    for at in range(len(words) - 2, 0, -1):
        if (
            at + 1 < len(words)
            and words[at] == "no"
            and words[at + 1] in lexicon().no_more
            and any(map(_number_of, words[:at]))
        ):
            end = at + 2 + (words[at + 2 : at + 3] != [] and words[at + 2] in lexicon().asking["generic"])
            words = words[: at - 1 if words[at - 1] in (",", "and", "but") else at] + words[end:]
    return words


def _without_other_numbers(words: list[str]) -> list[str]:
    """``three balls, not two and not four``: three balls."""
    while len(words) > 3 and words[-2] == "not" and _number_of(words[-1]) and any(map(_number_of, words[:-2])):
        words = words[: -3 if words[-3] in (",", "and", "or") else -2]
    return words


def _summed(words: list[str]) -> list[str]:
    """``two balls plus one more``: three balls."""
    for at in range(2, len(words) - 2):
        more = words[at + 2] in ("more", "other", "extra", "further", "additional")
        added = lexicon().numbers.get(words[at + 1], 0)
        earlier = [n for n in range(max(at - 4, 0), at) if _number_of(words[n])]
        if words[at] in ("plus", "and") and added and more and earlier:
            total = str(_number_of(words[earlier[-1]]) + added)
            return [*words[: earlier[-1]], total, *words[earlier[-1] + 1 : at], *words[at + 3 :]]
    return words


def _counted_first(words: list[str]) -> list[str]:
    """``the balls number two``, ``the balls are two``, ``the number of balls is two``: exactly two balls."""
    number = _number_of(words[-1]) if words else 0
    if not number or len(words) < 3 or words[-2] not in ("number", "are", "count", "is"):
        return words
    rest = words[:-2]
    if rest[:3] == ["the", "number", "of"]:
        rest = rest[3:]
    elif words[-2] == "is":
        return words
    while rest and rest[0] in ("the", "these", "those", "their", "only"):
        rest = rest[1:]
    return ["exactly", str(number), *rest]


def _looks_first(words: list[str]) -> list[str]:
    """``three of the same kind, all pink``: three pink things; ``two stars, both of them red``: two red stars."""
    for phrase in lexicon().same_kind:
        for at in range(len(words) - len(phrase), 0, -1):
            if tuple(words[at : at + len(phrase)]) == phrase and _number_of(words[at - 1]):
                words = [*words[:at], "things", *words[at + len(phrase) :]]
    for at in range(2, len(words) - 1):
        if words[at - 1] != "," or words[at] not in ("all", "both", "each"):
            continue
        start = at + 1 + 2 * (words[at + 1 : at + 3] in (["of", "them"], ["of", "these"])) + (words[at + 1] == "in")
        look = words[start] if start < len(words) else ""
        ends = start + 1 >= len(words) or words[start + 1] in BREAKS
        counted = [n for n in range(at - 1) if _number_of(words[n])]
        if lexicon().looks.get(look, ("",))[0] in ("colour", "texture") and ends and counted:
            noun = counted[-1] + 1
            return [*words[:noun], look, *words[noun : at - 1], *words[start + 2 :]]
    return words
