"""A chat model that answers by schema, within a query's budget."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from traceback import format_exception
from typing import Any, Self, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.utils import count_tokens_approximately
from pydantic import BaseModel

from agents.llm.asking import Asking, Terms
from agents.llm.calling import (
    USUAL,
    CallLimits,
    ModelGaveUpError,
    call_patiently,
    is_nobody_there,
    message_of,
)
from agents.llm.metering import Meter
from agents.llm.transcript import Transcript, without_secrets
from prompts.answers import BadAnswerError, answer_text, read_answer, was_refused
from twins.errors import TwinseekError

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=BaseModel)

REPEATED = 2000
"""Characters of a wrong answer that are shown to the model again."""


@dataclass(frozen=True)
class Request:
    """What one answer is asked for.

    Args:
        schema: of the answer; none where it is free.
        max_tokens: of the answer.
        deadline: on the monotonic clock.
        told: what the transcript says of it: purpose, video, prompt.
        options: given on to the chat model as they are.
    """

    schema: type[BaseModel] | None
    max_tokens: int
    deadline: float
    told: dict[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)


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
        limits: CallLimits = USUAL,
    ) -> None:
        self.name = name
        self.meter = meter
        self.limits = limits
        self._transcript = transcript
        self._asking = Asking(chat)

    @property
    def chat(self) -> BaseChatModel:
        """The chat model itself: what is asked of it past this is neither counted nor written down."""
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
            check: raises ValueError with a sentence for the model where an object fits and is wrong (unknown ids, say).
            max_tokens: of the answer.
            video_id, prompt: for the transcript: the video that it is about, the prompt's name and version.

        Raises:
            ModelGaveUpError, BudgetSpentError: saying what was wrong, or before a request that is not paid for.
        """
        request = self._ask_for(schema, max_tokens, purpose=purpose, video_id=video_id, prompt=prompt)
        said, problem = list(messages), ""
        for _ in range(self.limits.attempts):
            reply, seconds = self._send(said, request)
            try:
                value, dropped = self._read(reply, schema, check)
            except BadAnswerError as error:
                problem = str(error)
                self._write(request, said, reply, seconds, problem)
                said += _complaint(reply, problem)
            else:
                self._write(request, said, reply, seconds, None, dropped)
                return value
        raise self._never_learnt(purpose, problem)

    def say(
        self, messages: Sequence[BaseMessage], *, purpose: str, schema: type[BaseModel] | None = None, **options: Any
    ) -> AIMessage:
        """Return what the model says; ``options`` are given on to it.

        Args:
            schema: what is asked for, where the server takes one; nobody has compared the answer with it.

        Raises:
            ModelGaveUpError, BudgetSpentError: as :meth:`answer` does.
        """
        request = self._ask_for(schema, None, options, purpose=purpose)
        reply, seconds = self._send(messages, request)
        self._write(request, messages, reply, seconds, None)
        return reply

    def _ask_for(
        self,
        schema: type[BaseModel] | None,
        max_tokens: int | None,
        options: Mapping[str, Any] = {},
        **told: str | None,
    ) -> Request:
        seconds = min(self.limits.seconds, self.meter.seconds_left())
        tokens = max_tokens or self.limits.completion_tokens
        return Request(schema, tokens, time.monotonic() + seconds, {**told, "model": self.name}, options)

    def _read(self, reply: AIMessage, schema: type[T], check: Callable[[T], None] | None) -> tuple[T, int]:
        read = read_answer(reply, schema)
        if check is not None:
            try:
                check(read.value)
            except ValueError as error:
                raise BadAnswerError(str(error)) from error
        return read.value, read.dropped

    def _send(self, messages: Sequence[BaseMessage], request: Request) -> tuple[AIMessage, float]:
        """Send messages and return what came, and the seconds that it took.

        Where the server does not take all of the request, it is asked with less. What came to nothing is written down.
        Where no server is there, it is not asked again by the same query: that takes seconds for each candidate.
        """
        if self.name in self.meter.gone:
            raise ModelGaveUpError(self.meter.gone[self.name])
        terms = self._asking.terms_for(request.schema)

        def failed(error: Exception, seconds: float) -> None:
            self._write(request, messages, None, seconds, self._without_secrets(message_of(error)))

        while True:
            left = request.deadline - time.monotonic()
            try:
                reply, seconds = call_patiently(
                    partial(self._request, messages, request, terms), self.limits, left, failed
                )
            except TwinseekError as error:
                lesser = self._asking.lesser(error.__cause__, terms)
                if lesser is None:  # without its cause, which may repeat the key
                    told = self._without_secrets(str(error))
                    if is_nobody_there(error.__cause__):
                        self.meter.gone[self.name] = told
                    raise type(error)(told) from None
                terms = lesser
            except Exception as error:
                raise self._unreadable(error) from None
            else:
                self._asking.remember(terms, request.schema)
                if was_refused(reply):
                    problem = f"{self.name} refuses to answer: try another model"
                    self._write(request, messages, reply, seconds, problem)
                    raise ModelGaveUpError(problem)
                return reply, seconds

    def _request(self, messages: Sequence[BaseMessage], request: Request, terms: Terms) -> tuple[AIMessage, float]:
        """Make one request, reserved before and counted after; one that is abandoned counts when it ends."""
        reserved, began = (
            self.meter.reserve_call(count_tokens_approximately(messages), request.max_tokens),
            time.perf_counter(),
        )
        try:
            reply = self._asking.ask(messages, request.schema, request.max_tokens, terms, request.options)
        except BaseException:
            self.meter.release(reserved)
            raise
        self.meter.settle(reserved, reply.usage_metadata, count_tokens_approximately([reply]))
        return reply, time.perf_counter() - began

    def _never_learnt(self, purpose: str, problem: str) -> ModelGaveUpError:
        tries = "once" if self.limits.attempts == 1 else f"{self.limits.attempts} times"
        return ModelGaveUpError(
            f"{self.name} gave no usable answer ({purpose}, asked {tries}; it was told: {problem}): try another model"
        )

    def _unreadable(self, error: Exception) -> ModelGaveUpError:
        """Return what to raise where a provider's package broke on what its server sent, and log where it did."""
        logger.debug("asking %s failed: %s", self.name, self._without_secrets("".join(format_exception(error))))
        said = self._without_secrets(f"{type(error).__name__}: {message_of(error)}")
        text = f"what {self.name} sent cannot be read ({said}): look at its server (--debug shows where)"
        return ModelGaveUpError(text)

    def _without_secrets(self, text: str) -> str:
        return without_secrets(text, self._asking.secrets())

    def _write(
        self,
        request: Request,
        messages: Sequence[BaseMessage],
        reply: AIMessage | None,
        seconds: float,
        problem: str | None,
        dropped: int = 0,
    ) -> None:
        if self._transcript is not None:
            record = {**request.told, "seconds": round(seconds, 4), "problem": problem, "dropped_keys": dropped}
            self._transcript.write(record, messages, reply, self._asking.secrets())


def _complaint(reply: AIMessage, problem: str) -> list[BaseMessage]:
    """Return a wrong answer and what is wrong with it, as the next messages of the conversation."""
    # Some servers' templates refuse an empty turn, and a turn with calls wants their results next: plain text it is.
    text = answer_text(reply).strip() or "(empty)"
    shown = text if len(text) <= REPEATED else f"{text[:REPEATED]} …"
    return [AIMessage(shown), HumanMessage(problem)]
