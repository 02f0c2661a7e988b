"""The chat graph: messages in; messages, a structured result and progress events out."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

from twins.errors import TwinseekError

Json = dict[str, Any]
Answerer = Callable[[str, str | None], AsyncIterator[Json]]
"""Given a question and a library's name, yields progress events and at last ``{"event": "result", "result": …}``."""


class ChatState(TypedDict):
    """``library`` is a name from the server's list, never a path; ``result`` is the last answer's record."""

    messages: Annotated[list[AnyMessage], add_messages]
    library: str | None
    result: Json | None


def build_chat_graph(answerer: Answerer) -> CompiledStateGraph[ChatState, None, ChatState, ChatState]:
    """Compile the chat around whatever answers a question."""

    async def ask(state: ChatState) -> Json:
        """Answer the last human message; what is wrong with it is said as the answer, not raised."""
        write = get_stream_writer()
        result: Json | None = None
        try:
            async for event in answerer(last_question(state["messages"]), state.get("library")):
                if event["event"] == "result":
                    result = event["result"]
                else:
                    write(event)
        except TwinseekError as error:
            return {"messages": [AIMessage(f"I cannot answer that: {error}.")], "result": None}
        text = result["answer"] if result else "There was no answer."
        return {"messages": [AIMessage(text)], "result": result}

    graph = StateGraph(ChatState)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", END)
    return graph.compile(name="chat")


def last_question(messages: list[AnyMessage]) -> str:
    """Return the text of the last human message. Raises :class:`TwinseekError` where there is none."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            text = str(message.text).strip()
            if text:
                return text
            break
    raise TwinseekError("the last message holds no question: send one as a human message")
