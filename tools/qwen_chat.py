"""Weights in this process as a LangChain chat model that takes pictures: tools look through it without a server."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from tools.qwen_weights import Conversation, LocalModel
from tools.seeing import resized
from twins.errors import TwinseekError
from twins.geometry import Bytes


class LocalChat(BaseChatModel):
    """Answers with a model that is loaded when it is first asked; it knows no tools and no schemas.

    Args:
        model: returns the model; not called before it is needed.
        model_name: what findings of it are recognised by.
    """

    model_name: str
    max_tokens: int = 512
    _model: Callable[[], LocalModel] = PrivateAttr()

    def __init__(self, model: Callable[[], LocalModel], **fields: Any) -> None:
        super().__init__(**fields)
        self._model = model

    @property
    def _llm_type(self) -> str:
        return "local"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        turns = conversation(messages)
        (message,) = self._model().answer([turns], max_tokens=int(kwargs.get("max_tokens", self.max_tokens)), batch=1)
        if stop:
            text = str(message.text)
            ends = [place for mark in stop if (place := text.find(mark)) >= 0]
            message = message.model_copy(update={"content": text[: min(ends, default=len(text))]})
        return ChatResult(generations=[ChatGeneration(message=message)])


def conversation(messages: Sequence[BaseMessage]) -> Conversation:
    """Return messages as chat templates have them.

    Raises:
        TwinseekError: one holds something else than text and pictures, or a picture that cannot be read.
    """
    return [
        {"role": _role(message), "content": [_part(block) for block in message.content_blocks]} for message in messages
    ]


def _role(message: BaseMessage) -> str:
    if isinstance(message, SystemMessage):
        return "system"
    return "assistant" if isinstance(message, AIMessage) else "user"


def _part(block: Any) -> dict[str, Any]:
    if block["type"] == "text":
        return {"type": "text", "text": block["text"]}
    if block["type"] == "image" and block.get("base64"):  # what lies elsewhere is not fetched
        return {"type": "image", "image": _picture(block["base64"])}
    raise TwinseekError(f"a model in this process takes text and pictures in base64, not {block['type']}")


def _picture(coded: str) -> Bytes:
    try:
        data = np.frombuffer(base64.b64decode(coded, validate=True), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except (binascii.Error, ValueError, cv2.error):
        image = None
    if image is None:
        raise TwinseekError("a picture that is shown cannot be read: send a JPEG or PNG file in base64")
    return resized(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8))
