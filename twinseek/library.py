"""The one door to a library: command line, server and notebooks use only this."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from twins.errors import TwinseekError
from twins.schema import Twin
from twins.store import Store
from twinseek.settings import AskSettings, LlmSettings, Settings, load_settings
from twinseek.videos import VideoRow, describe_video

if TYPE_CHECKING:
    from graphs.context import RetrieveContext
    from graphs.index import IndexReport
    from twins.frames import Frame
    from twins.queries import ResultRecord, ResultWarning
    from twins.specialists import Specialists
    from twinseek.asking import Prepared
    from twinseek.exporting import ExportReport, Format
    from twinseek.gallery import Gallery
    from twinseek.reasoning import Reasoning
    from twinseek.result import Result

Event = dict[str, Any]

SYNC_SECONDS = 30.0
SYNC_SHARE = 0.05
"""What a long run has indexed becomes searchable this often; less often where that takes more than this share."""


class Library:
    """A folder of twins that can be indexed, asked and looked into; close it, or use it in ``with``.

    At the end of ``with`` a library that was made for it and got no video is taken away again.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self._loading = Lock()

    @classmethod
    def open(
        cls, path: Path | str | None = None, *, profile: str | None = None, create: bool = False, **settings: Any
    ) -> Self:
        """Open a library.

        Args:
            path: its folder; by default the setting ``library``.
            profile: a profile's name or TOML file.
            create: make the library where there is none.
            settings: sections of :class:`twinseek.settings.Settings` that override the profile's.

        Raises:
            TwinseekError: where there is no library, it has another version, or a setting is wrong.
        """
        loaded = load_settings(library=Path(path) if path else None, profile=profile, **settings)
        return cls(Store.open(loaded.library, create=create), loaded)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is None or issubclass(kind, Exception):  # after Ctrl-C the same command goes on where it was
            self.store.withdraw()

    def close(self) -> None:
        """Let go of files and locks."""
        if "gallery" in self.__dict__:
            self.gallery.close()

    # What is in it

    def video_ids(self) -> list[str]:
        """Return the ids of all videos that have a twin, sorted."""
        return self.store.video_ids()

    def resolve(self, reference: str) -> str:
        """Return the id that an id, a path, a file's name, or a unique beginning of an id or name stands for."""
        return self.store.resolve(reference)

    def twin(self, reference: str) -> Twin:
        """Return the effective twin of a video: its live generation with all observations folded in."""
        return self.store.effective(self.resolve(reference)).twin

    def frames(self, reference: str, seconds: Sequence[float]) -> "list[Frame]":
        """Decode the frames nearest to the given times.

        Args:
            reference: as in :meth:`resolve`.
            seconds: times since the stream's first frame.

        Raises:
            TwinseekError: where the file has been moved, deleted or changed.
        """
        from twins.frames import frames_at

        return frames_at(self.path(reference), seconds)

    def path(self, reference: str) -> Path:
        """Return a path at which the video's file lies now. Raises :class:`TwinseekError` where there is none."""
        video_id = self.resolve(reference)
        path = self.store.path(video_id)
        if path is None:
            known = ", ".join(self.store.source(video_id).paths) or "nowhere"
            raise TwinseekError(f"the file of {video_id} is gone (last seen: {known}): index it again where it is now")
        return path

    def videos(self) -> list[VideoRow]:
        """Return one row a video, sorted by id."""
        missing = set(self.missing())
        found = (describe_video(self.store, name, missing=name in missing) for name in self.video_ids())
        return [row for row in found if row is not None]

    def missing(self) -> list[str]:
        """Return the ids of the videos of which no file is left where it was last seen."""
        return self.store.missing()

    # Putting things into it

    def index(
        self,
        paths: Iterable[Path | str],
        *,
        jobs: int | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> "IndexReport":
        """Make twins of video files and of the videos in folders; what is done already is skipped.

        Args:
            paths: files and folders.
            jobs: processes; by default the profile's, else one a core.
            on_event: told of progress, warnings and finished videos as plain dictionaries.
        """
        from graphs.index import IndexOptions, index_videos
        from graphs.index_workers import cores

        self.store.check_writable()
        _ = self.gallery.encoder  # a plugin that cannot be used is known before any work starts
        chosen = self.settings.index
        jobs = jobs or chosen.jobs or cores()
        report = index_videos(
            self.store,
            [Path(path) for path in paths],
            IndexOptions(
                samples_per_second=chosen.samples_per_second,
                text=chosen.text,
                keep_models=None if chosen.keep_models == "auto" else chosen.keep_models,
            ),
            jobs=jobs,
            specialists=self._specialists(),
            on_event=self._syncing(on_event, jobs),
        )
        self.gallery.sync(on_event)
        return report

    def _specialists(self) -> "Specialists | None":
        """Return the plugins that the index uses. Raises :class:`TwinseekError` where one cannot be, saying why."""
        if not self.settings.index.plugins:
            return None
        from twinseek.devices import device_of
        from twinseek.specialists import check_there

        check_there(self.settings)
        device_of(self.settings)
        return self.gallery.specialists.all()

    def _syncing(self, on_event: Callable[[Event], None] | None, jobs: int) -> Callable[[Event], None]:
        """Pass events on, and now and then make what was indexed meanwhile searchable: a long run may be cut short.

        Once more when half of the processes have nothing left to do: then a core is free for it.
        """
        due, left = time.monotonic() + SYNC_SECONDS, 0

        def take(event: Event) -> None:
            nonlocal due, left
            if on_event:
                on_event(event)
            if event["event"] == "started":
                left = event["total"]
            left -= event["event"] in ("indexed", "skipped", "failed")
            if event["event"] == "indexed" and (time.monotonic() >= due or 0 < left == jobs // 2):
                began = time.monotonic()
                with suppress(TwinseekError):  # the sync at the end says it, when every video has its twin
                    self.gallery.sync(on_event)
                due = time.monotonic() + max(SYNC_SECONDS, (time.monotonic() - began) / SYNC_SHARE)

        return take

    def import_files(
        self,
        paths: Iterable[Path | str],
        *,
        format: str = "annotations",
        captions: bool = True,
        fps: float | None = None,
        videos: Path | str | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> list[str]:
        """Make twins from descriptions that you have; return their ids. All files are read before any is written.

        Args:
            paths: files, or folders of them.
            format: ``annotations``, ``coco``, ``coco-vis`` or ``sa-v`` (docs/annotations.md, docs/formats.md).
            captions: keep captions, where the files have some.
            fps: frames a second of videos whose file tells no times.
            videos: a folder, looked through to its depths, in which the described videos lie.
            on_event: told of progress as plain dictionaries.

        Raises:
            TwinseekError: naming the file, the place in it and what is wrong there.
        """
        from twinseek.importing import ImportOptions, import_files

        _ = self.gallery.encoder
        options = ImportOptions(captions=captions, fps=fps, videos=None if videos is None else Path(videos))
        files = [Path(path) for path in paths]
        names = import_files(self.store, files, format=format, options=options, on_event=on_event)
        self.gallery.sync(on_event)
        return names

    # Taking things out of it

    def export(
        self,
        *wanted: "Path | str | ResultRecord",
        format: "Format" = "coco-vis",
        to: Path | str | None = None,
        force: bool = False,
        on_event: Callable[[Event], None] | None = None,
    ) -> "ExportReport":
        """Write masks and boxes in formats that other programs read (docs/formats.md); return what was written where.

        Args:
            wanted: videos as in :meth:`resolve`, all of each; or answers, or files that ``twinseek ask --json`` wrote:
                then the instances of each result inside its spans.
            format: ``coco``, ``coco-vis``, ``davis`` or ``mp4``.
            to: the file, or for ``davis``, or several videos as ``mp4``, the folder.
            force: replace what is there.
            on_event: told of progress as plain dictionaries.

        Raises:
            TwinseekError: a video or instance is not in the library, something is there already, or a video's file,
                which ``mp4`` needs, is gone.
        """
        from twinseek.exporting import excerpts_of, export

        excerpts = excerpts_of(self.store, wanted)
        place = None if to is None else Path(to)
        return export(self.store, excerpts, format=format, to=place, force=force, on_event=on_event)

    def remove(self, references: Iterable[str]) -> list[str]:
        """Take videos out of the library (their files stay); return their ids."""
        names = [self.resolve(reference) for reference in references]
        for name in names:
            self.store.remove(name)
        self.gallery.sync()
        return names

    def prune(self) -> list[str]:
        """Forget the videos whose files are gone and what no reader needs any more; return the forgotten ids."""
        names = self.store.prune()
        self.gallery.sync()
        return names

    # Asking it

    @cached_property
    def gallery(self) -> "Gallery":
        """The searchable side of the library, opened when first used."""
        from twinseek.gallery import Gallery

        return Gallery(self.store, self.settings)

    def ask(self, query: str, *, on_event: Callable[[Event], None] | None = None, **options: Any) -> "Result":
        """Answer a question.

        Args:
            query: in plain English.
            on_event: told of what happens meanwhile, as plain dictionaries.
            options: fields of :class:`twinseek.settings.AskSettings` that override the settings'; ``llm``: a dictionary
                of fields of :class:`twinseek.settings.LlmSettings` that do; ``within`` and ``without``: videos (ids,
                unique prefixes, paths) to which the question is limited, and which are left out; ``spent``: a
                :class:`twins.queries.Cost` that counts towards its budgets; ``ordered``: false where nobody looks at
                the order of close scores, so that no model is asked for it.
        """
        return self._ready(query, options).ask(on_event).with_frames(self.frames)

    def stream(self, query: str, **options: Any) -> Iterator[Event]:
        """Yield what :meth:`astream` does, for those without an event loop."""
        yield from self._ready(query, options).events()

    async def aask(self, query: str, **options: Any) -> "Result":
        """Answer a question without blocking the event loop; see :meth:`ask`."""
        return await asyncio.to_thread(self.ask, query, **options)

    async def astream(self, query: str, **options: Any) -> AsyncIterator[Event]:
        """Yield what happens while a question is answered; the last event is ``{"event": "result", "result": …}``."""
        prepared = await asyncio.to_thread(self._ready, query, options)
        async with aclosing(prepared.stream()) as events:
            async for event in events:
                yield event

    def _ready(self, query: str, options: dict[str, Any]) -> "Prepared":
        """Return a question that can be asked: options are checked first, then loaded what is slow, once."""
        if not query.strip():
            raise TwinseekError("the question is empty: ask something, for example 'what hides behind the wall?'")
        from twinseek.asking import Prepared, what_is_left

        within, without, spent = (options.pop(name, None) for name in ("within", "without", "spent"))
        ordered = options.pop("ordered", True)
        ask, llm = self.settings_of(options)
        reasoning = self.gallery.reasoning(ask, llm) if llm.asked_for else None
        if reasoning is not None and spent is not None:
            reasoning.meter.budget = what_is_left(reasoning.meter.budget, spent)
        names = self.gallery.models() | (reasoning.names if reasoning else {})
        context = reasoning.context if reasoning else self.gallery.context(ask)
        context = self._limited(context if ordered else replace(context, compare=None), within, without)
        with self._loading:
            graph = self._graph if context.investigator is None else self._reasoning_graph
        return Prepared(query, graph, context, names, reasoning, partial(self._remember, reasoning))

    def _limited(
        self, context: "RetrieveContext", within: Iterable[str] | None, without: Iterable[str] | None
    ) -> "RetrieveContext":
        """Return a context in which some videos are recalled only; a question to all is told of names that it has."""
        if within is None and not without:
            from twinseek.named_videos import warn_of_names

            return replace(
                context,
                diagnose=lambda asked, by_model: [
                    *warn_of_names(asked.query, self.store),
                    *context.diagnose(asked, by_model),
                ],
            )
        from graphs.recall import among

        only = None if within is None else frozenset(map(self.resolve, within))
        others = frozenset(map(self.resolve, without or ()))
        return replace(context, recall=lambda decomposition: among(context.recall(decomposition), only, others))

    def _remember(self, reasoning: "Reasoning | None") -> "Sequence[ResultWarning]":
        """Make searchable what tools have found out; return what there is to warn of."""
        if reasoning is None:
            return ()
        from twinseek.remembering import remember

        return remember(self.store, self.gallery, reasoning)

    @cached_property
    def _graph(self) -> Any:
        # Whoever asks one question waits for both: the encoder's weights are read while LangGraph is imported. Where
        # they cannot be read, whoever encodes next is told why.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(self.gallery.encoder.encode, ["ready"])
            from graphs.retrieve import build_retrieve_graph

            return build_retrieve_graph()

    @cached_property
    def _reasoning_graph(self) -> Any:
        from graphs.investigate import build_investigation
        from graphs.retrieve import build_retrieve_graph

        return build_retrieve_graph(build_investigation())

    def settings_of(self, options: dict[str, Any]) -> tuple[AskSettings, LlmSettings]:
        """Return the settings of one question."""
        given = {name: value for name, value in options.items() if value is not None}
        llm = given.pop("llm", {})
        if not given and not llm:
            return self.settings.ask, self.settings.llm
        if "candidates" in given:  # asked for by whoever asks, so that it holds for either judge
            llm = {"candidates": given["candidates"], **llm}
        settings = load_settings(
            library=self.settings.library,
            profile=self.settings.profile,
            ask=self.settings.ask.model_dump() | given,
            llm=self.settings.llm.model_dump() | llm,
        )
        return settings.ask, settings.llm
