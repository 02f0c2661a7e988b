"""Who does something first, or last, of all that do it."""

import pytest

from agents.claims import check_claim, check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from encoders.minilm import MiniLM
from twins.queries import Claim

STOPS = {"early": [(0, 60, 100), (2, 300, 100), (6, 300, 100)], "late": [(0, 60, 200), (4, 400, 200), (6, 400, 200)]}


@pytest.fixture
def race(clip, mover):
    """Red stops at two seconds, blue at four; green never moves."""
    return clip(
        mover("r", STOPS["early"], colour="red", shape="circle"),
        mover("b", STOPS["late"], colour="blue", shape="circle"),
        mover("g", [(0, 500, 300), (6, 500, 300)], colour="green", shape="square"),
    )


@pytest.mark.parametrize(
    ("rank", "value", "check"),
    [
        ("first", "stops(r) of thing", "verified"),
        ("first", "stops(b) of thing", "refuted"),
        ("last", "stops(b) of thing", "verified"),
        ("last", "stops(r) of ball", "refuted"),
        ("first", "stops(r) of square", "unverifiable"),  # no square stops: nobody to be before
        ("first", "stops(g) of thing", "unverifiable"),
        ("first", "stops(x) of thing", "unverifiable"),
        ("first", "barks(r) of thing", "unverifiable"),
        ("first", "hits(r) of thing", "unverifiable"),
        ("first", "follows(r) of thing", "unverifiable"),
        ("first", "stops", "unverifiable"),
    ],
)
def test_a_rank_is_recomputed_among_all_that_may_do_it(race, rank, value, check):
    claim = Claim(claim="said", predicate=rank, value=value, instances=("r", "b", "g"))
    assert check_claim(claim, race.twin, race.geometry).check == check


def test_what_may_be_no_thing_leaves_a_rank_open(race):
    unsure = [t.model_copy(update={"salience": 0.3}) if t.id == "r" else t for t in race.twin.tracks]
    twin = race.twin.model_copy(update={"tracks": tuple(unsure)})
    claim = Claim(claim="said", predicate="first", value="stops(b) of thing", instances=("b",))
    assert check_claim(claim, twin, race.geometry).check == "unverifiable"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("the red one stops first", "verified"),
        ("the blue one stops first", "judged"),
        ("the last ball to stop is blue", "verified"),
        ("the red ball stops before anything else does", "verified"),
        ("the red ball stops after all the others", "judged"),
    ],
)
def test_a_question_for_the_first_or_the_last_is_answered_by_all(race, question, status):
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge().judge(decomposition, race)
    checked = check_verdict(verdict, race.twin, race.geometry, decomposition.sub_queries)
    assert checked.status == status
    ranked = [line for line in checked.trace if line.predicate in ("first", "last")]
    assert len(ranked) == 1
    # Either the one that is meant is another, or it is not the first.
    assert ("refuted" in {line.check for line in checked.trace}) == (status == "judged")
    assert {"r", "b"} <= set(ranked[0].instances)


@pytest.mark.parametrize("question", ["it enters first and leaves last", "the blue one is the first to leave"])
def test_a_rank_among_all_is_no_situation(question):
    assert {part.reading for part in RulesDecomposer(MiniLM()).decompose(question).sub_queries} == {None}
