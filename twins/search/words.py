"""BM25 over the sentences of each video, by SQLite's own full-text index."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

TERMS_AT_ONCE = 64
"""Terms of one full-text query: scores add up over terms, so a long question is asked in pieces."""

_BM25 = "SELECT video_id, -bm25(texts) FROM texts JOIN videos ON video = texts.rowid WHERE texts MATCH ?"


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


def bm25_phrases(connection: sqlite3.Connection, phrases: Iterable[str]) -> dict[str, float]:
    """Score every video with one of these phrases, its words side by side and in order (by their Porter stems)."""
    split = (_words_of(phrase) for phrase in phrases)
    expression = " OR ".join(f'"{" ".join(terms)}"' for terms in split if terms)
    return dict(connection.execute(_BM25, (expression,))) if expression else {}


def words(texts: Iterable[str]) -> list[str]:
    """Return the distinct lower-cased words of the texts, in order of appearance."""
    return list(dict.fromkeys(word for text in texts for word in _words_of(text)))


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())


def rewrite(connection: sqlite3.Connection, video: int) -> None:
    """Make the full-text row of a video say what its parts say; without parts it has none."""
    connection.execute("DELETE FROM texts WHERE rowid = ?", (video,))
    parts = connection.execute("SELECT text FROM parts WHERE video = ? ORDER BY part", (video,)).fetchall()
    if parts:
        text = "\n".join(part for (part,) in parts)
        connection.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (video, text))
