"""A look that a twin tells of a track, or of the scene, is not denied; and no evidence both denies and affirms it."""

from dataclasses import replace

import pytest

from agents.claims import check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.schema import Attribute, Fact

STILL = [(0, 300, 200), (6, 300, 200)]
APART = [(0, 60, 60), (6, 560, 60)]


@pytest.fixture
def told(clip, mover):
    """Return the score of a question about a white thing and one that hardly is a thing, and what was checked."""

    def ask(question, *attributes, salience=1.0, facts=()):
        made = clip(mover("1", APART, colour="white", shape="square"), mover("2", STILL, colour="grey"))
        looks = tuple(
            Attribute(kind=kind, text=look, confidence=sure, source="seen") for kind, look, sure in attributes
        )
        odd = made.twin.track("2").model_copy(update={"attributes": looks, "salience": salience})
        twin = made.twin.model_copy(update={"tracks": (made.twin.tracks[0], odd), "facts": facts})
        case = replace(made, twin=twin)
        verdict = RulesJudge().judge(RulesDecomposer().decompose(question), case)
        checked = check_verdict(verdict, case.twin, case.geometry)
        return checked.verdict.score, {line.claim: line.check for line in checked.trace}

    return ask


BLUE = ("colour", "blue", 0.6)
FAINT = ("colour", "blue", 0.3)
HEXAGON, CIRCLE = ("shape", "hexagon", 0.43), ("shape", "circle", 0.36)


@pytest.mark.parametrize("salience", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("question", ["nothing is blue", "no blue anywhere", "no blue thing", "there is no blue thing"])
@pytest.mark.parametrize("looks", [(BLUE,), (("colour", "grey", 0.8), FAINT)])
def test_a_look_that_is_told_of_a_track_is_not_denied(told, question, looks, salience):
    score, checks = told(question, *looks, salience=salience)
    assert set(checks.values()) <= {"unverifiable", "refuted"}
    assert score < 0.5


def test_what_nobody_tells_is_denied(told):
    score, checks = told("nothing is blue", ("colour", "grey", 0.9))
    assert checks == {"no blue thing: 0 found": "verified"}
    assert score == 1


@pytest.mark.parametrize("salience", [0.0, 1.0])
def test_a_look_that_is_told_of_what_hardly_is_a_thing_is_not_refuted_by_another_thing(told, salience):
    assert told("something blue", BLUE, salience=salience)[1] == {'the "blue thing" is blue': "verified"}


def test_a_faint_look_is_neither_denied_nor_affirmed(told):
    looks = HEXAGON, CIRCLE
    assert told("no circle", *looks)[1] == {"no circle: none found for sure, 1 may be": "unverifiable"}
    assert told("a circle", *looks)[1] == {'the "circle" is a circle': "unverifiable"}


def test_a_sure_look_is_still_counted(told):
    assert told("no circle", ("shape", "circle", 0.9))[1] == {"no circle: 1 found": "refuted"}


def test_a_denial_that_nobody_can_check_counts_the_less_the_likelier_it_is_wrong(told):
    sure, likely, unlikely = (
        told("no circle", *looks)[0] for looks in ([("shape", "square", 0.9)], [CIRCLE], [("shape", "irregular", 0.4)])
    )
    assert likely < 0.5 < unlikely < sure == 1


def test_a_colour_of_the_scene_is_not_denied_of_it(told):
    scene = Fact(kind="scene", text="the background is mostly blue", confidence=0.9, source="seen")
    score, checks = told("nothing is blue", ("colour", "grey", 0.9), facts=(scene,))
    assert checks == {"no blue thing: 0 found, but the scene looks so": "unverifiable"}
    assert score < 0.5
    # Of a square it says nothing.
    grey_star = ("colour", "grey", 0.9), ("shape", "star", 0.9)
    assert told("no blue square", *grey_star, facts=(scene,))[1] == {"no blue square: 0 found": "verified"}
