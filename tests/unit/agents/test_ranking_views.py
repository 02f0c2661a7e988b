import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.ranking_views import clauses, windows


def test_a_question_is_split_at_punctuation_and_conjunctions() -> None:
    assert clauses("Who waits by the door, while the dog barks?") == ("Who waits by the door", "the dog barks")


def test_a_short_question_is_its_own_clause() -> None:
    assert clauses("dog") == ("dog",)


def test_a_clause_of_one_word_is_left_out() -> None:
    assert clauses("Indoors, what does he carry?") == ("what does he carry",)


def test_windows_overlap_by_half_and_are_unit_means() -> None:
    found = windows(np.eye(6, dtype=np.float32), 4)
    np.testing.assert_allclose(found, [[0.5, 0.5, 0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5, 0.5, 0.5]])


def test_a_short_question_is_its_own_window() -> None:
    np.testing.assert_allclose(windows(np.array([[3.0, 4.0]], np.float32), 4), [[0.6, 0.8]])


@given(st.text(max_size=200))
def test_every_text_has_a_clause(text: str) -> None:
    assert clauses(text)


@pytest.mark.parametrize("width", range(1, 9))
@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_windows_leave_no_word_out(count: int, width: int) -> None:
    found = windows(np.eye(count, dtype=np.float32), width)
    assert found.any(axis=0).all()
    assert (np.count_nonzero(found, axis=1) <= width).all()
