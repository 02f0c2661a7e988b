"""Ways to say that things do not meet, said as such: *they stay apart*, *it stays clear of the box*."""

from agents.clauses import Token
from agents.lexicon import closed_class, lexicon

STAYING = closed_class("stays") | frozenset(["staying", "remaining", "keeping", "holding"])
APART = lexicon().asking["apart"]
LONGEST = 5
"""Words of a way to say it."""


def settle_distances(tokens: list[Token]) -> list[Token]:
    """Say *never meet* for what stays apart or away; what is denied already stays as it is."""
    words = [token.text for token in tokens]
    for at, word in enumerate(words[:-1]):
        if word not in STAYING or (at and lexicon().longest(lexicon().negations, words, at - 1)):
            continue
        end = next((at + 1 + n for n in range(LONGEST, 0, -1) if " ".join(words[at + 1 : at + 1 + n]) in APART), None)
        if end is None:
            continue
        meet = "meeting" if word.endswith("ing") else "meet"
        places = tuple(place for token in tokens[at:end] for place in token.places)
        return [*tokens[:at], Token("never", places), Token(meet, places), *tokens[end:]]
    return tokens
