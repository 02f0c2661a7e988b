"""What a message corrects: "no, I meant a black star", "I said stars, not crosses". Rules; no model."""

import re

from agents.plurals import plural_of
from agents.reading.entities import singular

_NO = r"(?:(?:no|nope|wrong|sorry|oops|wait)\s*[,.;:!-]+\s*|sorry )"
_MEANT = (
    r"i(?: (?:actually|really|only|just))? (?:meant|mean|said|asked (?:for|about)|wanted|was asking (?:for|about)|"
    r"was looking for|am looking for)(?: to say)?[:,]? (?:that )?"
)
_LED = re.compile(rf"(?:{_NO}+(?:{_MEANT})?|{_MEANT})(?P<said>\S.*)", re.I)
_TWO = (
    re.compile(r"not (?P<wrong>.+?),? but (?P<right>.+)", re.I),
    re.compile(r"(?P<right>.+?)(?:,(?: and| but)? not|,? instead of|,? rather than) (?P<wrong>.+)", re.I),
)
_THING = re.compile(
    r"(?!(?:with|without|at|in|on|by|from|to|of|who|that|which)\b)(?!\w+(?<!th)ing\b)\S+(?: \S+){0,2}", re.I
)
"""What can be a thing that was not meant: of ``a man, not wearing a hat`` nothing is taken back."""
_DETERMINER = r"(?:an?|the|some|any)"
_BARE = re.compile(rf"{_DETERMINER} ", re.I)


def corrected(message: str, asked: str) -> str | None:
    """Return the question that a message puts in the place of another; none where it corrects nothing.

    Of two things of which one was said and the other is meant, the other takes its place in the question before; a
    correction that names but one, or one that was not asked for, is a question of its own.

    Args:
        message: in one line, without the mark at its end.
        asked: the question before; empty where there was none.
    """
    found = _LED.fullmatch(message)
    if found is None:
        return None
    for form in _TWO:
        two = form.fullmatch(found["said"])
        if two is not None and _THING.fullmatch(wrong := _BARE.sub("", two["wrong"], count=1)):
            return _instead(asked, wrong, two["right"]) or two["right"]
    return None if found["said"].lower().startswith("not ") else found["said"]


def _instead(asked: str, wrong: str, right: str) -> str:
    """Return a question with another thing in a thing's place, in the number it had; empty where it names no such."""
    bare = _BARE.sub("", right, count=1)
    one, other = _one_of(wrong), _one_of(bare)
    for there, instead in ((wrong, bare), (one, other), (plural_of(one), plural_of(other))):
        place = re.search(rf"(?P<article>\ban? )?\b{re.escape(there)}\b", asked, re.I)
        if place is not None:
            article = ("an " if instead[:1].lower() in "aeiou" else "a ") if place["article"] else ""
            return f"{asked[: place.start()]}{article}{instead}{asked[place.end() :]}"
    return ""


def _one_of(phrase: str) -> str:
    """Return a phrase with its last word in the singular."""
    before, space, noun = phrase.rpartition(" ")
    return f"{before}{space}{singular(noun)}"
