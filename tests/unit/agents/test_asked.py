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
        ("the zebra-like one stops", ["striped"]),
    ],
)
def test_what_is_of_one_tone_is_plain(question, looks):
    _, reading = read_question(question)
    assert [term for entity in reading.entities for kind, term in entity.looks if kind == "texture"] == looks
