"""What one question is answered with when a language model decides: agents, tools, and what they may spend."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from threading import Semaphore

from agents.llm.decomposer import LlmDecomposer
from agents.llm.judge import LlmJudge
from agents.llm.metering import Meter
from agents.llm.model import Model
from agents.llm.roles import Models
from agents.llm.tie_break import Contender, LlmTieBreak
from graphs.context import RetrieveContext
from graphs.ranking import Judged
from graphs.tool_calls import ToolRunner, run_call
from tools.door import Toolbox
from twins.observations import EffectiveTwin
from twins.queries import Cost, ResultWarning
from twins.store import Store
from twinseek.settings import LlmSettings

FIRST_SHARE = 1 / 3
"""Of ``llm.seconds``, for reading a question or a message: a server that hangs there must leave time to judge."""


@dataclass(frozen=True)
class Reasoning:
    """One question's context with models in it, and what is to be told of it afterwards.

    Args:
        context: for the graph; its rules agents take over where a model gives up.
        meter: what was spent.
        runner: which calls were made, and what they found.
        names: who decides, by role.
    """

    context: RetrieveContext
    meter: Meter
    runner: ToolRunner
    names: dict[str, str]

    @property
    def cost(self) -> Cost:
        """What the question has cost so far."""
        return self.meter.cost()

    @property
    def warnings(self) -> list[ResultWarning]:
        """What a reader of the result should know of models and tools."""
        told = list(self.runner.warnings)
        told += [ResultWarning(code="plugin", text=problem) for problem in self.runner.toolbox.problems]
        if self.meter.estimated:
            text = "a model's server did not say how many tokens it used: they are estimated"
            told.append(ResultWarning(code="tokens_estimated", text=text))
        return told

    @property
    def changed(self) -> Sequence[str]:
        """Return the ids of videos of which something new is known."""
        return tuple(self.runner.changed)


def reason(
    plain: RetrieveContext,
    models: Models,
    toolbox: Toolbox,
    llm: LlmSettings,
    *,
    store: Store,
    read: Callable[[str], EffectiveTwin],
) -> Reasoning:
    """Put models into the context of a question.

    Args:
        plain: the context in which rules decide.
        models: at least one of them; roles without one are left to the rules.
        toolbox: what a judge can call.
        llm: how many calls at once.
        store, read: the library.
    """
    meter = next(model.meter for model in (models.judge, models.decompose, models.see) if model is not None)
    limit = Semaphore(llm.max_concurrency)
    runner = ToolRunner(store, toolbox, read, limit=limit, seconds_left=meter.seconds_left, reserve=meter.reserve_tool)
    names = {"decomposer": plain.decomposer.name, "judge": plain.judge.name}
    context = replace(plain, read=runner.read)
    if models.decompose is not None:
        decomposer = LlmDecomposer(hurried(models.decompose, llm), plain.decomposer)
        context, names["decomposer"] = replace(context, decomposer=decomposer), decomposer.name
    if models.judge is not None:
        context = _judging(context, models.judge, runner, llm)
        names |= {"judge": LlmJudge(models.judge).name, "tie_break": LlmTieBreak(models.judge).name}
    if models.see is not None:
        names["see"] = models.see.name
    return Reasoning(context, meter, runner, names)


def hurried(model: Model, llm: LlmSettings) -> Model:
    """Return a model that takes a share of a question's time at most: the rest is for what comes after it."""
    other = copy(model)
    other.limits = replace(model.limits, seconds=min(model.limits.seconds, llm.seconds * FIRST_SHARE))
    return other


def _judging(context: RetrieveContext, model: Model, runner: ToolRunner, llm: LlmSettings) -> RetrieveContext:
    """Let a model judge, call tools and compare. The meter is the only clock that it has."""
    tie_break = LlmTieBreak(model)
    return replace(
        context,
        investigator=LlmJudge(model),
        tools=runner.toolbox.offers,
        call=lambda video_id, call: run_call(call, video_id, runner),
        seconds_left=model.meter.seconds_left,
        compare=lambda query, close: tie_break.order(query, [_contender(verdict) for verdict in close]),
        options=replace(
            context.options,
            candidates=llm.candidates,
            screened=max(context.options.candidates, llm.candidates),
            concurrency=llm.max_concurrency,
        ),
    )


def _contender(verdict: Judged) -> Contender:
    return Contender(verdict.video_id, verdict.score, verdict.trace)
