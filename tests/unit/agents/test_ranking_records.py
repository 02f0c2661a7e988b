from collections.abc import Sequence

import numpy as np

from agents.ranking_records import (
    INSTANCES_WEIGHT,
    LEXICAL_WEIGHT,
    WORDS_WEIGHT,
    Ingredients,
    Question,
    RecordRows,
    embed_question,
    gather_records,
    instance_vectors,
    present_words,
    score_records,
    vocabulary,
)
from twins.geometry import Floats
from twins.protocols import WordStates
from twins.schema import Component

AXES = np.eye(4, dtype=np.float32)


class OneAxisAWord:
    """An encoder in which each of four words is an axis and a text the mean of its words."""

    name = "axes"
    dimensions = 4
    fingerprint = "axes"
    words = ("red", "dog", "blue", "cat")

    def encode(self, texts: Sequence[str]) -> Floats:
        sums = np.array([[text.split().count(word) for word in self.words] for text in texts], np.float32).reshape(
            -1, 4
        )
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)

    def encode_words(self, texts: Sequence[str]) -> list[WordStates]:
        return [WordStates(tuple(t.split()), AXES[[self.words.index(word) for word in t.split()]]) for t in texts]

    def encode_both(self, texts: Sequence[str]) -> tuple[np.ndarray, list[WordStates]]:
        return self.encode(texts), self.encode_words(texts)


def component(text: str, *instances: str, source: str = "labels") -> Component:
    return Component(kind="object", text=text, instances=instances, source=source)


def rows(*texts: str) -> RecordRows:
    encoder = OneAxisAWord()
    states = [found.states for found in encoder.encode_words(texts)]
    words = np.concatenate(states) if states else np.empty((0, 4), np.float32)
    return RecordRows([component(text, "1") for text in texts], encoder.encode(texts), words)


def test_the_video_that_says_what_is_asked_comes_first_by_every_ingredient() -> None:
    records = gather_records([rows("blue cat", "red cat"), rows("red dog", "blue cat"), rows("cat")])
    question = embed_question("red dog", OneAxisAWord())
    texts = (["blue cat", "red cat"], ["red dog", "blue cat"], ["cat"])
    present = present_words(question.words.words, [vocabulary(video) for video in texts])
    scores = score_records(question, records, present)
    for ingredient in (scores.views, scores.words, scores.instances, scores.lexical, scores.fused):
        assert ingredient.shape == (3,)
        assert ingredient.argmax() == 1


def test_a_video_without_sentences_comes_last() -> None:
    records = gather_records([rows(), rows("blue cat"), rows("red dog")])
    scores = score_records(embed_question("red dog", OneAxisAWord()), records).fused
    assert np.isfinite(scores).all()
    assert scores.argsort().tolist() == [0, 1, 2]


def test_every_family_of_views_counts_the_same() -> None:
    records = gather_records([rows("red"), rows("dog")])
    families = (AXES[:1], AXES[:1], AXES[:1], np.stack([AXES[1]] * 9))
    views = score_records(Question(families, WordStates((), AXES[:0])), records).views
    np.testing.assert_allclose(views, [0.75, 0.25])


def test_the_fused_score_is_the_weighted_sum() -> None:
    parts = [np.array([value], np.float32) for value in (0.5, 0.25, 0.125, 2)]
    expected = 0.5 + WORDS_WEIGHT * 0.25 + INSTANCES_WEIGHT * 0.125 + LEXICAL_WEIGHT * 2
    np.testing.assert_allclose(Ingredients(*parts).fused, [expected], rtol=1e-6)


def test_an_instance_is_the_mean_of_the_sentences_about_it() -> None:
    parts = [
        component("a", "1"),
        component("b", "1", "2"),
        component("c"),
        component("d", "2", source="predicates"),
    ]
    expected = [(AXES[0] + AXES[1]) / 2, AXES[1], AXES[2]]
    np.testing.assert_array_equal(instance_vectors(parts, AXES), expected)


def test_a_video_of_derived_sentences_alone_has_no_instance_vector() -> None:
    assert instance_vectors([component("a", "1", source="predicates")], AXES[:1]).shape == (0, 4)


def test_words_are_found_by_their_stems() -> None:
    texts: tuple[list[str], ...] = (["A dog runs."], ["the CUP, red"], [])
    found = present_words(("running", "cups"), [vocabulary(video) for video in texts])
    np.testing.assert_array_equal(found, [[True, False, False], [False, True, False]])


def test_no_words_are_present_nowhere() -> None:
    assert present_words((), [vocabulary(["a dog"])]).shape == (0, 1)


def test_candidates_are_scored_as_in_the_whole_gallery_when_the_centring_is_handed_in() -> None:
    everything = [rows("red dog", "blue cat"), rows("blue dog"), rows("red cat", "dog")]
    whole = gather_records(everything * 8)
    part = gather_records(everything[1:], whole.centre, whole.centre_words)
    question = embed_question("red dog", OneAxisAWord())
    np.testing.assert_allclose(
        score_records(question, whole).fused[1:3], score_records(question, part).fused, atol=1e-6
    )
