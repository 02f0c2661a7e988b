"""The chat graph: messages in; messages, a structured result and progress events out.

A message is read in the light of what was shown before, and answered by the node of its kind. A checkpointer keeps the
conversation, so that "the second one" is known after a kill too: what was read of a message is kept before anything is
searched, and a turn is remembered when it is answered, not before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.channels import UntrackedValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

from agents.follow_ups import FollowUp
from graphs.answering import with_doubts
from graphs.chat_desk import Desk
from graphs.chat_nodes import NODES
from graphs.chat_talk import Said, Talk, added
from graphs.chat_turns import Turn, remember
from graphs.state import Json
from twins.errors import TwinseekError
from twins.queries import Cost, ResultRecord, ResultWarning


class ChatInput(TypedDict):
    """What a client sends. ``library`` is a name from the server's list, never a path."""

    messages: Annotated[list[AnyMessage], add_messages]
    library: str | None


class Read(TypedDict):
    """What was read of a message, with what to warn of and what it cost; empty where there was nothing to read."""

    follow_up: Json
    warnings: list[Json]
    cost: Json


class ChatState(ChatInput):
    """What is kept of a conversation, as plain JSON beside the messages.

    ``result`` is the record of the last answer, none where no video is shown. It holds masks and is big, and so it is
    given out but never kept.
    """

    read: Read
    turns: list[Turn]
    result: Annotated[Json | None, UntrackedValue]


Chat = CompiledStateGraph[ChatState, None, ChatInput, ChatState]


@dataclass(frozen=True)
class Private:
    """What of a machine its clients are told; by default everything.

    Args:
        words: takes out of what is told in words what a client should not see; errors name folders.
        path: returns what a client is told of the path of a video's file.
    """

    words: Callable[[str], str] = str
    path: Callable[[str], str] = str


OPEN = Private()


def build_chat_graph(desk: Desk, checkpointer: BaseCheckpointSaver[Any] | None = None, private: Private = OPEN) -> Chat:
    """Compile the chat around a desk.

    Args:
        desk: where questions are answered.
        checkpointer: keeps the conversations; a server brings its own.
        private: what clients are not told.
    """

    def read(state: ChatState) -> Json:
        """Say what the last message means; what is wrong with it is answered, not raised."""
        try:
            text, library = last_question(state["messages"]), state.get("library")
            found = desk.read(text, state.get("turns", []), library)
        except TwinseekError as error:
            return {"messages": [_apology(error, private)], "result": None, "read": {}}
        meaning = {"kind": found.follow_up.kind, "positions": list(found.follow_up.positions)}
        said = {"text": found.follow_up.text, "same": found.follow_up.same}
        warnings = [warning.model_dump() for warning in found.warnings]
        return {
            "read": {
                "follow_up": {**meaning, **said},
                "warnings": warnings,
                "cost": found.cost.model_dump(),
            }
        }

    graph = StateGraph(ChatState, input_schema=ChatInput)
    graph.add_node("read", read)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", _kind, [*NODES, END])
    for kind in NODES:
        graph.add_node(kind, _answering(kind, desk, private))
        graph.add_edge(kind, END)
    return graph.compile(name="chat", checkpointer=checkpointer)


def _kind(state: ChatState) -> str:
    return str(state["read"]["follow_up"]["kind"]) if state["read"] else END


def _answering(kind: str, desk: Desk, private: Private) -> Any:
    """Return the node that answers one kind of message; a library's or a video's trouble is said as the answer."""

    def answer(state: ChatState) -> Json:
        turns, read = state.get("turns", []), state["read"]
        told = read["follow_up"]
        message = FollowUp(told["kind"], tuple(told["positions"]), told["text"], same=told.get("same", False))
        stream = get_stream_writer()

        def write(event: Json) -> None:
            stream({key: private.words(value) if isinstance(value, str) else value for key, value in event.items()})

        for warning in read["warnings"]:
            write({"event": "warning", **warning})
        try:
            cost = Cost.model_validate(read["cost"])
            said = NODES[kind](Talk(desk, state.get("library"), message, turns, write, [cost]))
        except TwinseekError as error:
            return {"messages": [_apology(error, private)], "result": None}
        text = with_doubts(said.answer, () if said.record is None else said.record.warnings)
        return {
            "messages": [AIMessage(private.words(text))],
            "result": _record(said, read, private),
            "turns": turns if said.turn is None else remember(turns, said.turn),
        }

    return answer


def _record(said: Said, read: Read, private: Private) -> Json | None:
    """Return the record of an answer, with what reading the message cost."""
    if said.record is None:
        return None
    warnings = (*said.record.warnings, *(ResultWarning.model_validate(warning) for warning in read["warnings"]))
    warnings = tuple(warning.model_copy(update={"text": private.words(warning.text)}) for warning in warnings)
    cost = added(said.record.cost, Cost.model_validate(read["cost"]))
    answer = private.words(with_doubts(said.record.answer, said.record.warnings))
    results = tuple(
        hit.model_copy(update={"path": None if hit.path is None else private.path(hit.path)})
        for hit in said.record.results
    )
    changed = {"answer": answer, "warnings": warnings, "cost": cost, "results": results}
    record: ResultRecord = said.record.model_copy(update=changed)
    return record.model_dump(mode="json")


def _apology(error: TwinseekError, private: Private) -> AIMessage:
    return AIMessage(private.words(f"I cannot answer that: {error}."))


def last_question(messages: Sequence[AnyMessage]) -> str:
    """Return the text of the last human message. Raises :class:`TwinseekError` where there is none."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            text = str(message.text).strip()
            if text:
                return text
            break
    raise TwinseekError("the last message holds no question: send one as a human message")
