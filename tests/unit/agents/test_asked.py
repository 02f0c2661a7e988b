"""What grammar reads in a question is shared by all who ask for it."""

from pathlib import Path

import pytest

from agents.asked import read_question
from agents.rules_decomposer import RulesDecomposer
from agents.unsought import unsought

PHRASINGS = (Path(__file__).parent / "phrasings.txt").read_text().splitlines()


def test_nobody_changes_a_reading():
    for phrasing in (line for line in PHRASINGS[::20] if line):
        _, reading = read_question(phrasing)
        before = repr(reading)
        unsought(RulesDecomposer().decompose(phrasing))
        assert read_question(phrasing)[1] is reading
        assert repr(reading) == before


@pytest.mark.parametrize(
    ("question", "looks"),
    [
        ("the one of a single tone stops", ["plain"]),
        ("a ball of only one colour follows a striped cube", ["plain", "striped"]),
        ("a cube in one even shade", ["plain"]),
        ("a shade of green", []),
        ("two cars of one colour collide", []),
        ("cars in one shade stop", []),
        ("two big sheep of one colour collide", []),
        ("people of one colour stop", []),
        ("the zebra-like one stops", ["striped"]),
    ],
)
def test_what_is_of_one_tone_is_plain(question, looks):
    _, reading = read_question(question)
    assert [term for entity in reading.entities for kind, term in entity.looks if kind == "texture"] == looks


def test_of_what_is_in_a_single_shade_of_a_colour_that_is_the_colour():
    _, reading = read_question("a ball in a single shade of dark blue follows a cube")
    ball = [("tone", "dark"), ("colour", "blue"), ("shape", "circle")]
    assert [entity.looks for entity in reading.entities] == [ball, [("shape", "square")]]


@pytest.mark.parametrize("question", ["a round trip by the blue thing", "the blue thing makes a round trip"])
def test_a_round_trip_is_no_round_thing_but_turns_back(question):
    parts = RulesDecomposer().decompose(question).sub_queries
    assert [(part.subject, part.relation) for part in parts if part.relation] == [("blue thing", "turns")]
    assert not any("round" in (part.subject or "") for part in parts)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What colour is the thing that overtakes?", "'what colour'"),
        ("what is the size of the ball", "'the size'"),
        ("how long is the ball?", "'how long'"),
    ],
)
def test_a_question_that_wants_to_know_a_look_is_told_that_clips_are_found(question, asked):
    warnings = RulesDecomposer().decompose(question).warnings
    assert [warning.code for warning in warnings] == ["look_asked"] and asked in warnings[0].text


def test_what_is_asked_how_long_it_is_is_not_said_to_be_long():
    parts = RulesDecomposer().decompose("how long is the red ball").sub_queries
    assert [part.text for part in parts] == ["red ball"]
    for question in ("a long ball", "the size of the ball changes"):
        assert not RulesDecomposer().decompose(question).warnings
