"""How many tokens a text costs, near enough to keep a budget before a server has counted."""

import math
import re

LETTERS = 8
"""Latin letters of a word that one token holds: a common English word is one, however long, a rare one several."""

_PIECES = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+|\\S")


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has.

    Every digit and every sign counts as one, as in the tokenisers that split numbers into digits: others need fewer.
    So does every letter of another script: one of Chinese is a word, and of most others tokenisers know few words.
    """
    return sum(math.ceil(len(piece) / LETTERS) for piece in _PIECES.findall(text))
