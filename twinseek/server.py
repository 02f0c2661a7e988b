"""The chat that ``langgraph.json`` names, over allow-listed libraries, and where its conversations are kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphs.chat import build_chat_graph
from twins.errors import TwinseekError
from twins.layout import display
from twinseek.chatting import LibraryDesk, server_chats_path
from twinseek.library import Library
from twinseek.settings import load_settings

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver


def served_folders() -> dict[str, Path]:
    """Return the folders of the libraries that are served, by name; the first is the one that no name means."""
    settings = load_settings()
    return settings.libraries or {"default": settings.library}


@cache
def served_library(name: str | None) -> Library:
    """Open the library of this name, once.

    Names come from the setting ``libraries`` (``TWINSEEK_LIBRARIES='{"demo": "./twinseek-demo"}'``); without it,
    ``default`` is the setting ``library``. A client can name a library, but never a path.

    Raises:
        TwinseekError: listing the names that are served.
    """
    served = served_folders()
    chosen = next(iter(served)) if name is None else name
    if chosen not in served:
        raise TwinseekError(f"no library of this name is served: choose one of {', '.join(sorted(served))}")
    return Library.open(served[chosen])


def without_folders(text: str) -> str:
    """Return a text with the names of libraries in place of their folders: no client should see where they lie."""
    for folder, name in _folders():
        text = folder.sub(f"the library {name!r}", text)
    return text


@cache
def _folders() -> list[tuple[re.Pattern[str], str]]:
    """Return how the folders of the libraries that are served may be written, each with its library's name."""
    found = []
    for name, folder in served_folders().items():
        paths = dict.fromkeys(display(path) for path in (folder.absolute(), folder.resolve(), folder))
        either = "|".join(re.escape(path) for path in paths)
        found.append((re.compile(rf"(?<![\w./-])(?:{either})(?![\w-])"), name))
    return found


@asynccontextmanager
async def checkpointer() -> "AsyncIterator[BaseCheckpointSaver[Any]]":
    """Keep conversations in the folder of the first library that is served, else in the user's state folder.

    The server's own memory does not survive a kill, this file does. No client says where it lies. (``langgraph.json``
    names a graph by ``module:name``, but this by ``module.name``: the server loads the two differently.)
    """
    from twinseek.served_chats import open_served_chats

    path = await asyncio.to_thread(lambda: server_chats_path(next(iter(served_folders().values()))))
    async with open_served_chats(path) as chats:
        yield chats


graph = build_chat_graph(LibraryDesk(served_library), private=without_folders)
