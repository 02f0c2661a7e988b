"""Things are of a kind by what they are called."""

import pytest

from agents.same_kind import may_hold, same_kind
from twins.coco_kinds import attributes_of
from twins.schema import Track


def track(category, supercategory=None):
    attributes = attributes_of(category, supercategory, False, "coco")
    return Track(id="1", category=category, attributes=attributes, source="test")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("man", "woman", True),
        ("person", "child", True),
        ("soccer ball", "red ball", True),
        ("letter blocks", "block", True),
        ("yacht", "yacht", True),
        ("building", "kettle", False),
        ("yacht", "galaxy", False),
        ("dog", "woman", False),
        ("object", "object", True),
        ("object", "dog", False),
    ],
)
def test_labels_name_one_kind_or_not(first, second, same):
    assert same_kind(track(first), track(second)) is same is same_kind(track(second), track(first))


def test_what_a_file_says_of_kinds_counts():
    assert same_kind(track("galaxy", "sky"), track("nebula", "sky"))
    assert not same_kind(track("galaxy", "object"), track("nebula", "object"))


def test_things_are_inside_of_what_can_hold_them():
    assert [may_hold(track(name)) for name in ("tea cup", "car", "object", "man", "tree")] == [True] * 3 + [False] * 2
