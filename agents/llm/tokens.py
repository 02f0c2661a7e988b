"""How many tokens a text costs, near enough to keep a budget before a server has counted."""

import math
import re

LETTERS = 8
"""Letters of a word that one token holds: a common English word is one token, however long, a rare one several."""

_PIECES = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_")


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has.

    Every digit and every sign counts as one, as in the tokenisers that split numbers into digits: others need fewer.
    """
    return sum(math.ceil(len(piece) / LETTERS) for piece in _PIECES.findall(text))
