"""What a video is like, in a few sentences of its twin."""

from agents.likeness import describe_alike
from twins.queries import SubQuery
from twins.schema import Component

PARTS = [
    Component(kind="scene", text="a street in daylight", source="t"),
    Component(kind="object", text="brown dog", source="t"),
    Component(kind="state", text="the dog waits", source="t"),
    Component(kind="event", text="A boy throws a ball", source="t"),
    Component(kind="event", text="A boy throws a ball far", source="t"),
    Component(kind="caption", text="A boy and a dog play on a street", source="t"),
]


def test_what_happens_comes_first_and_nothing_is_said_twice():
    assert describe_alike(PARTS) == "A boy throws a ball. the dog waits. brown dog. a street in daylight"


def test_what_the_difference_speaks_of_is_left_out():
    night = [SubQuery(id="q1", text="at night", kind="scene")]
    assert "daylight" not in describe_alike(PARTS, night, "at night")
    white = [SubQuery(id="q1", text="a white dog", kind="attribute")]
    assert describe_alike(PARTS, white, "with a white dog") == "A boy throws a ball. a street in daylight"


def test_a_twin_of_which_nothing_is_known_gives_nothing():
    assert describe_alike([]) == ""
