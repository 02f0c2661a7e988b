"""The chat that ``langgraph.json`` names: one question a message, answered from an allow-listed library."""

import asyncio
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from graphs.chat import build_chat_graph
from twins.errors import TwinseekError
from twinseek.library import Library
from twinseek.settings import load_settings


@cache
def served_library(name: str | None) -> Library:
    """Open the library of this name, once.

    Names come from the setting ``libraries`` (``TWINSEEK_LIBRARIES='{"demo": "./twinseek-demo"}'``); without it,
    ``default`` is the setting ``library``. A client can name a library, but never a path.

    Raises:
        TwinseekError: listing the names that are served.
    """
    settings = load_settings()
    served = settings.libraries or {"default": settings.library}
    chosen = next(iter(served)) if name is None else name
    if chosen not in served:
        raise TwinseekError(f"no library of this name is served: choose one of {', '.join(sorted(served))}")
    return Library.open(served[chosen])


async def answer(question: str, library: str | None) -> AsyncIterator[dict[str, Any]]:
    """Yield progress and the result of one question."""
    opened = await asyncio.to_thread(served_library, library)
    async for event in opened.astream(question):
        yield event


graph = build_chat_graph(answer)
