"""The chat model that tools show pictures to: for them a model like any other, and within the bounds of a question."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from langchain_core.tools import BaseTool, ToolException
from pydantic import PrivateAttr

from agents.llm.model import Model
from twins.errors import TwinseekError

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
            message = model.say(messages, purpose="see", **({"stop": stop} if stop else {}), **kwargs)
        except TwinseekError as error:
            raise ToolException(str(error)) from None
        return ChatResult(generations=[ChatGeneration(message=message)])
