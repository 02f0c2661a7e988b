"""What grammar reads in a question is shared by all who ask for it."""

from pathlib import Path

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
