"""What reasoning costs beside its models: time over the critical path, the first event, tokens that a model is sent.

The model is scripted and answers after 200 ms, so that what is measured beside it is our own.
"""

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.llm.metering import Meter
from agents.llm.model import Model
from agents.llm.tokens import estimate_tokens
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from benchmarks.figures import Figure, Figures, Options, at_most
from benchmarks.libraries import add_captions, import_clips
from benchmarks.scripted import Script, ScriptedChat, prompt_of
from evals.retrieval import read_queries
from graphs.context import RetrieveContext, RetrieveOptions
from graphs.investigate import build_investigation
from graphs.recall import Recalled
from graphs.retrieve import build_retrieve_graph
from tools.specialists import OpenSpecialists
from twins.observations import EffectiveTwin
from twins.protocols import Case
from twins.queries import Verdict
from twins.schema import Provenance
from twins.store import Store
from twinseek.library import Library

LATENCY = 0.2
VIDEOS, CANDIDATES, QUESTIONS = 25, 10, 10
LOOKS = [{"tool": "measure", "args": {"predicate": "moves", "instances": ["1"]}}]
LLM = {"model": "openai:scripted", "max_concurrency": CANDIDATES}
TURNS = 20


@dataclass(frozen=True)
class Run:
    """One question.

    Args:
        seconds: wall time.
        waited: for the model's answers, those that come one after the other.
        compared: whether the best were compared in the end.
        tokens: of all prompts.
        view: of the longest view.
    """

    seconds: float
    waited: float
    compared: bool
    tokens: int
    view: int


def _over_critical(library: Library, question: str, run: Run, *, looks: bool) -> float:
    """Return wall time over the critical path: what the same question takes over one candidate.

    The comparison of the best, for which that one has no other, is added to it.
    """
    alone = _ask(library, question, looks=looks, candidates=1)
    return run.seconds / (alone.seconds + (run.compared - alone.compared) * LATENCY)


def measure(options: Options) -> Figures:
    """Yield wall time over critical path, with and without calls of tools; tokens; the first event; the graph alone."""
    questions = [query.text for query in read_queries(options.shared("annotations"))][:: 60 // QUESTIONS]
    questions = questions[:2] if options.quick else questions
    with import_clips(options, options.fresh("reasoning"), captions=True) as library:
        add_captions(options, library, VIDEOS - len(library.video_ids()))
        for title, steps in (("verdicts at once", 1), ("a call each, then verdicts", 2)):
            _ask(library, questions[0], looks=steps > 1)
            runs, ratios = [], []
            for text in questions:  # in turns, so that both find as much in memory
                runs.append(_ask(library, text, looks=steps > 1))
                ratios.append(_over_critical(library, text, runs[-1], looks=steps > 1))
            ratio = statistics.median(ratios)
            seconds = statistics.median(run.seconds for run in runs)
            waited = statistics.median(run.seconds / run.waited for run in runs)
            note = f"{seconds:.2f} s over {CANDIDATES} candidates; {waited:.2f}x what the model's answers take"
            yield Figure(f"{title}: wall over critical path", ratio, "x", at_most(1.15), note)
            tokens = max(run.tokens for run in runs)
            yield Figure(f"{title}: prompt tokens", tokens, "", at_most(12_000) if steps == 1 else None, "the most")
            view = max(run.view for run in runs)
            yield Figure(f"{title}: tokens of one view", view, "", at_most(800), "the most")
        library.gallery.__dict__["specialists"] = _Unasked({}, {})
        tokens = max(_ask(library, text, looks=False, options={"see": "same"}).tokens for text in questions)
        yield Figure("every tool on offer: prompt tokens", tokens, "", at_most(12_000), "the most; verdicts at once")
        first = statistics.median(asyncio.run(_first_event(library, text)) for text in questions)
        yield Figure("first streamed event", 1e3 * first, "ms", at_most(100))
        alone = 1e3 * bare(library.store) / CANDIDATES
    yield Figure("the graph alone, a candidate", alone, "ms", at_most(8), "of ten, a judge without work")


def _script(*, looks: bool) -> Script:
    def answer(messages: Any) -> Any:
        kind, text = prompt_of(messages), str(messages[-1].content)
        if kind == "decompose":
            part = {"id": "p1", "text": "something moves", "subject": "thing", "relation": "moves", "kind": "action"}
            return {"search": ["something moves"], "parts": [part]}
        if kind == "tie_break":
            return {"order": [line.split()[1].rstrip(",") for line in text.splitlines() if line.startswith("Video ")]}
        if looks and "what tools found" not in text:
            return {"missing": ["whether it moves"], "calls": LOOKS}
        return {"score": 0.6, "claims": [], "instances": [], "spans": []}

    return answer


class _Unasked(OpenSpecialists):
    """Specialists with which every tool is on offer; no call is made that they would answer."""

    provenance = Provenance(specialist="unasked", version="1")
    open, sure, scale = True, None, "relative"

    def _usable(self, part: str) -> Any:
        return self

    def detector(self) -> Any:
        return self

    def segmenter(self) -> Any:
        return self


def _ask(
    library: Library,
    question: str,
    *,
    looks: bool,
    candidates: int = CANDIDATES,
    options: Mapping[str, Any] = {},
) -> Run:
    chat = _decide_by(library, looks=looks)
    began = time.perf_counter()
    library.ask(question, llm={**LLM, "candidates": candidates, **options}, masks="none")
    seconds = time.perf_counter() - began
    kinds = {prompt_of(messages) for messages in chat.asked}
    calls = len(kinds) + looks  # one after the other: taken apart, judged, judged again, compared
    texts = ["".join(str(message.content) for message in messages) for messages in chat.asked]
    views = [text.split("</data>")[0].split("<data of", 1)[1] for text in texts if 'of="twin"' in text]
    return Run(
        seconds,
        calls * LATENCY,
        "tie_break" in kinds,
        sum(map(estimate_tokens, texts)),
        max(map(estimate_tokens, views)),
    )


def _decide_by(library: Library, *, looks: bool) -> ScriptedChat:
    """Let a scripted model decide, opened once as any other is."""
    gallery: Any = library.gallery
    if "scripted" not in gallery.__dict__:
        chat = ScriptedChat(script=_script(looks=looks), seconds=LATENCY)
        model = Model(chat, "scripted", meter=Meter())
        gallery.scripted, gallery.open_models.load = chat, lambda spec, llm: model
    chat = gallery.scripted
    chat.script = _script(looks=looks)
    chat.asked.clear()
    return chat


async def _first_event(library: Library, question: str) -> float:
    _decide_by(library, looks=False)
    began, first = time.perf_counter(), None
    async for _ in library.astream(question, llm=LLM | {"candidates": CANDIDATES}, masks="none"):
        first = first or time.perf_counter() - began
    return first or float("nan")


class _Idle:
    """A judge that does no work."""

    name = "idle"

    def step(self, case: Case) -> Verdict:
        return Verdict(score=0.6)


def bare(store: Store) -> float:
    """Return the seconds that the graph takes over ten candidates more than over none; nobody looks at them."""
    graph = build_retrieve_graph(build_investigation())
    return _turn(graph, store, CANDIDATES) - _turn(graph, store, 0)


def _turn(graph: Any, store: Store, candidates: int) -> float:
    from twins.geometry import empty_geometry
    from twins.schema import Twin

    twin = Twin(video_id="v", duration=1, width=1, height=1, frame_count=1, origin="imported", sources={})
    known = EffectiveTwin(twin, empty_geometry(1, 1), (), "g-0")
    names = [(f"v{number}", 0.5) for number in range(candidates)]
    context = RetrieveContext(
        store=store,
        read=lambda name: known,
        decomposer=RulesDecomposer(),
        judge=RulesJudge(),
        recall=lambda decomposition: Recalled(names),
        diagnose=lambda decomposition, by_model: [],
        options=RetrieveOptions(concurrency=CANDIDATES, threshold=1.0, top=1),
        investigator=_Idle(),
    )
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        question = {"query": "what moves?", "verdicts": [], "warnings": []}
        graph.invoke(question, context=context, config={"max_concurrency": CANDIDATES}, interrupt_before=["ground"])
        times.append(time.perf_counter() - began)
    return statistics.median(times)
