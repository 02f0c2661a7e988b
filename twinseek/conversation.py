"""One conversation with a library, kept turn by turn."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage

from graphs.chat import build_chat_graph
from graphs.state import Json
from twinseek.chatting import LibraryDesk, forget_steps
from twinseek.library import Library
from twinseek.result import Result

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver


@dataclass(frozen=True)
class Answer:
    """What came of one message.

    Args:
        message: as it was sent.
        kind: what it was taken for; none where it could not be read.
        text: the answer in words.
        result: the record, where videos are shown.
    """

    message: str
    kind: str | None
    text: str
    result: Result | None

    def to_dict(self) -> Json:
        """Return plain JSON values."""
        result = self.result.to_dict() if self.result is not None else None
        return {"message": self.message, "kind": self.kind, "answer": self.text, "result": result}


class Conversation:
    """A thread of the chat graph.

    Args:
        library: what is asked.
        thread: the conversation's name; what was kept under it is gone on with.
        chats: where conversations are kept.
        llm: fields of the settings' section ``llm`` that override the library's.
        candidates: how many videos a judge looks at for a new question; by default as many as the settings say.
    """

    def __init__(
        self,
        library: Library,
        thread: str,
        chats: "BaseCheckpointSaver[Any]",
        llm: Json | None = None,
        candidates: int | None = None,
    ) -> None:
        self._graph: Any = build_chat_graph(LibraryDesk(lambda _: library, llm or {}, candidates), chats)
        self._library = library
        self._chats = chats
        self._thread = thread
        self._config = {"configurable": {"thread_id": thread}}

    @property
    def turns(self) -> list[str]:
        """What was asked until now, as it was understood."""
        return [turn["query"] for turn in self._graph.get_state(self._config).values.get("turns", [])]

    def say(self, message: str) -> Answer:
        """Send a message and return the answer."""
        return self._run({"messages": [HumanMessage(message)]})

    def resume(self) -> Answer | None:
        """Answer the message in whose answer the process was killed; none where the last one was answered."""
        return self._run(None) if self._graph.get_state(self._config).next else None

    def _run(self, given: Json | None) -> Answer:
        # Each step is written down before the next one begins: a kill costs one step, never the conversation.
        state = self._graph.invoke(given, self._config, durability="sync")
        forget_steps(self._chats, self._thread)
        *_, asked, said = state["messages"]
        record, read = state.get("result"), state["read"]
        result = Result.model_validate(record).with_frames(self._library.frames) if record else None
        return Answer(str(asked.text), read["follow_up"]["kind"] if read else None, str(said.text), result)
