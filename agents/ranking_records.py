"""Videos scored by everything that their sentences say: views, words, instances and shared vocabulary, fused."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from agents.ranking import Centring, best_per_video, late_interaction, learn_centring, lexical_coverage
from agents.ranking_views import WINDOWS, clauses, windows
from agents.stemming import stem
from twins.geometry import Bools, Floats, Ints
from twins.protocols import TextEncoder, WordStates
from twins.schema import Component

DERIVED = "predicates"
"""Source of sentences that are recomputed from geometry: many and alike, they would blur what an instance is."""

WORDS_WEIGHT = 1.0
INSTANCES_WEIGHT = 0.5
LEXICAL_WEIGHT = 0.02
"""Beside the views, which weigh 1. Fixed scales, not normalised per question: a question to which all videos are alike
must not be decided by what is left of the differences. The optimum is flat: half or double costs a point or two."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class Question:
    """A question's vectors.

    Args:
        families: one (u, d) array of unit rows a family of views: the whole question alone, its clauses, windows; a
            family counts as much as any other.
        words: its words with their states.
    """

    families: tuple[Floats, ...]
    words: WordStates


def embed_question(text: str, encoder: TextEncoder) -> Question:
    """Embed every view of a question, and its words.

    Args:
        text: best without the negated parts: what must not be there is no reason to recall a video.
    """
    whole = " ".join(text.split())
    vectors, words = encoder.encode_both([whole, *(part for part in clauses(whole) if part != whole)])
    narrow = tuple(windows(words[0].states, width) if len(words[0].states) else vectors[:1] for width in WINDOWS)
    return Question((vectors[:1], vectors[1:] if len(vectors) > 1 else vectors, *narrow), words[0])


@dataclass(frozen=True, eq=False)
class Records:
    """What is known of V videos, as rows one after the other; see :mod:`agents.ranking` for offsets.

    Args:
        sentences: (n, d) centred unit rows, one a component.   sentence_offsets: (V + 1,).
        words: (w, d) centred unit rows, one a word of a component.   word_offsets: (V + 1,).
        instances: (m, d) centred unit rows, one an instance.   instance_offsets: (V + 1,).
        centre, centre_words: what was taken off the rows, and has to be taken off a question's.
    """

    sentences: Floats
    sentence_offsets: Ints
    words: Floats
    word_offsets: Ints
    instances: Floats
    instance_offsets: Ints
    centre: Centring
    centre_words: Centring


@dataclass(frozen=True, eq=False)
class RecordRows:
    """The rows of one video as they are stored, not centred.

    Args:
        components: its n sentences.   vectors: (n, d) unit rows.   words: (w, d) word states of all sentences.
    """

    components: Sequence[Component]
    vectors: Floats
    words: Floats


def gather_records(
    rows: Sequence[RecordRows], centre: Centring | None = None, centre_words: Centring | None = None
) -> Records:
    """Put the rows of videos together.

    Args:
        rows: at least one.
        centre, centre_words: learned from a whole gallery where these are only candidates; from these where none.
    """
    sentences = np.concatenate([part.vectors for part in rows])
    words = np.concatenate([part.words for part in rows]).astype(np.float32)
    instances = [instance_vectors(part.components, part.vectors) for part in rows]
    centre = centre or learn_centring(sentences)
    centre_words = centre_words or learn_centring(words, directions=0)
    return Records(
        sentences=centre(sentences),
        sentence_offsets=_offsets(len(part.vectors) for part in rows),
        words=centre_words(words),
        word_offsets=_offsets(len(part.words) for part in rows),
        instances=centre(np.concatenate(instances)),
        instance_offsets=_offsets(len(part) for part in instances),
        centre=centre,
        centre_words=centre_words,
    )


def _offsets(counts: Iterable[int]) -> Ints:
    return np.cumsum([0, *counts])


def instance_vectors(components: Sequence[Component], vectors: Floats) -> Floats:
    """Return (m, d) means of the sentences about each instance; those about none are one more.

    What a question says of one object is spread over many sentences about it.
    """
    members: dict[str | None, list[int]] = {}
    for row, component in enumerate(components):
        if component.source != DERIVED:
            for instance in component.instances or (None,):
                members.setdefault(instance, []).append(row)
    means = [vectors[rows].mean(axis=0) for rows in members.values()]
    return np.asarray(np.stack(means) if means else np.empty((0, vectors.shape[1])), np.float32)


@dataclass(frozen=True, eq=False)
class Ingredients:
    """The parts of a score, each (V,): cosines, but for ``lexical``, which is 0 or more."""

    views: Floats
    words: Floats
    instances: Floats
    lexical: Floats

    @property
    def fused(self) -> Floats:
        """The score by which videos are ranked; comparable between videos, not between questions."""
        return np.asarray(
            self.views + WORDS_WEIGHT * self.words + INSTANCES_WEIGHT * self.instances + LEXICAL_WEIGHT * self.lexical,
            np.float32,
        )


def score_records(question: Question, records: Records, present: Bools | None = None) -> Ingredients:
    """Score every video.

    Args:
        present: (words, V), which videos have which of ``question.words.words``; none leaves vocabulary out.
    """
    whole = records.centre(question.families[0])
    return Ingredients(
        views=score_views(question, records.sentences, records.sentence_offsets, records.centre),
        words=late_interaction(records.centre_words(question.words.states), records.words, records.word_offsets),
        instances=best_per_video(whole @ records.instances.T, records.instance_offsets)[0],
        lexical=np.zeros(len(records.sentence_offsets) - 1, np.float32)
        if present is None
        else lexical_coverage(present).astype(np.float32),
    )


def score_views(question: Question, sentences: Floats, offsets: Ints, centre: Centring) -> Floats:
    """Return (V,): max-sim of each view to a video's sentences, averaged within each family, then over families."""
    # One product for all: small ones each wait for the other threads.
    best = best_per_video(centre(np.concatenate(question.families)) @ sentences.T, offsets)
    ends = np.cumsum([len(family) for family in question.families])[:-1]
    return np.asarray(np.mean([part.mean(axis=0) for part in np.split(best, ends)], axis=0), np.float32)


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of all words of a video's sentences, for :func:`present_words`."""
    return frozenset(stem(word) for text in texts for word in _WORD.findall(text.lower()))


def present_words(words: Sequence[str], vocabularies: Sequence[frozenset[str]]) -> Bools:
    """Say which videos have which words, by their stems.

    Args:
        words: lower-cased.   vocabularies: one of :func:`vocabulary` a video.

    Returns:
        (len(words), len(vocabularies)).
    """
    found = [[stem(word) in video for video in vocabularies] for word in words]
    return np.array(found, bool).reshape(len(words), len(vocabularies))
