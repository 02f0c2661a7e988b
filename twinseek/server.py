"""The chat that ``langgraph.json`` names, over allow-listed libraries, and where its conversations are kept."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graphs.chat import Private, build_chat_graph
from twins.errors import TwinseekError
from twins.layout import display
from twinseek.chatting import LibraryDesk, server_chats_path
from twinseek.library import Library
from twinseek.settings import load_settings

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver


def served_folders() -> dict[str, Path]:
    """Return the folders of the libraries that are served, by name; the first is the one that no name means.

    They are absolute: what errors name can then be told from words, as a folder ``clips`` could not.
    """
    settings = load_settings()
    folders = settings.libraries or {"default": settings.library}
    return {name: folder.absolute() for name, folder in folders.items()}


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
    names, written = _folders()
    return written.sub(lambda found: f"the library {names[found['folder']]!r}", text)


@cache
def _folders() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the libraries that are served by how their folders may be written, and what finds one in a text.

    A name that is no valid text is told as a URI (:func:`twins.layout.path_text`).
    """
    names: dict[str, str] = {}
    for name, folder in served_folders().items():
        for path in (folder, folder.resolve()):
            names.setdefault(display(path), name)
            names.setdefault(quote(os.fsencode(path)), name)
    # A library may lie inside another one's folder: the longest is tried first.
    either = "|".join(re.escape(path) for path in sorted(names, key=len, reverse=True))
    return names, re.compile(rf"(?:file://|(?<![\w./-]))(?P<folder>{either})(?![\w-])")


def file_name(path: str) -> str:
    """Return the name of a video's file without its folder, which is no client's business either."""
    return PurePath(path).name


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


PRIVATE = Private(without_folders, file_name)
graph = build_chat_graph(LibraryDesk(served_library), private=PRIVATE)
