"""Recall: every video ranked by its sentences alone. Vectors propose, words and instances decide."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from agents.clauses import tokenise
from agents.ranking import Centring, learn_centring
from agents.ranking_records import Question, Records, embed_question, score_records
from agents.sub_queries import is_content
from graphs.embedding import instances_space, words_space
from graphs.told import told_of
from twins.errors import TwinseekError
from twins.geometry import Bools, Floats, Ints
from twins.protocols import TextEncoder
from twins.queries import Decomposition, ResultWarning
from twins.search import SearchIndex, Snapshot
from twins.search.chroma import Chroma
from twins.search.recall import Way, recall

PROPOSED = 200
"""Videos that are rescored by words and instances; the others keep the order of their best sentences."""

KEPT_ROWS = 100_000
"""Up to so many rows of a space are kept centred in memory (at most 150 MB a space); more are centred as needed."""

MIDDLE, WIDTH = 1.0, 0.25
"""Fused scores are mapped to 0-1 by a logistic curve: the middle lies between what unrelated and what described videos
reach (``python -m benchmarks.retrieval`` prints both), so that a threshold of one half means something."""


@dataclass(frozen=True)
class Recalled:
    """Every video with its score 0-1, best first, and what a reader should know of how they were found.

    ``told`` are those that tell some predicate that is asked for, best first (:mod:`graphs.told`).
    """

    scores: list[tuple[str, float]]
    warnings: tuple[ResultWarning, ...] = ()
    told: tuple[str, ...] = ()


def recall_videos(
    decomposition: Decomposition,
    index: SearchIndex,
    encoder: TextEncoder,
    chroma: Chroma | None = None,
    way: Way = "auto",
) -> Recalled:
    """Rank all videos of the index. What a question denies is left to the judge: it is no reason to recall a video.

    Args:
        chroma: proposes in big libraries; whoever has none searches exactly.
        way: ``exact`` and ``chroma`` force a way of searching.
    """
    questions = [embed_question(text, encoder) for text in looked_for(decomposition)]
    snapshot = index.snapshot(encoder.name)
    found = recall(np.concatenate([row for question in questions for row in question.families]), snapshot, chroma, way)
    nearest = np.maximum(found.similarities.best, -1.0).mean(axis=0)
    proposed = np.sort(np.lexsort((np.arange(len(nearest)), -nearest))[:PROPOSED])
    names = [snapshot.video_ids[place] for place in proposed]
    fused = np.mean([_rescore(question, index, encoder, snapshot, names) for question in questions], axis=0)
    proposed = proposed[np.lexsort((proposed, -fused))]
    scores = dict(zip(proposed.tolist(), np.sort(_calibrated(fused))[::-1].tolist(), strict=True))
    rest = [place for place in np.lexsort((np.arange(len(nearest)), -nearest)).tolist() if place not in scores]
    ranked = [(snapshot.video_ids[place], round(score, 6)) for place, score in scores.items()]
    warnings = (ResultWarning(code="exact_search", text=found.reason),) if found.reason else ()
    scored = ranked + [(snapshot.video_ids[place], 0.0) for place in rest]
    return Recalled(scored, warnings, tuple(told_of(decomposition, index)))


def among(recalled: Recalled, within: Collection[str] | None, without: Collection[str] = ()) -> Recalled:
    """Return what was recalled of some videos only.

    Args:
        recalled: all videos with their scores.
        within: ids of the videos that count; by default all.
        without: ids of those that do not.

    Raises:
        TwinseekError: where none is left of those that were named.
    """
    scores = [
        (name, score) for name, score in recalled.scores if (within is None or name in within) and name not in without
    ]
    if within is not None and not scores:
        named = ", ".join(sorted(within)) or "none is named"
        raise TwinseekError(
            f"there is no video to look at ({named}): name some that can be found (twinseek doctor --repair)"
        )
    return replace(recalled, scores=scores)


def looked_for(decomposition: Decomposition) -> list[str]:
    """Return the question, and what it implies as a second one where somebody has said that outright.

    Both count alike: the question's own words are sure to be meant, the others are likelier to be met.
    """
    said = [" ".join(decomposition.search)] if decomposition.search else []
    return [asked_for(decomposition), *said]


def asked_for(decomposition: Decomposition) -> str:
    """Return the question without the words by which it denies something; as it is where these are all that it says."""
    if not decomposition.denied:
        return decomposition.query
    words = [
        token.text for place, token in enumerate(tokenise(decomposition.query)) if place not in decomposition.denied
    ]
    return " ".join(words) if any(is_content(word) for word in words) else decomposition.query


def _calibrated(fused: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp((MIDDLE - fused) / WIDTH)), np.float32)


def _rescore(
    question: Question, index: SearchIndex, encoder: TextEncoder, snapshot: Snapshot, names: list[str]
) -> Floats:
    """Return the fused score of each of these videos."""
    words, instances = index.snapshot(words_space(encoder.name)), index.snapshot(instances_space(encoder.name))
    centre, centre_words = centring_of(snapshot, 1), centring_of(words, 0)
    sentence_rows, sentence_offsets = centred_rows(snapshot, names, centre)
    word_rows, word_offsets = centred_rows(words, names, centre_words)
    instance_rows, instance_offsets = centred_rows(instances, names, centre)
    records = Records(
        sentences=sentence_rows,
        sentence_offsets=sentence_offsets,
        words=word_rows,
        word_offsets=word_offsets,
        instances=instance_rows,
        instance_offsets=instance_offsets,
        centre=centre,
        centre_words=centre_words,
    )
    return score_records(question, records, _present(question.words.words, index, names)).fused


@lru_cache(maxsize=8)
def centring_of(snapshot: Snapshot, directions: int) -> Centring:
    """Learn what all rows of a space have in common, once for as long as nothing is committed."""
    live = snapshot.live_rows
    return learn_centring(np.asarray(snapshot.matrix[live[:: max(1, len(live) // 20_000)]]), directions)


def centred_rows(snapshot: Snapshot, names: list[str], centre: Centring) -> tuple[Floats, Ints]:
    """Return the centred rows of some videos, one after the other, and their offsets."""
    if len(snapshot.live_rows) <= KEPT_ROWS:
        rows, bounds = _by_video(snapshot, centre)
        if tuple(names) == snapshot.video_ids:
            return rows, bounds
        # A video that came or went between two snapshots has no rows in one of them.
        places = [snapshot.ordinal_of.get(name) for name in names]
        parts = [rows[:0] if place is None else rows[bounds[place] : bounds[place + 1]] for place in places]
        return np.concatenate(parts), np.cumsum([0, *map(len, parts)])
    found = [snapshot.rows_of(name)[0] for name in names]
    return centre(np.concatenate(found)), np.cumsum([0, *map(len, found)])


@lru_cache(maxsize=6)
def _by_video(snapshot: Snapshot, centre: Centring) -> tuple[Floats, Ints]:
    """Return all rows of a space, centred and in the order of its videos, and each video's bounds (V + 1,)."""
    live = snapshot.live_rows
    videos = snapshot.videos[live]
    order = np.argsort(videos, kind="stable")
    bounds = np.searchsorted(videos[order], np.arange(len(snapshot.video_ids) + 1))
    return centre(np.asarray(snapshot.matrix[live[order]])), bounds


def _present(words: tuple[str, ...], index: SearchIndex, names: list[str]) -> Bools:
    """Say which videos have which words, by the stems of the word search."""
    holders = [index.bm25([word]) for word in words]
    return np.array([[name in held for name in names] for held in holders], bool).reshape(len(words), len(names))
