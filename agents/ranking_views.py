"""The views of a question that are embedded: whole, by clauses, and through windows of several widths."""

import re

WINDOWS = (4, 8)
"""Widths in words: about one fact, and about one relation between two."""

_CLAUSE_END = re.compile(r"[,;:.?!]|\b(?:while|and then|then|but|before|after)\b", re.IGNORECASE)


def question_views(text: str) -> tuple[tuple[str, ...], ...]:
    """Return families of views, each with at least one text; a family counts as much as any other.

    Args:
        text: the question, best without its negated parts: what must not be there is no reason to recall a video.
    """
    text = " ".join(text.split())
    return ((text,), clauses(text), *(windows(text, width) for width in WINDOWS))


def clauses(text: str) -> tuple[str, ...]:
    """Split a question at punctuation and conjunctions; parts of one word are left out, unless nothing else is left."""
    parts = [part.strip() for part in _CLAUSE_END.split(text)]
    return tuple(part for part in parts if len(part.split()) > 1) or (text,)


def windows(text: str, width: int) -> tuple[str, ...]:
    """Return all stretches of ``width`` words that begin every ``width / 2`` words, the last perhaps shorter."""
    words = text.split()
    if len(words) <= width:
        return (text,)
    step = max(1, width // 2)
    return tuple(" ".join(words[at : at + width]) for at in range(0, len(words) - width + step, step))
