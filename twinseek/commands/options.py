"""Options that several commands share."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Command = Callable[..., Any]

MOST_READ = 2000
"""Videos whose files' names are completed: each is read from a file of its own, and who presses a key waits for it."""

LLM_OPTIONS = {
    "model": ("--llm", "MODEL", "Chat model that decides: openai:NAME, anthropic:NAME … (default: rules decide)."),
    "base_url": ("--llm-url", "URL", "A server of your own, http://localhost:8000/v1; its only model needs no --llm."),
    "decompose": ("--llm-decompose", "MODEL", "Another model for taking the question apart, or none."),
    "judge": ("--llm-judge", "MODEL", "Another model for judging candidates, or none."),
    "see": ("--llm-see", "MODEL", "A model for looking at pictures: same as --llm, or the describer (default: none)."),
}
"""Fields of the settings' section ``llm``: option, what it takes, help."""


def library_options(command: Command) -> Command:
    """Add ``--library`` and ``--profile``."""
    command = click.option(
        "--library",
        type=click.Path(path_type=Path, file_okay=False),
        help="The library's folder (TWINSEEK_LIBRARY; default ./twinseek-library).",
    )(command)
    return profile_option(command)


def profile_option(command: Command) -> Command:
    """Add ``--profile``."""
    return click.option(
        "--profile",
        help="A profile's name or TOML file (TWINSEEK_PROFILE; default offline).",
        shell_complete=complete_profile,
    )(command)


def llm_options(command: Command) -> Command:
    """Add the options that choose chat models; the command gets what was given as the dictionary ``llm``."""

    @functools.wraps(command)
    def with_llm(*args: Any, **options: Any) -> Any:
        names = [name for name in options if name.startswith("llm_")]
        given = {name.removeprefix("llm_"): options.pop(name) for name in names}
        return command(*args, llm={name: value for name, value in given.items() if value is not None}, **options)

    for name, (flag, metavar, text) in reversed(LLM_OPTIONS.items()):
        with_llm = click.option(flag, f"llm_{name}", metavar=metavar, help=text)(with_llm)
    return with_llm


def trace_option(command: Command) -> Command:
    """Add ``--trace``, below :func:`llm_options`: it arrives in the same dictionary."""
    return click.option(
        "--trace",
        "llm_trace",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Append every prompt and answer of a model to this file, a JSON line each.",
    )(command)


def candidates_option(command: Command) -> Command:
    """Add ``--candidates``."""
    return click.option(
        "--candidates",
        type=click.IntRange(1, 10_000),
        help="Videos that the judge looks at (default 60, with a model 10).",
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def keep_products_on_one_thread() -> None:
    """Tell NumPy so; call it before NumPy is loaded, where all products are small.

    They are too small to be shared out, and threads that wait for the next one take the processor from those who work.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def complete_profile(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a profile that comes with Twinseek, and names of files."""
    from twinseek.settings import profile_names

    names = [name for name in profile_names() if name.startswith(incomplete)]
    return [*map(CompletionItem, names), CompletionItem(incomplete, type="file")]


def complete_video(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a video of the library, or else the name of its file in one of :data:`MOST_READ` videos."""
    from twins.errors import TwinseekError
    from twinseek.library import Library

    try:
        with Library.open(ctx.params.get("library"), profile=ctx.params.get("profile")) as library:
            ids = library.video_ids()
            found = [name for name in ids if name.startswith(incomplete)]
            if not found and len(ids) <= MOST_READ:  # of a part of them one name might look like the only one
                found = [name for each in ids for name in library.store.source(each).names]
    except TwinseekError:
        return []
    return [CompletionItem(name) for name in dict.fromkeys(found) if name.startswith(incomplete)]


def complete_video_or_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a video of the library, and names of files."""
    return [*complete_video(ctx, param, incomplete), CompletionItem(incomplete, type="file")]
