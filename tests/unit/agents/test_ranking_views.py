from hypothesis import given
from hypothesis import strategies as st

from agents.ranking_views import clauses, question_views, windows


def test_a_question_is_seen_whole_by_clauses_and_through_windows() -> None:
    whole, parts, narrow, wide = question_views("Who waits by the door,\n while the dog barks?")
    assert whole == ("Who waits by the door, while the dog barks?",)
    assert parts == ("Who waits by the door", "the dog barks")
    assert narrow == ("Who waits by the", "by the door, while", "door, while the dog", "the dog barks?")
    assert wide == ("Who waits by the door, while the dog", "door, while the dog barks?")


def test_a_short_question_is_its_own_clause_and_window() -> None:
    assert question_views("a dog") == (("a dog",),) * 4
    assert clauses("dog") == ("dog",)


def test_a_clause_of_one_word_is_left_out() -> None:
    assert clauses("Indoors, what does he carry?") == ("what does he carry",)


def test_windows_overlap_by_half() -> None:
    assert windows("a b c d e f", 4) == ("a b c d", "c d e f")


@given(st.text(max_size=200))
def test_every_family_has_a_view_of_any_text(text: str) -> None:
    families = question_views(text)
    assert len(families) == 4
    assert all(families)


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=60), st.integers(1, 9))
def test_windows_leave_no_word_out(words: list[str], width: int) -> None:
    found = windows(" ".join(words), width)
    assert found[0].split() == words[:width]
    assert found[-1].split()[-1] == words[-1]
    assert all(len(window.split()) <= width for window in found) or len(words) <= width
