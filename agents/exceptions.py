"""The one that is not like the others: *all but one move*, *nobody rests except one*, *just one of them stirs*."""

from collections.abc import Sequence
from itertools import takewhile

from agents.clauses import RELATIVES, Token, is_finite
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
    """Return the situation of a single mover or rester, of all or of none, that a question names by grammar, or none.

    ``all but one`` turns round what is said of all, ``nobody but one`` and ``only one`` say it of the one.
    """
    words = [token.text for token in tokens]
    if reading.excepted:
        return None  # `all but the red one move`: grammar says which one, and what the others do
    at = next((n for n, word in enumerate(words) if word in EXCEPT and ONE & set(words[n + 1 : n + 5])), None)
    told = words[:at] if at is not None and words[at] == "but" else words  # `…, but the one in red goes all the way`
    if at is not None and (ALL | NONE) & set(told):
        return _excepted(words, at, reading)
    if (all_move := _agreed(reading.parts)) is not None:
        return "all_move" if all_move else "none_moves"
    moves = _says_moving(reading.parts)
    if moves is None:
        return None
    if (every := _of_all(words, reading)) is not None:
        return "all_move" if moves == every else "none_moves"
    only = any(word in ONLY and ONE & set(words[n : n + 2]) for n, word in enumerate(words))
    if only and len({part.subject.text for part in reading.parts}) == 1 and _among_several(words):
        return _lone(mover=moves)
    return None


def excepts_one(tokens: Sequence[Token], reading: Reading) -> bool:
    """Say whether a question leaves a single one out, whichever it is: ``all but one are red``."""
    words = [token.text for token in tokens]
    said = any(
        word in EXCEPT and ONE & set(words[n + 1 : n + 3]) and not _opens_clause(tokens, n)
        for n, word in enumerate(words)
    )
    return said and not any(entity.excluded for entity in reading.entities)


def _opens_clause(tokens: Sequence[Token], at: int) -> bool:
    """``all are red, but one is blue``: with a verb before it and one behind, *but* leaves nothing out."""
    behind = takewhile(lambda n: not (tokens[n].is_break or tokens[n].text in RELATIVES), range(at + 1, len(tokens)))
    return tokens[at].text == "but" and all(any(is_finite(tokens, n) for n in side) for side in (range(at), behind))


def _excepted(words: Sequence[str], at: int, reading: Reading) -> str | None:
    """Read ``all but one move``; ``everybody stands except one who moves``: what follows *who* is said of the one."""
    one = next(n for n in range(at + 1, len(words)) if words[n] in ONE)
    if words[one + 1 : one + 2] and words[one + 1] in RELATIVES:
        of_all = _says_moving([part for part in reading.parts if min(part.words, default=0) < at])
        of_one = _says_moving([part for part in reading.parts if min(part.words, default=0) > one])
    else:
        of_all, of_one = _says_moving(reading.parts), None
    if of_all is not None:
        return _lone(mover=of_all if NONE & set(words[:at]) else not of_all)
    return _lone(mover=of_one) if of_one is not None else None


def _of_all(words: Sequence[str], reading: Reading) -> bool | None:
    """Say whether movement or rest is said of everything (true) or of nothing (false); none where it is of some."""
    if not any(part.predicate in ("moves", "still") for part in reading.parts):
        return None
    text = " ".join(words)
    if any(f" {phrase} " in f" {text} " for phrase in ("not a single one", "not a single thing", "not one of them")):
        return False
    if any(part.subject.nouns for part in reading.parts):
        return None
    bounds = {part.subject.bound for part in reading.parts}
    return bounds == {"all"} if bounds in ({"all"}, {"0"}) else None


def _agreed(parts: Sequence[Part]) -> bool | None:
    """Read ``nothing happens, all stand still``: whether several say that all move, or that none does."""
    told = [(part.predicate == "moves", part.subject.bound) for part in parts if part.predicate in ("moves", "still")]
    if len(told) < 2 or len(told) < len(parts) or any(bound not in ("all", "0") for _, bound in told):
        return None
    moving = {moves == (bound == "all") for moves, bound in told}
    return moving.pop() if len(moving) == 1 else None


def _lone(*, mover: bool) -> str:
    return "lone_mover" if mover else "lone_rester"


def _says_moving(parts: Sequence[Part]) -> bool | None:
    """Say whether movement or rest is spoken of; none where neither is, or both are."""
    moving = any(part.predicate in MOVING for part in parts)
    resting = any(part.predicate in RESTING for part in parts)
    return moving if moving != resting else None


def _among_several(words: Sequence[str]) -> bool:
    return any(word in ("of", "among", "amongst", "amid") for word in words) or bool(OTHERS & set(words))
