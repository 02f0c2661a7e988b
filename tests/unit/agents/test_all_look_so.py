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
        ("all but one of them are red", "all things but one are red", "thing other than red", "1"),
        ("all cups are red but the plates are white", "all cups are red", "cups other than red cups", "0"),
        ("all balls are red, but one cube is blue", "all balls are red", "balls other than red balls", "0"),
        ("there are some cups and they are all white", "all cups are white", "cups other than white cups", "0"),
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


def test_of_two_kinds_all_look_so():
    texts = [text for text, *_ in counts("all balls and all cubes are red")]
    assert texts == ["all balls are red", "all cubes are red"]


@pytest.mark.parametrize(
    "question",
    [
        "everything that moves is red",
        "all things that move are red",
        "all of them are red that move",
        "all balls on the left are red",
        "the balls that are all red",
        "all of them are red or blue",
        "each ball is red or green",
        "all of the cars are red or blue",
        "they are all red or they are all blue",
        "the ball is all red",
        "the team is all red",
        "all balls are red in the second shot",
        "all of them are red in the dark",
        "all of the balls are red, then blue",
        "at first all balls are red",
        "all of the balls become red",
        "nearly all of the balls are red",
        "all but two balls are red",
        "all of them are red apart from two",
    ],
)
def test_what_some_may_not_be_or_at_another_time_is_not_said_of_all(question):
    assert [text for text, subject, _ in counts(question) if " other than " in subject] == []


def test_another_clause_behind_but_leaves_nothing_out_of_the_first():
    parts = RulesDecomposer().decompose("all cups are red but the plates are white").sub_queries
    assert {part.text for part in parts if part.kind == "attribute"} == {"red cups", "white plates"}


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


@pytest.mark.parametrize("question", ["everything that moves is red", "all things that move are red"])
def test_what_rests_does_not_speak_against_how_all_look_that_move(question, clip, mover):
    seen = clip(
        mover("0", [(0, 60, 100), (6, 500, 100)], colour="red"),
        mover("1", [(0, 60, 300), (6, 60, 300)], colour="blue"),
    )
    score, checks = judged(question, seen)
    assert score > 0.5
    assert "refuted" not in checks.values()


def test_one_of_each_is_all_of_either(coloured):
    score, checks = judged("all of them are red or blue", coloured("red", "blue"))
    assert score > 0.5
    assert "refuted" not in checks.values()
