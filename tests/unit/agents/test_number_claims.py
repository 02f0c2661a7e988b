"""How many do a thing to the one who is named, or are on a side of the picture."""

from dataclasses import replace

import pytest

from agents.claims import check_claim, check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Claim
from twins.schema import Fact

BALLS_MEET = {"1": [(0, 60, 100), (3, 280, 100), (6, 60, 100)], "2": [(0, 540, 100), (3, 320, 100), (6, 540, 100)]}


@pytest.fixture
def balls(clip, mover):
    """Two balls that collide with each other, far from a square."""
    colours = {"1": "red", "2": "blue"}
    balls = (mover(name, at, colour=colours[name], shape="circle") for name, at in BALLS_MEET.items())
    return clip(*balls, mover("3", [(0, 500, 320), (6, 500, 320)], colour="green", shape="square"))


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ("2 of ball that collides", "verified"),
        ("2 of ball that collides(3)", "refuted"),
        ("0 of ball that collides(3)", "verified"),
        ("1 of ball that collides(2)", "verified"),
        ("2 of ball that not collides(3)", "verified"),
        ("1 of ball that collides(9)", "unverifiable"),
        ("2 of ball that moves(3)", "unverifiable"),
        ("2 of ball that moves(frame)", "unverifiable"),
        ("2 of thing that above(frame)", "verified"),
        ("2 of thing that below(frame)", "refuted"),
        ("1 of thing that not above(frame)", "verified"),
        ("2 of thing that in_front_of(frame)", "unverifiable"),  # how near they are is unknown
        ("0 times that not collides", "unverifiable"),
        ("all of thing", "unverifiable"),  # what all of them do is not said
    ],
)
def test_those_are_counted_that_do_it_to_the_one_who_is_named(balls, value, check):
    claim = Claim(claim="said", predicate="count", value=value, instances=("1", "2"))
    assert check_claim(claim, balls.twin, balls.geometry).check == check


@pytest.mark.parametrize(
    ("question", "told", "check"),
    [
        ("two balls hit the green square", "2 balls collide with the green square: 0 found", "refuted"),
        ("two balls hit something", "2 balls collide with something: 2 found", "verified"),
        ("two balls are above the square", "2 balls are above the square: 2 found", "verified"),
        ("two things are at the bottom", "2 things are at the bottom of the picture: 1 found", "refuted"),
    ],
)
def test_the_rules_count_those_who_do_it_to_whom_a_question_says(balls, question, told, check):
    verdict = RulesJudge().judge(RulesDecomposer().decompose(question), balls)
    trace = check_verdict(verdict, balls.twin, balls.geometry).trace
    assert {line.claim: line.check for line in trace if line.predicate == "count"} == {told: check}


def test_where_there_are_labels_an_outline_makes_no_ball(clip, mover):
    made = clip(
        mover("1", [(0, 60, 100), (6, 60, 100)], shape="circle"),
        mover("2", [(0, 300, 100), (6, 300, 100)], shape="circle"),
    )
    one, two = made.twin.tracks

    def counted(value, *names, described=True):
        tracks = tuple(
            track.model_copy(update={"category": name or "object", "confidence": 0.9})
            for track, name in zip((one, two), names, strict=True)
        )
        claim = Claim(claim="so many", predicate="count", value=value)
        told = (Fact(kind="caption", text="an afternoon", source="test"),) if described else ()
        return check_claim(claim, made.twin.model_copy(update={"tracks": tracks, "facts": told}), made.geometry).check

    assert counted("2 of ball", None, None) == "verified"
    assert counted("2 of ball", "table", "ball") == "refuted"
    assert counted("0 of ball", "table", "table") == "verified"
    # A detector knows few words: what it calls a table may be a ball.
    assert counted("2 of ball", "table", "ball", described=False) == "unverifiable"
    assert counted("0 of ball", "table", "table", described=False) == "unverifiable"
    assert counted("2 of ball", "soccer ball", "ball") == "verified"
    assert counted("0 of ball", "soccer ball", "table") == "refuted"


@pytest.mark.parametrize(
    ("caption", "check"),
    [
        ("A man in a dark cap rides down a street.", "unverifiable"),
        ("A man rides down a street.", "verified"),
        ("A man without a cap rides down a street.", "verified"),
        ("A man with no shoes and a red hat rides down a street.", "unverifiable"),
        ("There is no doubt that he wears a cap.", "unverifiable"),
        ("The man isn't wearing a cap.", "verified"),
    ],
)
def test_that_there_is_no_hat_is_open_where_somebody_tells_of_one(caption, check, clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 560, 100)], category="man"))
    told = Fact(kind="caption", text=caption, source="annotations")
    made = replace(made, twin=made.twin.model_copy(update={"facts": (told,)}))
    claim = Claim(claim="said", predicate="count", value="0 of hat")
    assert check_claim(claim, made.twin, made.geometry).check == check
    decomposition = RulesDecomposer().decompose("no hat")
    verdict = RulesJudge().judge(decomposition, made)
    trace = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).trace
    assert {line.check for line in trace} == {check}
    assert (verdict.score > 0.5) is (check == "verified")


def test_that_there_is_none_is_open_where_nobody_named_anything(clip, mover):
    stains = mover("1", [(0, 60, 100), (6, 560, 100)]), mover("2", [(0, 60, 200), (6, 560, 200)], category="man")
    nameless, named = clip(stains[0]), clip(*stains)
    # What hardly is a thing is not meant by any name.
    tracks = (nameless.twin.tracks[0].model_copy(update={"salience": 0.0}),)
    nameless = replace(nameless, twin=nameless.twin.model_copy(update={"tracks": tracks}))
    claim = Claim(claim="said", predicate="count", value="0 of hat")
    assert check_claim(claim, nameless.twin, nameless.geometry).check == "unverifiable"
    named = replace(named, twin=named.twin.model_copy(update={"tracks": (*tracks, named.twin.tracks[1])}))
    assert check_claim(claim, named.twin, named.geometry).check == "verified"
