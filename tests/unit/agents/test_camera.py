"""What the camera does is read apart from what things do, and compared with what was measured of it."""

from dataclasses import replace

import pytest

from agents.camera import check_camera
from agents.claims import check_verdict
from agents.grounding import Grounder
from agents.relevance import supports
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.unsought import unsought
from twins.queries import Claim
from twins.schema import Fact


def read(question):
    return [(part.relation, part.object) for part in RulesDecomposer().decompose(question).sub_queries]


@pytest.mark.parametrize(
    ("question", "move"),
    [
        ("does the camera pan?", "pans"),
        ("Which clip has the camera panning left?", "pans left"),
        ("the camera swung to the right", "pans right"),
        ("the camera tilts up", "tilts up"),
        ("find the clip where the camera moves closer", "zooms in"),
        ("the camera pulls back", "zooms out"),
        ("the camera doesn't move", "is still"),
        ("the camera is locked", "is still"),
        ("the camera does not stay still", "moves"),
        ("the camera is moving", "moves"),
    ],
)
def test_what_the_camera_does_is_all_that_is_asked(question, move):
    assert read(question) == [("camera", move)]
    assert unsought(RulesDecomposer().decompose(question)).words == ()


def test_things_are_read_beside_the_camera():
    both = [("camera", "pans left"), ("moves", None), (None, None)]
    assert read("a red ball rolls while the camera pans left") == both
    assert read("as the camera pans left, a red ball rolls") == both


@pytest.mark.parametrize(
    "question",
    ["something moves toward the camera", "a camera falls from the table", "the camera is shaking", "he pans for gold"],
)
def test_what_is_not_said_of_it_or_cannot_be_measured_is_left_to_the_others(question):
    assert "camera" not in [relation for relation, _ in read(question)]


def filmed(candidate, *moves):
    facts = tuple(
        Fact(kind="scene", text=f"the camera {move}", confidence=0.9, span=(1.0, 2.0), source="perception")
        for move in moves
    )
    return replace(candidate, twin=candidate.twin.model_copy(update={"facts": facts}))


@pytest.mark.parametrize(
    ("move", "measured", "check"),
    [
        ("pans", ["pans left"], "verified"),
        ("pans left", ["pans left", "tilts up"], "verified"),
        ("pans left", ["pans right"], "refuted"),
        ("is still", ["is still"], "verified"),
        ("moves", ["is still"], "refuted"),
        ("moves", ["zooms or moves in"], "verified"),
        ("zooms out", ["zooms or moves in"], "refuted"),
        ("pans left", [], "unverifiable"),
        ("dances", ["pans left"], "unverifiable"),
    ],
)
def test_it_is_compared_with_what_was_measured(move, measured, check, clip, mover):
    candidate = filmed(clip(mover("a", [(0, 60, 100), (2, 60, 100)])), *measured)
    assert check_camera(move, None, candidate.twin) == check
    assert check_camera(move, (1.5, 3.0), candidate.twin) == check
    assert check_camera(move, (2.5, 3.0), candidate.twin) == "unverifiable"


def test_the_clip_whose_camera_does_it_is_better_and_says_when(clip, mover):
    still = clip(mover("a", [(0, 60, 100), (4, 60, 100)]))
    question = RulesDecomposer().decompose("the camera pans to the left")
    verdicts = [RulesJudge().judge(question, filmed(still, f"pans {side}")) for side in ("left", "right")]
    assert verdicts[0].score > 0.6 > 0.3 > verdicts[1].score
    assert verdicts[0].spans == ((1.0, 2.0),) and verdicts[1].spans == ()
    candidate = filmed(still, "pans left")
    (line,) = check_verdict(verdicts[0], candidate.twin, candidate.geometry, question.sub_queries).trace
    assert (line.claim, line.check, line.predicate) == ("the camera pans left", "verified", "camera")


def test_a_claim_about_the_camera_answers_the_part_that_asks_for_it(clip, mover):
    candidate = filmed(clip(mover("a", [(0, 60, 100), (2, 60, 100)])), "pans left")
    parts = RulesDecomposer().decompose("the camera pans left").sub_queries
    grounder = Grounder(candidate.twin, None)
    claims = [Claim(claim="", sub_query="q1", predicate="camera", value=value) for value in ("pans left", "is still")]
    assert [supports(claim, parts, grounder) for claim in claims] == [True, False]
