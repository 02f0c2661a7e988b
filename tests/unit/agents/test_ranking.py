import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.ranking import (
    FEWEST_ROWS,
    MOST_ROWS,
    NOTHING,
    Centring,
    aggregate,
    best_per_video,
    late_interaction,
    learn_centring,
    lexical_coverage,
)
from twins.errors import TwinseekError

SCORES = np.array([[0.9, 0.5], [0.1, 0.5]], np.float32)
EVEN = np.ones(2, np.float32)


def test_the_best_row_of_each_video_counts() -> None:
    similarities = np.array([[0.1, 0.7, 0.3], [-0.5, -0.2, -0.9]], np.float32)
    best = best_per_video(similarities, np.array([0, 2, 3]))
    np.testing.assert_array_equal(best, np.array([[0.7, 0.3], [-0.2, -0.9]], np.float32))


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [([0, 0, 2], [NOTHING, 0.4]), ([0, 2, 2], [0.4, NOTHING]), ([0, 1, 1, 2], [0.3, NOTHING, 0.4])],
)
def test_a_video_without_rows_has_the_lowest_similarity(offsets: list[int], expected: list[float]) -> None:
    best = best_per_video(np.array([[0.3, 0.4]], np.float32), np.array(offsets))
    np.testing.assert_allclose(best[0], expected, rtol=1e-6)


def test_a_gallery_without_rows_has_no_best_one() -> None:
    best = best_per_video(np.empty((2, 0), np.float32), np.array([0, 0]))
    np.testing.assert_array_equal(best, np.full((2, 1), NOTHING, np.float32))


def test_a_mean_lets_one_part_make_up_for_another_and_a_minimum_does_not() -> None:
    np.testing.assert_allclose(aggregate("weighted_mean", SCORES, EVEN), [0.5, 0.5])
    np.testing.assert_allclose(aggregate("minimum", SCORES, EVEN), [0.1, 0.5])


def test_a_part_weighs_as_much_as_it_is_given() -> None:
    np.testing.assert_allclose(aggregate("weighted_mean", SCORES, np.array([3, 1], np.float32)), [0.7, 0.5], rtol=1e-6)
    np.testing.assert_allclose(aggregate("minimum", SCORES, np.array([1, 0], np.float32)), [0.9, 0.5])


def test_a_soft_minimum_lies_between_minimum_and_mean() -> None:
    soft = aggregate("soft_minimum", SCORES, EVEN)
    # -0.1 ln((e^-9 + e^-1) / 2) = 0.1 + 0.1 ln 2 - 0.1 ln(1 + e^-8)
    np.testing.assert_allclose(soft, [0.1 + 0.1 * np.log(2) - 0.1 * np.log1p(np.exp(-8)), 0.5], rtol=1e-5)
    assert 0.1 < soft[0] < 0.5


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TwinseekError, match="'max': choose one of minimum, soft_minimum, weighted_mean"):
        aggregate("max", SCORES, EVEN)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_centred_rows_are_unit_rows_without_the_common_direction(seed: int, directions: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(FEWEST_ROWS, 8)).astype(np.float32) + 3
    centre = learn_centring(rows, directions)
    centred = centre(rows)
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(centred @ centre.directions.T, 0, atol=1e-4)
    np.testing.assert_allclose(centre.mean, rows.mean(axis=0), atol=1e-5)


def test_the_first_direction_is_the_one_of_most_variance() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 3)).astype(np.float32) * np.array([1, 5, 1], np.float32)
    assert abs(learn_centring(rows).directions[0, 1]) > 0.98


def test_close_directions_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(500, 64)) * np.linspace(1.0, 1.3, 64)).astype(np.float32)
    _, vectors = np.linalg.eigh(np.cov(rows.T))
    assert abs(float(learn_centring(rows).directions[0] @ vectors[:, -1])) > 0.999


def test_nothing_is_learned_of_a_handful_of_rows() -> None:
    rows = np.array([[3.0, 4.0]], np.float32)
    np.testing.assert_allclose(learn_centring(rows)(rows), [[0.6, 0.8]], rtol=1e-6)


def test_a_row_that_is_nothing_but_common_becomes_zero() -> None:
    centre = Centring(np.array([1.0, 0.0], np.float32), np.zeros((0, 2), np.float32))
    np.testing.assert_array_equal(centre(np.array([[1.0, 0.0]], np.float32)), [[0, 0]])


def test_each_word_of_the_question_seeks_its_best_word() -> None:
    question = np.eye(2, dtype=np.float32)
    record = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    # the first video has (1, 0) and (0.6, 0.8): 1 and 0.8; the second has (0, 1): 0 and 1
    np.testing.assert_allclose(late_interaction(question, record, np.array([0, 2, 3])), [0.9, 0.5])


def test_a_question_without_words_prefers_no_video() -> None:
    empty = np.empty((0, 2), np.float32)
    np.testing.assert_array_equal(late_interaction(empty, np.eye(2, dtype=np.float32), np.array([0, 1, 2])), [0, 0])


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    rare_and_common = np.array([[True, False, False, False], [False, True, True, True]])
    scores = lexical_coverage(rare_and_common)
    np.testing.assert_allclose(scores, np.array([np.log(5), *[np.log(1 + 4 / 3)] * 3]) / 2)


def test_a_question_without_words_covers_nothing() -> None:
    np.testing.assert_array_equal(lexical_coverage(np.empty((0, 3), bool)), [0, 0, 0])


def test_a_gallery_of_many_rows_is_sampled_over_its_whole_length() -> None:
    halves = np.repeat(np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), 3 * MOST_ROWS, axis=0)
    np.testing.assert_allclose(learn_centring(halves).mean, [0.5, 0.5], atol=1e-3)
