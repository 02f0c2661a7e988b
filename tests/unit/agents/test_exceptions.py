"""One that is not like the others: what is said of all is turned round for the one."""

import pytest

from agents.clauses import strip_asking, tokenise
from agents.exceptions import exception
from agents.reading import read


@pytest.mark.parametrize(
    ("question", "situation"),
    [
        ("everything but one thing rests", "lone_mover"),
        ("none but one stands still", "lone_rester"),
        ("all of the boxes move except one", "lone_rester"),
        ("nobody moves apart from one", "lone_mover"),
        ("just one of them is parked", "lone_rester"),
        ("exactly one of the objects wanders about", "lone_mover"),
        ("one red ball moves", None),
        ("all of them move", "all_move"),
        ("only one ball hits the box", None),
        ("nothing happens: all of them stand still", "none_moves"),
        ("nobody rests, all of them move", "all_move"),
    ],
)
def test_an_exception_is_a_lone_mover_or_a_lone_rester(question: str, situation: str | None) -> None:
    tokens = strip_asking(tokenise(question))
    assert exception(tokens, read(tokens)) == situation
