"""Inspecting one candidate with a judge that may look closer: judge, call, judge again, check, once more if refuted."""

import json
from collections.abc import Sequence
from operator import add
from typing import Annotated, Literal, TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.claims import check_verdict
from agents.llm.calling import ModelGaveUpError
from agents.llm.metering import BudgetSpentError
from graphs.context import RetrieveContext
from graphs.left_out import left_out
from graphs.ranking import judged_of
from graphs.state import Json, as_warning, decomposition_of
from twins.errors import TwinseekError
from twins.one_video import one_video
from twins.protocols import Case, Investigator, ToolOffer
from twins.queries import CheckedClaim, Plan, ToolCall, ToolFinding, Verdict

ROUNDS = 2
"""Plans that a judge may make for one candidate; then it has to decide by what it knows."""


class Investigation(TypedDict):
    """One candidate's way. Plain JSON only; ``verdicts``, ``broken`` and ``warnings`` go back to the question's graph.

    ``again`` sends refuted claims back to the judge; a ``settled`` verdict is not sent back any more. ``doubted`` are
    the parts of the refuted claims, ``first_score`` what the verdict with them was worth.
    """

    query: str
    sub_queries: list[Json]
    search: list[str]
    video_id: str
    coarse_score: float
    rounds: int
    calls: list[Json]
    findings: Annotated[list[Json], add]
    verdict: Json | None
    refuted: list[Json]
    doubted: list[str | None]
    first_score: float
    again: bool
    settled: bool
    by_rules: bool
    verdicts: Annotated[list[Json], add]
    broken: Annotated[list[Json], add]
    warnings: Annotated[list[Json], add]


class _Start(TypedDict):
    query: str
    sub_queries: list[Json]
    search: list[str]
    video_id: str
    coarse_score: float


class _Call(TypedDict):
    video_id: str
    call: Json


class _Outcome(TypedDict):
    verdicts: list[Json]
    broken: list[Json]
    warnings: list[Json]


Rt = Runtime[RetrieveContext]

SAME_SCORE = 0.05
"""A score that fell by less has stayed."""


def build_investigation() -> CompiledStateGraph[Investigation, RetrieveContext, _Start, _Outcome]:
    """Compile the graph of one candidate; it is a node of the question's graph."""
    graph = StateGraph(Investigation, context_schema=RetrieveContext, input_schema=_Start, output_schema=_Outcome)
    graph.add_node("judge", judge)
    graph.add_node("call", call)
    graph.add_node("check", check)
    graph.add_edge(START, "judge")
    graph.add_conditional_edges("judge", after_judging, ["call", "check", END])
    graph.add_edge("call", "judge")
    graph.add_conditional_edges("check", after_checking, ["judge", END])
    return graph.compile(name="investigate")


def judge(state: Investigation, runtime: Rt) -> Json:
    """Ask the judge for its next step: calls, or a verdict. Where it cannot answer, the rules judge does, marked."""
    context, video_id = runtime.context, state["video_id"]
    try:
        if context.seconds_left() <= 0:
            raise BudgetSpentError("the time of this query is spent: raise llm.seconds")
        with one_video(video_id):
            step = _investigator(context).step(_case(state, context))
    except BudgetSpentError as error:
        return _as_it_was(state) or _by_rules(state, context, "budget", f"some videos were judged by rules: {error}")
    except ModelGaveUpError as error:
        text = f"some videos were judged by rules: {error}"  # the same of each, and told once
        return _as_it_was(state) or _by_rules(state, context, "judged_by_rules", text)
    except TwinseekError as error:
        return _broken(video_id, error)
    if isinstance(step, Plan):
        get_stream_writer()({"event": "looking", "video_id": video_id, "calls": [call.tool for call in step.calls]})
        return {"calls": [call.model_dump(mode="json") for call in step.calls], "rounds": state.get("rounds", 0) + 1}
    return {"verdict": step.model_dump(mode="json"), "calls": []}


def after_judging(state: Investigation) -> list[Send] | Literal["check", "__end__"]:
    """Make the planned calls, all at once and equal ones once; check a verdict; end where there is neither."""
    if state.get("calls"):
        distinct = {json.dumps(planned, sort_keys=True): planned for planned in state["calls"]}
        return [Send("call", _Call(video_id=state["video_id"], call=planned)) for planned in distinct.values()]
    return "check" if state.get("verdict") is not None else "__end__"


def call(state: _Call, runtime: Rt) -> Json:
    """Make one call; what it found is kept with the video, for this and later questions."""
    planned = ToolCall.model_validate(state["call"])
    finding = runtime.context.call(state["video_id"], planned)
    get_stream_writer()({"event": "looked", "video_id": state["video_id"], "tool": planned.tool, "found": finding.text})
    return {"findings": [finding.model_dump(mode="json")]}


def check(state: Investigation, runtime: Rt) -> Json:
    """Recompute the verdict's claims. Refuted ones are sent back to the judge once, and then cost score."""
    decomposition = decomposition_of(state["query"], state["sub_queries"])
    verdict = Verdict.model_validate(state["verdict"])
    by_rules = state.get("by_rules", False)
    parts = None if by_rules else decomposition.sub_queries  # the rules claim nothing beside the point
    try:
        with one_video(state["video_id"]):
            candidate = runtime.context.candidate(state["video_id"], state["coarse_score"])
            # Who takes back what was refuted and stays as sure as before has taken back nothing.
            stayed = verdict.score >= state.get("first_score", 1.0) - SAME_SCORE
            given_up = set(state.get("doubted", [])) if stayed and not by_rules else set()
            checked = check_verdict(verdict, candidate.twin, candidate.geometry, parts, given_up=given_up)
    except TwinseekError as error:
        return {**_broken(state["video_id"], error), "again": False}
    refuted = [line.model_dump(mode="json") for line in checked.trace if line.check == "refuted"]
    if refuted and not state.get("settled"):
        said = {claim.claim: claim.sub_query for claim in verdict.claims}
        doubted = [said[line["claim"]] for line in refuted if line["claim"] in said]
        first = {"doubted": doubted, "first_score": verdict.score}
        return {"refuted": refuted, "again": True, "settled": True, **first}
    sent_back = [CheckedClaim.model_validate(line) for line in state.get("refuted") or []]
    taken_back = tuple(line for line in sent_back if line not in checked.trace)
    judged = judged_of(state["video_id"], checked).model_copy(update={"by_rules": by_rules, "taken_back": taken_back})
    get_stream_writer()({"event": "inspected", "video_id": judged.video_id, "score": judged.score})
    return {"verdicts": [judged.model_dump(mode="json")], "again": False}


def after_checking(state: Investigation) -> Literal["judge", "__end__"]:
    """Ask again where a claim was refuted for the first time."""
    return "judge" if state["again"] else "__end__"


def _investigator(context: RetrieveContext) -> Investigator:
    if context.investigator is None:
        raise TwinseekError("nobody was handed in to investigate: the context of this graph needs an investigator")
    return context.investigator


def _case(state: Investigation, context: RetrieveContext) -> Case:
    tools: Sequence[ToolOffer] = context.tools if state.get("rounds", 0) < ROUNDS else ()
    return Case(
        decomposition=decomposition_of(state["query"], state["sub_queries"], state["search"]),
        candidate=context.candidate(state["video_id"], state["coarse_score"]),
        findings=tuple(ToolFinding.model_validate(found) for found in state.get("findings", [])),
        refuted=tuple(CheckedClaim.model_validate(line) for line in state.get("refuted") or []),
        tools=tools,
    )


def _as_it_was(state: Investigation) -> Json | None:
    """Keep the verdict before, where there was one: it was only to be mended."""
    return {"calls": [], "settled": True} if state.get("verdict") is not None else None


def _by_rules(state: Investigation, context: RetrieveContext, code: str, text: str) -> Json:
    """Let the rules judge, which takes milliseconds; in a time of their own, that begins where the models' ends."""
    if context.seconds_left() + context.options.seconds <= 0:
        return _ended("budget", "the time of this query is spent: some videos are ranked by recall alone")
    decomposition = decomposition_of(state["query"], state["sub_queries"])
    try:
        with one_video(state["video_id"]):
            candidate = context.candidate(state["video_id"], state["coarse_score"])
            verdict = context.judge.judge(decomposition, candidate).model_dump(mode="json")
    except TwinseekError as error:
        return _broken(state["video_id"], error)
    marked = [as_warning(code, text)]
    return {"verdict": verdict, "calls": [], "settled": True, "by_rules": True, "warnings": marked}


def _ended(code: str, text: str) -> Json:
    return {"verdict": None, "calls": [], "warnings": [as_warning(code, text)]}


def _broken(video_id: str, error: TwinseekError) -> Json:
    return {"verdict": None, "calls": [], "broken": [left_out(video_id, "was not judged", error)]}
