"""Predicates with their instances, as models write them into values."""

from time import process_time

import pytest

from agents.predications import ALONE, Predication, predication, read_order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stops(1)", Predication("stops", ("1",))),
        (" follows( x2 , x1 ) ", Predication("follows", ("x2", "x1"))),
        ("follows(red ball, 2)", Predication("follows", ("red ball", "2"))),
    ],
)
def test_a_predicate_is_read_with_its_instances(text, expected):
    assert predication(ALONE.match(text)) == expected


@pytest.mark.parametrize("text", ["stops", "stops()", "stops( )", "follows(1, 2, 3)", "follows(1, )", "not so (1)"])
def test_what_names_no_instance_is_none(text):
    assert ALONE.match(text) is None


def test_an_order_has_two_sides():
    assert read_order("stops(1); starts(2)") == (Predication("stops", ("1",)), Predication("starts", ("2",)))
    assert read_order("stops(1)") is read_order("stops(1); starts(2); moves(3)") is read_order(None) is None


def test_blanks_without_end_are_given_up_at_once():
    start = process_time()
    assert read_order(f"stops({' ' * 5000}; starts(2)") is None
    assert process_time() - start < 1.0
