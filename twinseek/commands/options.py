"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Command = Callable[..., Any]


def library_options(command: Command) -> Command:
    """Add ``--library`` and ``--profile``."""
    command = click.option(
        "--library",
        type=click.Path(path_type=Path, file_okay=False),
        help="The library's folder (TWINSEEK_LIBRARY; default ./twinseek-library).",
    )(command)
    return click.option("--profile", help="A profile's name or TOML file (TWINSEEK_PROFILE; default offline).")(command)


def json_option(command: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def keep_products_on_one_thread() -> None:
    """Tell NumPy so; call it before NumPy is loaded, where all products are small.

    They are too small to be shared out, and threads that wait for the next one take the processor from those who work.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def complete_video(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a video of the library."""
    from twins.errors import TwinseekError
    from twinseek.library import Library

    try:
        with Library.open(ctx.params.get("library"), profile=ctx.params.get("profile")) as library:
            return [CompletionItem(name) for name in library.video_ids() if name.startswith(incomplete)]
    except TwinseekError:
        return []
