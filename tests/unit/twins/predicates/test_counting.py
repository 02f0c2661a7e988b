"""How many, by hand."""

from tests.unit.twins.predicates.tracks import rest, tracks
from twins.predicates import Scene
from twins.predicates.counting import Count, at_least, at_most, count, distinct, exactly


def three() -> Scene:
    """One is there for four seconds, one from 2 s on, one until 3 s and then behind something."""
    return Scene(
        tracks(
            rest((100, 100), 40),
            [*["absent"] * 20, *rest((300, 100), 20)],
            [*rest((500, 100), 30), *["occluded"] * 10],
        )
    )


def test_the_number_in_view_is_a_step_function_with_bounds() -> None:
    assert count(three(), [0, 1, 2]) == (Count((0.0, 2.0), 2, 2), Count((2.0, 3.0), 3, 3), Count((3.0, 4.0), 2, 3))


def test_a_hidden_object_makes_the_number_unknown_not_smaller() -> None:
    assert exactly(three(), [0, 1, 2], 3).holds == ((2.0, 3.0),)
    assert exactly(three(), [0, 1, 2], 3).fails == ((0.0, 2.0),)
    assert at_least(three(), [0, 1, 2], 2).holds == ((0.0, 4.0),)
    assert at_least(three(), [0, 1, 2], 4).fails == ((0.0, 4.0),)
    assert at_most(three(), [0, 1, 2], 2).holds == ((0.0, 2.0),)
    assert at_most(three(), [0, 1, 2], 2).fails == ((2.0, 3.0),)


def test_two_ids_of_one_object_count_once() -> None:
    broken = Scene(tracks([*rest((100, 100), 20), *["absent"] * 20], [*["absent"] * 21, *rest((100, 100), 19)]))
    assert distinct(broken, [0, 1]) == 1
    assert exactly(broken, [0, 1], 1).holds == ((0.0, 4.0),)


def test_no_rows_are_none_in_view() -> None:
    assert exactly(three(), [], 0).holds == ((0.0, 4.0),)
    assert at_least(three(), [], 1).fails == ((0.0, 4.0),)


def test_a_flicker_does_not_change_the_number() -> None:
    row = rest((100, 100), 40)
    row[20:22] = ["absent", "absent"]
    assert exactly(Scene(tracks(row)), [0], 1).holds == ((0.0, 4.0),)
