"""Who looks like whom is a condition of its own, compared by what was measured of both."""

import pytest

from agents.alike import likeness
from agents.claims import check_claim, check_verdict
from agents.llm.statements import state
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Claim, Decomposition, SubQuery


def alike(question):
    parts = RulesDecomposer().decompose(question).sub_queries
    return [(part.subject, part.object) for part in parts if part.relation == "alike"]


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("the striped one comes to rest while its plain twin goes on", ("striped one", "plain one")),
        ("a striped thing stops and lets its plain double overtake it", ("striped thing", "plain one")),
        ("a ball and its lookalike collide", ("ball", "other one")),
        ("the red twin follows the other", ("other thing", "red one")),
        ("a red ball meets its red lookalike", ("red ball", "red one")),
        ("the red one meets its red lookalike", ("red one", "other red one")),
        ("the lookalikes collide", ("one", "other one")),
        ("two doubles collide", ("one", "other one")),
        ("a double of the red ball stops", ("red ball", "other one")),
        ("the red ball does not follow its twin", ("red ball", "other one")),
        ("the red one does not bark at its twin", ("red one", "other one")),
    ],
)
def test_a_thing_that_is_called_by_its_likeness_is_looked_for_beside_another(question, pair):
    assert alike(question) == [pair]
    parts = RulesDecomposer().decompose(question).sub_queries
    assert not any(
        word in f"{part.subject} {part.object}" for word in ("twin", "double", "lookalike") for part in parts
    )


@pytest.mark.parametrize(
    "question",
    [
        "the red one follows the blue one",
        "a double-decker bus stops",
        "twin engines",
        "of two lookalikes the red one stops",
        "a man bends double and falls over",
        "the ball moves at double speed",
        "the ball moves at a double speed",
        "a double line is crossed by a car",
        "she ties a double knot",
        "the bus is a double decker",
        "the woman and her twin sister dance",
        "a man meets a double bass player",
        "a man meets clone troopers",
    ],
)
def test_where_nothing_that_does_something_is_called_so_nothing_has_to_look_alike(question):
    assert alike(question) == []


@pytest.mark.parametrize(
    "question",
    ["the car does not look like its twin", "the car never looks like its double", "it does not resemble its clone"],
)
def test_a_likeness_that_is_denied_is_not_demanded(question):
    parts = RulesDecomposer().decompose(question).sub_queries
    assert alike(question) == [] and not any("twin" in (part.subject or "") for part in parts)


@pytest.fixture
def pair(clip, mover):
    """Return a clip in which the first of two stops, of these looks."""

    def made(first, second):
        stopping = mover("a", [(0, 60, 100), (3, 260, 100), (6, 260, 100)], **first)
        return clip(stopping, mover("b", [(0, 60, 250), (6, 500, 250)], **second))

    return made


GREEN = {"colour": "green", "shape": "circle"}


@pytest.mark.parametrize(
    ("other", "check"),
    [
        (GREEN, "verified"),
        (GREEN | {"colour": "pink"}, "refuted"),
        (GREEN | {"shape": "star"}, "refuted"),
        ({}, "unverifiable"),
        (GREEN | {"category": "cup"}, "verified"),  # the other one has no name
    ],
)
def test_a_claim_of_likeness_is_recomputed(pair, other, check):
    found = pair(GREEN, other)
    for names in (("a", "b"), ("b", "a")):
        claim = Claim(claim="they look alike", predicate="alike", instances=names)
        assert check_claim(claim, found.twin, found.geometry).check == check


def test_a_models_claim_of_likeness_is_told_in_our_words():
    claim = Claim(claim="obviously twins", predicate="alike", instances=("a", "b"))
    assert state(claim) == "thing a and thing b look alike"


def test_things_of_other_names_are_not_alike(pair):
    found = pair(GREEN | {"category": "cup"}, GREEN | {"category": "dog"})
    assert likeness(*found.twin.tracks) == 0.0


@pytest.mark.parametrize("names", [("a",), ("a", "a"), ()])
def test_likeness_is_said_of_two(pair, names):
    found = pair(GREEN, GREEN)
    claim = Claim(claim="they look alike", predicate="alike", instances=names)
    assert check_claim(claim, found.twin, found.geometry).check == "unverifiable"


def test_the_clip_of_two_that_look_alike_comes_before_one_of_two_that_do_not(pair):
    decomposition = RulesDecomposer().decompose("the green one comes to rest while its twin goes on")
    told = {}
    for name, other in (("twins", GREEN), ("others", GREEN | {"colour": "pink"})):
        found = pair(GREEN, other)
        verdict = RulesJudge().judge(decomposition, found)
        checked = check_verdict(verdict, found.twin, found.geometry, decomposition.sub_queries)
        told[name] = checked.verdict.score, {line.claim: line.check for line in checked.trace}
    said = "the green one looks like the other one"
    assert told["twins"][0] > told["others"][0] + 0.2
    assert (told["twins"][1][said], told["others"][1][said]) == ("verified", "refuted")


@pytest.mark.parametrize(
    ("relation", "pair", "expected"),
    [
        ("same_colour", "ab", "verified"),
        ("same_colour", "ac", "refuted"),
        ("same_colour", "ad", "unverifiable"),
        ("same_shape", "ab", "refuted"),
        ("same_shape", "ac", "verified"),
    ],
)
def test_a_look_in_common_is_compared_by_that_look_alone(clip, mover, relation, pair, expected):
    rests = [(0, 60, 100), (6, 60, 100)]
    made = clip(
        mover("a", rests, colour="red", shape="circle"),
        mover("b", rests, colour="red", shape="square"),
        mover("c", rests, colour="blue", shape="circle"),
        mover("d", rests),
    )
    claim = Claim(claim="said", predicate=relation, instances=tuple(pair))
    assert check_claim(claim, made.twin, made.geometry).check == expected
    other = {"verified": "refuted", "refuted": "verified"}.get(expected, expected)
    assert check_claim(claim.model_copy(update={"negated": True}), made.twin, made.geometry).check == other


@pytest.mark.parametrize(
    ("question", "status", "check"),
    [
        ("two balls of the same colour", "verified", "verified"),
        ("two balls of different colours", "judged", "refuted"),
    ],
)
def test_a_question_for_a_look_in_common_is_answered_by_two(clip, mover, question, status, check):
    rests = [(0, 60, 100), (6, 60, 100)]
    made = clip(*(mover(name, rests, colour="red", shape="circle") for name in "ab"))
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge().judge(decomposition, made)
    checked = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries)
    assert checked.status == status
    assert [line.check for line in checked.trace if line.predicate == "same_colour"] == [check]


def test_a_likeness_that_a_model_denies_is_judged_and_told_as_denied(pair):
    stops = SubQuery(id="p1", text="one stops", kind="action", subject="one thing", relation="stops")
    alike = SubQuery(
        id="p2", text="they look alike", kind="attribute", subject="one thing", relation="alike", object="other thing",
        negated=True,
    )  # fmt: skip
    decomposition = Decomposition(query="two that look different", sub_queries=(stops, alike))
    scores = []
    for other, check in ((GREEN, "refuted"), (GREEN | {"colour": "pink"}, "verified")):
        found = pair(GREEN, other)
        verdict = RulesJudge().judge(decomposition, found)
        checked = check_verdict(verdict, found.twin, found.geometry, decomposition.sub_queries)
        assert ("not: they look alike", check) in [(line.claim, line.check) for line in checked.trace]
        scores.append(checked.verdict.score)
    assert scores[1] > scores[0] + 0.2


@pytest.mark.parametrize("question", ["no two balls have the same colour", "no two balls of the same colour"])
def test_that_no_two_share_a_look_is_neither_that_two_do_nor_that_there_are_none(question):
    parts = RulesDecomposer().decompose(question).sub_queries
    assert {part.relation for part in parts} == {None}
