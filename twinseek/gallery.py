"""The searchable side of a library: its sentences as vectors, and the agents that are asked about them."""

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from agents.llm.roles import Models
from graphs.answering import NO_LABELS
from graphs.context import RetrieveContext, RetrieveOptions
from graphs.embedding import embed_library
from graphs.recall import Recalled, recall_videos
from twins.errors import TwinseekError
from twins.observations import EffectiveTwin
from twins.protocols import Decomposer, Judge, TextEncoder
from twins.queries import Decomposition, ResultWarning
from twins.schema import Twin
from twins.search import OutdatedError, SearchIndex
from twins.search.chroma import Chroma
from twins.search.chroma_client import ChromaUnavailableError
from twins.search.index import LOCK_SECONDS
from twins.search.recall import EXACT_ROWS
from twins.store import Store
from twinseek.open_models import OpenModels
from twinseek.plain_text import count
from twinseek.settings import AskSettings, LlmSettings, Settings

if TYPE_CHECKING:
    from tools.door import Toolbox
    from tools.specialists import OpenSpecialists
    from twinseek.reasoning import Reasoning

logger = logging.getLogger(__name__)

DEAD_SHARE = 0.3
"""Packed vectors are compacted when this share of their rows belongs to replaced twins."""

KEPT_TWINS = 64
"""Effective twins kept in memory between questions: those of about one question's candidates."""

UNMEASURED = "nothing measures that: ask by colour, shape, number and movement"
UNNAMED_THINGS = (
    "no labeller has named the objects of this library: install a detector and index again with "
    '[index] labeller = "NAME" in the profile (docs/plugins.md: coco is one), or import annotations that name '
    "them (twinseek import)"
)


class Gallery:
    """Opens encoder, search index and agents when they are first needed, and keeps them."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._kept: dict[str, tuple[object, EffectiveTwin]] = {}
        self._chroma: Chroma | None = None
        self._toolboxes: dict[int, Toolbox] = {}
        self.open_models = OpenModels(settings, lambda: self._device)
        self._lock, self._opening, self._opening_chroma = Lock(), Lock(), Lock()

    @cached_property
    def encoder(self) -> TextEncoder:
        """The encoder whose vectors are searched.

        Raises:
            TwinseekError: it is a plugin that is not installed, or cannot be used.
        """
        name = self._settings.search.encoder
        if name is None:
            return self.word_encoder
        from graphs.plugged_encoder import open_encoder
        from twinseek.devices import device_of
        from twinseek.weights import plugin_sections

        return open_encoder(name, plugin_sections(self._settings).get(name, {}), device_of(self._settings))

    @cached_property
    def word_encoder(self) -> TextEncoder:
        """The encoder by which the rules compare words: their thresholds were measured with it."""
        from encoders.minilm import MiniLM

        return MiniLM()

    @cached_property
    def decomposer(self) -> Decomposer:
        """Who takes questions apart."""
        from agents.lexicon import lexicon
        from agents.rules_decomposer import RulesDecomposer

        lexicon()  # read now and once: threads that need it first at the same time would each read it
        return RulesDecomposer(self.word_encoder)

    @cached_property
    def judge(self) -> Judge:
        """Who judges candidates."""
        from agents.rules_judge import RulesJudge

        return RulesJudge(self.word_encoder)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index, open for reading; one that an older version made is made anew first.

        Raises:
            TwinseekError: where there is none, or an old one cannot be written, saying how to make it.
        """
        try:
            return SearchIndex.open(self._folder, writable=False)
        except OutdatedError:
            if not self._store.writable:
                raise
        # The vectors lie beside the twins: nothing is embedded again.
        with SearchIndex.open(self._folder, writable=True) as index:
            embed_library(self._store, index, self.encoder)
        return SearchIndex.open(self._folder, writable=False)

    @property
    def chroma(self) -> Chroma | None:
        """Chroma, where the library is big enough for it by now, or where it is asked for; opened once."""
        search = self._settings.search
        if self._chroma is None and search.path != "exact":
            # Asked anew each time: a library grows past the bound while a process has it open.
            big = self.index.snapshot(self.encoder.name).rows > EXACT_ROWS
            if big or search.path == "chroma" or search.chroma_url:
                with self._opening_chroma:
                    self._chroma = self._chroma or Chroma(self._folder, url=search.chroma_url)
        return self._chroma

    def sync(
        self,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        *,
        anew: bool = False,
        videos: Collection[str] | None = None,
        patience: float = LOCK_SECONDS,
    ) -> int:
        """Bring the search index up to date with the twins; return how many parts were embedded or read.

        Args:
            on_event: told of every portion that is done.
            anew: trust nothing that is in it.
            videos: only these are compared with it; by default all of the library, which is then tidied up as well.
            patience: seconds for which whoever writes it already is waited for.
        """
        self._store.check_writable()
        with SearchIndex.open(self._folder, writable=True, patience=patience) as index:
            if anew:
                index.renew()
            changed = embed_library(self._store, index, self.encoder, on_event, videos)
            if videos is None:
                index.compact(DEAD_SHARE)
        # Without a change too: a Chroma that broke is built anew.
        if self._store.video_ids() and (chroma := self.chroma):
            try:
                chroma.sync([self.index.snapshot(self.encoder.name)])
            except ChromaUnavailableError as error:
                logger.warning("Chroma was not brought up to date (%s): exact search takes its place", error)
        return changed

    def context(self, ask: AskSettings) -> RetrieveContext:
        """Put together what one question is answered with, by rules."""
        with self._opening:  # once, also where the first questions come at the same time
            decomposer, judge, _ = self.decomposer, self.judge, self.encoder
        return RetrieveContext(
            store=self._store,
            read=self.read,
            decomposer=decomposer,
            judge=judge,
            recall=self.recall,
            diagnose=self.diagnose,
            labels=self.labels,
            options=RetrieveOptions(**ask.model_dump()),
        )

    def reasoning(self, ask: AskSettings, llm: LlmSettings) -> "Reasoning | None":
        """Put together what one question is answered with when models decide; none where every role is left to rules.

        Raises:
            TwinseekError: where a model cannot be opened, before anything is asked.
        """
        from twinseek.reasoning import reason

        models = self.models_for(llm)
        if models == Models():
            return None
        toolbox = self._toolbox(models)
        return reason(self.context(ask), models, toolbox, llm, store=self._store, read=self.read)

    def _toolbox(self, models: Models) -> "Toolbox":
        """Return the tools that can be called: opened once for each model that sees, which counts for the question.

        Not once for each question: what they have loaded stays with them.
        """
        from tools.context import make_context
        from tools.door import open_tools
        from twinseek.weights import plugin_sections

        see = models.see
        if see is None:
            key, chat = 0, None
        else:
            from agents.llm.seeing import SeeingChat, seeing_with

            key, chat = id(see.chat), SeeingChat(see.chat)
        with self._opening:
            if key not in self._toolboxes:
                context = make_context(
                    self._store, self.read, device=self._device, see=chat, specialists=self.specialists
                )
                self._toolboxes[key] = open_tools(context, plugin_sections(self._settings))
                for problem in self.specialists.problems:
                    logger.warning("%s", problem)
            opened = self._toolboxes[key]
        return opened if see is None else opened.bound(lambda: seeing_with(see))

    @cached_property
    def specialists(self) -> "OpenSpecialists":
        """The plugins that the profile names, opened when they are needed; index and tools share them."""
        from tools.specialists import OpenSpecialists
        from twinseek.weights import plugin_sections

        return OpenSpecialists(self._settings.index.plugins, plugin_sections(self._settings), self._device)

    @cached_property
    def _device(self) -> str:
        from twinseek.devices import device_or_cpu

        return device_or_cpu(self._settings, logger.warning)

    def models_for(self, llm: LlmSettings) -> Models:
        """Return the models of one question; see :meth:`twinseek.open_models.OpenModels.models_for`."""
        return self.open_models.models_for(llm)

    def read(self, video_id: str) -> EffectiveTwin:
        """Return the effective twin of a video, kept in memory until something new is known of it."""
        version = self._store.version(video_id)
        with self._lock:
            kept = self._kept.get(video_id)
        if kept is not None and kept[0] == version:
            return kept[1]
        effective = self._store.effective(video_id)
        with self._lock:
            self._kept[video_id] = (version, effective)
            while len(self._kept) > KEPT_TWINS:
                self._kept.pop(next(iter(self._kept)))
        return effective

    def recall(self, decomposition: Decomposition) -> Recalled:
        """Rank every video by its sentences alone, best first.

        What was removed since the search index was last brought up to date is left out; what was added is warned of.

        Raises:
            TwinseekError: there is no search index, although there are videos; or it is damaged.
        """
        try:
            found = recall_videos(decomposition, self.index, self.encoder, self.chroma, self._settings.search.path)
        except TwinseekError:
            if self._store.video_ids():
                raise
            return Recalled([])
        committed = self._store.video_ids()
        warnings = found.warnings + not_searched(found.scores, committed)
        return Recalled(only_committed(found.scores, committed), warnings, found.told)

    def labels(self) -> frozenset[str]:
        """Return what the things of the library are called, as far as the search index knows."""
        try:
            return self.index.labels()
        except TwinseekError:  # recall says what is wrong with it, if anything is
            return frozenset()

    def diagnose(self, decomposition: Decomposition, by_model: bool) -> list[ResultWarning]:
        """Say what the library as a whole cannot know of a question.

        Args:
            decomposition: the question.
            by_model: a model judged it, which reads every word; it cannot know names that nobody gave either.
        """
        from agents.labelling import is_described, is_labelled
        from agents.unsought import unsought

        found, twin = unsought(decomposition, self.labels()), self._sample()
        if twin is None or is_described(twin):
            return []  # what is described is compared by all of a question's words
        if any(is_labelled(track) for track in twin.tracks):
            words, code, why = found.others, "not_looked_for", UNMEASURED
        elif found.names:
            words, code, why = found.words, NO_LABELS, f"{UNNAMED_THINGS}, or ask by colour, shape and movement"
        else:
            words, code, why = found.words, "not_looked_for", UNMEASURED
        if by_model:
            return [ResultWarning(code=code, text=UNNAMED_THINGS)] if code == NO_LABELS else []
        told = f"not looked for: {', '.join(map(repr, words))}; {why}"
        return [ResultWarning(code=code, text=told)] if words else []

    def _sample(self) -> Twin | None:
        """Return the first twin that can be read; it stands for what the others know."""
        for video_id in self._store.video_ids():
            with suppress(TwinseekError):  # damaged, or removed meanwhile
                return self.read(video_id).twin
        return None

    def models(self) -> dict[str, str]:
        """Name who decided."""
        return {"decomposer": self.decomposer.name, "judge": self.judge.name, "encoder": self.encoder.name}

    def problems(self) -> list[str]:
        """Say what is wrong with the search index; nothing is an empty list."""
        try:
            return self.index.problems()
        except TwinseekError as error:
            return [str(error)]

    def close(self) -> None:
        """Let go of the search index."""
        opened, self._chroma = (self.__dict__.pop("index", None), self._chroma), None
        for part in opened:
            if part is not None:
                part.close()

    @property
    def _folder(self) -> Path:
        return self._store.root / "search"


def only_committed(scores: list[tuple[str, float]], committed: Collection[str]) -> list[tuple[str, float]]:
    """Return the scores of the videos that are in the library now."""
    present = set(committed)
    return [(video_id, score) for video_id, score in scores if video_id in present]


def not_searched(scores: list[tuple[str, float]], committed: Collection[str]) -> tuple[ResultWarning, ...]:
    """Warn of the videos that are in the library, but not in the search index: its indexing runs, or was killed."""
    missed = len(set(committed) - {video_id for video_id, _ in scores})
    if not missed:
        return ()
    text = (
        f"{missed} of {count(len(committed), 'video')} cannot be found yet: "
        "let `twinseek index` finish, or, where none runs, use `twinseek doctor --repair`"
    )
    return (ResultWarning(code="not_searched", text=text),)
