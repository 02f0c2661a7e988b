"""How a chat model is asked for an object: by schema where its server can, and without what it does not take."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.runnables import Runnable, RunnableSequence
from pydantic import BaseModel, SecretStr

from agents.llm.calling import message_of, status_of
from prompts.answers import json_schema

logger = logging.getLogger(__name__)

UNWANTED = frozenset([400, 422, 501])
"""Statuses by which servers refuse a part of a request."""
CAPS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "num_predict", "max_new_tokens")
"""Fields by which chat models bound an answer: OpenAI's and Anthropic's, Google's, Ollama's, Hugging Face's."""
MOST_MADE = 32
"""Models kept that are bound to a schema: more than there are prompts. A plugin may define its class anew each call."""
SHORTEST_SECRET = 8
"""Characters; a shorter key is a placeholder, and taking it out of texts would maim them."""


@dataclass(frozen=True)
class Terms:
    """What a request contains beside its messages: a schema of the answer, a temperature."""

    schema: bool = True
    temperature: bool = True


class Asking:
    """A chat model together with what its server turned out not to take; shared by all queries that use the model.

    Args:
        chat: the model. How it is asked by schema is its provider's default: ``response_format`` with a JSON schema
            (OpenAI's protocol, Ollama), or a tool call (Anthropic's). Where it has none of the fields of :data:`CAPS`
            its answers are as long as its server lets them be, and only the budget bounds what they cost.
    """

    def __init__(self, chat: BaseChatModel) -> None:
        self.chat = chat
        self.terms = Terms()
        self._runnable = lru_cache(MOST_MADE)(self._make)

    def ask(
        self,
        messages: Sequence[BaseMessage],
        schema: type[BaseModel] | None,
        max_tokens: int,
        terms: Terms,
        options: Mapping[str, Any] | None = None,
    ) -> AIMessage:
        """Send one request; what the provider raises comes through."""
        try:
            answer = self._runnable(schema, max_tokens, terms).invoke(list(messages), **(options or {}))
        except Exception as error:
            finished = _finished(error)
            if finished is None:
                raise
            return finished
        raw = answer["raw"] if isinstance(answer, dict) else answer
        return raw if isinstance(raw, AIMessage) else AIMessage(str(raw.text))

    def lesser(self, error: BaseException | None, terms: Terms) -> Terms | None:
        """Return what to ask with where a server refuses a part of a request; none where nothing can be left out."""
        if error is None or status_of(error) not in UNWANTED:
            return None
        if terms.temperature and "temperature" in message_of(error).lower():
            return replace(terms, temperature=False)
        return replace(terms, schema=False) if terms.schema else None

    def terms_for(self, schema: type[BaseModel] | None) -> Terms:
        """Return what to ask with: all that its server is not known to refuse."""
        return self.terms if schema is not None else replace(self.terms, schema=False)

    def remember(self, terms: Terms, schema: type[BaseModel] | None) -> None:
        """Ask like this from now on: it helped."""
        if schema is None:  # where none was asked for, none was refused
            terms = replace(terms, schema=self.terms.schema)
        if terms != self.terms:
            logger.info("%s is asked with %s from now on", type(self.chat).__name__, terms)
            self.terms = terms

    def secrets(self) -> tuple[str, ...]:
        """Return the keys that the model carries: they must never be written down."""
        carried = [value.get_secret_value() for value in vars(self.chat).values() if isinstance(value, SecretStr)]
        return tuple(secret for secret in carried if len(secret) >= SHORTEST_SECRET)

    def _make(self, schema: type[BaseModel] | None, max_tokens: int, terms: Terms) -> Runnable[Any, Any]:
        fields = type(self.chat).model_fields
        # Set only where the model knows it by such a name: others would refuse an unknown argument.
        given: dict[str, Any] = {name: max_tokens for name in CAPS if name in fields}
        if not terms.temperature and "temperature" in fields:
            given["temperature"] = None
        chat = self.chat.model_copy(update=given) if given else self.chat
        return _by_schema(chat, schema) if schema and terms.schema else chat


def _by_schema(chat: BaseChatModel, schema: type[BaseModel]) -> Runnable[Any, Any]:
    """Return the model bound to a schema, so that its raw answer comes back."""
    described = json_schema(schema)
    try:
        parsing = chat.with_structured_output(described)
    except NotImplementedError:
        return chat
    if isinstance(parsing, RunnableSequence):  # the bound model, then the provider's parser, which is not wanted
        bound: Runnable[Any, Any] = parsing.first
        return bound
    return chat.with_structured_output(described, include_raw=True)  # some milliseconds more for the same answer


def _finished(error: BaseException) -> AIMessage | None:
    """Return the answer in an exception: OpenAI's package raises where an answer to a schema was cut or filtered."""
    name = type(error).__name__
    if name == "ContentFilterFinishReasonError":
        return AIMessage("", response_metadata={"finish_reason": "content_filter"})
    if name != "LengthFinishReasonError":
        return None
    completion: Any = getattr(error, "completion", None)
    content = completion.choices[0].message.content or ""
    usage = completion.usage
    counted = usage and UsageMetadata(
        input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, total_tokens=usage.total_tokens
    )
    return AIMessage(content, response_metadata={"finish_reason": "length"}, usage_metadata=counted)
