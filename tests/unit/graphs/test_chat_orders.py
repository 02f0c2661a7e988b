"""Orders in which a list can be told, by the words that name them."""

import re

import pytest

from graphs.chat_orders import order_of, tell_first
from prompts import load


@pytest.mark.parametrize(
    ("text", "told", "falling"),
    [
        ("longest first", "by length", True),
        ("shortest", "by length", False),
        ("score best first", "by score", False),
        ("what happens first", "by when it happens", False),
        ("latest", "by when it happens", True),
        ("Name", "by name", False),
        ("worst", "by score", True),
    ],
)
def test_words_name_an_order_and_what_comes_first(text, told, falling):
    order = order_of(text)
    assert (order.told, order.falling) == (told, falling)


def test_what_names_no_order_is_none():
    assert order_of("colour") is None


def test_every_order_that_a_model_is_offered_can_be_made():
    (offered,) = re.findall(r"^sort: .* text: what comes first: (.*)\.$", load("chat").shared, re.M)
    words = re.findall(r"\w+", offered.replace(" or ", " "))
    orders = [order_of(word) for word in words]
    assert len(words) == 8 and None not in orders and len({(each.told, each.falling) for each in orders}) == 8


def test_of_several_that_are_equally_long_none_is_the_longest():
    assert tell_first("longest", ["a", "b"], ["9.0 s", "4.0 s"]) == "The longest is a (9.0 s)."
    assert tell_first("longest", ["a", "b", "c"], ["9.0 s", "9.0 s", "4.0 s"]) == "The longest are a, b (9.0 s)."
    assert tell_first("longest", ["a", "b"], ["4.0 s", "4.0 s"]) == "None is the longest: all 2 are the same (4.0 s)."
    assert tell_first("longest", ["a"], ["4.0 s"]) == "The longest is a (4.0 s)."
