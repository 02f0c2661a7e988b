"""The retrieve graph: decompose, recall, inspect the candidates in parallel, rank, ground, answer."""

import time
from operator import add
from typing import Annotated, Any, Literal, TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.claims import check_verdict
from agents.named_parts import told_apart
from graphs.answering import compose_answer, with_doubts
from graphs.context import RetrieveContext
from graphs.grounding import ground_hit
from graphs.left_out import check_some_left, left_out, names_of, warnings_of
from graphs.ranking import (
    SHOWN_WHEN_NOTHING_FITS,
    Judged,
    RankedHit,
    close_call,
    judged_of,
    order_verdicts,
    rank_videos,
)
from graphs.state import Json, as_warning, decomposition_of
from graphs.told import proposed
from twins.errors import TwinseekError
from twins.one_video import one_video
from twins.queries import Decomposition, Hit

SPARE = 10
"""Videos that are ranked to be shown beyond those that are, in case one of these turns out to be broken."""


class RetrieveState(TypedDict):
    """Plain JSON only: ids, spans, scores and claims; never frames, masks, vectors or models.

    ``broken`` are the videos that are left out (:mod:`graphs.left_out`).
    """

    query: str
    started: float
    sub_queries: list[Json]
    search: list[str]
    denied: list[int]
    coarse: list[tuple[str, float]]
    told: list[str]
    screened: list[Json]
    verdicts: Annotated[list[Json], add]
    broken: Annotated[list[Json], add]
    shown: list[Json]
    results: list[Json]
    ranking: list[str]
    answer: str
    warnings: Annotated[list[Json], add]


class _Inspection(TypedDict):
    """What one branch of the fan-out is given: its candidates with their coarse scores."""

    query: str
    started: float
    sub_queries: list[Json]
    candidates: list[tuple[str, float]]


Rt = Runtime[RetrieveContext]
Builder = CompiledStateGraph[RetrieveState, RetrieveContext, RetrieveState, RetrieveState]
Investigation = CompiledStateGraph[Any, RetrieveContext, Any, Any]


def build_retrieve_graph(investigation: Investigation | None = None) -> Builder:
    """Wire and compile the graph; what it works with is handed in at run time as its context.

    Args:
        investigation: the graph of one candidate (:func:`graphs.investigate.build_investigation`), for contexts with a
            judge that looks closer; without one every candidate is judged at once.
    """
    graph = StateGraph(RetrieveState, context_schema=RetrieveContext)
    graph.add_node("decompose", decompose)
    graph.add_node("recall", recall)
    graph.add_node("inspect", investigation or inspect)
    graph.add_node("rank", rank)
    graph.add_node("ground", ground)
    graph.add_node("answer", answer)
    graph.add_edge(START, "decompose")
    graph.add_edge("decompose", "recall")
    if investigation is None:
        graph.add_conditional_edges("recall", fan_out, ["inspect", "rank"])
    else:
        graph.add_node("screen", screen)
        graph.add_edge("recall", "screen")
        graph.add_conditional_edges("screen", one_each, ["inspect", "rank"])
    graph.add_edge("inspect", "rank")
    graph.add_edge("rank", "ground")
    graph.add_edge("ground", "answer")
    graph.add_edge("answer", END)
    return graph.compile(name="retrieve")


def decompose(state: RetrieveState, runtime: Rt) -> Json:
    """Take the question apart, by what the things of the library are called: everybody after this reads it so."""
    get_stream_writer()({"event": "started", "query": state["query"]})
    labels = runtime.context.labels()
    decomposition = told_apart(runtime.context.decomposer.decompose(state["query"], labels), labels)
    sub_queries = [part.model_dump(mode="json") for part in decomposition.sub_queries]
    get_stream_writer()({"event": "decomposed", "sub_queries": [part["text"] for part in sub_queries]})
    return {
        "sub_queries": sub_queries,
        "search": list(decomposition.search),
        "denied": list(decomposition.denied),
        "warnings": [warning.model_dump() for warning in decomposition.warnings],
    }


def recall(state: RetrieveState, runtime: Rt) -> Json:
    """Rank every video by its sentences alone."""
    decomposition = decomposition_of(state["query"], state["sub_queries"], state["search"])
    recalled = runtime.context.recall(decomposition.model_copy(update={"denied": tuple(state["denied"])}))
    first = [name for name, _ in recalled.scores[:3]]
    get_stream_writer()({"event": "recalled", "videos": len(recalled.scores), "first": first})
    return {
        "started": time.monotonic(),  # of inspecting: taking the question apart may have waited for a model
        "coarse": recalled.scores,
        "told": list(recalled.told),
        "warnings": [warning.model_dump() for warning in recalled.warnings],
    }


def fan_out(state: RetrieveState, runtime: Rt) -> list[Send] | Literal["rank"]:
    """Send each proposed video to a branch of its own; where one is judged at a time, all of them to one branch.

    A branch costs a millisecond and is worth it only for a judge that waits.
    """
    options = runtime.context.options
    chosen = proposed(state["coarse"], state["told"], options.candidates)
    shared = {key: state[key] for key in ("query", "started", "sub_queries")}
    branches = [chosen] if options.concurrency == 1 and chosen else [[candidate] for candidate in chosen]
    return [Send("inspect", {**shared, "candidates": branch}) for branch in branches] or "rank"


def screen(state: RetrieveState, runtime: Rt) -> Json:
    """Let the rules look at more videos than a model can be paid to, and put those first that they think fit.

    Where no model answers in the end, what the rules say of them is the answer.
    """
    context = runtime.context
    decomposition = decomposition_of(state["query"], state["sub_queries"])
    screened: list[Json] = []
    broken: list[Json] = []
    for video_id, coarse_score in proposed(state["coarse"], state["told"], context.options.screened):
        try:
            screened.append(_inspect_one(decomposition, video_id, coarse_score, context).model_dump(mode="json"))
        except TwinseekError as error:
            broken.append(left_out(video_id, "was not judged", error))
    by_score = sorted(screened, key=lambda judged: -judged["score"])
    first = {judged["video_id"]: place for place, judged in enumerate(by_score)}
    coarse = sorted(state["coarse"], key=lambda row: first.get(row[0], len(first)))
    return {"coarse": coarse, "screened": screened, "broken": broken}


def one_each(state: RetrieveState, runtime: Rt) -> list[Send] | Literal["rank"]:
    """Send each proposed video to an investigation of its own: their judge waits for a server."""
    shared = {key: state[key] for key in ("query", "sub_queries", "search")}
    broken = names_of(state["broken"])
    chosen = [row for row in state["coarse"] if row[0] not in broken][: runtime.context.options.candidates]
    return [Send("inspect", {**shared, "video_id": name, "coarse_score": score}) for name, score in chosen] or "rank"


def inspect(state: _Inspection, runtime: Rt) -> Json:
    """Judge the candidates of a branch, one after the other."""
    decomposition = decomposition_of(state["query"], state["sub_queries"])
    found: Json = {"verdicts": [], "broken": [], "warnings": []}
    for video_id, coarse_score in state["candidates"]:
        if time.monotonic() - state["started"] > runtime.context.options.seconds:
            text = f"the budget of {runtime.context.options.seconds:g} s ran out"
            found["warnings"].append(as_warning("budget", f"{text}: some videos are ranked by recall alone"))
            break
        try:
            judged = _inspect_one(decomposition, video_id, coarse_score, runtime.context)
        except TwinseekError as error:
            found["broken"].append(left_out(video_id, "was not judged", error))
        else:
            get_stream_writer()({"event": "inspected", "video_id": video_id, "score": judged.score})
            found["verdicts"].append(judged.model_dump(mode="json"))
    return found


def _inspect_one(decomposition: Decomposition, video_id: str, coarse_score: float, context: RetrieveContext) -> Judged:
    """Judge one candidate and recompute what the judge claims of it.

    Raises:
        TwinseekError: it is gone or damaged, or something went wrong with it.
    """
    with one_video(video_id):
        candidate = context.candidate(video_id, coarse_score)
        verdict = context.judge.judge(decomposition, candidate)
        return judged_of(video_id, check_verdict(verdict, candidate.twin, candidate.geometry))


def rank(state: RetrieveState, runtime: Rt) -> Json:
    """Order all videos: the judged ones by verdict, the rest by recall. A close call is settled by comparison.

    Raises:
        TwinseekError: of all videos that were looked at none could be judged.
    """
    broken = names_of(state["broken"])
    context, threshold = runtime.context, runtime.context.options.threshold
    verdicts = [Judged.model_validate(verdict) for verdict in state["verdicts"]]
    warnings: list[Json] = []
    nobody_judged = context.investigator is not None and all(verdict.by_rules for verdict in verdicts)
    if nobody_judged:
        screened = [verdict for verdict in state["screened"] if verdict["video_id"] not in broken]
        verdicts = [Judged.model_validate({**verdict, "by_rules": True}) for verdict in screened]
        if verdicts:
            warnings.append(
                as_warning("answered_by_rules", "no model judged a single video: this is the rules' answer")
            )
    if not verdicts and all(warning["code"] != "budget" for warning in state["warnings"]):
        check_some_left(state["broken"], "judged")
    ordered = order_verdicts(state["coarse"], verdicts, threshold, verified_first=context.investigator is not None)
    close = close_call(ordered, threshold) if context.compare is not None and not nobody_judged else []
    if close and context.compare is not None:
        try:
            names = context.compare(state["query"], close)
            ordered[: len(close)] = sorted(close, key=lambda verdict: names.index(verdict.video_id))
        except TwinseekError as error:
            warnings.append(as_warning("tie", f"the first {len(close)} were not compared with each other: {error}"))
    whole = [row for row in state["coarse"] if row[0] not in broken]
    ranking, shown = rank_videos(whole, ordered, threshold, context.options.top, SPARE)
    ranking += [video_id for video_id, _ in state["coarse"] if video_id in broken]
    return {"ranking": ranking, "shown": [hit.model_dump(mode="json") for hit in shown], "warnings": warnings}


def ground(state: RetrieveState, runtime: Rt) -> Json:
    """Give each shown video its path, and its instances their frames, boxes and masks.

    Where something is wrong with one, the next stands in for it.

    Raises:
        TwinseekError: of the videos that are to be shown none can be.
    """
    context = runtime.context
    results: list[Json] = []
    broken: list[Json] = []
    hits = [RankedHit.model_validate(hit) for hit in state["shown"]]
    nothing_fits = bool(hits) and hits[0].judged.status == "dropped"
    most = SHOWN_WHEN_NOTHING_FITS if nothing_fits else context.options.top
    for hit in hits:
        if len(results) == most:
            break
        name = hit.judged.video_id
        try:
            with one_video(name):
                grounded = ground_hit(hit, context.read(name), context.store, context.options.masks)
        except TwinseekError as error:  # removed a moment ago, or damaged
            broken.append(left_out(name, "is not shown", error))
        else:
            results.append(grounded.model_dump(mode="json"))
    if not results:
        check_some_left(broken, "shown")
    return {"results": results, "broken": broken}


def answer(state: RetrieveState, runtime: Rt) -> Json:
    """Say in words what was found, and warn of what the library cannot know."""
    hits = [Hit.model_validate(hit) for hit in state["results"]]
    text, warnings = compose_answer(hits, ranked=len(state["ranking"]), judged=len(state["verdicts"]))
    if state["ranking"]:
        by_model = runtime.context.investigator is not None and not all(v["by_rules"] for v in state["verdicts"])
        warnings += tuple(runtime.context.diagnose(decomposition_of(state["query"], state["sub_queries"]), by_model))
    told = [warning.model_dump() for warning in warnings]
    return {"answer": with_doubts(text, warnings), "warnings": [*warnings_of(state["broken"]), *told]}
