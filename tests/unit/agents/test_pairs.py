"""What is denied of all is looked for in every pair, and claimed of every pair."""

from dataclasses import replace

import pytest

from agents.claims import check_claim, check_verdict
from agents.pairs import read_pairs, told_pairs
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Claim

RUNNING = [(0, 200, 100), (4, 580, 100), (6, 600, 100)]
AFTER = [(0, 60, 100), (4, 460, 100), (6, 520, 100)]


def at_rest(x, y=300):
    return [(0, x, y), (6, x, y)]


@pytest.fixture
def trace_of(clip, mover):
    """Return the checks of a question about two balls, the second in view for less, of which one may be chased."""

    def trace(question, *, chased, follower=AFTER):
        first, second = (RUNNING, at_rest(100)) if chased == "first" else (at_rest(100), RUNNING)
        made = clip(
            mover("a", first, colour="red", shape="circle"),
            mover("b", second, colour="blue", shape="circle"),
            mover("c", follower, colour="green", shape="square"),
            mover("d", at_rest(500), colour="grey", shape="star"),
        )
        decomposition = RulesDecomposer().decompose(question)
        verdict = RulesJudge().judge(decomposition, made)
        checked = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries)
        return verdict.score, {line.claim: (line.check, line.instances) for line in checked.trace}

    return trace


@pytest.mark.parametrize("chased", ["first", "second"])
@pytest.mark.parametrize("question", ["nothing follows any ball", "no square follows a ball"])
def test_a_denial_of_all_is_refuted_by_any_pair(trace_of, question, chased):
    score, checks = trace_of(question, chased=chased)
    assert "refuted" in {check for check, _ in checks.values()}
    assert score < trace_of(question, chased=chased, follower=at_rest(300))[0]


def test_a_denial_of_all_is_claimed_of_every_pair(trace_of):
    _, checks = trace_of("nothing follows any ball", chased="first", follower=at_rest(300))
    check, instances = checks["nothing follows any ball"]
    assert check == "verified"
    assert set(instances) == {"a", "b", "c", "d"}


def test_nobody_touches_the_one_is_claimed_of_everybody(trace_of):
    _, checks = trace_of("nobody touches the blue ball", chased="first", follower=at_rest(300))
    check, instances = checks["nothing touches the blue ball"]
    assert check == "verified"
    assert set(instances) == {"a", "b", "c", "d"}


def test_what_one_does_to_nobody_is_denied_to_all(trace_of):
    for chased in ("first", "second"):
        _, checks = trace_of("the green square does not follow any ball", chased=chased)
        assert "verified" not in {check for claim, (check, _) in checks.items() if "not follow" in claim}


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ("c to a", "refuted"),
        ("d to a, b", "verified"),
        ("c, d to b", "verified"),
        ("d, c to b, a", "refuted"),
        ("c to x", "unverifiable"),
    ],
)
def test_a_claim_of_pairs_is_as_true_as_the_worst_of_them(clip, mover, value, check):
    made = clip(mover("a", RUNNING), mover("b", at_rest(100)), mover("c", AFTER), mover("d", at_rest(500)))
    claim = Claim(claim="said", predicate="follows", value=value, instances=("a", "b", "c", "d"), negated=True)
    assert check_claim(claim, made.twin, made.geometry).check == check


def test_pairs_are_told_and_read():
    assert read_pairs(told_pairs(["1", "2"], ["2", "3"])) == [("1", "2"), ("1", "3"), ("2", "3")]
    assert read_pairs("each") == read_pairs("frame") == read_pairs(None) == []


RUNS, RESTS = [(0, 60, 100), (6, 500, 100)], [(0, 60, 200), (6, 60, 200)]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("only the red ball moves", "nothing other than the red ball moves"),
        ("no blue thing moves", "no blue thing moves"),
        ("nothing is on the right", "nothing is on the right of the picture"),
    ],
)
@pytest.mark.parametrize(("points", "check"), [(RUNS, "unverifiable"), (RESTS, "verified")])
def test_a_denial_of_all_is_open_where_what_may_be_a_thing_does_it(clip, mover, question, told, points, check):
    still = [(0, 200, 320), (6, 200, 320)]
    made = clip(
        mover("1", RUNS if "red" in question else RESTS, colour="red", shape="circle"),
        mover("2", points, colour="blue", shape="circle"),
        mover("3", still, colour="blue", shape="square"),
    )
    unsure = [t.model_copy(update={"salience": 0.35}) if t.id == "2" else t for t in made.twin.tracks]
    made = replace(made, twin=made.twin.model_copy(update={"tracks": tuple(unsure)}))
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge().judge(decomposition, made)
    trace = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).trace
    said = {told, f"not: {told.replace('nothing', 'something')}"}
    assert {line.check for line in trace if line.claim in said} == {check}
