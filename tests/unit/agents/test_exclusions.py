"""What the one that does it must not be is judged of that one, whoever else is in view."""

import pytest

from agents.asked import read_question
from agents.claims import check_verdict
from agents.descriptions import describe
from agents.grounding import Grounder
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.situated import described
from agents.situations.sentences import plain
from encoders.minilm import MiniLM

MOVES, RESTS = [(0, 60, 100), (6, 560, 100)], [(0, 300, 250), (6, 300, 250)]


@pytest.fixture
def judged(clip, mover):
    """Judge a question of a clip in which a blue and a red thing do what is given; return score, status, checks."""

    def judge(question, *, blue=RESTS, red=RESTS):
        made = clip(
            mover("b", blue, colour="blue", shape="circle"),
            mover("r", [(t, x, y + 60) for t, x, y in red], colour="red", shape="circle"),
        )
        decomposition = RulesDecomposer().decompose(question)
        verdict = RulesJudge().judge(decomposition, made)
        checked = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries)
        return checked.verdict.score, checked.status, {line.claim: line.check for line in checked.trace}

    return judge


@pytest.mark.parametrize(
    "question",
    [
        "something moves, but not the blue one",
        "something moves, but it isn't the blue one",
        "any but the blue one moves",
        "something other than the blue ball moves",
        "a ball that is not blue moves",
    ],
)
def test_the_one_that_does_it_is_not_the_one_that_is_excluded(judged, question):
    score, status, checks = judged(question, red=MOVES)
    other, not_so, _ = judged(question, blue=MOVES)
    assert status == "verified"
    assert [check for claim, check in checks.items() if "not blue" in claim] == ["verified"]
    assert not_so == "judged"
    assert score > other + 0.2


def test_where_only_what_is_excluded_is_in_view_that_is_what_refutes(clip, mover):
    made = clip(mover("b", MOVES, colour="blue", shape="circle"))
    decomposition = RulesDecomposer().decompose("something other than the blue one moves")
    verdict = RulesJudge().judge(decomposition, made)
    trace = check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).trace
    assert ('the "thing" is not blue', "refuted") in {(line.claim, line.check) for line in trace}


def test_everything_but_one_is_counted_without_the_one(judged):
    score, status, checks = judged("everything except the red ball moves", blue=MOVES)
    assert status == "verified"
    assert checks["all things other than the red ball move: 1 found"] == "verified"
    assert checks["the red ball does not move"] == "verified"
    assert score > judged("everything except the red ball moves", blue=MOVES, red=MOVES)[0] + 0.2


def test_only_the_one_means_that_no_other_does_it(judged):
    alone, status, checks = judged("only the red ball moves", red=MOVES)
    both, not_so, others = judged("only the red ball moves", red=MOVES, blue=MOVES)
    assert (status, checks["nothing other than the red ball moves"]) == ("verified", "verified")
    assert (not_so, others["nothing other than the red ball moves"]) == ("judged", "refuted")
    assert alone > both


def test_what_excludes_a_look_fits_everything_but_that(clip, mover):
    made = clip(mover("b", RESTS, colour="blue"), mover("r", RESTS, colour="red"), mover("n", RESTS))
    blue, red, unknown = Grounder(made.twin, made.geometry).scores("thing other than blue one")
    assert blue < 0.1 < unknown < red
    assert describe("ball other than red one or blue one").excluded == (describe("red one"), describe("blue one"))


def test_recall_does_not_look_for_what_is_excluded():
    decomposition = RulesDecomposer().decompose("something hides, but not the blue one")
    assert {4, 5, 6, 7} <= set(decomposition.denied)  # the places of `not the blue one`
    assert not {0, 1} & set(decomposition.denied)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("something hides, but it is not the blue one", "something hides"),
        ("a ball that is not blue hides", "something hides"),
        ("something other than the blue one hides", "something hides"),
    ],
)
def test_a_situation_is_recognised_without_what_is_excluded(question, told):
    tokens, reading = read_question(question)
    assert plain(tokens, described(tokens, reading)) == told


def test_the_role_of_the_one_that_does_it_excludes_in_a_situation_too():
    subs = RulesDecomposer(MiniLM()).decompose("something hides for good, but not the blue one").sub_queries
    hiding = [sub for sub in subs if sub.reading == "hiding_for_good"]
    assert {sub.subject for sub in hiding} == {"thing other than blue one"}


@pytest.mark.parametrize(
    "question", ["everything but the red ball rests", "nothing but the red ball rests", "only the red ball moves"]
)
def test_an_exception_by_its_looks_is_told_by_grammar_which_speaks_of_all_others(question):
    assert {sub.reading for sub in RulesDecomposer(MiniLM()).decompose(question).sub_queries} == {None}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("anything but the red one or the blue one moves", {("thing other than red one or blue one", "moves", False)}),
        (
            "nothing moves except the red ball and the blue ball",
            {
                ("thing other than red ball or blue ball", "moves", True),
                ("red ball", "moves", False),
                ("blue ball", "moves", False),
            },
        ),
        (
            "nothing moves except the red ball and the blue ball stops",
            {
                ("thing other than red ball", "moves", True),
                ("red ball", "moves", False),
                ("blue ball", "stops", False),
            },
        ),
        (
            "only the red ball and the blue ball move",
            {
                ("thing other than red ball or blue ball", "moves", True),
                ("red ball", "moves", False),
                ("blue ball", "moves", False),
            },
        ),
    ],
)
def test_several_may_be_left_out_together(question, told):
    parts = RulesDecomposer().decompose(question).sub_queries
    assert {
        (part.subject, part.relation, part.negated) for part in parts if part.relation not in (None, "count")
    } == told


@pytest.mark.parametrize(("second", "status"), [(RESTS, "verified"), (MOVES, "judged")])
def test_what_all_others_do_none_of_several_exceptions_does(clip, mover, second, status):
    made = clip(
        mover("1", MOVES, colour="blue", shape="circle"),
        mover("2", RESTS, colour="red", shape="circle"),
        mover("3", [(t, x, y + 60) for t, x, y in second], colour="red", shape="circle"),
    )
    decomposition = RulesDecomposer().decompose("all balls but the red ones move")
    verdict = RulesJudge().judge(decomposition, made)
    assert check_verdict(verdict, made.twin, made.geometry, decomposition.sub_queries).status == status
