"""A claim that holds is evidence only for the part of the question that demands it."""

import pytest

from agents.claims import check_verdict
from agents.evidence import Evidence
from agents.relevance import opposes, supports
from twins.queries import Claim, SubQuery, Verdict

FOLLOWS = SubQuery(id="p1", text="red follows blue", kind="action", subject="red", relation="follows", object="blue")
BLUE_FOLLOWS = FOLLOWS.model_copy(update={"subject": "blue thing", "object": "red ball"})
ANY_FOLLOWS = FOLLOWS.model_copy(update={"subject": "pursuer", "object": "runner"})
RED = SubQuery(id="p1", text="a red thing", kind="attribute", subject="red thing")
SAD = SubQuery(id="p1", text="it looks sad", kind="action", subject="it")
MOVES = SubQuery(id="p1", text="red moves", kind="action", subject="red thing", relation="moves")
RED_THERE = RED.model_copy(update={"kind": "object"})
TWO = SubQuery(id="p1", text="two things", kind="count", subject="thing", relation="count", object="2")
ON_THE_LEFT = SubQuery(id="p1", text="left", kind="spatial", subject="blue", relation="left_of", object="frame")
LEFT_OF_RED = ON_THE_LEFT.model_copy(update={"object": "red ball"})
AT_THE_TOP = ON_THE_LEFT.model_copy(update={"relation": "above"})
NOT_STILL = SubQuery(id="p1", text="red rests", kind="action", subject="red", relation="still", negated=True)

ALIKE = SubQuery(id="p1", text="alike", kind="attribute", subject="red ball", relation="alike", object="other red ball")


@pytest.fixture
def chase(clip, mover):
    """Blue 2 runs after red 1."""
    return clip(
        mover("1", [(0, 200, 100), (4, 580, 100), (6, 600, 100)], colour="red"),
        mover("2", [(0, 60, 100), (4, 460, 100), (6, 520, 100)], colour="blue"),
    )


@pytest.fixture
def crash(clip, mover):
    """Red 1 runs into blue 2, and back, quicker than the frames are apart."""
    return clip(
        mover("1", [(0, 60, 100), (3, 352, 100), (6, 60, 100)], colour="red"),
        mover("2", [(0, 400, 100), (6, 400, 100)], colour="blue"),
    )


@pytest.fixture
def crowd(clip, mover):
    """Blue 2 runs after red 1, green 3 rests below."""
    return clip(
        mover("1", [(0, 200, 100), (4, 580, 100), (6, 600, 100)], colour="red"),
        mover("2", [(0, 60, 100), (4, 460, 100), (6, 520, 100)], colour="blue"),
        mover("3", [(0, 560, 320), (6, 560, 320)], colour="green"),
    )


def claim(predicate, *instances, **fields):
    return Claim(claim="said", sub_query="p1", predicate=predicate, instances=instances, **fields)


@pytest.mark.parametrize(
    ("part", "claimed", "supported"),
    [
        (BLUE_FOLLOWS, claim("follows", "2", "1"), True),
        (ANY_FOLLOWS, claim("follows", "2", "1"), True),
        (FOLLOWS, claim("follows", "2", "1"), False),  # the other way round
        (BLUE_FOLLOWS, claim("moves", "2"), False),
        (BLUE_FOLLOWS, claim("colour", "1", value="red"), False),
        (BLUE_FOLLOWS, claim("colour", "1", value="green", negated=True), False),
        (RED, claim("colour", "1", value="red"), True),
        (RED, claim("colour", "2", value="blue"), False),
        (RED, claim("moves", "1"), False),
        (SAD, claim("moves", "1"), False),
        (SAD, claim("colour", "1", value="red"), False),
        # That somebody red is there does not say that he is sad.
        (SAD.model_copy(update={"subject": "red thing"}), claim("colour", "1", value="red"), False),
        (MOVES, claim("moves_right", "1"), True),
        (RED_THERE, claim("count", value=">=1 of red thing"), True),
        (RED_THERE, claim("count", value="2 of thing"), False),
        (TWO, claim("count", "1", "2", value=">=1"), False),
        (NOT_STILL, claim("moves", "1"), False),
        (AT_THE_TOP, claim("above", "2", value="frame"), True),
        (ON_THE_LEFT, claim("left_of", "2", "1"), False),  # beside another thing, which may be anywhere
        (LEFT_OF_RED, claim("left_of", "2", "1"), True),
        (AT_THE_TOP.model_copy(update={"object": "red ball"}), claim("above", "2", value="frame"), False),
    ],
)
def test_only_what_the_part_demands_supports_it(part, claimed, supported, chase):
    verdict = Verdict(score=1.0, claims=(claimed,))
    found = check_verdict(verdict, chase.twin, chase.geometry, (part,))
    assert found.trace[0].check == "verified"
    assert found.supported is supported and (found.status == "verified") is supported


def test_a_claim_of_no_part_or_of_another_sign_supports_nothing(chase):
    stray = claim("follows", "2", "1").model_copy(update={"sub_query": "p9"})
    verdict = Verdict(score=1.0, claims=(stray,))
    assert not check_verdict(verdict, chase.twin, chase.geometry, (BLUE_FOLLOWS,)).supported
    denied = BLUE_FOLLOWS.model_copy(update={"negated": True})
    verdict = Verdict(score=1.0, claims=(claim("follows", "2", "1"),))
    assert not check_verdict(verdict, chase.twin, chase.geometry, (denied,)).supported


def test_what_supports_a_minor_part_alone_verifies_nothing(chase):
    minor = RED.model_copy(update={"id": "p2", "weight": 0.4})
    red = claim("colour", "1", value="red").model_copy(update={"sub_query": "p2"})
    verdict = Verdict(score=1.0, claims=(red,))
    found = check_verdict(verdict, chase.twin, chase.geometry, (SAD, minor))
    assert (found.status, found.supported) == ("judged", False)
    both = tuple(part.model_copy(update={"weight": 0.4}) for part in (SAD, minor))
    assert check_verdict(verdict, chase.twin, chase.geometry, both).supported


@pytest.mark.parametrize(
    ("part", "claimed", "opposed"),
    [
        (BLUE_FOLLOWS, claim("follows", "2", "1", negated=True), True),
        (BLUE_FOLLOWS, claim("follows", "2", "1"), False),
        (NOT_STILL, claim("still", "1"), True),
        (RED_THERE, claim("count", value="0 of red thing"), True),
        (RED_THERE, claim("count", value="1 of red thing"), False),
        (SAD, claim("moves", "1", negated=True), False),
    ],
)
def test_the_opposite_of_a_part_settles_it(part, claimed, opposed):
    assert opposes(claimed, (part,)) is opposed


def test_a_part_whose_opposite_was_verified_is_not_told_as_open(chase):
    there = RED_THERE.model_copy(update={"subject": "white thing", "text": "a white thing"})
    verdict = Verdict(score=0.1, claims=(claim("count", value="0 of white thing"),))
    trace = check_verdict(verdict, chase.twin, chase.geometry, (there,)).trace
    assert [(line.claim, line.check) for line in trace] == [("said", "verified")]


BALLS = SubQuery(id="p2", text="two red balls", kind="count", subject="red ball", relation="count", object=">=2")
MOVING = SubQuery(id="p1", text="a red ball moves", kind="action", subject="red ball", relation="moves")
MEETING = MOVING.model_copy(update={"relation": "collides", "object": "blue ball"})
ASIDE = MOVING.model_copy(update={"relation": "left_of", "object": "frame"})
TWO_MOVE = BALLS.model_copy(update={"subject": "p1", "object": "2"})
ONCE = BALLS.model_copy(update={"subject": "p1", "object": ">=1 times"})


@pytest.mark.parametrize(
    ("part", "value", "names", "supported"),
    [
        (BALLS, ">=2 of red ball", "", True),
        (BALLS, ">=2 of balls that are red", "", True),
        (BALLS, ">=2 of blue ball", "", False),
        (BALLS, ">=2", "12", True),
        (BALLS, ">=2", "34", False),
        (BALLS, ">=2 of red ball that moves", "", False),
        (BALLS, ">=1 of red ball", "", False),
        (TWO_MOVE, "2 of red ball that moves", "", True),
        (TWO_MOVE, "2 of red ball that not still", "", False),
        (TWO_MOVE, "2 of red ball", "", False),
        (ONCE, ">=1 times that moves", "1", True),
        (ONCE, ">=1 times that moves", "3", False),
    ],
)
def test_a_number_is_supported_by_a_count_of_just_that(part, value, names, supported, clip, mover):
    colours = {"1": "red", "2": "red", "3": "blue", "4": "blue"}
    movers = (
        mover(name, [(0, 60, 60 * int(name)), (6, 400, 60 * int(name))], colour=colour, category="ball")
        for name, colour in colours.items()
    )
    made = clip(*movers)
    said = claim("count", *names, value=value).model_copy(update={"sub_query": "p2"})
    assert supports(said, (MOVING, part), Evidence(made.twin, made.geometry)) is supported


@pytest.mark.parametrize(
    ("done", "value", "supported"),
    [
        (MEETING, "2 of red ball that collides", False),
        (MEETING, "2 of red ball that collides(3)", True),
        (MEETING, "2 of red ball that collides(2)", False),
        (MEETING.model_copy(update={"object": "thing"}), "2 of red ball that collides", True),
        (ASIDE, "2 of red ball that left_of(frame)", True),
        (ASIDE, "2 of red ball that left_of", False),
    ],
)
def test_a_number_of_those_who_do_it_to_another_one_supports_nothing(done, value, supported, clip, mover):
    colours = {"1": "red", "2": "red", "3": "blue"}
    made = clip(*(mover(n, [(0, 60, 60), (6, 400, 60)], colour=c, category="ball") for n, c in colours.items()))
    said = claim("count", value=value).model_copy(update={"sub_query": "p2"})
    assert supports(said, (done, TWO_MOVE), Evidence(made.twin, made.geometry)) is supported


@pytest.mark.parametrize(("names", "supported"), [("12", True), ("21", True), ("34", False), ("13", False)])
def test_a_likeness_is_supported_by_those_who_are_meant_in_either_order(names, supported, clip, mover):
    colours = {"1": "red", "2": "red", "3": "blue", "4": "blue"}
    made = clip(*(mover(name, [(0, 60, 100), (6, 90, 100)], colour=colour) for name, colour in colours.items()))
    verdict = Verdict(score=1.0, claims=(claim("alike", *names),))
    assert check_verdict(verdict, made.twin, made.geometry, (ALIKE,)).supported is supported


NOBODY_FOLLOWS = FOLLOWS.model_copy(update={"subject": "thing", "object": "red ball", "negated": True})
NO_RED = RED.model_copy(update={"negated": True})
NONE_LEFT = ON_THE_LEFT.model_copy(update={"subject": "thing", "negated": True})
THE_GREEN_ONE = SubQuery(id="p2", text="a green one rests", kind="action", subject="green one", relation="still")


@pytest.mark.parametrize(
    ("parts", "claimed", "supported"),
    [
        ((NOBODY_FOLLOWS,), claim("follows", "3", "1", negated=True), False),  # but 2 does
        (
            (NOBODY_FOLLOWS.model_copy(update={"object": "green thing"}),),
            claim("follows", "2", "3", negated=True),
            True,
        ),
        (
            (NOBODY_FOLLOWS.model_copy(update={"subject": "green one"}), THE_GREEN_ONE),
            claim("follows", "3", "1", negated=True),
            True,
        ),
        ((NO_RED,), claim("colour", "2", value="red", negated=True), False),  # but 1 is
        (
            (NO_RED.model_copy(update={"subject": "yellow thing"}),),
            claim("colour", "2", value="yellow", negated=True),
            True,
        ),
        ((NONE_LEFT,), claim("left_of", "3", value="frame", negated=True), False),
        (
            (NONE_LEFT.model_copy(update={"relation": "below"}),),
            claim("below", "2", value="frame", negated=True),
            False,
        ),
        (
            (NONE_LEFT.model_copy(update={"relation": "above", "subject": "green one"}),),
            claim("above", "3", value="frame", negated=True),
            True,
        ),
    ],
)
def test_what_is_denied_of_all_is_not_supported_by_one_that_does_not_do_it(parts, claimed, supported, crowd):
    verdict = Verdict(score=1.0, claims=(claimed,))
    found = check_verdict(verdict, crowd.twin, crowd.geometry, parts)
    assert found.trace[0].check == "verified"
    assert found.supported is supported


@pytest.mark.parametrize(
    ("relation", "value", "supported"),
    [
        ("during", "moves(2); still(3)", True),
        ("during", "moves(1); still(3)", False),  # it is blue that is asked for
        ("during", "moves(2); still(3); moves(1)", False),
        ("first", "moves(2) of thing", True),
        ("first", "moves(1) of thing", False),
        ("first", "moves(2) of red thing", False),
    ],
)
def test_an_order_is_supported_by_what_those_do_who_are_meant(relation, value, supported, crowd):
    moves = SubQuery(id="p2", text="blue moves", kind="action", subject="blue thing", relation="moves")
    rests = SubQuery(id="p3", text="green rests", kind="action", subject="green thing", relation="still")
    tied = {"during": "p3", "first": "thing"}[relation]
    part = SubQuery(id="p1", text="tied", kind="temporal", subject="p2", relation=relation, object=tied)
    said = claim(relation, "1", "2", "3", value=value)
    assert supports(said, (part, moves, rests), Evidence(crowd.twin, crowd.geometry)) is supported


def test_a_collision_is_a_touch(crash):
    assert (
        check_verdict(
            Verdict(score=0.9, claims=(claim("touching", "1", "2", negated=True),)), crash.twin, crash.geometry
        )
        .trace[0]
        .check
        == "refuted"
    )
    touches = SubQuery(id="p1", text="they touch", kind="spatial", subject="red", relation="touching", object="blue")
    evidence = Evidence(crash.twin, crash.geometry)
    assert supports(claim("collides", "1", "2"), [touches], evidence)
    assert not supports(claim("touching", "1", "2"), [touches.model_copy(update={"relation": "collides"})], evidence)
