"""The views of a question that are embedded: whole, by clauses, and through windows over its words."""

import re

import numpy as np

from twins.geometry import Floats

WINDOWS = (2, 4)
"""Widths in words that carry meaning: about one fact, and about one relation between two."""

_CLAUSE_END = re.compile(r"[,;:.?!]|\b(?:while|and then|then|but|before|after)\b", re.IGNORECASE)


def clauses(text: str) -> tuple[str, ...]:
    """Split a question at punctuation and conjunctions; parts of one word are left out, unless nothing else is left."""
    parts = [part.strip() for part in _CLAUSE_END.split(text)]
    return tuple(part for part in parts if len(part.split()) > 1) or (text,)


def windows(states: Floats, width: int) -> Floats:
    """Return unit rows, each the mean of ``width`` neighbouring words; windows begin every ``width / 2`` words.

    The words were read within the whole question, so that a window costs nothing and knows what is around it (Günther
    et al. 2024, "Late Chunking", arXiv:2409.04701).

    Args:
        states: (w, d) states of the question's words, in their order; at least one.
    """
    step = max(1, width // 2)
    means = [states[at : at + width].mean(axis=0) for at in range(0, max(1, len(states) - width + step), step)]
    rows = np.stack(means)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
