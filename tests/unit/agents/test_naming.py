"""Situations that grammar names: by the side, by the order, by all and none, and because nothing else is said."""

import pytest

from agents.asked import read_question
from agents.clauses import strip_asking, tokenise
from agents.naming import named_situation, only_part, tells_more
from agents.reading import read


@pytest.mark.parametrize(
    ("question", "situation"),
    [
        ("something hides and comes back out on the other side", "emerging_beyond"),
        ("something hides and comes back out", None),
        ("it hides behind a box and comes back out on the same side", "emerging_back"),
        ("it hides and reappears at the end where it vanished", "emerging_back"),
        ("it enters on one side and leaves on the other side", None),
        ("the red ball stops before the blue box enters", "halt_before_entrance"),
        ("the blue box enters before the red ball stops", "entrance_before_halt"),
        ("the red ball stops before it enters", None),
        ("the red ball overtakes the blue box", "overtaking"),
        ("the red ball overtakes the blue box until it tires", None),
        ("the red ball rests before it resumes its way", "pause"),
        ("not a single one of them stands still", "all_move"),
        ("none of the things moves", "none_moves"),
        ("everything rests", "none_moves"),
        ("everybody sits except for one who runs", "lone_mover"),
        ("everybody runs except for one who sits", "lone_rester"),
        ("its size keeps falling", None),
    ],
)
def test_a_situation_is_named_by_grammar(question: str, situation: str | None) -> None:
    tokens = strip_asking(tokenise(question))
    assert named_situation(tokens, read(tokens)) == situation


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("a red ball", False),
        ("two red squares", False),
        ("a red and a blue one", False),
        ("something striped", False),
        ("a red winner", True),
        ("a duel", True),
        ("red against blue", True),
        ("the first", False),
    ],
)
def test_how_things_look_is_no_situation(question: str, more: bool) -> None:
    assert tells_more(*read_question(question)) == more


@pytest.mark.parametrize(
    ("question", "predicate"),
    [
        ("does something stop", "stops"),
        ("did the star stop", "stops"),
        ("something stops", "stops"),
        ("does something stop for good", None),
        ("does it stop and turn back", None),
    ],
)
def test_a_question_of_yes_or_no_says_no_more_than_what_it_asks(question: str, predicate: str | None) -> None:
    part = only_part(*read_question(question))
    assert (part.predicate if part else None) == predicate
