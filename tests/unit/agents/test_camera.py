"""What the camera does is read apart from what things do, and compared with what was measured of it."""

from dataclasses import replace

import pytest

from agents.camera import check_camera
from agents.claims import check_verdict
from agents.evidence import Evidence
from agents.llm.statements import state
from agents.relevance import supports
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.unsought import unsought
from twins.queries import Claim, Decomposition, SubQuery
from twins.schema import Fact

READER = RulesDecomposer()


def parts(question):
    return READER.decompose(question).sub_queries


def moves(question):
    return [(part.object, part.negated) for part in parts(question) if part.relation == "camera"]


@pytest.mark.parametrize(
    ("question", "move"),
    [
        ("does the camera pan?", "pans"),
        ("Which clip has the camera panning left?", "pans left"),
        ("the camera slowly swung to the right", "pans right"),
        ("the camera tilts up", "tilts up"),
        ("find the clip where the camera moves closer", "zooms in"),
        ("the camera pulls back", "zooms out"),
        ("the camera doesn't move", "is still"),
        ("the camera is locked", "is still"),
        ("the camera does not stay still", "moves"),
        ("the camera is still moving", "moves"),
        ("the camera still pans left", "pans left"),
        ("the camera is completely still", "is still"),
        ("the camera pans from left to right", "pans right"),
        ("the camera pans from the right to the left", "pans left"),
    ],
)
def test_what_the_camera_does_is_all_that_is_asked(question, move):
    assert moves(question) == [(move, False)] and len(parts(question)) == 1
    assert unsought(READER.decompose(question)).words == ()


@pytest.mark.parametrize(
    ("question", "move"),
    [
        ("which video has no moving camera", "is still"),
        ("a clip with a slowly moving camera", "moves"),
        ("a video with a static camera", "is still"),
        ("clips with no static camera", "moves"),
        ("without camera motion", "is still"),
        ("there is camera movement", "moves"),
        ("show me a panning camera", "pans"),
    ],
)
def test_a_noun_phrase_tells_it_too(question, move):
    assert moves(question) == [(move, False)] and len(parts(question)) == 1
    assert unsought(READER.decompose(question)).words == ()


def test_what_is_filmed_so_is_looked_for_beside_it():
    assert moves("a red ball rolls, filmed without a zooming camera") == [("zooms", True)]
    assert ("moves", "red ball") in [
        (part.relation, part.subject) for part in parts("a red ball rolls, filmed with a still camera")
    ]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("the camera zooms in and out", ["zooms in", "zooms out"]),
        ("the camera pans left and then right", ["pans left", "pans right"]),
    ],
)
def test_two_moves_are_two_parts(question, found):
    assert moves(question) == [(move, False) for move in found]


@pytest.mark.parametrize(("question", "move"), [("does not pan", "pans"), ("never moves left", "pans left")])
def test_a_denied_move_is_a_denied_part(question, move):
    assert moves(f"the camera {question}") == [(move, True)]


@pytest.mark.parametrize(
    "question",
    [
        "a red ball rolls while the camera pans left",
        "as the camera pans left, a red ball rolls",
        "a red ball rolls and the camera pans left",
        "the camera pans left before a red ball rolls",
        "a red ball rolls after the camera pans left",
        "a red ball rolls with the camera panning left",
    ],
)
def test_things_are_read_beside_the_camera(question):
    read = [(part.relation, part.subject) for part in parts(question)]
    assert moves(question) == [("pans left", False)]
    assert ("moves", "red ball") in read


@pytest.mark.parametrize(
    "question",
    [
        "the camera zooms in on a red ball",
        "the camera pans left to show a red ball",
        "the camera is fixed on a red ball",
    ],
)
def test_what_the_camera_shows_is_looked_for(question):
    assert len(moves(question)) == 1 and "red ball" in [part.subject for part in parts(question)]


@pytest.mark.parametrize(
    "question",
    [
        "something moves toward the camera",
        "a camera falls from the table",
        "a camera slides off the table",
        "a man with a camera moves left",
        "a phone and the camera move to the left",
        "the camera is shaking",
        "a shaking camera",
        "a moving camera falls",
        "a man holds a moving camera",
        "a man with a still camera",
        "something comes toward the moving camera",
        "he pans for gold",
        "the camera never stops moving",
        "the camera hardly moves",
        "the camera stops moving",
        "the camera goes dark",
        "the camera goes out of focus",
        "the camera turns red",
        "the camera tracks the red car",
    ],
)
def test_what_is_not_said_of_it_or_cannot_be_measured_is_left_to_the_others(question):
    assert moves(question) == []


@pytest.mark.parametrize("question", ["moves right up to a dog", "moves in the dark", "moves in a circle"])
def test_what_only_sounds_like_a_direction_is_none(question):
    assert moves(f"the camera {question}") in ([], [("moves", False)])


def filmed(candidate, *shots):
    facts = tuple(
        Fact(kind="scene", text=f"the camera {move}", confidence=0.9, span=span, source="perception")
        for move, span in shots
    )
    return replace(candidate, twin=candidate.twin.model_copy(update={"facts": facts}))


WHOLE, FIRST, LAST = (0.0, 6.0), (0.0, 1.0), (1.0, 6.0)


@pytest.fixture
def rests(clip, mover):
    return clip(mover("a", [(0, 60, 100), (6, 60, 100)]))


@pytest.mark.parametrize(
    ("move", "span", "shots", "check"),
    [
        ("pans", None, [("pans left", WHOLE)], "verified"),
        ("pans left", None, [("pans left", FIRST), ("tilts up", LAST)], "verified"),
        ("pans left", None, [("pans right", WHOLE)], "refuted"),
        ("pans left", None, [("pans right", FIRST)], "unverifiable"),
        ("pans left", (1.0, 1.5), [("pans left", WHOLE)], "unverifiable"),
        ("pans left", (0.0, 1.2), [("pans left", FIRST)], "verified"),
        ("pans left", (1.5, 2.0), [("pans right", WHOLE)], "refuted"),
        ("is still", None, [("is still", WHOLE)], "verified"),
        ("is still", None, [("is still", FIRST), ("pans left", LAST)], "refuted"),
        ("is still", None, [("is still", FIRST)], "unverifiable"),
        ("is still", (2.0, 3.0), [("is still", WHOLE)], "verified"),
        ("is still", (2.0, 3.0), [("pans left", WHOLE)], "unverifiable"),
        ("moves", None, [("is still", WHOLE)], "refuted"),
        ("moves", None, [("zooms or moves in", WHOLE)], "verified"),
        ("zooms out", None, [("zooms or moves in", WHOLE)], "refuted"),
        ("pans left", None, [], "unverifiable"),
        ("dances", None, [("pans left", WHOLE)], "unverifiable"),
    ],
)
def test_it_is_compared_with_what_was_measured(move, span, shots, check, rests):
    assert check_camera(move, span, filmed(rests, *shots).twin) == check


@pytest.mark.parametrize(
    "fact", [{"source": "o-1"}, {"kind": "caption"}, {"text": "the camera pans left over a garden"}]
)
def test_what_somebody_says_of_it_was_not_measured(fact, rests):
    measured = {"kind": "scene", "text": "the camera pans left", "span": WHOLE, "source": "perception"}
    for fields, check in ((measured, "verified"), (measured | fact, "unverifiable")):
        facts = (Fact(confidence=0.9, **fields),)
        assert check_camera("pans left", None, rests.twin.model_copy(update={"facts": facts})) == check


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [("pans to the left", "pans left", "pans right"), ("does not pan", "tilts up", "pans right")],
)
def test_the_clip_whose_camera_does_it_is_better(question, better, worse, rests):
    decomposition = READER.decompose(f"the camera {question}")
    good, bad = (filmed(rests, (move, WHOLE)) for move in (better, worse))
    verdicts = [RulesJudge().judge(decomposition, candidate) for candidate in (good, bad)]
    assert verdicts[0].score > 0.6 > 0.3 > verdicts[1].score
    (line,) = check_verdict(verdicts[0], good.twin, good.geometry, decomposition.sub_queries).trace
    assert (line.check, line.predicate) == ("verified", "camera")
    (line,) = check_verdict(verdicts[1], bad.twin, bad.geometry, decomposition.sub_queries).trace
    assert line.check == "refuted"


def test_when_the_camera_does_it_is_told(rests):
    verdict = RulesJudge().judge(READER.decompose("the camera pans"), filmed(rests, ("pans left", LAST)))
    assert verdict.spans == (LAST,)


def test_a_claim_about_the_camera_answers_the_part_that_asks_for_it(rests):
    asked, candidate = parts("the camera pans"), filmed(rests, ("pans left", WHOLE))
    evidence = Evidence(candidate.twin, candidate.geometry)
    said = {value: Claim(claim="", sub_query="q1", predicate="camera", value=value) for value in ("pans left", "moves")}
    assert {value: supports(claim, asked, evidence) for value, claim in said.items()} == {
        "pans left": True,
        "moves": False,
    }


def test_of_a_models_claim_about_the_camera_only_what_is_checked_is_told():
    claim = Claim(
        claim="the camera pans left while a thief steals", predicate="camera", value="pans left", span=(0.0, 1.0)
    )
    assert state(claim) == "the camera pans left (0.0-1.0 s)"


def test_what_a_model_denies_of_the_camera_is_told_as_denied(rests):
    part = SubQuery(id="p1", text="the camera pans", kind="action", relation="camera", object="pans", negated=True)
    candidate = filmed(rests, ("tilts up", WHOLE))
    verdict = RulesJudge().judge(Decomposition(query="no pan", sub_queries=(part,)), candidate)
    (line,) = check_verdict(verdict, candidate.twin, candidate.geometry, (part,)).trace
    assert (line.claim, line.check) == ("not: the camera pans", "verified")
