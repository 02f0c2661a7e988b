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


@contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes the events of :func:`graphs.index.index_videos` and shows them."""
    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield lambda event: _say(console, event)
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
        task = progress.add_task("indexing", total=None, rate="")
        yield lambda event: _advance(progress, task, event)


def _advance(progress: Progress, task: TaskID, event: Event) -> None:
    if event["event"] == "started":
        progress.update(task, total=event["total"])
    elif event["event"] == "progress":
        progress.update(task, description=f"{escape(event['video'])}: {event['stage']}", rate=_rate(event))
    else:
        if event["event"] in ("indexed", "skipped", "failed"):
            progress.advance(task)
        _say(progress.console, event)


def _rate(event: Event) -> str:
    return f"{event['rate']:.1f}x real time" if event.get("rate") else ""


def _say(console: Console, event: Event) -> None:
    name = escape(repr(str(event.get("path") or event.get("video")))[1:-1])
    if event["event"] == "rendering":
        console.print(f"rendering {event['clips']} clips", highlight=False)
    elif event["event"] == "failed":
        console.print(f"[red]failed[/red] {name}: {escape(event['error'])}", highlight=False, soft_wrap=True)
    elif event["event"] == "warning":
        console.print(f"[yellow]note[/yellow] {name}: {escape(event['text'])}", highlight=False, soft_wrap=True)
    elif event["event"] == "indexed":
        console.print(f"[green]indexed[/green] {name} {_rate(event)}", highlight=False, soft_wrap=True)
