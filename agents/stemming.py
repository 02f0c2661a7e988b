"""Word stems, from any thread."""

from functools import lru_cache
from threading import Lock

import Stemmer

_stemmer = Stemmer.Stemmer("english")
_lock = Lock()
"""A Snowball stemmer keeps the word at hand in itself: two threads would stem each other's."""


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the English Snowball stem of a lower-cased word."""
    with _lock:
        return str(_stemmer.stemWord(word))
