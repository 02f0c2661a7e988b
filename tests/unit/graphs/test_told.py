"""Which videos are proposed because they tell what is asked."""

import numpy as np
import pytest

from graphs.told import names_of, proposed, told_by, told_of
from tests.search_rows import put
from twins.coco_kinds import attributes_of
from twins.queries import Decomposition, SubQuery
from twins.schema import Attribute, Fact, Track
from twins.search.index import SearchIndex

ROWS = {"s": (np.ones((1, 2), np.float32), np.zeros(1, np.int32))}


@pytest.fixture
def index(tmp_path):
    with SearchIndex.open(tmp_path, writable=True) as index:
        put(index, "grower", "g", ROWS, "", told=["moves_toward", "moves_left"])
        put(index, "shrinker", "g", ROWS, "", told=["moves_away", "moves_left"])
        put(index, "left", "g", ROWS, "", told=["moves_left"])
        put(index, "right", "g", ROWS, "", told=["right_of"])
        put(index, "parter", "g", ROWS, "the red object moves away from the camera", told=["parts_from"])
        yield index


def asking(*parts):
    return Decomposition(
        query="?",
        sub_queries=tuple(
            SubQuery(
                id=f"s{n}",
                text="?",
                kind="action",
                subject="something",
                relation=relation,
                negated=negated,
                weight=weight[0] if weight else 1.0,
            )
            for n, (relation, negated, *weight) in enumerate(parts)
        ),
    )


def test_a_predicate_is_found_by_the_stronger_one_that_is_told_in_its_place(index):
    assert told_of(asking(("moves_toward", False)), index) == ["grower"]
    assert told_of(asking(("grows", False)), index) == ["grower"]


def test_a_side_is_found_by_the_opposite_one(index):
    assert told_of(asking(("left_of", False)), index) == ["right"]


def test_coming_near_is_not_told_by_going_away():
    assert "parts_from" not in names_of("approaches")
    assert "approaches" not in names_of("parts_from")


def test_what_a_stronger_one_of_a_stronger_one_implies_is_found():
    assert {"leaves", "leaves_as_it_came"} < set(names_of("disappears"))
    assert "carries" in names_of("left_of") and "covers" in names_of("behind")


def test_a_heavier_part_counts_more(index):
    for heavy, first in (("grows", "grower"), ("shrinks", "shrinker")):
        parts = [(name, False, 3.0 if name == heavy else 0.5) for name in ("grows", "shrinks")]
        assert told_of(asking(*parts), index)[0] == first


def test_what_is_denied_proposes_nobody(index):
    assert told_of(asking(("grows", True)), index) == []
    assert told_of(asking(("grows", True), ("shrinks", False)), index) == ["shrinker"]


def test_what_few_tell_counts_more(index):
    assert told_of(asking(("moves_left", False), ("grows", False)), index)[0] == "grower"


def test_a_predicate_is_not_told_by_another_whose_sentence_begins_alike(index):
    assert told_of(asking(("moves_away", False)), index) == ["shrinker"]
    assert told_of(asking(("parts_from", False)), index) == ["parter"]


def test_every_predicate_is_told_by_itself_first():
    assert names_of("grows")[0] == "grows" and "moves_toward" in names_of("grows")


def test_near_words_and_told_predicates_take_turns():
    coarse = [("a", 0.9), ("b", 0.8), ("c", 0.7), ("d", 0.1), ("e", 0.0)]
    assert proposed(coarse, ["e", "gone", "a"], 4) == [("a", 0.9), ("e", 0.0), ("b", 0.8), ("c", 0.7)]
    assert proposed(coarse, [], 2) == coarse[:2]


def chase(name, hunter, hunted):
    """Return what is told of a chase, the looks of one thing said by its track and those of the other by a fact."""
    tracks = [
        Track(
            id="t1",
            source="perception",
            attributes=(Attribute(kind="colour", text=hunter, confidence=0.9, source="appearance"),),
        ),
        Track(id="t2", source="perception"),
    ]
    facts = [
        Fact(kind="action", text="?", predicate="follows", about="t1", others=("t2",), source="predicates"),
        Fact(kind="attribute", text=f"{hunted} and small", about="t2", source="describer"),
        Fact(kind="action", text="?", predicate="stops", about="t2", source="predicates"),
    ]
    return told_by(facts, tracks)


def test_a_predicate_is_told_with_the_looks_of_who_takes_part_and_with_no_others():
    told = chase("a", "lemon", "dark red")
    assert {"follows", "follows_yellow", "follows_red", "follows_small", "looks_yellow", "stops", "stops_red"} < set(
        told
    )
    assert "stops_yellow" not in told


def test_the_kind_that_a_category_is_of_tells_no_look():
    kind = attributes_of("mouse", "small animal", False, "coco")
    mouse = Track(id="t1", category="mouse", source="coco", attributes=kind)
    assert told_by([], [mouse]) == ()
    looks = Attribute(kind="other", text="a small one", source="annotations")
    assert told_by([], [mouse.model_copy(update={"attributes": (*kind, looks)})]) == ("looks_small",)


def test_among_those_that_tell_a_predicate_the_looks_of_its_things_decide_in_whatever_words(tmp_path):
    def asks(subject, other, relation="follows"):
        part = SubQuery(id="s1", text="?", kind="action", subject=subject, relation=relation, object=other)
        return told_of(Decomposition(query="?", sub_queries=(part,)), index)[0]

    with SearchIndex.open(tmp_path, writable=True) as index:
        for name, hunter, hunted in (("a", "yellow", "green"), ("b", "red", "blue"), ("c", "red", "green")):
            put(index, name, "g", ROWS, "", told=chase(name, hunter, hunted))
        assert asks("the lemon-coloured star", "emerald cross") == "a"
        assert asks("crimson star", "the azure one") == "b"
        assert asks("crimson star", "the emerald one") == "c"
        assert asks("the yellow thing", None, relation=None) == "a"
