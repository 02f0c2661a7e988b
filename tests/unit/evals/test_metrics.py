import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import (
    average_precision,
    average_precision_at,
    bootstrap,
    boundary_f,
    first_rank,
    grouped_bootstrap,
    mean_rank,
    mean_reciprocal_rank,
    median_rank,
    paired_bootstrap,
    recall_at,
    region_similarity,
)

RANKS = np.array([1, 2, 4, np.inf])


def test_the_first_relevant_video_counts() -> None:
    assert first_rank(["a", "b", "c"], {"c", "b"}) == 2
    assert first_rank(["a"], {"b"}) == np.inf


def test_a_query_without_an_answer_is_a_miss_at_every_depth() -> None:
    assert [recall_at(RANKS, k) for k in (1, 2, 5, 10**9)] == [0.25, 0.5, 0.75, 0.75]


def test_a_query_without_an_answer_has_the_rank_of_the_gallery_s_size() -> None:
    assert mean_rank(RANKS, 13) == (1 + 2 + 4 + 13) / 4
    assert median_rank(RANKS, 13) == 3
    assert median_rank(np.array([1, np.inf, np.inf]), 13) == 13


def test_a_query_without_an_answer_has_no_reciprocal_rank() -> None:
    assert mean_reciprocal_rank(RANKS) == (1 + 1 / 2 + 1 / 4) / 4


def test_average_precision_at_k_divides_by_what_can_be_found_within_k() -> None:
    ranking, relevant = ["a", "x", "b", "y", "c"], {"a", "b", "c", "d"}
    assert average_precision_at(ranking, relevant, 3) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision_at(ranking, relevant, 10) == pytest.approx((1 + 2 / 3 + 3 / 5) / 4)
    assert average_precision(ranking, relevant) == pytest.approx((1 + 2 / 3 + 3 / 5) / 4)
    assert average_precision_at(ranking, {"a"}, 3) == 1


def square(top: int, left: int, side: int) -> np.ndarray:
    mask = np.zeros((40, 40), bool)
    mask[top : top + side, left : left + side] = True
    return mask


def test_j_is_intersection_over_union() -> None:
    assert region_similarity(square(0, 0, 10), square(0, 5, 10)) == 50 / 150
    assert region_similarity(square(0, 0, 0), square(0, 0, 0)) == 1
    assert region_similarity(square(0, 0, 3), square(0, 0, 0)) == 0


def test_f_forgives_a_shift_within_its_tolerance_and_no_larger_one() -> None:
    # 0.008 x the diagonal of 40 x 40 is 0.45, hence one pixel
    assert boundary_f(square(10, 10, 12), square(10, 11, 12)) == 1
    assert 0 < boundary_f(square(10, 10, 12), square(10, 14, 12)) < 0.7
    assert boundary_f(square(2, 2, 8), square(25, 25, 8)) == 0


def test_f_of_masks_without_a_boundary() -> None:
    nothing, everything = np.zeros((9, 9), bool), np.ones((9, 9), bool)
    assert boundary_f(nothing, nothing) == 1
    assert boundary_f(everything, nothing) == 1
    assert boundary_f(square(2, 2, 8), np.zeros((40, 40), bool)) == 0


def test_f_is_worked_out_by_hand_on_a_single_pixel() -> None:
    one, line = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    one[10, 10] = True
    line[10, 4:17] = True
    # The boundary of the pixel is itself, left, up and left up; that of the line 14 pixels in each of two rows.
    # Within one pixel of the first lie 4 columns of the second in either row.
    precision, recall = 1.0, 8 / 28
    assert boundary_f(one, line) == pytest.approx(2 * precision * recall / (precision + recall))


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_an_interval_holds_its_value(values: list[bool]) -> None:
    found = bootstrap(np.array(values))
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.value == pytest.approx(np.mean(values))


def test_an_interval_of_many_values_is_the_normal_one() -> None:
    values = np.arange(400) % 2 == 0
    found = bootstrap(values)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_pairing_takes_the_difficulty_of_queries_out() -> None:
    rng = np.random.default_rng(0)
    difficulty = rng.normal(size=200)
    gain = paired_bootstrap(difficulty + 0.1, difficulty)
    assert (gain.value, gain.low, gain.high) == pytest.approx((0.1, 0.1, 0.1))


def test_queries_of_other_number_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="2 values cannot be paired with 3"):
        paired_bootstrap(np.zeros(2), np.zeros(3))


def test_questions_that_stand_and_fall_together_count_as_one() -> None:
    values = np.repeat([True, False, True, False, True, False], 10)
    groups = [str(n) for n in np.repeat(range(6), 10)]
    together, apart = grouped_bootstrap(values, groups), bootstrap(values)
    assert together.value == apart.value == 0.5
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_an_estimate_is_shown_in_per_cent() -> None:
    assert f"{bootstrap(np.ones(5))}" == "100.0 [100.0, 100.0]"
