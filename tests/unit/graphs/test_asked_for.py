"""What a question denies takes no part in recall, in whatever form it is said."""

import pytest

from agents.rules_decomposer import RulesDecomposer
from graphs.recall import asked_for


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("the red ball moves", "the red ball moves"),
        ("the red ball moves but doesn't touch the blue box", "the red ball moves but does"),
        ("A ball rolls, without hitting the box!", "a ball rolls , !"),
        ("nobody moves", "nobody moves"),
    ],
)
def test_denials_are_cut(question: str, asked: str) -> None:
    assert asked_for(RulesDecomposer().decompose(question)) == asked
