"""Conversations of the development server, in SQLite."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from twinseek.chatting import BUSY_SECONDS, FORGET_STEPS

KEPT_STEPS = 12
"""Of a conversation, beside those of the message that is being answered: about three messages' steps."""

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

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write down a step; the first one of a message forgets old ones, or a file would grow with every turn."""
        written = await super().aput(config, checkpoint, metadata, new_versions)
        if metadata.get("source") == "input":
            await self._forget_steps(str(config["configurable"]["thread_id"]))
        return written

    async def _forget_steps(self, thread: str) -> None:
        """Forget all but the last steps of a conversation."""
        async with self.lock:
            for statement in FORGET_STEPS:
                await self.conn.execute(statement, {"thread": thread, "kept": KEPT_STEPS})
            await self.conn.commit()

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
