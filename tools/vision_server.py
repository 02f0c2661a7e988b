"""A vision model behind a server of OpenAI's protocol (vLLM, say), shown pictures or a short film."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, SecretStr

from prompts.answers import json_schema
from tools.films import film
from tools.seeing import jpeg
from tools.vision_questions import Question
from twins.deadlines import CallError, LateError, call_within
from twins.errors import TwinseekError, UnusableError

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

NO_KEY = "none"
"""Sent where no key is set: most servers of one's own want none, and OpenAI's client insists on one."""
UNWANTED = frozenset([400, 422, 501])
"""Statuses by which servers refuse a part of a request."""
ABOUT_PICTURES = re.compile(
    r"image|picture|video|vision|visual|multi-?modal|modalit|content (part|type)", re.IGNORECASE
)
WAIT = 10.0
"""Seconds of waiting before one try, at most: a server that trickles is given up after all tries and waits."""
SHOWN = 300
"""Characters of a server's message that are repeated."""
NO_CHAT = (ValueError, LookupError, TypeError, AttributeError)
"""What the client raises where a body is not that of a chat model."""

Media = Literal["images", "video"]


class ServedModel:
    """Asks a server; it may be asked by several threads.

    Args:
        base_url: with its version: ``http://localhost:8000/v1``.
        model: its name on the server.
        media: frames of a shot go as pictures, which every server takes that sees, or as a film, which vLLM takes.
        concurrency: requests at once.
        timeout: seconds for one request.
        attempts: for one request; busy and broken servers are asked again after a wait, or the one they ask for.
        max_tokens: of one answer.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        media: Media = "images",
        concurrency: int = 8,
        timeout: float = 30.0,
        attempts: int = 3,
        max_tokens: int = 384,
    ) -> None:
        self._url, self._name, self._media, self._concurrency = base_url, model, media, concurrency
        self._options: dict[str, Any] = {"timeout": timeout, "max_tokens": max_tokens, "temperature": 0}
        self._attempts = attempts
        self._by_schema = True

    def chat(self, attempts: int = 1) -> "ChatOpenAI":
        """Return the LangChain chat model of the server."""
        from langchain_openai import ChatOpenAI
        from openai import OpenAIError

        options = {**self._options, "model": self._name, "base_url": self._url, "max_retries": attempts - 1}
        try:
            return ChatOpenAI(**options)
        except OpenAIError:  # no key in the environment
            return ChatOpenAI(**options, api_key=SecretStr(NO_KEY))

    def answer(self, questions: Sequence[Question]) -> list[AIMessage]:
        """See :class:`tools.vision_questions.Eyes`."""
        if not questions:
            return []
        # The first alone: what it learns of the server need not be learnt by all, and a server that is gone ends it.
        first = self._answer(questions[0])
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="look") as pool:
            return [first, *pool.map(self._answer, questions[1:])]

    @cached_property
    def _chat(self) -> "ChatOpenAI":
        return self.chat(self._attempts)

    def _answer(self, question: Question) -> AIMessage:
        from openai import APIStatusError, OpenAIError

        messages, by_schema = self._messages(question), self._by_schema
        try:
            try:
                return self._request(messages, question.schema if by_schema else None)
            except APIStatusError as error:
                if not by_schema or error.status_code not in UNWANTED:
                    raise
            answer = self._request(messages, None)
        except OpenAIError as error:  # without its cause, which may repeat the key
            raise self._refused(error) from None
        except NO_CHAT as error:
            raise UnusableError(
                f"what answers at {self._url} is no chat model's server ({self._said(error)})"
            ) from None
        self._by_schema = False  # it helped
        return answer

    def _request(self, messages: list[BaseMessage], schema: type[BaseModel] | None) -> AIMessage:
        from openai import LengthFinishReasonError

        options: dict[str, Any] = {}
        if schema is not None:
            described = {"name": schema.__name__, "schema": json_schema(schema), "strict": True}
            options["response_format"] = {"type": "json_schema", "json_schema": described}
        try:
            return self._within(lambda: self._chat.invoke(messages, **options))
        except LengthFinishReasonError as error:
            text = error.completion.choices[0].message.content or ""
            return AIMessage(text, response_metadata={"finish_reason": "length"})

    def _within(self, request: Callable[[], AIMessage]) -> AIMessage:
        """Make a request in a thread that nobody waits for: a client's timeout is for each piece that it reads."""
        try:
            return call_within(self._attempts * (self._options["timeout"] + WAIT), request, "look")
        except LateError:
            raise TwinseekError(self._late()) from None
        except CallError as failed:
            raised = failed.__cause__ or failed
        raise raised

    def _late(self) -> str:
        return f"{self._name} at {self._url} did not answer in time: raise timeout, or look at its load"

    def _messages(self, question: Question) -> list[BaseMessage]:
        if question.seconds is not None and self._media == "video":
            url = f"data:video/mp4;base64,{film(question.images, question.seconds)}"
            shown: list[str | dict[Any, Any]] = [{"type": "video_url", "video_url": {"url": url}}]
        else:
            shown = [{"type": "image", "base64": jpeg(one), "mime_type": "image/jpeg"} for one in question.images]
        own = {"type": "text", "text": question.prompt.own}
        messages: list[BaseMessage] = [SystemMessage(question.prompt.shared), HumanMessage(content=[*shown, own])]
        for answer, problem in question.earlier:
            messages += [AIMessage(answer), HumanMessage(problem)]
        return messages

    def _refused(self, error: Exception) -> TwinseekError:
        """Return the error that says what a server did not do, and what to do about it."""
        from openai import APIConnectionError, APITimeoutError

        status, said = getattr(error, "status_code", None), self._said(error)
        who = f"{self._name} at {self._url}"
        if isinstance(error, APITimeoutError):
            return TwinseekError(self._late())
        if isinstance(error, APIConnectionError):
            return TwinseekError(f"{who} cannot be reached: check that the server runs, and base_url")
        if status in (401, 403):
            return UnusableError(f"{who} refuses the key ({status}): set OPENAI_API_KEY to one that it takes")
        if status == 404:
            return UnusableError(f"{who} is not there (404: {said}): check model and base_url")
        if status == 429:
            return TwinseekError(f"{who} is busy (429, asked {self._attempts} times): lower concurrency")
        if status is not None and status >= 500 and status not in UNWANTED:
            return TwinseekError(f"{who} failed ({status}, asked {self._attempts} times): look at its log ({said})")
        if status is not None and ABOUT_PICTURES.search(said):
            return UnusableError(f"{who} refuses pictures ({status}: {said}): serve a model that sees")
        return TwinseekError(f"{who} refuses the request ({status or type(error).__name__}: {said}): check model")

    def _said(self, error: Exception) -> str:
        text = " ".join(str(getattr(error, "message", None) or error).split()) or type(error).__name__
        key = self._chat.openai_api_key
        secret = key.get_secret_value() if key is not None and not callable(key) else ""
        text = text.replace(secret, "[secret]") if secret and secret != NO_KEY else text
        return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
