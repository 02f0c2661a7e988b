"""Make twins of video files: several at once, each committed by itself, what is done already left alone."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from graphs.index_opening import Opening
from graphs.index_options import IndexOptions
from graphs.index_stages import index_one
from graphs.index_workers import CRASHED, run_tasks
from tools import text_seen
from twins.errors import TwinseekError, UnusableError
from twins.layout import display
from twins.specialists import Specialists
from twins.store import Store

__all__ = ["IndexOptions", "IndexReport", "find_videos", "index_videos"]

Event = dict[str, Any]

VIDEO_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .m2ts .mts .wmv .flv .ogv .3gp .gif .vob .mxf".split()  # noqa: SIM905
)
ENDED = frozenset(["indexed", "skipped", "failed"])
"""Events by which a file is done with."""
PROGRESS_SECONDS = 0.25
"""A video reports its progress this often."""

NO_READER = "rapidocr-onnxruntime is not installed, so none is read: install it as locks/base.txt does and index again"


@dataclass
class IndexReport:
    """What became of the files: ids of indexed and skipped videos, and of each failed file the reason.

    ``untried`` are those that were left alone because one had failed by what would fail in the same way for all.
    """

    indexed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    video_seconds: float = 0.0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)

    def summary(self) -> str:
        """Return one line for people."""
        rate = self.video_seconds / self.seconds if self.seconds > 0 else 0.0
        parts = [f"{len(self.indexed)} indexed"]
        parts += [f"{len(self.skipped)} up to date"] if self.skipped else []
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        parts += [f"{len(self.untried)} not tried: they would fail alike"] if self.untried else []
        return ", ".join(parts) + (f" ({rate:.1f} s of video a second)" if self.indexed and rate else "")


def find_videos(paths: Iterable[Path], on_error: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Yield the named files, and of named folders every video file in them and below, each file once.

    Links to folders are not followed inside a folder, so that a loop of links ends. Whether a named file is a video is
    found out when it is opened.

    Args:
        on_error: told of folders that cannot be read; without it they are passed over.

    Raises:
        TwinseekError: a path is not there, or a folder that can be read holds no video.
    """
    seen: set[Path] = set()
    for path in paths:
        unreadable: list[OSError] = []
        found = sorted(_walk(path, unreadable.append)) if path.is_dir() else [path]
        if on_error is not None:
            for error in unreadable:
                on_error(error)
        if not found and not unreadable:
            raise TwinseekError(f"{display(path)} holds no video files: name another folder, or the files themselves")
        for file in found:
            if not os.path.lexists(file):
                raise TwinseekError(f"there is no {display(file)}: name a video file or a folder of them")
            absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow the user's links
            if absolute not in seen:
                seen.add(absolute)
                yield absolute


def index_videos(
    store: Store,
    paths: Iterable[Path],
    options: IndexOptions | None = None,
    *,
    jobs: int = 1,
    specialists: Specialists | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> IndexReport:
    """Bring the twins of some video files up to date.

    Every video is committed by itself; one that cannot be read is reported and the others go on, unless it failed by
    what would fail in the same way for all of them. Interrupted, it leaves finished videos whole, and running it again
    continues.

    Args:
        paths: files and folders.
        jobs: processes; with 1 the work is done in this one.
        specialists: who names things (without one they stay ``object``), tells depth and so on. They must be picklable
            for more than one process.
        on_event: told of ``started`` (``total``), ``progress`` (``video``, ``path``, ``stage``, ``frames``,
            ``seconds``, ``rate``: seconds of video a second of all processes together), ``indexed`` (``stages``),
            ``skipped``, ``warning`` (``text``), ``failed`` (``error``; ``for_all``: so would all others) and
            ``stopped`` (``left``: files that are not tried for that).

    Raises:
        TwinseekError: a path is not there, or the library cannot be written.
    """
    unreadable: list[OSError] = []
    files = list(find_videos(paths, unreadable.append))
    tell = on_event or (lambda event: None)
    tell({"event": "started", "total": len(files)})
    report, began = IndexReport(), time.monotonic()
    options, specialists = options or IndexOptions(), specialists or Specialists()
    unread = options.text and bool(files) and not text_seen.can_read()
    work = _IndexWork(store.root, store.grace, replace(options, text=options.text and not unread), specialists)
    running = min(jobs, len(files))
    done_seconds: dict[Path, float] = {}
    left = dict.fromkeys(files)
    stopped = False

    def take(path: Path, event: Event) -> None:
        nonlocal stopped
        event = _crash(path, event) if event["event"] == CRASHED else event
        if "seconds" in event:
            done_seconds[path] = event["seconds"]
            event["rate"] = sum(done_seconds.values()) / max(time.monotonic() - began, 1e-6)
        if event["event"] in ENDED:
            left.pop(path, None)
        stopped = stopped or bool(event.get("for_all"))
        _note(report, event)
        tell(event)

    if unread:
        take(Path(), {"event": "warning", "path": "text in the picture", "video": "", "text": NO_READER})
    for error in unreadable:
        folder = Path(error.filename)
        take(folder, {"event": "failed", **_about(folder), "error": _unreadable(folder, error)})
    if running <= 1:
        with contextlib.closing(Opening(files, work.options, store.claims)) as opening:
            for path in files:
                work.index(store, path, partial(take, path), opening)
                if stopped:
                    break
    else:
        _run_beside(work, files, running, take, store, lambda: stopped)
    if stopped and left:
        report.untried = [display(path) for path in left]
        tell({"event": "stopped", "left": len(left)})
    report.seconds, report.video_seconds = time.monotonic() - began, sum(done_seconds.values())
    return report


@dataclass(frozen=True)
class _IndexWork:
    """Index one file; the same in this process and in others."""

    root: Path
    grace: float
    options: IndexOptions
    specialists: Specialists

    def __call__(self, path: Path, send: Callable[[Event], None], /) -> None:
        import cv2

        # As many processes as cores: threads of each would only get in each other's way.
        cv2.setNumThreads(1)
        self.index(Store.open(self.root, grace=self.grace), path, send)

    def index(self, store: Store, path: Path, send: Callable[[Event], None], opening: Opening | None = None) -> None:
        """Index one file and tell what became of it."""
        about = _about(path)
        last = 0.0

        def report(stage: str, frames: int, seconds: float) -> None:
            nonlocal last
            if time.monotonic() - last >= PROGRESS_SECONDS:
                last = time.monotonic()
                send({"event": "progress", **about, "stage": stage, "frames": frames, "seconds": seconds})

        try:
            file = store.register(path)
            video_id, stages, warnings = index_one(store, file, self.options, self.specialists, report, opening)
        except TwinseekError as error:
            for_all = {"for_all": True} if isinstance(error, UnusableError) else {}
            send({"event": "failed", **about, "error": str(error), **for_all})
            return
        except OSError as error:
            send({"event": "failed", **about, "error": _unreadable(path, error)})
            return
        about["video"] = video_id
        for text in warnings:
            send({"event": "warning", **about, "text": text})
        if not stages:
            send({"event": "skipped", **about})
            return
        duration = store.source(video_id).duration
        send({"event": "indexed", **about, "stages": list(stages), "seconds": duration})


def _run_beside(
    work: _IndexWork,
    files: Sequence[Path],
    jobs: int,
    take: Callable[[Path, Event], None],
    store: Store,
    stopped: Callable[[], bool],
) -> None:
    # The largest first: a long clip that came last would keep one process busy while the others have nothing to do.
    ordered = sorted(files, key=_size, reverse=True)
    try:
        with contextlib.closing(run_tasks(work, ordered, jobs)) as messages:
            for path, event in messages:
                take(path, event)
                if stopped():
                    break
    finally:
        # A process that was ended, or crashed, has left unfinished work.
        store.sweep()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever opens it says what is wrong


def _crash(path: Path, message: Event) -> Event:
    error = (
        f"{display(path)} made the decoder crash or run out of memory (exit status {message['exitcode']}):"
        " convert it to mp4 (H.264), or leave it out"
    )
    return {"event": "failed", **_about(path), "error": error}


def _about(path: Path) -> dict[str, str]:
    return {"path": display(path), "video": display(path.name)}


def _unreadable(path: Path, error: OSError) -> str:
    return f"{display(path)} cannot be read ({error.strerror or error}): check the path and its permissions"


def _note(report: IndexReport, event: Event) -> None:
    if event["event"] == "indexed":
        report.indexed.append(event["video"])
    elif event["event"] == "skipped":
        report.skipped.append(event["video"])
    elif event["event"] == "failed":
        report.failed[event["path"]] = event["error"]
    elif event["event"] == "warning":
        report.warnings.setdefault(event["path"], []).append(event["text"])


def _walk(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for place, _, names in os.walk(folder, onerror=on_error):
        for name in names:
            if Path(name).suffix.lower() in VIDEO_SUFFIXES:
                yield Path(place) / name
