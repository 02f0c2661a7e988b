"""A chat model that answers by schema, within a query's budget."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.utils import count_tokens_approximately
from pydantic import BaseModel

from agents.llm.answers import BadAnswerError, answer_text, read_answer, was_refused
from agents.llm.asking import Asking, Terms
from agents.llm.calling import CallLimits, ModelGaveUpError, call_patiently
from agents.llm.metering import Meter
from agents.llm.transcript import Transcript, without_secrets
from twins.errors import TwinseekError

T = TypeVar("T", bound=BaseModel)

REPEATED = 2000
"""Characters of a wrong answer that are shown to the model again."""


@dataclass(frozen=True)
class Request:
    """What one answer is asked for.

    Args:
        schema: of the answer.
        max_tokens: of the answer.
        deadline: on the monotonic clock.
        told: what the transcript says of it: purpose, video, prompt.
    """

    schema: type[BaseModel]
    max_tokens: int
    deadline: float
    told: dict[str, Any]


class Model:
    """A chat model that answers by schema; many threads may ask it at once.

    Args:
        chat: made without retries of its own: they are made here, and counted.
        name: how results and transcripts call it.
        meter: what the query may spend.
        transcript: where every request is written down.
        limits: how patient it is.
    """

    def __init__(
        self,
        chat: BaseChatModel,
        name: str,
        *,
        meter: Meter,
        transcript: Transcript | None = None,
        limits: CallLimits = CallLimits(),  # noqa: B008 (frozen)
    ) -> None:
        self.name = name
        self.meter = meter
        self.limits = limits
        self._transcript = transcript
        self._asking = Asking(chat)

    @property
    def chat(self) -> BaseChatModel:
        """The chat model itself, for those who show it pictures."""
        return self._asking.chat

    def with_meter(self, meter: Meter, transcript: Transcript | None = None) -> Self:
        """Return the same chat model, and what was learnt of its server, with another query's counts."""
        other = type(self)(self._asking.chat, self.name, meter=meter, transcript=transcript, limits=self.limits)
        other._asking = self._asking
        return other

    def answer(
        self,
        messages: Sequence[BaseMessage],
        schema: type[T],
        *,
        purpose: str,
        check: Callable[[T], None] | None = None,
        max_tokens: int | None = None,
        video_id: str | None = None,
        prompt: str | None = None,
    ) -> T:
        """Return the model's answer as an object of a schema.

        A wrong answer is shown to the model again, with a sentence that says what was wrong.

        Args:
            messages: what the model is told; they describe the JSON too, for servers that know no schemas.
            schema: with ``extra="ignore"``; keys that it does not know are dropped and counted.
            purpose: what the answer is for, in a word, for the transcript and for errors.
            check: raises ValueError with a sentence for the model where an object fits the schema and is wrong all the
                same (unknown ids, say).
            max_tokens: of the answer.
            video_id: the video that it is about, for the transcript.
            prompt: the prompt's name and version, for the transcript.

        Raises:
            ModelGaveUpError: saying what was wrong.
            BudgetSpentError: before a request that the budget does not hold.
        """
        seconds = min(self.limits.seconds, self.meter.seconds_left())
        told = {"purpose": purpose, "video_id": video_id, "model": self.name, "prompt": prompt}
        request = Request(schema, max_tokens or self.limits.completion_tokens, time.monotonic() + seconds, told)
        said, problem = list(messages), ""
        for _ in range(self.limits.attempts):
            began = time.perf_counter()
            reply = self._send(said, request)
            try:
                value, dropped = self._read(reply, schema, check)
            except (BadAnswerError, ModelGaveUpError) as error:
                problem = str(error)
                self._write(request, said, reply, began, problem)
                if isinstance(error, ModelGaveUpError):
                    raise
                said += _complaint(reply, problem)
            else:
                self.meter.count_dropped(dropped)
                self._write(request, said, reply, began, None, dropped)
                return value
        tries = "once" if self.limits.attempts == 1 else f"{self.limits.attempts} times"
        raise ModelGaveUpError(
            f"{self.name} gave no usable answer ({purpose}, asked {tries}; it was told: {problem}): try another model"
        )

    def _read(self, reply: AIMessage, schema: type[T], check: Callable[[T], None] | None) -> tuple[T, int]:
        if was_refused(reply):
            raise ModelGaveUpError(f"{self.name} refuses to answer: try another model")
        read = read_answer(reply, schema)
        if check is not None:
            try:
                check(read.value)
            except ValueError as error:
                raise BadAnswerError(str(error)) from error
        return read.value, read.dropped

    def _send(self, messages: Sequence[BaseMessage], request: Request) -> AIMessage:
        """Send messages and return what came, asking with less where the server does not take all of the request."""
        terms, began = self._asking.terms, time.perf_counter()
        while True:
            try:
                reply = call_patiently(
                    lambda: self._request(messages, request, terms),  # noqa: B023 (called before terms change)
                    self.limits,
                    request.deadline - time.monotonic(),
                )
            except TwinseekError as error:
                problem = without_secrets(str(error), self._asking.secrets())
                self._write(request, messages, None, began, problem)
                lesser = self._asking.lesser(error.__cause__, terms)
                if lesser is None:
                    raise type(error)(problem) from error.__cause__
                terms = lesser
            else:
                self._asking.remember(terms)
                return reply

    def _request(self, messages: Sequence[BaseMessage], request: Request, terms: Terms) -> AIMessage:
        """Make one request, reserved before and counted after; one that is abandoned counts when it ends."""
        reserved = self.meter.reserve_call(count_tokens_approximately(messages), request.max_tokens)
        try:
            reply = self._asking.ask(messages, request.schema, request.max_tokens, terms)
        except BaseException:
            self.meter.release(reserved)
            raise
        self.meter.settle(reserved, reply.usage_metadata, count_tokens_approximately([reply]))
        return reply

    def _write(
        self,
        request: Request,
        messages: Sequence[BaseMessage],
        reply: AIMessage | None,
        began: float,
        problem: str | None,
        dropped: int = 0,
    ) -> None:
        if self._transcript is not None:
            seconds = round(time.perf_counter() - began, 4)
            record = {**request.told, "seconds": seconds, "problem": problem, "dropped_keys": dropped}
            self._transcript.write(record, messages, reply, self._asking.secrets())


def _complaint(reply: AIMessage, problem: str) -> list[BaseMessage]:
    """Return a wrong answer and what is wrong with it, as the next messages of the conversation."""
    # Some servers' templates refuse an empty turn, and a turn with calls wants their results next: plain text it is.
    text = answer_text(reply).strip() or "(empty)"
    shown = text if len(text) <= REPEATED else f"{text[:REPEATED]} …"
    return [AIMessage(shown), HumanMessage(problem)]
