"""How all things of a kind look: one that does not speaks against it."""

import pytest

from agents.claims import check_claim, check_verdict
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Claim


def counts(question):
    parts = RulesDecomposer().decompose(question).sub_queries
    return [(part.text, part.subject, part.object) for part in parts if part.kind == "count"]


@pytest.mark.parametrize(
    ("question", "text", "subject", "bound"),
    [
        ("all of them are pink", "all things are pink", "thing other than pink thing", "0"),
        ("everything is striped", "all things are striped", "thing other than striped thing", "0"),
        ("every ball is red", "all balls are red", "ball other than red ball", "0"),
        ("the balls are all red", "all balls are red", "balls other than red balls", "0"),
        ("all small things are red", "all small things are red", "small things other than red small things", "0"),
        ("all of them are red except one", "all things but one are red", "thing other than red thing", "1"),
        (
            "everything but the ball is red",
            "all things other than the ball are red",
            "thing other than ball or red thing",
            "0",
        ),
    ],
)
def test_all_look_so_where_none_does_not(question, text, subject, bound):
    assert counts(question) == [(text, subject, bound)]


@pytest.mark.parametrize("question", ["all cups", "all dogs are asleep"])
def test_of_all_of_a_kind_nothing_is_counted_where_nothing_is_said_of_them(question):
    assert counts(question) == []


@pytest.fixture
def coloured(clip, mover):
    """Return a clip of things at rest in these colours."""
    return lambda *colours: clip(
        *(
            mover(str(n), [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)], colour=colour)
            for n, colour in enumerate(colours)
        )
    )


def judged(question, candidate):
    verdict = RulesJudge().judge(RulesDecomposer().decompose(question), candidate)
    checked = check_verdict(verdict, candidate.twin, candidate.geometry)
    return checked.verdict.score, {line.claim: line.check for line in checked.trace}


def test_one_that_looks_otherwise_refutes_it_of_all(coloured):
    all_red = judged("all of them are red", coloured("red", "red"))
    assert all_red[1]["all things are red: 0 found that are not"] == "verified"
    one_is_not = judged("all of them are red", coloured("red", "red", "black"))
    assert one_is_not[1]["all things are red: 1 found that is not"] == "refuted"
    assert one_is_not[0] < 0.5 < all_red[0]


def test_all_but_one_is_not_all(coloured):
    one, none = (judged("all but one of them are red", coloured("red", "red", other)) for other in ("black", "red"))
    assert one[0] > 0.5 > none[0]


def test_a_claim_of_all_of_a_kind_without_what_they_do_claims_nothing(coloured):
    seen = coloured("red", "red")
    claim = Claim(claim="all red things", predicate="count", value="all of red thing", instances=("0", "1"))
    assert check_claim(claim, seen.twin, seen.geometry).check == "unverifiable"
