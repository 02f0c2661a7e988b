"""Times that a question names."""

import pytest

from agents.moments import Moment, is_at, split_moment


@pytest.mark.parametrize(
    ("text", "rest", "moment"),
    [
        ("what does the man do at the end", "what does the man do", "at the end"),
        ("at the very beginning, what does it do", "what does it do", "at the very beginning"),
        ("what happens at 0:03.5", "what happens", "at 0:03.5"),
        ("what happens after 3 seconds", "what happens", "after 3 seconds"),
        ("what happens before 5s", "what happens", "before 5s"),
        ("what happens at second 3", "what happens", "at second 3"),
        ("what happens at t = 2.5", "what happens", "at t = 2.5"),
        ("what happens in the middle of the video", "what happens", "in the middle of the video"),
    ],
)
def test_a_moment_is_told_from_the_question(text, rest, moment):
    assert split_moment(text) == (rest, Moment(moment))


@pytest.mark.parametrize("text", ["what happens before 5", "what happens after 2", "what happens at 9999"])
def test_a_number_without_a_unit_is_no_moment(text):
    assert split_moment(text) == (text, None)


@pytest.mark.parametrize("text", ["what is at the end of the street", "what does the man do in the kitchen"])
def test_a_place_is_no_moment(text):
    assert split_moment(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("at the start", (0.0, 1.0)),
        ("at the end", (9.0, 10.0)),
        ("in the middle", (4.5, 5.5)),
        ("finally", (9.0, 10.0)),
        ("at 0:03.5", (3.5, 3.5)),
        ("at 1:02", (62.0, 62.0)),
        ("after 3 seconds", (3.0, 10.0)),
        ("before 3 s", (0.0, 3.0)),
    ],
)
def test_a_moment_is_a_span_of_a_video(text, span):
    assert Moment(text).span(10.0) == pytest.approx(span)


def test_what_holds_at_a_moment_holds_in_a_span_that_touches_it():
    assert is_at((2.0, 4.0), (3.0, 3.0)) and is_at((2.0, 9.5), (9.0, 10.0))
    assert not is_at((2.0, 4.0), (9.0, 10.0)) and not is_at(None, (0.0, 10.0))
