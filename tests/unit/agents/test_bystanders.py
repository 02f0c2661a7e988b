"""Nothing is said to do what the twin knows something to do, however little that something may be a thing."""

from collections import defaultdict
from dataclasses import replace

import pytest

from agents.claims import EACH, check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.predicates import PREDICATES
from twins.queries import Claim, Verdict
from twins.sentences import predicate_facts

STILL = [(0, 320, 180), (6, 320, 180)]
RUNS = [(0, 60, 60), (6, 580, 60)]
STAIN, DOUBTFUL, SURE = 0.05, 0.35, 0.9


def of(made, **saliences):
    tracks = (
        t.model_copy(update={"salience": saliences[f"t{t.id}"]}) if f"t{t.id}" in saliences else t
        for t in made.twin.tracks
    )
    return replace(made, twin=made.twin.model_copy(update={"tracks": tuple(tracks)}))


def checks(question, made):
    """Return the checks of all that is said of nothing, and of what stays open."""
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge().judge(decomposition, made)
    trace = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).trace
    return {line.check for line in trace if line.claim.startswith(("nothing", "no ", "not: "))}


@pytest.mark.parametrize("question", ["nothing moves", "nobody moves", "one thing stays still and nothing moves"])
@pytest.mark.parametrize(
    ("points", "salience", "check"),
    [
        (RUNS, STAIN, "unverifiable"),
        (RUNS, 0.0, "unverifiable"),
        (RUNS, DOUBTFUL, "unverifiable"),
        (RUNS, SURE, "refuted"),
        (STILL, STAIN, "verified"),
        (STILL, DOUBTFUL, "verified"),
        (STILL, SURE, "verified"),
    ],
)
def test_that_nothing_moves_is_told_of_all_there_are(clip, mover, question, points, salience, check):
    made = of(clip(mover("1", STILL), mover("2", [(t, x, y - 100) for t, x, y in points])), t2=salience)
    assert checks(question, made) == {check}


@pytest.mark.parametrize(("x", "check"), [(100, "verified"), (600, "unverifiable")])
def test_that_nothing_is_on_a_side_is_told_of_stains_too(clip, mover, x, check):
    made = of(clip(mover("1", STILL), mover("2", [(0, x, 60), (6, x, 60)])), t2=STAIN)
    assert checks("nothing is on the right", made) == {check}


@pytest.mark.parametrize(("points", "check"), [(RUNS, "unverifiable"), (STILL, "verified")])
def test_what_looks_otherwise_may_do_what_no_red_thing_does(clip, mover, points, check):
    still = mover("1", STILL, colour="red")
    for colour, expected in (("red", check), ("blue", "verified")):
        mine = mover("2", [(t, x, y - 100 * (points is STILL)) for t, x, y in points], colour=colour)
        assert checks("no red thing moves", of(clip(still, mine), t2=STAIN)) == {expected}


@pytest.fixture
def lively(clip, mover):
    """A still thing, and stains that cross, chase, meet, hide, stop, turn and come back about it."""
    return of(
        clip(
            mover("1", STILL, size=80),
            mover("2", [(0.5, -20, 180), (2, 320, 180), (3.5, 320, 180), (5, -20, 180)]),
            mover("3", [(0.8, -20, 190), (2.5, 330, 190), (5.5, 660, 190)]),
            mover("4", [(0, 100, 20), (1, 100, 200), (2, 100, 20), (3, 300, 180), (6, 300, 180)], size=20),
            mover("5", [(0, 600, 340), (3, 400, 180), (6, 600, 20)], size=60),
        ),
        t2=STAIN, t3=STAIN, t4=0.0, t5=DOUBTFUL,
    )  # fmt: skip


def test_no_fact_of_a_twin_stands_beside_its_denial_of_all(lively):
    facts = defaultdict(list)
    for fact in predicate_facts(lively.twin, lively.geometry):
        facts[fact.predicate].append(fact.text)
    told = set()
    for name, predicate in PREDICATES.items():
        question = f"nothing {predicate.phrases[0]}{' anything' * (predicate.arity - 1)}"
        denied = [part for part in RulesDecomposer().decompose(question).sub_queries if part.negated]
        if [part.relation for part in denied] == [name] and name in facts:
            told.add(name)
            assert "verified" not in checks(question, lively), (question, facts[name])
    assert {"moves_left", "stops", "turns", "enters", "approaches"} <= told


@pytest.mark.parametrize(("x", "check"), [(620, "unverifiable"), (100, "verified")])
def test_that_nothing_parts_from_anything_is_denied_to_stains_too(clip, mover, x, check):
    rests, comes = mover("1", [(0, 20, 180), (6, 20, 180)]), mover("2", [(0, 400, 180), (6, 100, 180)])
    made = of(clip(rests, comes, mover("3", [(0, x, 340), (6, x, 340)])), t3=STAIN)
    assert checks("nothing moves away from anything", made) == {check}


@pytest.mark.parametrize(("points", "supported"), [(RUNS, False), (STILL, True)])
def test_a_model_that_denies_it_of_the_sure_ones_has_not_answered(clip, mover, points, supported):
    made = of(clip(mover("1", STILL), mover("2", [(t, x, y - 100) for t, x, y in points])), t2=STAIN)
    decomposition = RulesDecomposer().decompose("nothing moves")
    part = decomposition.sub_queries[0]
    claim = Claim(
        claim="nothing moves", sub_query=part.id, predicate="moves", value=EACH, instances=("1",), negated=True,
        source="model",
    )  # fmt: skip
    verdict = Verdict(score=0.9, claims=(claim,))
    assert check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).supported is supported
