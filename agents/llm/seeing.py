"""The chat model that tools show pictures to: for them a model like any other, and within the bounds of a question."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, PrivateAttr

from agents.llm.model import Model
from prompts.answers import BadAnswerError, answer_text, read_answer
from twins.errors import TwinseekError

SCHEMA = "twinseek_schema"
"""The option that holds the class of an answer, on its way to whoever knows how the provider is asked for it."""

_ASKS: ContextVar[Model | None] = ContextVar("the model that sees, of the question that is answered", default=None)


@contextmanager
def seeing_with(model: Model) -> Iterator[None]:
    """Let what is shown meanwhile, in this context, be counted and written down by one question's model."""
    token = _ASKS.set(model)
    try:
        yield
    finally:
        _ASKS.reset(token)


class SeeingChat(BaseChatModel):
    """Hands what it is asked to the model of the question that is answered; tools keep it, and questions come and go.

    What goes wrong is a ``ToolException``: a sentence that tools let through.
    """

    _chat: BaseChatModel = PrivateAttr()

    def __init__(self, chat: BaseChatModel) -> None:
        super().__init__()
        self._chat = chat

    @property
    def model_name(self) -> str:
        """The name that its server knows it by: findings are recognised by it."""
        chat = self._chat
        return str(getattr(chat, "model_name", None) or getattr(chat, "model", None) or type(chat).__name__)

    @property
    def _llm_type(self) -> str:
        return "seeing"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools in the form that the provider wants."""
        bound = self._chat.bind_tools(tools, **kwargs)
        return self.bind(**bound.kwargs) if isinstance(bound, RunnableBinding) else super().bind_tools(tools, **kwargs)

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Ask for an object as every role is: by schema, and once more without where the server refuses it.

        That is for a pydantic class and nothing else; what is asked otherwise becomes a call of a tool.
        """
        if kwargs or not (isinstance(schema, type) and issubclass(schema, BaseModel)):
            return super().with_structured_output(schema, include_raw=include_raw, **kwargs)
        return self.bind(**{SCHEMA: schema}) | partial(_read, schema, include_raw)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        model = _ASKS.get()
        if model is None:
            raise ToolException("pictures can be shown only while a tool is called, in the context of its call.")
        try:
            schema = kwargs.pop(SCHEMA, None)
            message = model.say(messages, purpose="see", schema=schema, **({"stop": stop} if stop else {}), **kwargs)
        except TwinseekError as error:
            raise ToolException(str(error)) from None
        return ChatResult(generations=[ChatGeneration(message=message)])


def _read(schema: type[BaseModel], include_raw: bool, message: AIMessage) -> dict[str, Any] | BaseModel:
    """Return an answer as LangChain's structured output has it."""
    try:
        value = read_answer(message, schema).value
    except BadAnswerError as error:
        if not include_raw:
            raise OutputParserException(str(error), llm_output=answer_text(message)) from None
        return {"raw": message, "parsed": None, "parsing_error": error}
    return {"raw": message, "parsed": value, "parsing_error": None} if include_raw else value
