"""Who looks for the describer: weights in this process or a server, as its settings say."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tools.precision import Dtype
from tools.pretrained import Weights
from tools.qwen_weights import Conversation, loaded, unload
from tools.vision_questions import Question
from tools.vision_server import Media, ServedModel

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage


class QwenSettings(BaseModel):
    """The section ``[plugins.qwen_vl]``: a folder of ``weights``, or a server's ``base_url`` and ``model``.

    ``things`` of a shot are described, the largest; ``tokens`` is the longest answer. ``batch_size``, ``dtype`` are for
    weights, ``concurrency``, ``timeout``, ``attempts`` and ``media`` for a server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Path | None = None
    revision: str | None = None
    base_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+")
    model: str | None = None
    things: int = Field(default=24, ge=0, le=100)
    tokens: int = Field(default=384, ge=16, le=4096)
    batch_size: int = Field(default=8, ge=1, le=256)
    dtype: Dtype = "auto"
    media: Media = "images"
    concurrency: int = Field(default=8, ge=1, le=256)
    timeout: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=3, ge=1, le=10)


class LocalEyes:
    """Asks weights in this process."""

    engine = "transformers"
    weights = None  # their hash is known to who opens the plugin

    def __init__(self, weights: Weights, settings: QwenSettings) -> None:
        self._weights, self._settings = weights, settings

    def answer(self, questions: Sequence[Question]) -> "list[AIMessage]":
        """See :class:`tools.vision_questions.Eyes`."""
        talks = [_conversation(question) for question in questions]
        return loaded(self._weights).answer(talks, max_tokens=self._settings.tokens, batch=self._settings.batch_size)

    def chat(self, identity: str) -> "BaseChatModel":
        """See :meth:`tools.qwen_vl.QwenVL.chat`."""
        from tools.qwen_chat import LocalChat

        return LocalChat(partial(loaded, self._weights), model_name=identity)

    def unload(self) -> None:
        """Free the memory."""
        unload(self._weights)


class ServedEyes:
    """Asks a server."""

    engine = "server"

    def __init__(self, settings: QwenSettings) -> None:
        self.weights = settings.model  # wherever it is served
        self._server = ServedModel(
            str(settings.base_url), str(settings.model), media=settings.media, concurrency=settings.concurrency,
            timeout=settings.timeout, attempts=settings.attempts, max_tokens=settings.tokens,
        )  # fmt: skip

    def answer(self, questions: Sequence[Question]) -> "list[AIMessage]":
        """See :class:`tools.vision_questions.Eyes`."""
        return self._server.answer(questions)

    def chat(self, identity: str) -> "BaseChatModel":
        """See :meth:`tools.qwen_vl.QwenVL.chat`; the server must be asked by its own name for the model."""
        return self._server.chat()

    def unload(self) -> None:
        """Do nothing: the memory is the server's."""


def _conversation(question: Question) -> Conversation:
    if question.seconds is not None:
        shown: list[dict[str, Any]] = [
            {"type": "video", "video": np.stack(question.images), "seconds": question.seconds}
        ]
    else:
        shown = [{"type": "image", "image": image} for image in question.images]
    own = {"type": "text", "text": question.prompt.own}
    turns = [
        {"role": "system", "content": [{"type": "text", "text": question.prompt.shared}]},
        {"role": "user", "content": [*shown, own]},
    ]
    for answer, problem in question.earlier:
        turns.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
        turns.append({"role": "user", "content": [{"type": "text", "text": problem}]})
    return turns
