"""BM25 over the sentences of each video, and over what they tell, by SQLite's own full-text index."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

_NAME = re.compile(r"\w+", re.ASCII)

TERMS_AT_ONCE = 64
"""Terms of one full-text query: scores add up over terms, so a long question is asked in pieces."""

_BM25 = "SELECT video_id, -bm25(texts) FROM texts JOIN videos ON video = texts.rowid WHERE texts MATCH ?"
_BM25_TOLD = "SELECT video_id, -bm25(told) FROM told JOIN videos ON video = told.rowid WHERE told MATCH ?"


def bm25(connection: sqlite3.Connection, texts: Iterable[str]) -> dict[str, float]:
    """Score every video that shares a word (by its Porter stem) with the texts; larger is better.

    The texts are untrusted: only their words reach the full-text engine, each quoted, each once.
    """
    terms = words(texts)
    scores: dict[str, float] = {}
    for first in range(0, len(terms), TERMS_AT_ONCE):
        expression = " OR ".join(f'"{term}"' for term in terms[first : first + TERMS_AT_ONCE])
        for video_id, score in connection.execute(_BM25, (expression,)):
            scores[video_id] = scores.get(video_id, 0.0) + score
    return scores


def bm25_told(connection: sqlite3.Connection, predicates: Iterable[str]) -> dict[str, float]:
    """Score every video that tells one of these predicates, by their whole names; what few tell counts more."""
    expression = " OR ".join(f'"{name}"' for name in predicates if _NAME.fullmatch(name))
    return dict(connection.execute(_BM25_TOLD, (expression,))) if expression else {}


def words(texts: Iterable[str]) -> list[str]:
    """Return the distinct lower-cased words of the texts, in order of appearance."""
    return list(dict.fromkeys(word for text in texts for word in _words_of(text)))


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())


def rewrite(connection: sqlite3.Connection, video: int) -> None:
    """Make the full-text rows of a video say what its parts say and tell; without parts it has none."""
    connection.execute("DELETE FROM texts WHERE rowid = ?", (video,))
    connection.execute("DELETE FROM told WHERE rowid = ?", (video,))
    parts = connection.execute("SELECT text, told FROM parts WHERE video = ? ORDER BY part", (video,)).fetchall()
    if parts:
        text = "\n".join(text for text, _ in parts)
        # Each once: that something moves is told of ten things or of one, and asked for of any.
        told = " ".join(dict.fromkeys(name for _, names in parts for name in names.split()))
        connection.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (video, text))
        connection.execute("INSERT INTO told (rowid, predicates) VALUES (?, ?)", (video, told))
