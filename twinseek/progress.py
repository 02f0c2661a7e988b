"""One bar for long work, on stderr; a plain line a video where there is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

Event = dict[str, Any]

STARTS = {"rendering": "rendering", "started": "indexing", "importing": "importing", "exporting": "exporting"}
"""Events that begin a stretch of work with a ``total``, and what it is called."""

STEPS = ("rendered", "indexed", "skipped", "failed", "imported", "exported")
"""Events that end one piece of it."""


STRETCHES = 4
"""Lines a stretch of work is told in, where that is to be brief."""


@contextmanager
def show_progress(*, quiet: bool = False, brief: bool = False) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes the events of :func:`graphs.index.index_videos` and of the demo, and shows them.

    Args:
        quiet: show nothing.
        brief: where there is no terminal, tell only now and then how far the work is, beside what went wrong.
    """
    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield (_Stretches if brief else _Lines)(console).take
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("starting", total=None, rate="")
        yield lambda event: _advance(progress, task, event)


@contextmanager
def show_reasoning(*, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes the events of a question, and shows in one line how far a slow answer is."""
    console = Console(stderr=True, quiet=quiet)
    judged = looked = 0
    with console.status("taking the question apart") as status:

        def take(event: Event) -> None:
            nonlocal judged, looked
            judged += event["event"] == "inspected"
            looked += event["event"] == "looked"
            if event["event"] == "recalled":
                status.update("judging the likeliest videos")
            elif event["event"] in ("inspected", "looked"):
                status.update(f"judged {judged}, called {looked} tools: {escape(event['video_id'])}")

        yield take


class _Lines:
    """Tells each event in a line of its own, and how far the work is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = self._total = 0

    def take(self, event: Event) -> None:
        """Print one event."""
        if event["event"] in STARTS:
            self._done, self._total = 0, event["total"]
        self._done += event["event"] in STEPS
        _say(self._console, event, f" ({self._done} of {self._total})")


class _Stretches(_Lines):
    """Tells how far the work is once a stretch, and of single videos only what went wrong."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._work = ""

    def take(self, event: Event) -> None:
        """Print what is worth a line of one event."""
        if event["event"] in STARTS:
            self._done, self._total, self._work = 0, event["total"], STARTS[event["event"]]
            return
        self._done += event["event"] in STEPS
        if event["event"] in ("failed", "warning", "stopped"):
            _say(self._console, event)
        if event["event"] in STEPS and self._stretch(self._done) > self._stretch(self._done - 1):
            self._console.print(f"{self._work}: {self._done} of {self._total}", highlight=False)

    def _stretch(self, done: int) -> int:
        return done * STRETCHES // max(self._total, 1)  # a folder that cannot be read fails and is none


def _advance(progress: Progress, task: TaskID, event: Event) -> None:
    if event["event"] in STARTS:
        progress.reset(task, total=event["total"], description=STARTS[event["event"]], rate="")
    elif event["event"] == "progress":
        progress.update(task, description=f"{escape(event['video'])}: {event['stage']}", rate=_rate(event))
    else:
        if event["event"] in STEPS:
            progress.advance(task)
        _say(progress.console, event)


def _rate(event: Event) -> str:
    return f" {event['rate']:.1f} s of video a second" if event.get("rate") else ""


def _say(console: Console, event: Event, place: str = "") -> None:
    name = escape(repr(str(event.get("path") or event.get("video")))[1:-1])
    if event["event"] == "failed":
        line = f"[red]failed[/red] {name}: {escape(event['error'])}{place}"
    elif event["event"] == "warning":
        line = f"[yellow]note[/yellow] {name}: {escape(event['text'])}"
    elif event["event"] == "stopped":
        line = f"[yellow]stopped[/yellow]: the other {event['left']} would fail alike"
    elif event["event"] == "indexed":
        line = f"[green]indexed[/green] {name}{_rate(event)}{place}"
    elif event["event"] == "rendering" and place:
        line = f"rendering {event['total']} clips"
    elif event["event"] in ("rendered", "imported", "exported") and place:
        line = f"{event['event']} {name}{place}"
    else:
        return
    console.print(line, highlight=False, soft_wrap=True)
