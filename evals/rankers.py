"""Ways to rank videos by their sentences, all over the same vectors: two baselines and ours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.ranking import aggregate, best_per_video
from agents.ranking_records import (
    RecordRows,
    Records,
    embed_question,
    gather_records,
    present_words,
    score_records,
    vocabulary,
)
from agents.ranking_views import clauses
from twins.geometry import Floats, Ints
from twins.protocols import TextEncoder
from twins.schema import Component


@dataclass(frozen=True, eq=False)
class Gallery:
    """Videos with their embedded sentences.

    Args:
        video_ids: V ids.   vocabularies: of each video's sentences.
        vectors: (n, d) unit rows of all components.   offsets: (V + 1,) of each video's rows.
        records: the same and their words, centred.
    """

    encoder: TextEncoder
    video_ids: tuple[str, ...]
    vocabularies: tuple[frozenset[str], ...]
    vectors: Floats
    offsets: Ints
    records: Records


def embed_gallery(videos: Mapping[str, Sequence[Component]], encoder: TextEncoder) -> Gallery:
    """Embed the sentences of videos, equal ones once."""
    distinct = list(dict.fromkeys(component.text for parts in videos.values() for component in parts))
    place = {text: n for n, text in enumerate(distinct)}
    vectors, states = encoder.encode(distinct), [found.states for found in encoder.encode_words(distinct)]
    rows = []
    for parts in videos.values():
        places = [place[component.text] for component in parts]
        words = np.concatenate([states[n] for n in places]) if places else vectors[:0]
        rows.append(RecordRows(tuple(parts), vectors[places], words))
    offsets = np.cumsum([0, *(len(part.components) for part in rows)])
    vocabularies = tuple(vocabulary(part.text for part in parts) for parts in videos.values())
    flat = np.concatenate([part.vectors for part in rows])
    return Gallery(encoder, tuple(videos), vocabularies, flat, offsets, gather_records(rows))


def max_sim(gallery: Gallery, text: str) -> list[str]:
    """Rank by the one sentence of a video that is nearest to the whole question."""
    return _order(gallery, best_per_video(gallery.encoder.encode([text]) @ gallery.vectors.T, gallery.offsets)[0])


def clause_wise(gallery: Gallery, text: str, strategy: str = "weighted_mean") -> list[str]:
    """Rank by the sentences nearest to each clause of the question, averaged."""
    parts = gallery.encoder.encode(clauses(text))
    best = best_per_video(parts @ gallery.vectors.T, gallery.offsets)
    return _order(gallery, aggregate(strategy, best, np.ones(len(parts), np.float32)))


def fused(gallery: Gallery, text: str) -> list[str]:
    """Rank by all ingredients of :func:`agents.ranking_records.score_records`."""
    return _order(gallery, fused_scores(gallery, text))


def fused_scores(gallery: Gallery, text: str) -> Floats:
    """Return (V,) the scores by which :func:`fused` ranks."""
    question = embed_question(text, gallery.encoder)
    present = present_words(question.words.words, gallery.vocabularies)
    return score_records(question, gallery.records, present).fused


def _order(gallery: Gallery, scores: Floats) -> list[str]:
    """Sort by falling score; equal ones by id."""
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], gallery.video_ids[place]))
    return [gallery.video_ids[place] for place in order]


RANKERS: dict[str, Callable[[Gallery, str], list[str]]] = {
    "question max-sim": max_sim,
    "clause-wise max-sim": clause_wise,
    "ours": fused,
}
