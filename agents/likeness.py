"""How much one video is like another, by what their twins say: pure functions over sentences and their vectors.

What happens counts more than what is there, and a sentence that every video says counts little. The places of a
component index run along the first axis of every array.
"""

from collections.abc import Sequence

import numpy as np

from agents.lexicon import content_stems
from agents.ranking import best_per_video
from agents.ranking_records import DERIVED
from twins.geometry import Doubles, Floats, Ints
from twins.queries import SubQuery
from twins.schema import Component, FactKind

KINDS: dict[FactKind, float] = {
    "event": 2.0,
    "action": 2.0,
    "role": 2.0,
    "purpose": 1.0,
    "relation": 1.0,
    "motion": 1.0,
    "state": 1.0,
    "caption": 1.0,
    "attribute": 0.7,
    "object": 0.7,
    "scene": 0.5,
    "text": 0.3,
}
"""What all sentences of a kind weigh together, the most telling first: many are not more than few."""
HAPPENS: tuple[FactKind, ...] = ("event", "action", "role", "purpose", "state")
STILL: tuple[FactKind, ...] = ("attribute", "object", "scene", "text")
"""What is there, and does not happen."""
SAME = 0.75
"""Centred cosine from which two sentences say much the same."""
THERE_SHARE = 1 / 3
"""Share of the other way round, how much of the other video the reference says: else whoever says most is most like."""
DEEDS, DEEDS_OF_DESCRIBED = 0.5, 0.25
"""Share of the predicates that both tell, beside the sentences. Sentence vectors tell looks from each other better than
movements; but where somebody has told what happens, words say it better than what boxes do."""
MOST_SENTENCES, MOST_WORDS = 4, 40
NEWS = 0.5
"""Share of a sentence's words that no sentence before it had."""


def weigh(components: Sequence[Component], edit: Sequence[SubQuery] = (), edit_text: str = "") -> Doubles:
    """Return (n,) what each sentence of a reference counts; 0 for what an edit speaks of.

    Args:
        components: n sentences of the video that others should be like.
        edit: how they should differ, taken apart, and as text: a street in daylight does not contradict ``at night``.
    """
    changed = content_stems(edit_text)
    scene_changes = any(part.kind == "scene" for part in edit)
    counted = [
        not (changed & content_stems(part.text) or (scene_changes and part.kind == "scene")) for part in components
    ]
    number = {kind: sum(part.kind == kind for part in components) for kind in KINDS}
    weights = [KINDS[part.kind] / number[part.kind] for part in components]
    return np.asarray(weights, np.float64) * np.asarray(counted, np.float64)


def like_sentences(reference: Floats, weights: Doubles, rows: Floats, offsets: Ints) -> Doubles:
    """Return (V,) from 0 to 1, how much each video says what a reference says.

    Soft recall of the reference's sentences, rare ones counting more, and of the video's by the reference: BERTScore
    (Zhang et al. 2020, arXiv:1904.09675) with sentences in place of words.

    Args:
        reference: (n, d) centred unit rows.   weights: (n,) by :func:`weigh`.
        rows: (r, d) centred unit rows of all videos, one after the other.   offsets: (V + 1,).
    """
    videos = len(offsets) - 1
    if not weights.any() or not len(rows):
        return np.zeros(videos)
    similar = np.clip(reference @ rows.T, 0.0, 1.0)
    best = np.maximum(best_per_video(similar, offsets), 0.0)
    shares = weights * np.log1p(videos / np.maximum((best >= SAME).sum(axis=1), 1))
    there = np.array([part.mean() if len(part) else 0.0 for part in np.split(similar.max(axis=0), offsets[1:-1])])
    return np.asarray((1 - THERE_SHARE) * (shares / shares.sum()) @ best + THERE_SHARE * there, np.float64)


def rarity(holders: int, videos: int) -> float:
    """Return how much it tells that a video tells something, when so many of all do: nothing where all do."""
    return float(np.log1p(videos / max(holders, 1)) - np.log(2))


def share_of_deeds(components: Sequence[Component]) -> float:
    """Return what the predicates that two videos tell count beside their sentences, for a reference with these."""
    told = any(part.kind in HAPPENS and part.source != DERIVED for part in components)
    return DEEDS_OF_DESCRIBED if told else DEEDS


def shared_pairs(
    reference: Sequence[Component], weights: Doubles, similar: Floats, other: Sequence[Component], most: int
) -> list[tuple[Component, Component]]:
    """Return the sentences of a reference that another video says too, each with what it says, the most telling first.

    Args:
        weights: (n,) of the reference's sentences; those of none are left out, and captions, which say all at once.
        similar: (n, m) how much each is like each of the m of the other video.
    """
    if not similar.size:
        return []
    best, near = similar.argmax(axis=1), similar.max(axis=1)

    def place(n: int) -> tuple[bool, float]:
        part = reference[n]
        return part.kind in STILL, -KINDS[part.kind] * part.confidence * float(near[n])

    counted = [
        n for n in range(len(reference)) if near[n] >= SAME and weights[n] > 0 and reference[n].kind != "caption"
    ]
    pairs: dict[int, tuple[Component, Component]] = {}
    for n in sorted(counted, key=place):
        pairs.setdefault(int(best[n]), (reference[n], other[best[n]]))
    said = _without_repetition([here for _, here in pairs.values()], most)
    return [pair for pair in pairs.values() if any(pair[1] is one for one in said)]


def telling_sentences(components: Sequence[Component]) -> list[str]:
    """Return the few sentences that tell most of a video, what happens first; none is said twice."""
    kinds = list(KINDS)
    ordered = sorted(
        (part for part in components if part.kind != "caption"),
        key=lambda part: (kinds.index(part.kind), -part.confidence),
    )
    return [part.text for part in _without_repetition(ordered, MOST_SENTENCES)]


def _without_repetition(ordered: Sequence[Component], most: int) -> list[Component]:
    """Return the first sentences that say something new, in so many words at most."""
    said: list[Component] = []
    known: frozenset[str] = frozenset()
    words = 0
    for part in ordered:
        content, length = content_stems(part.text), len(part.text.split())
        news = len(content - known)
        if not news or news < NEWS * len(content) or words + length > MOST_WORDS:
            continue
        said.append(part)
        known, words = known | content, words + length
        if len(said) == most:
            break
    return said
