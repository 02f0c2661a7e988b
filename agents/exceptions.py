"""The one that is not like the others: *all but one move*, *nobody rests except one*, *just one of them stirs*."""

from collections.abc import Sequence

from agents.clauses import Token
from agents.reading import Part, Reading

EXCEPT = frozenset(["but", "except", "excepting", "save", "bar", "besides", "exception", "apart", "aside", "barring"])
ALL = frozenset(["all", "everybody", "everyone", "everything", "every", "each", "they", "most", "others", "whole"])
NONE = frozenset(["nobody", "nothing", "none", "no-one", "no", "neither"])
ONLY = frozenset(["only", "just", "exactly", "single", "lone", "sole", "solitary", "precisely"])
OTHERS = frozenset(["others", "rest", "remaining", "remainder", "crowd", "else", "company", "group"])
ONE = frozenset(["one", "1", "single"])

RESTING = frozenset(["still", "stops"])
MOVING = frozenset(
    ["moves", "parts_from", "starts", "fast", "slow", "moves_left", "moves_right", "moves_up", "moves_down"]
)
"""``moves apart from one`` reads as parting."""


def exception(tokens: Sequence[Token], reading: Reading) -> str | None:
    """Return the situation of a single mover or a single rester that a question names by grammar, or none.

    ``all but one`` turns round what is said of all, ``nobody but one`` and ``only one`` say it of the one.
    """
    words = [token.text for token in tokens]
    moves = _says_moving(reading.parts)
    if moves is None or not ONE & set(words):
        return None
    excepted = any(word in EXCEPT and ONE & set(words[at + 1 : at + 5]) for at, word in enumerate(words))
    if excepted and NONE & set(words):
        return _lone(mover=moves)
    if excepted and ALL & set(words):
        return _lone(mover=not moves)
    only = any(word in ONLY and ONE & set(words[at : at + 2]) for at, word in enumerate(words))
    if only and len({part.subject.text for part in reading.parts}) == 1 and _among_several(words):
        return _lone(mover=moves)
    return None


def _lone(*, mover: bool) -> str:
    return "lone_mover" if mover else "lone_rester"


def _says_moving(parts: Sequence[Part]) -> bool | None:
    """Say whether movement or rest is spoken of; none where neither is, or both are."""
    moving = any(part.predicate in MOVING for part in parts)
    resting = any(part.predicate in RESTING for part in parts)
    return moving if moving != resting else None


def _among_several(words: Sequence[str]) -> bool:
    return any(word in ("of", "among", "amongst", "amid") for word in words) or bool(OTHERS & set(words))
