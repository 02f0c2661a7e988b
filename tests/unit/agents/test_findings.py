"""What is found of a number where one of those who are counted is a crowd, and of what nobody does."""

import pytest

from agents.binding import plan
from agents.claims import check_claim, check_verdict
from agents.evidence import UNKNOWN_VALUE, Evidence
from agents.findings import Case
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Decomposition, SubQuery

VALUES = {"verified": 1.0, "refuted": 0.0, "unverifiable": UNKNOWN_VALUE}


@pytest.mark.parametrize(
    ("bound", "check"),
    [
        ("2", "refuted"),  # one, and two or more
        (">=3", "verified"),
        ("<=2", "refuted"),
        ("3", "unverifiable"),
        (">=4", "unverifiable"),
        ("5", "unverifiable"),
        ("all", "unverifiable"),
    ],
)
def test_a_number_with_a_crowd_is_worth_what_its_check_comes_to(bound, check, persons, mover):
    made = persons(*(mover(name, [(0, 60, 100), (6, 60, 100)]) for name in "12"), crowds="2")
    part = SubQuery(id="p1", text="persons", kind="count", subject="person", relation="count", object=bound)
    (finding,) = Case(
        plan(Decomposition(query="persons", sub_queries=(part,))), Evidence(made.twin, made.geometry)
    ).findings()
    (claim,) = finding.claims()
    assert claim.claim.endswith(": 2 found, one of them a crowd")
    assert check_claim(claim, made.twin, made.geometry).check == check
    assert finding.value == VALUES[check]
    assert finding.instances == (("1", "2") if check == "verified" else ())


def test_that_nothing_does_it_is_claimed_of_everything_and_that_something_does_of_that(clip, mover):
    at_rest = [mover(name, [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)]) for n, name in enumerate("abc")]
    resting, moving = clip(*at_rest), clip(*at_rest, mover("d", [(0, 60, 300), (6, 560, 300)]))

    def told(candidate):
        verdict = RulesJudge().judge(RulesDecomposer().decompose("nothing moves"), candidate)
        trace = check_verdict(verdict, candidate.twin, candidate.geometry).trace
        return next((line.check, set(line.instances)) for line in trace if line.claim == "nothing moves")

    assert told(resting) == ("verified", {"a", "b", "c"})
    assert told(moving) == ("refuted", {"d"})
