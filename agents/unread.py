"""Words that tell something though they carry no meaning by themselves, where nothing has read them."""

from collections.abc import Sequence

from agents.clauses import Token
from agents.lexicon import closed_class, lexicon
from agents.reading import Reading


def unread(tokens: Sequence[Token], reading: Reading) -> list[int]:
    """Return the positions of words for a place amid others, and for how often, that no part explains."""
    known = reading.settled.union(*(part.words for part in reading.parts))
    return [at for at, _ in enumerate(tokens) if at not in known and (is_amid(tokens, at) or _is_often(tokens, at))]


def is_amid(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a thing is told to be between others: not a gap, nor what happens between two."""
    if tokens[at].text not in closed_class("amid"):
        return False
    before = [token.text for token in tokens[:at] if token.text not in lexicon().asking["pronouns"]][-1:]
    return not any(word in closed_class("abstract") or (word,) in lexicon().names for word in before)


def _is_often(tokens: Sequence[Token], at: int) -> bool:
    """Say whether words for a number of times start here; one time is no more than that it happens."""
    words = [token.text for token in tokens]
    told, length = lexicon().longest(lexicon().times, words, at) or ("", 0)
    if not told and words[at + 1 : at + 2] == ["times"] and (words[at] in lexicon().numbers or words[at].isdigit()):
        told, length = "times", 2
    compared = words[at + length : at + length + 1] == ["as"]  # `twice as fast`
    return bool(told) and not told.endswith("1 times") and not compared
