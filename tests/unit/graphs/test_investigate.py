"""One candidate's way through judge, calls and check, with investigators that follow a script."""

import time
from threading import Barrier
from types import SimpleNamespace

import pytest

from agents.llm.calling import ModelGaveUpError
from agents.llm.metering import BudgetSpentError
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from graphs.context import RetrieveContext, RetrieveOptions
from graphs.investigate import ROUNDS, build_investigation
from graphs.recall import Recalled
from graphs.retrieve import answer, build_retrieve_graph
from tests.unit.agents.conftest import make_clip, make_mover
from twins.errors import TwinseekError
from twins.observations import EffectiveTwin
from twins.protocols import ToolOffer
from twins.queries import Claim, Plan, ToolCall, ToolFinding, Verdict
from twins.schema import Fact

QUERY = "the blue thing follows the red thing"
LOOK = ToolOffer("look", "Look.", {})
TRUE = Claim(claim="2 follows 1", sub_query="q1", predicate="follows", instances=("2", "1"))
FALSE = Claim(claim="1 follows 2", sub_query="q1", predicate="follows", instances=("1", "2"))


class Scripted:
    """An investigator that does what a function of the case says, and remembers the cases."""

    name = "scripted"

    def __init__(self, script):
        self.script, self.cases = script, []

    def step(self, case):
        self.cases.append(case)
        return self.script(case)


def a_video():
    red = make_mover("1", [(0, 200, 100), (4, 580, 100), (6, 580, 100)], colour="red")
    blue = make_mover("2", [(0, 60, 100), (4, 460, 100), (6, 520, 100)], colour="blue")
    return make_clip(red, blue)


def ask(script, *, videos=("a",), clips=None, call=None, seconds_left=lambda: 60.0, **options):
    """Return the final state, the investigator and the stream of events."""
    made, investigator, clips = a_video(), Scripted(script), clips or {}

    def default_call(video_id, call):
        return ToolFinding(call=call, text="nothing", key="0" * 12, fresh=True)

    context = RetrieveContext(
        store=None,
        read=lambda name: EffectiveTwin(clips.get(name, made).twin, clips.get(name, made).geometry, (), "g-0"),
        decomposer=RulesDecomposer(),
        judge=RulesJudge(),
        recall=lambda decomposition: Recalled([(name, 0.5) for name in videos]),
        diagnose=lambda decomposition, by_model: [],
        options=RetrieveOptions(**{"top": 5, "concurrency": 8, **options}),
        investigator=investigator,
        tools=(LOOK,),
        call=call or default_call,
        seconds_left=seconds_left,
    )
    graph = build_retrieve_graph(build_investigation())
    nodes = graph.stream(
        {"query": QUERY, "verdicts": [], "broken": [], "warnings": []},
        context=context,
        config={"max_concurrency": 8},
        stream_mode=["custom", "updates"],
        interrupt_before=["ground"],
        subgraphs=True,
    )
    gathered = ("warnings", "verdicts", "broken")
    events, state = [], {key: [] for key in gathered}
    for path, mode, chunk in nodes:
        if mode == "custom":
            events.append(chunk)
        elif not path:
            for update in chunk.values():
                if isinstance(update, dict):
                    for key, value in update.items():
                        state[key] = state[key] + value if key in gathered else value
    return state, investigator, events


def claimed(*claims, score=0.9):
    return Verdict(score=score, claims=claims, instances=("1",))


def test_a_verdict_is_checked_and_ranked():
    state, investigator, _ = ask(lambda case: claimed(TRUE))
    (verdict,) = state["verdicts"]
    assert (verdict["status"], verdict["supported"], verdict["score"]) == ("verified", True, 0.9)
    assert len(investigator.cases) == 1 and investigator.cases[0].tools == (LOOK,)


def test_calls_of_a_plan_run_side_by_side_and_are_told_to_the_judge():
    together = Barrier(3, timeout=5)

    def call(video_id, call):
        together.wait()  # breaks where they run one after the other
        return ToolFinding(call=call, text=f"saw {call.args['n']}", key="0" * 12)

    plan = Plan(calls=tuple(ToolCall(tool="look", args={"n": n}) for n in range(3)))
    state, investigator, events = ask(lambda case: claimed(TRUE) if case.findings else plan, call=call)
    assert sorted(found.text for found in investigator.cases[1].findings) == ["saw 0", "saw 1", "saw 2"]
    assert len(state["verdicts"]) == 1
    assert [event["event"] for event in events if event["event"].startswith("look")] == ["looking", *["looked"] * 3]


def test_a_judge_that_only_plans_is_made_to_decide():
    plan = Plan(calls=(ToolCall(tool="look"),))
    state, investigator, _ = ask(lambda case: plan if case.tools else claimed(TRUE))
    assert len(investigator.cases) == ROUNDS + 1 and not investigator.cases[-1].tools
    assert len(state["verdicts"]) == 1


def test_refuted_claims_go_back_once_and_a_mended_verdict_is_not_charged():
    state, investigator, _ = ask(lambda case: claimed(TRUE) if case.refuted else claimed(FALSE))
    assert [line.claim for line in investigator.cases[1].refuted] == ["1 follows 2"]
    assert state["verdicts"][0]["status"] == "verified" and state["verdicts"][0]["score"] == 0.9
    assert [line["claim"] for line in state["verdicts"][0]["taken_back"]] == ["1 follows 2"]


def test_a_claim_that_is_upheld_although_refuted_costs_score():
    state, investigator, _ = ask(lambda case: claimed(FALSE))
    (verdict,) = state["verdicts"]
    assert len(investigator.cases) == 2
    assert verdict["score"] < 0.7 and verdict["status"] == "judged" and not verdict["supported"]
    assert not verdict["taken_back"]  # it stands in the trace, refuted


@pytest.mark.parametrize(("score", "charged"), [(0.9, True), (0.88, True), (0.6, False)])
def test_who_says_again_what_was_refuted_in_words_that_nobody_checks_pays_for_it(score, charged):
    words = Claim(claim="the red one is after the blue one", sub_query="q1")
    state, _, _ = ask(lambda case: claimed(words, score=score) if case.refuted else claimed(FALSE))
    (verdict,) = state["verdicts"]
    assert (verdict["score"] < 0.5) is charged and verdict["score"] <= score
    assert [line["claim"] for line in verdict["taken_back"]] == ["1 follows 2"]


def test_what_a_description_says_may_be_said_again_though_nothing_measures_it():
    told = Fact(kind="event", text="the red runner trails the blue one for once", source="test")
    made = a_video()
    clip = type(made)("a", made.twin.model_copy(update={"facts": (told,)}), made.geometry, 0.5)
    words = Claim(claim="the red runner trails the blue one", sub_query="q1")
    state, _, _ = ask(lambda case: claimed(words) if case.refuted else claimed(FALSE), clips={"a": clip})
    assert state["verdicts"][0]["score"] > 0.8


def test_rules_judge_where_the_model_gives_up_and_the_answer_says_so():
    def script(case):
        raise ModelGaveUpError("it only laughed")

    state, _, _ = ask(script)
    assert state["verdicts"][0]["status"] == "verified"
    told = [(w["code"], "it only laughed" in w["text"]) for w in state["warnings"]]
    assert told == [("judged_by_rules", True), ("answered_by_rules", False)]


@pytest.mark.parametrize("error", [ModelGaveUpError("gone"), BudgetSpentError("spent")])
def test_a_verdict_that_cannot_be_mended_any_more_is_kept(error):
    def script(case):
        if case.refuted:
            raise error
        return claimed(TRUE, FALSE)

    state, _, _ = ask(script)
    assert 0.6 < state["verdicts"][0]["score"] < 0.9


def test_when_the_budget_is_spent_rules_judge_the_rest_and_that_is_marked():
    def script(case):
        if case.candidate.video_id != "b":
            raise BudgetSpentError("all 3 calls are spent")
        return claimed(TRUE, score=1.0)

    state, _, _ = ask(script, videos=("a", "b", "c"))
    assert state["ranking"] == ["b", "a", "c"]
    assert [verdict["status"] for verdict in state["verdicts"]] == ["verified"] * 3
    assert {(w["code"], w["text"]) for w in state["warnings"]} == {
        ("budget", "some videos were judged by rules: all 3 calls are spent")
    }


def test_when_the_time_is_spent_rules_judge_without_asking_the_model():
    state, investigator, _ = ask(lambda case: claimed(TRUE), seconds_left=lambda: -1.0)
    assert not investigator.cases and state["verdicts"][0]["status"] == "verified"
    assert [w["code"] for w in state["warnings"]] == ["budget", "answered_by_rules"]


def test_when_the_time_of_the_rules_is_over_too_recall_alone_ranks():
    state, investigator, _ = ask(lambda case: claimed(TRUE), seconds_left=lambda: -3.0, seconds=2.0)
    assert not investigator.cases and not state["verdicts"] and state["ranking"] == ["a"]
    assert [w["code"] for w in state["warnings"]] == ["budget", "answered_by_rules"]
    assert "recall alone" in state["warnings"][0]["text"]


def test_equal_calls_of_one_plan_are_made_once():
    calls = []

    def call(video_id, call):
        calls.append(call.args)
        return ToolFinding(call=call, text="seen", key="0" * 12)

    given = [{"n": 1, "m": 2}, {"m": 2, "n": 1}, {"n": 2}]
    plan = Plan(calls=tuple(ToolCall(tool="look", args=args) for args in given))
    _, investigator, _ = ask(lambda case: claimed(TRUE) if case.findings else plan, call=call)
    assert sorted(args["n"] for args in calls) == [1, 2]
    assert len(investigator.cases[1].findings) == 2


def test_a_slow_decomposer_takes_nothing_of_the_time_of_a_rules_judge():
    class Slow(RulesDecomposer):
        def decompose(self, query, labels=frozenset()):
            time.sleep(0.4)
            return super().decompose(query, labels)

    made = a_video()
    context = RetrieveContext(
        store=None,
        read=lambda name: EffectiveTwin(made.twin, made.geometry, (), "g-0"),
        decomposer=Slow(),
        judge=RulesJudge(),
        recall=lambda decomposition: Recalled([("a", 0.5)]),
        diagnose=lambda decomposition, by_model: [],
        options=RetrieveOptions(seconds=0.3),
    )
    question = {"query": QUERY, "verdicts": [], "broken": [], "warnings": []}
    state = build_retrieve_graph().invoke(question, context=context, interrupt_before=["ground"])
    assert len(state["verdicts"]) == 1


def test_what_is_only_said_never_comes_before_what_was_verified():
    said = Claim(claim="it is exactly that", sub_query="q1")
    trivial = Claim(claim="1 moves", predicate="moves", instances=("1",))

    def script(case):
        return claimed(said, trivial, score=1.0) if case.candidate.video_id == "a" else claimed(TRUE, score=0.6)

    state, _, _ = ask(script, videos=("a", "b"))
    assert state["ranking"] == ["b", "a"]


def test_the_first_event_comes_before_the_question_is_taken_apart():
    _, _, events = ask(lambda case: claimed(TRUE))
    assert [event["event"] for event in events][:3] == ["started", "decomposed", "recalled"]


def a_rest():
    return make_clip(make_mover("1", [(0, 200, 100), (6, 200, 100)], colour="red"))


def test_the_rules_choose_among_more_videos_whom_the_model_judges():
    rest = {name: a_rest() for name in "bcd"}
    state, investigator, _ = ask(lambda case: claimed(TRUE), videos=("b", "c", "d", "a"), clips=rest, candidates=1)
    assert [case.candidate.video_id for case in investigator.cases] == ["a"]
    assert state["ranking"][0] == "a"


def test_where_no_model_answers_the_rules_answer_for_all_that_they_looked_at():
    def script(case):
        raise ModelGaveUpError("gone")

    rest = {name: a_rest() for name in "bcd"}
    state, _, _ = ask(script, videos=("b", "c", "d", "a"), clips=rest, candidates=2, top=4, threshold=0.0)
    assert state["ranking"][0] == "a"
    assert len(state["shown"]) == 4 and all(hit["judged"]["status"] != "coarse" for hit in state["shown"])


def test_a_judge_that_fails_on_one_video_judges_the_others():
    def script(case):
        if case.candidate.video_id == "b":
            raise AttributeError("no such field")
        return claimed(TRUE)

    state, _, _ = ask(script, videos=("a", "b", "c"))
    assert sorted(verdict["video_id"] for verdict in state["verdicts"]) == ["a", "c"]
    ((name, text),) = [(each["video_id"], each["text"]) for each in state["broken"]]
    assert name == "b" and text.startswith("b was not judged: AttributeError: no such field: ")
    assert state["ranking"] == ["a", "c", "b"]


def test_a_video_whose_check_fails_is_left_out_of_what_the_rules_say_too(monkeypatch):
    monkeypatch.setattr("graphs.investigate.check_verdict", lambda *given: 1 / 0)
    state, _, _ = ask(lambda case: claimed(TRUE), videos=("a", "b"), candidates=1, screened=2)
    assert [each["text"].split(":")[0] for each in state["broken"]] == ["a was not judged"]
    assert [hit["judged"]["video_id"] for hit in state["shown"]] == ["b"]
    with pytest.raises(TwinseekError, match="none of the 2 videos that could answer can be judged: a was not"):
        ask(lambda case: claimed(TRUE), videos=("a", "b"), candidates=2, screened=2)


@pytest.mark.parametrize(
    ("investigator", "by_rules", "by_model"),
    [(None, [False], False), ("a model", [True, True], False), ("a model", [True, False], True)],
)
def test_what_a_library_cannot_know_is_told_by_who_judged(investigator, by_rules, by_model):
    asked = []

    def diagnose(decomposition, by_model):
        asked.append(by_model)
        return []

    told = {"query": QUERY, "sub_queries": [], "results": [], "ranking": ["a"], "broken": []}
    state = {**told, "verdicts": [{"by_rules": each} for each in by_rules]}
    answer(state, SimpleNamespace(context=SimpleNamespace(investigator=investigator, diagnose=diagnose)))
    assert asked == [by_model]
