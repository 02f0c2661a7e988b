"""Where nothing reads how often something happens, or between what, the answer is not verified as a whole."""

from dataclasses import replace

import pytest

from agents.camera import SOURCE as CAMERA
from agents.claims import check_verdict
from agents.open_parts import SOURCE
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.schema import Fact


@pytest.fixture
def lines(clip, mover):
    """Return what is told of a question: a thing that turns back between two that rest, and which of it is open."""
    turning = [(0, 200, 180), (2, 440, 180), (4, 200, 180), (6, 440, 180)]
    made = clip(
        mover("1", turning), mover("2", [(0, 100, 180), (6, 100, 180)]), mover("3", [(0, 540, 180), (6, 540, 180)])
    )

    def ask(question):
        asked = RulesDecomposer().decompose(question)
        trace = check_verdict(RulesJudge().judge(asked, made), made.twin, made.geometry, asked.sub_queries).trace
        return {line.claim: line.check for line in trace}, {line.claim for line in trace if line.source == SOURCE}

    return ask


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("something is between two other things", "something is between two other things"),
        ("something turns back between two other things", "something turns back between two other things"),
        ("the thing that moves is among the others", "the thing that moves is among the others"),
        ("twice something turns back", "twice something turns back"),
        ("three times a thing turns back", "three times a thing turns back"),
        ("something repeatedly turns back", "something repeatedly turns back"),
    ],
)
def test_a_part_that_nothing_reads_is_open(lines, question, part):
    checks, left = lines(question)
    assert checks[part] == "unverifiable"
    assert part in left


@pytest.mark.parametrize(
    "question",
    [
        "something turns back twice",
        "something turns back once",
        "a meeting between two things",
        "there is a collision between two things",
        "something moves twice as fast as another thing",
    ],
)
def test_what_is_read_is_not_left_open(question):
    assert all(part.relation is not None for part in RulesDecomposer().decompose(question).sub_queries)


def test_what_the_camera_does_is_no_reason_for_what_a_thing_does(clip, mover):
    made = clip(mover("1", [(0, 200, 180), (6, 440, 180)]), mover("2", [(0, 100, 180), (6, 100, 180)]))
    zoom = Fact(kind="scene", text="the camera zooms or moves out", source=CAMERA, span=(0.0, 6.0))
    made = replace(made, twin=made.twin.model_copy(update={"facts": (zoom,)}))
    verdict = RulesJudge().judge(RulesDecomposer().decompose("something moves between two things"), made)
    assert zoom.text not in {claim.claim for claim in verdict.claims}
    assert "something moves between two things" in {claim.claim for claim in verdict.claims}
