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


@contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes the events of :func:`graphs.index.index_videos` and of the demo, and shows them."""
    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield _Lines(console).take
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
    return f" {event['rate']:.1f}x real time" if event.get("rate") else ""


def _say(console: Console, event: Event, place: str = "") -> None:
    name = escape(repr(str(event.get("path") or event.get("video")))[1:-1])
    if event["event"] == "failed":
        line = f"[red]failed[/red] {name}: {escape(event['error'])}{place}"
    elif event["event"] == "warning":
        line = f"[yellow]note[/yellow] {name}: {escape(event['text'])}"
    elif event["event"] == "indexed":
        line = f"[green]indexed[/green] {name}{_rate(event)}{place}"
    elif event["event"] == "rendering" and place:
        line = f"rendering {event['total']} clips"
    elif event["event"] in ("rendered", "imported", "exported") and place:
        line = f"{event['event']} {name}{place}"
    else:
        return
    console.print(line, highlight=False, soft_wrap=True)
