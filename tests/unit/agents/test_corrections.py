"""What a message corrects, and the question that comes of it."""

import pytest

from agents.corrections import corrected
from agents.follow_ups import read_follow_up
from agents.shown import Shown


@pytest.mark.parametrize(
    ("message", "asked", "question"),
    [
        ("no, I meant a black star", "what turns back", "a black star"),
        ("sorry, a black star", "what turns back", "a black star"),
        ("I asked for a black star", "", "a black star"),
        ("I said stars, not crosses", "what turns back", "stars"),
        ("I said stars, not crosses", "a cross passes something", "a star passes something"),
        ("I said stars, not crosses", "two crosses meet", "two stars meet"),
        ("no, not the star but the ellipse", "a star stops", "an ellipse stops"),
        ("I meant the red one instead of the blue one", "the blue one stops", "the red one stops"),
        ("I said people, not men", "a man runs", "a person runs"),
        ("I meant a man, not wearing a hat", "a dog", "a man, not wearing a hat"),
        ("no one moves", "", None),
        ("no dog, no cat", "", None),
        ("she said no", "", None),
        ("no, not that", "", None),
    ],
)
def test_a_correction_is_the_question_that_was_meant(message, asked, question):
    assert corrected(message, asked) == question


def test_a_correction_may_be_of_what_was_shown():
    shown = [Shown(1), Shown(2)]
    assert read_follow_up("no, I meant the second one", shown).positions == (2,)
    assert read_follow_up("I said 2", shown).positions == (2,)
    read = read_follow_up("No, I meant a black star.", shown, asked="a white star")
    assert (read.kind, read.text) == ("question", "a black star")
