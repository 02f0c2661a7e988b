"""Scores of videos for a question, without a language model: pure functions over arrays.

Rows of all videos lie one after the other; ``offsets`` (V + 1,) says that video v has rows offsets[v]:offsets[v + 1].
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twins.errors import TwinseekError
from twins.geometry import Bools, Doubles, Floats, Ints

NOTHING = -1.0
"""Similarity to a video without a row: the lowest cosine there is."""

FEWEST_ROWS = 32
"""From which on rows show what is common to a gallery."""

MOST_ROWS = 20_000
"""More do not move the mean, and cost time."""

SOFTNESS = 0.1
"""Temperature of the soft minimum, in units of cosine."""


def best_per_video(similarities: Floats, offsets: Ints) -> Floats:
    """Return the highest similarity of each query to any row of each video (max-sim).

    Args:
        similarities: (q, n) of each query to each row.   offsets: (V + 1,), rising from 0 to n.

    Returns:
        (q, V); :data:`NOTHING` where a video has no row.
    """
    best = np.full((len(similarities), len(offsets) - 1), NOTHING, np.float32)
    # reduceat returns the next video's first row for an empty one, so that those stay out of it.
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        best[:, filled] = np.maximum.reduceat(similarities, offsets[filled], axis=1)
    return best


def weighted_mean(scores: Floats, weights: Floats) -> Floats:
    """Average over the parts of a question: a part that fails can be made up for."""
    return np.asarray(weights @ scores / weights.sum(), np.float32)


def minimum(scores: Floats, weights: Floats) -> Floats:
    """Take the worst part of a question: a conjunction. Parts of no weight do not count."""
    return np.asarray(scores[weights > 0].min(axis=0), np.float32)


def soft_minimum(scores: Floats, weights: Floats) -> Floats:
    """Lean towards the worst part: -T log of the weighted mean of exp(-s/T), T = :data:`SOFTNESS`."""
    shares = weights / weights.sum()
    return np.asarray(-SOFTNESS * np.log(shares @ np.exp(-scores / SOFTNESS)), np.float32)


STRATEGIES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "weighted_mean": weighted_mean,
    "minimum": minimum,
    "soft_minimum": soft_minimum,
}


def aggregate(strategy: str, scores: Floats, weights: Floats) -> Floats:
    """Combine the scores of a question's parts into one a video.

    Args:
        strategy: a key of :data:`STRATEGIES`.
        scores: (q, V), a row a part.   weights: (q,), none negative, not all 0.

    Raises:
        TwinseekError: there is no such strategy.
    """
    if strategy not in STRATEGIES:
        raise TwinseekError(f"there is no strategy {strategy!r}: choose one of {', '.join(sorted(STRATEGIES))}")
    return STRATEGIES[strategy](scores, weights)


@dataclass(frozen=True, eq=False)
class Centring:
    """What all sentences of a gallery have in common, to be taken off vectors before they are compared.

    Sentence vectors fill a narrow cone: without its axis and first direction, cosines tell sentences apart better (Mu
    and Viswanath 2018, "All-but-the-Top", arXiv:1702.01417).

    Args:
        mean: (d,).   directions: (k, d), unit rows.
    """

    mean: Floats
    directions: Floats

    def __call__(self, rows: Floats) -> Floats:
        """Return (n, d) unit rows without what is common; a row that is nothing else becomes 0."""
        centred = rows.astype(np.float32, copy=False) - self.mean
        centred -= (centred @ self.directions.T) @ self.directions
        return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6), np.float32)


def learn_centring(rows: Floats, directions: int = 1) -> Centring:
    """Learn the mean and the first principal directions of a gallery's rows (n, d).

    Of fewer than :data:`FEWEST_ROWS` nothing is learned, and nothing taken off: their mean would be what they say. Of
    more than :data:`MOST_ROWS` every so many are looked at.
    """
    rows = rows[:: max(1, len(rows) // MOST_ROWS)].astype(np.float32)
    if len(rows) < FEWEST_ROWS:
        return Centring(np.zeros(rows.shape[1], np.float32), np.zeros((0, rows.shape[1]), np.float32))
    mean = rows.mean(axis=0)
    if not directions:
        return Centring(mean, np.zeros((0, rows.shape[1]), np.float32))
    centred = rows - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return Centring(mean, np.ascontiguousarray(vectors[:, ::-1][:, :directions].T))


def late_interaction(question_words: Floats, record_words: Floats, offsets: Ints) -> Floats:
    """Return the mean over the question's words of their best similarity to any word of a video.

    ColBERT's MaxSim (Khattab and Zaharia 2020, arXiv:2004.12832), as a mean so that questions of any length compare.

    Args:
        question_words: (w, d) centred unit rows.   record_words: (n, d) centred unit rows.   offsets: (V + 1,).

    Returns:
        (V,); 0 where the question has no word.
    """
    if not len(question_words):
        return np.zeros(len(offsets) - 1, np.float32)
    return np.asarray(best_per_video(question_words @ record_words.T, offsets).mean(axis=0), np.float32)


def lexical_coverage(present: Bools) -> Doubles:
    """Return how much of the question's words each video's sentences contain, rare ones counting more.

    Mean over words of presence x log(1 + V / df): BM25 without term frequency and length normalisation, which in a
    gallery of long and short records chiefly measures how short a record is.

    Args:
        present: (w, V), whether a video has a word of the question, by its stem.
    """
    words, videos = present.shape
    if not words:
        return np.zeros(videos)
    rarity = np.log1p(videos / np.maximum(present.sum(axis=1), 1))
    return np.asarray(rarity @ present / words, np.float64)
