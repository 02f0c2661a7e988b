"""Sides and numbers of times are asked for, whatever situation a question may tell of."""

import pytest

from agents.claims import check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from encoders.minilm import MiniLM
from twins.queries import SubQuery


@pytest.fixture(scope="module")
def decomposer():
    return RulesDecomposer(MiniLM())


def in_every_reading(parts: tuple[SubQuery, ...]) -> set[str]:
    assert {part.reading for part in parts} > {None}, "no situation is recognised"
    return {part.text for part in parts if part.reading is None}


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("something enters from the right and leaves on the left", "moves to the left"),
        ("something enters from the left and leaves on the right", "moves to the right"),
        ("it comes in from the right and goes out on the left", "moves to the left"),
    ],
)
def test_a_side_is_asked_for_in_every_reading(decomposer, question, side):
    assert f"something {side}" in in_every_reading(decomposer.decompose(question).sub_queries)


@pytest.mark.parametrize(
    ("question", "often"),
    [
        ("it comes in twice", "enters the picture 2 times"),
        ("it comes in three times", "enters the picture 3 times"),
    ],
)
def test_how_often_is_asked_for_in_every_reading(decomposer, question, often):
    parts = decomposer.decompose(question).sub_queries
    assert f"something {often}" in in_every_reading(parts)
    counted = next(part for part in parts if part.text.endswith("times"))
    assert counted.subject in {part.id for part in parts if part.reading is None}


def test_a_number_of_times_that_was_not_read_is_left_open_in_every_reading(decomposer):
    assert "twice something enters" in in_every_reading(decomposer.decompose("twice something enters").sub_queries)


def test_which_way_a_thing_crosses_is_checked(decomposer, clip, mover):
    made = clip(mover("1", [(1, 0, 180), (5, 640, 180)]), mover("2", [(0, 300, 40), (6, 300, 40)]))

    def ask(question):
        asked = decomposer.decompose(question)
        checked = check_verdict(RulesJudge().judge(asked, made), made.twin, made.geometry, asked.sub_queries)
        return checked, {line.claim: line.check for line in checked.trace}

    there, said = ask("something enters from the left and leaves on the right")
    assert said["something moves to the right"] == "verified"
    back, said = ask("something enters from the right and leaves on the left")
    assert said["something moves to the left"] == "refuted"
    assert back.status != "verified" and back.verdict.score < there.verdict.score
