"""How much videos are like each other, by sentences whose vectors are given by hand."""

import numpy as np
import pytest

from agents.likeness import (
    DEEDS,
    DEEDS_OF_DESCRIBED,
    THERE_SHARE,
    like_sentences,
    rarity,
    share_of_deeds,
    shared_pairs,
    telling_sentences,
    weigh,
)
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
X, Y, Z = np.eye(3, dtype=np.float32)


def test_what_happens_is_told_first_and_nothing_twice():
    assert telling_sentences(PARTS) == ["A boy throws a ball", "the dog waits", "brown dog", "a street in daylight"]
    assert telling_sentences([]) == []


def test_what_happens_weighs_more_than_what_is_there_however_often_it_is_said():
    scene, thing, state, throws, far, caption = weigh(PARTS)
    assert throws == far and throws + far > state > thing > scene > 0 and caption > 0


def test_what_the_difference_speaks_of_does_not_count():
    night = [SubQuery(id="q1", text="at night", kind="scene")]
    assert weigh(PARTS, night, "at night")[0] == 0 and weigh(PARTS, night, "at night")[1] > 0
    white = [SubQuery(id="q1", text="a white dog", kind="attribute")]
    assert weigh(PARTS, white, "with a white dog").tolist()[1:3] == [0, 0]


def test_likeness_is_how_much_both_say_of_each_other():
    reference, weights = np.stack([X, Y]), np.array([3.0, 1.0])
    rows = np.stack([X, X, Z, Y])
    # The first says what weighs three quarters, and nothing else; the second the rest, and as much beside it.
    first, second = like_sentences(reference, weights, rows, np.array([0, 1, 4]))
    alone, rare = np.log1p(2 / 2), np.log1p(2 / 1)
    assert first == pytest.approx((1 - THERE_SHARE) * 3 * alone / (3 * alone + rare) + THERE_SHARE)
    assert second == pytest.approx((1 - THERE_SHARE) + THERE_SHARE * 2 / 3)


def test_videos_and_references_that_say_nothing_are_like_nothing():
    assert like_sentences(np.stack([X]), np.array([1.0]), np.stack([X]), np.array([0, 0, 1])).tolist() == [0, 1]
    assert like_sentences(np.stack([X]), np.array([0.0]), np.stack([X]), np.array([0, 1])).tolist() == [0]


def test_what_all_videos_tell_makes_none_of_them_alike():
    assert rarity(4, 4) == 0 and rarity(1, 4) > rarity(2, 4) > 0


def test_predicates_count_less_where_somebody_has_told_what_happens():
    assert share_of_deeds(PARTS) == DEEDS_OF_DESCRIBED
    measured = [Component(kind="event", text="the dog stops", source="predicates"), PARTS[1]]
    assert share_of_deeds(measured) == DEEDS


def test_shared_sentences_begin_with_what_happens_and_leave_out_what_does_not_count():
    other = [PARTS[1], Component(kind="event", text="a girl throws a ball", source="t")]
    similar = np.zeros((6, 2), np.float32)
    similar[1, 0], similar[3, 1], similar[4, 1], similar[5, 0] = 1.0, 0.8, 0.79, 1.0
    pairs = shared_pairs(PARTS, weigh(PARTS), similar, other, 3)
    assert [(there.text, here.text) for there, here in pairs] == [
        ("A boy throws a ball", "a girl throws a ball"),
        ("brown dog", "brown dog"),
    ]
    assert len(shared_pairs(PARTS, weigh(PARTS), similar, other, 1)) == 1
    changed = weigh(PARTS, (), "with a brown dog")
    assert [there.text for there, _ in shared_pairs(PARTS, changed, similar, other, 3)] == ["A boy throws a ball"]
