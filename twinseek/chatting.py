"""The chat over libraries: where its questions are answered, and where its conversations are kept."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from platformdirs import user_state_path

from agents.follow_ups import read_follow_up
from agents.told_videos import tell_briefly
from graphs.answering import name_of
from graphs.chat_desk import ReadMessage
from graphs.chat_turns import Turn, last_list, said_before, what_is_shown
from graphs.grounding import ground_hit
from graphs.likeness import Edit, Likeness
from graphs.ranking import RankedHit
from graphs.state import Json
from twins.errors import TwinseekError
from twins.observations import EffectiveTwin
from twins.one_video import one_video
from twins.protocols import Decomposer
from twins.queries import Cost, Hit
from twinseek.library import Library

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

CHATS = "chats.sqlite"
"""A library's conversations; deleting the file forgets them, and nothing else."""
BUSY_SECONDS = 30.0
"""How long one process waits for another that writes down a turn."""


FORGET_STEPS = (
    "DELETE FROM writes WHERE thread_id = :thread AND checkpoint_ns = '' AND checkpoint_id < (SELECT min(checkpoint_id)"
    " FROM (SELECT checkpoint_id FROM checkpoints WHERE thread_id = :thread AND checkpoint_ns = ''"
    " ORDER BY checkpoint_id DESC LIMIT :kept))",
    "DELETE FROM checkpoints WHERE thread_id = :thread AND checkpoint_ns = '' AND checkpoint_id < (SELECT"
    " min(checkpoint_id) FROM (SELECT checkpoint_id FROM checkpoints WHERE thread_id = :thread AND checkpoint_ns = ''"
    " ORDER BY checkpoint_id DESC LIMIT :kept))",
)
"""Forget all but the ``kept`` last steps of a conversation: LangGraph's SQLite savers do not implement ``prune``."""


@dataclass(frozen=True)
class LibraryDesk:
    """Answers a chat's questions from libraries.

    Args:
        open: returns the library of a name; none is the first.
        llm: fields of the settings' section ``llm`` that override the library's.
        candidates: how many videos a judge looks at; by default as many as the settings say.
    """

    open: Callable[[str | None], Library]
    llm: Json = field(default_factory=dict)
    candidates: int | None = None

    def read(self, message: str, turns: Sequence[Turn], library: str | None) -> ReadMessage:
        """Say what a message means after these turns: by a model where one takes questions apart, else by rules."""
        opened = self.open(library)
        llm = opened.settings_of({"llm": self.llm})[1]
        shown, focus = what_is_shown(turns, library)
        listed = last_list(turns, library)
        asked = listed.get("question", "") if listed is not None else ""
        by_rules = read_follow_up(message, shown, focus, partial(_named, opened), asked)
        if by_rules.kind == "why" and by_rules.text:  # a video that no model was told of
            return ReadMessage(by_rules)
        if not llm.asked_for or (model := opened.gallery.models_for(llm).decompose) is None:
            return ReadMessage(by_rules)
        from agents.llm.follow_ups import MOST_SHOWN, LlmReader
        from twinseek.reasoning import hurried

        told = [replace(video, told=_told(opened, video.names[0])) for video in shown[:MOST_SHOWN]]
        reader = LlmReader(hurried(model, llm))
        follow_up, warnings = reader.read(message, [*told, *shown[MOST_SHOWN:]], focus, said_before(turns, library))
        return ReadMessage(follow_up, warnings, model.meter.cost())

    def ask(self, library: str | None, question: str, *, spent: Cost, **options: Any) -> Iterator[Json]:
        """Yield progress events, and at last the result."""
        yield from self.open(library).stream(
            question, llm=self.llm, spent=spent, **{"candidates": self.candidates, **options}
        )

    def twin(self, library: str | None, video_id: str) -> EffectiveTwin:
        """Return what is known of a video."""
        return self.open(library).gallery.read(video_id)

    def ground(self, library: str | None, hit: RankedHit) -> Hit:
        """Give the instances of a video their frames, boxes and masks."""
        opened, video_id = self.open(library), hit.judged.video_id
        with one_video(video_id):
            return ground_hit(hit, opened.gallery.read(video_id), opened.store, opened.settings.ask.masks)

    def likeness(self, library: str | None, references: Sequence[str], edit: str) -> Likeness:
        """Return who compares videos with some of them."""
        opened = self.open(library)
        gallery = opened.gallery
        parts = gallery.decomposer.decompose(edit).sub_queries if edit else ()
        return Likeness(references, Edit(parts, edit), gallery.index, gallery.encoder, opened.store, gallery.read)

    def page(self, library: str | None) -> int:
        """Return how many videos a list holds at first."""
        return self.open(library).settings.ask.top

    def decomposer(self, library: str | None) -> Decomposer:
        """Return who takes texts apart."""
        return self.open(library).gallery.decomposer


def _named(library: Library, name: str) -> str:
    """Return the id of the video that is called just so, by its id or its file's name; empty where there is none."""
    try:
        video_id = library.resolve(name)
    except TwinseekError:
        return ""
    known = name_of(next(iter(library.store.source(video_id).paths), None), video_id)
    whole = (video_id, known, PurePath(known).stem)
    return video_id if name.casefold() in [one.casefold() for one in whole] else ""


def _told(library: Library, video_id: str) -> str:
    """Return a few words of a video, by which a message may mean it; none of one that is gone or damaged."""
    try:
        return tell_briefly(library.gallery.read(video_id).twin)
    except TwinseekError:
        return ""


def chats_path(library: Path) -> Path | None:
    """Return where a library's conversations are kept: in its folder; none where that cannot be written."""
    return library / CHATS if (library / "library.toml").is_file() and os.access(library, os.W_OK) else None


def server_chats_path(library: Path) -> Path:
    """Return where a server keeps its conversations: in the library's folder, else in the user's state folder."""
    return chats_path(library) or user_state_path("twinseek", ensure_exists=True) / CHATS


@contextmanager
def kept_chats(path: Path | None) -> "Iterator[BaseCheckpointSaver[Any]]":
    """Open the conversations of a file while the block runs; without a path they are kept in memory.

    Raises:
        TwinseekError: where the file is damaged or locked for long.
    """
    if path is None:
        from langgraph.checkpoint.memory import InMemorySaver

        yield InMemorySaver()
        return
    from langgraph.checkpoint.sqlite import SqliteSaver

    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        saver = SqliteSaver(connection)
        saver.setup()
        yield saver
    except sqlite3.DatabaseError as error:
        raise TwinseekError(f"the conversations in {path} cannot be kept ({error}): move that file away") from error
    finally:
        connection.close()


def forget_steps(chats: "BaseCheckpointSaver[Any]", thread: str) -> None:
    """Forget the steps by which a conversation came to where it is; without that a file grows with every turn.

    LangGraph's saver keeps the whole state of every step, so that one could go back to it; nobody does here.
    """
    from langgraph.checkpoint.sqlite import SqliteSaver

    if not isinstance(chats, SqliteSaver):
        return
    with chats.cursor() as cursor:
        for statement in FORGET_STEPS:
            cursor.execute(statement, {"thread": thread, "kept": 1})
