"""Conversations of the development server, in SQLite."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from twinseek.chatting import BUSY_SECONDS

logger = logging.getLogger(__name__)


class ServedChats(AsyncSqliteSaver):
    """Deletes threads after it said so.

    The development server (langgraph-api 0.16) looks up the place of a thread in its list, awaits that the saver has
    deleted it, and then takes out what is at that place. Where several questions without a thread end together, it has
    moved meanwhile: the wrong one is taken out, and a client waits for ever. So nothing is awaited here.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        super().__init__(connection)
        self._deleting: set[asyncio.Task[None]] = set()

    async def adelete_thread(self, thread_id: str) -> None:
        """Begin to delete a thread."""
        task = asyncio.get_running_loop().create_task(super().adelete_thread(thread_id))
        self._deleting.add(task)
        task.add_done_callback(self._deleted)

    def _deleted(self, task: asyncio.Task[None]) -> None:
        self._deleting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a conversation was not deleted: %s", error)

    async def finish(self) -> None:
        """Wait until everything is deleted that should be."""
        await asyncio.gather(*self._deleting, return_exceptions=True)


@asynccontextmanager
async def open_served_chats(path: Path) -> AsyncIterator[Any]:
    """Open the conversations of a file while the block runs."""
    async with aiosqlite.connect(path, timeout=BUSY_SECONDS) as connection:
        chats = ServedChats(connection)
        await chats.setup()
        yield chats
        await chats.finish()
