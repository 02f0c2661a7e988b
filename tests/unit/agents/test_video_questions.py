"""What a question about a shown video asks for."""

from time import process_time

import pytest

from agents.moments import Moment
from agents.video_questions import VideoQuestion, read_video_question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", VideoQuestion("telling")),
        ("what happens", VideoQuestion("telling")),
        ("what's", VideoQuestion("things")),
        ("who is in it?", VideoQuestion("things")),
        ("which objects are there", VideoQuestion("things")),
        ("how does it end?", VideoQuestion("part", "", "end")),
        ("what happens first", VideoQuestion("part", "", "start")),
        ("what happens at the beginning", VideoQuestion("telling", moment=Moment("at the beginning"))),
        ("what happens at the end?", VideoQuestion("telling", moment=Moment("at the end"))),
        ("how long is it", VideoQuestion("length")),
        ("what colour is it?", VideoQuestion("looks", "", "colour")),
        ("What color is the ball", VideoQuestion("looks", "the ball", "colour")),
        ("what shape does the black one have", VideoQuestion("looks", "the black one", "shape")),
        ("how big is the star", VideoQuestion("looks", "the star", "size")),
        ("what does the man wear", VideoQuestion("looks", "the man", "")),
        ("what is the black thing", VideoQuestion("looks", "the black thing", "")),
        ("how many balls are", VideoQuestion("number", "balls")),
        ("how many things are there in it", VideoQuestion("number")),
        ("what does the dog do?", VideoQuestion("doing", "the dog")),
        ("is the star pink", VideoQuestion("whether", "the star is pink", "colour")),
        ("is it red?", VideoQuestion("whether", "something is red", "colour")),
        ("is it indoors", VideoQuestion("whether", "indoors")),
        ("does the dog run", VideoQuestion("whether", "does the dog run")),
        ("is there anything red", VideoQuestion("whether", "is there anything red", "colour")),
        ("who throws the ball", VideoQuestion("other", "who throws the ball")),
        ("who is the first to stop", VideoQuestion("other", "who is the first to stop")),
    ],
)
def test_what_is_asked_of_a_video(text, expected):
    assert read_video_question(text) == expected


def test_words_that_come_again_and_again_are_read_at_once():
    start = process_time()
    assert read_video_question(f"how many balls{' are there' * 20} x").asked == "number"
    assert process_time() - start < 1.0
