"""From a rendered prompt to messages."""

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from prompts import Rendered


def messages_of(prompt: Rendered) -> list[BaseMessage]:
    """Return the part that is equal for every question as the system's message, the rest as the user's."""
    return [SystemMessage(prompt.shared), HumanMessage(prompt.own)]
