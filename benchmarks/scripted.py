"""A chat model that says what a script tells it to: for behaviour, never for quality."""

import json
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

Script = Callable[[Sequence[BaseMessage]], Any]
"""From messages to what is answered: text, or an object that is written as JSON."""


class ScriptedChat(BaseChatModel):
    """Answers by a function of the messages, after a while."""

    script: Script
    seconds: float = 0.0
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=Lock)

    @property
    def asked(self) -> list[list[BaseMessage]]:
        """Everything that it was asked, in the order of arrival."""
        return self._asked

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._lock:
            self._asked.append(list(messages))
        time.sleep(self.seconds)
        said = self.script(messages)
        text = said if isinstance(said, str) else json.dumps(said)
        usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text, usage_metadata=usage))])


def prompt_of(messages: Sequence[BaseMessage]) -> str:
    """Say which prompt was sent: decompose, judge or tie_break."""
    system = str(messages[0].content)
    return (
        "judge"
        if "You judge whether one video" in system
        else "decompose"
        if "Take the question" in system
        else "tie_break"
    )
