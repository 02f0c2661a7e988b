"""One question on its way: the graph that answers it, what that works with, and the result that comes of it."""

import asyncio
import threading
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import closing
from contextvars import Context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twins.queries import Cost

if TYPE_CHECKING:
    from agents.llm.metering import Budget
    from graphs.context import RetrieveContext
    from twins.queries import ResultWarning
    from twinseek.reasoning import Reasoning
    from twinseek.result import Result

Event = dict[str, Any]

BY_RULES = ("llm_decomposer", "judged_by_rules")
ANSWERED_BY_RULES = "answered_by_rules"
"""Codes of what rules did in place of a model: some of it, and all of it."""


@dataclass(frozen=True)
class Prepared:
    """A question that can be asked: options were read, models and weights opened.

    Args:
        query: the question.
        graph: compiled; see :mod:`graphs.retrieve`.
        context: what it works with.
        names: who decides, by role.
        reasoning: the part that models have in it; none where rules decide.
        remember: makes searchable what tools found out, and returns what there is to warn of. It runs before the result
            is given out, and where nobody waits for one any more: with it or without, what was found is found again.
    """

    query: str
    graph: Any  # its input is only a part of its state, which langgraph's types do not know
    context: "RetrieveContext"
    names: dict[str, str]
    reasoning: "Reasoning | None" = None
    remember: "Callable[[], Sequence[ResultWarning]]" = tuple

    def ask(self, on_event: Callable[[Event], None] | None = None) -> "Result":
        """Answer it.

        Args:
            on_event: told of what happens meanwhile.
        """
        started = time.perf_counter()
        if on_event is None:
            try:
                state = self.graph.invoke(self._question(), context=self.context, config=self._config())
                seconds = time.perf_counter() - started
            finally:
                told = self.remember()
            return self._result(state, seconds, told)
        with closing(self._run()) as run:
            event, result = next(run)
            while event is not None:
                on_event(event)
                event, result = next(run)
        answered: Result = result
        return answered

    def events(self) -> Iterator[Event]:
        """Yield what happens meanwhile, and at last ``{"event": "result", "result": …}``."""
        # In a context of its own: asked inside another graph (the chat), this one would take itself for a part of it,
        # and keep its state with that one's.
        own, run = Context(), self._run()
        try:
            while True:
                event, result = own.run(next, run)
                if event is None:
                    yield {"event": "result", "result": result.to_dict()}
                    return
                yield event
        finally:
            own.run(run.close)

    async def stream(self) -> AsyncGenerator[Event]:
        """Yield what happens meanwhile, and at last ``{"event": "result", "result": …}``.

        The graph runs in a thread: its nodes block, and an event loop has few threads of its own to run them in.
        """
        loop, events = asyncio.get_running_loop(), asyncio.Queue[tuple[Event | None, Any]]()
        left = threading.Event()

        def put(event: Event | None, outcome: Any) -> None:
            if left.is_set():
                raise _LeftError
            loop.call_soon_threadsafe(events.put_nowait, (event, outcome))

        def answer() -> None:
            try:
                with closing(self._run()) as run:
                    for event, result in run:
                        put(event, result)
            except _LeftError:
                pass
            except BaseException as error:
                put(None, error)

        threading.Thread(target=answer, name="question", daemon=True).start()
        try:
            while True:
                event, outcome = await events.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                if event is None:
                    yield {"event": "result", "result": outcome.to_dict()}
                    return
                yield event
        finally:
            left.set()

    def _run(self) -> "Generator[tuple[Event | None, Any]]":
        """Yield events, and at last none with the result."""
        started, state = time.perf_counter(), {}
        stream = self.graph.stream(
            self._question(),
            context=self.context,
            # While it streams, LangGraph waits for events in one of its own threads: with only one, nothing would run.
            config=self._config(more=1),
            stream_mode=["custom", "values"],
            subgraphs=True,  # also what happens inside the investigation of a candidate
        )
        try:
            for path, mode, chunk in stream:
                if mode == "custom":
                    yield dict(chunk), None
                elif not path:
                    state = chunk
            seconds = time.perf_counter() - started
        finally:
            stream.close()  # waits for the calls that are being made
            told = self.remember()
        yield None, self._result(state, seconds, told)

    def _question(self) -> dict[str, Any]:
        return {"query": self.query, "verdicts": [], "broken": [], "warnings": []}

    def _config(self, more: int = 0) -> dict[str, Any]:
        return {"max_concurrency": self.context.options.concurrency + more}

    def _result(self, state: dict[str, Any], seconds: float, told: "Sequence[ResultWarning]") -> "Result":
        from twinseek.result import Result

        reasoning = self.reasoning
        spent = reasoning.cost if reasoning else Cost()
        warnings = [
            *state["warnings"],
            *(warning.model_dump() for warning in (*(reasoning.warnings if reasoning else ()), *told)),
        ]
        return Result.model_validate(
            {
                "query_id": uuid.uuid4().hex,
                "mode": "ask",
                "query": self.query,
                "strategy": "rules" if reasoning is None else "llm",
                "models": self.names,
                "cost": spent.model_copy(update={"seconds": round(seconds, 4)}),
                **{name: state[name] for name in ("answer", "sub_queries", "results", "ranking")},
                "warnings": told_once(list({str(warning): warning for warning in warnings}.values())),
            }
        )


def what_is_left(budget: "Budget", spent: Cost) -> "Budget":
    """Return what may be spent of a budget after that, nothing at the least."""
    taken = {
        "calls": spent.llm_calls,
        "tokens": spent.prompt_tokens + spent.completion_tokens,
        "tool_calls": spent.tool_calls,
        "seconds": spent.seconds,
    }
    had = ((name, getattr(budget, name)) for name in taken)
    return replace(budget, **{name: max(0, most - taken[name]) for name, most in had if most is not None})


class _LeftError(Exception):
    """Nobody listens any more."""


def told_once(warnings: Sequence[Event]) -> list[Event]:
    """Return warnings of which the one that no model answered tells why, in place of all that say it of a part.

    Args:
        warnings: each with ``code`` and ``text``.
    """
    parts = [warning for warning in warnings if warning["code"] in BY_RULES]
    if not parts or all(warning["code"] != ANSWERED_BY_RULES for warning in warnings):
        return list(warnings)
    why = parts[-1]["text"].split(": ", 1)[-1]
    told = {"code": ANSWERED_BY_RULES, "text": f"no model judged a single video, this is the rules' answer: {why}"}
    # That something else went wrong while the question was taken apart is told beside it.
    left = [warning for warning in warnings if warning not in parts or warning["text"].split(": ", 1)[-1] != why]
    left = [warning for warning in left if warning["code"] not in (ANSWERED_BY_RULES, "judged_by_rules")]
    return [told, *left]
