"""What a depth relation means where a thing is scenery, of which somebody tells and which nobody follows."""

from dataclasses import replace

import pytest

from agents.claims import check_verdict
from agents.evidence import Evidence
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.told_things import telling
from twins.schema import Fact

QUESTION = "a man is in front of a wall"
DOOR, MAN = [(0, 300, 100), (6, 300, 100)], [(0, 300, 140), (6, 300, 140)]


@pytest.fixture
def seen(clip, mover):
    """Return a clip of a man, nearer than something with this label, of which these sentences are told."""

    def made(label, *scene):
        man, other = mover("1", MAN, category="man", size=80), mover("2", DOOR, category=label)
        candidate = clip(man, other)
        geometry = replace(candidate.geometry, nearness_scale="relative")
        geometry.nearness[0], geometry.nearness[1] = 0.9, 0.2
        facts = tuple(Fact(kind="scene", text=text, source="annotations") for text in scene)
        return replace(candidate, twin=candidate.twin.model_copy(update={"facts": facts}), geometry=geometry)

    return made


def trace(question, candidate):
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge().judge(decomposition, candidate)
    found = check_verdict(verdict, candidate.twin, candidate.geometry, decomposition.sub_queries).trace
    return [(line.claim, line.check) for line in found if line.predicate not in ("category", "colour")]


def test_a_door_does_not_stand_for_a_wall(seen):
    lines = trace(QUESTION, seen("door"))
    assert not any("door" in claim or check == "verified" for claim, check in lines)
    assert ("the man is in front of the wall", "unverifiable") in lines


def test_what_is_seen_is_in_front_of_the_scenery_that_somebody_tells_of(seen):
    lines = trace(QUESTION, seen("door", "a long caption about a door that is set in a wall", "a grey wall"))
    assert ("a grey wall", "unverifiable") in lines and not any(check == "verified" for _, check in lines)


def test_what_is_behind_scenery_nobody_can_tell_by_that(seen):
    assert ("a grey wall", "unverifiable") not in trace("a man is behind a wall", seen("door", "a grey wall"))


@pytest.mark.parametrize("label", ["wall", "object"])
def test_a_wall_that_is_followed_is_measured(seen, label):
    assert any("in front of" in claim and check == "verified" for claim, check in trace(QUESTION, seen(label)))


def test_scenery_is_told_by_whole_kinds_and_not_where_it_is_denied(seen):
    made = seen("door", "no wall in sight")
    evidence = Evidence(made.twin, made.geometry)
    assert telling("wall", evidence) is None and telling("red wall", evidence) is None
    house = seen("door", "a castle on a hill")
    assert telling("building", Evidence(house.twin, house.geometry)).text == "a castle on a hill"
