"""``twinseek ask``."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from twinseek.commands.options import (
    candidates_option,
    complete_video,
    json_option,
    keep_products_on_one_thread,
    library_options,
    llm_options,
    trace_option,
)


@click.command("ask")
@click.argument("words", metavar="QUERY", nargs=-1, required=True)
@library_options
@click.option("--top", type=click.IntRange(1, 1000), help="Results shown (default 5).")
@candidates_option
@click.option("--threshold", type=click.FloatRange(0, 1), help="A lower score is dropped (default 0.5).")
@click.option("--masks", type=click.Choice(["none", "key", "all"]), help="Masks in the result (default key frames).")
@click.option(
    "--within",
    multiple=True,
    metavar="VIDEO",
    shell_complete=complete_video,
    help="Look at this video only (id, unique prefix or path); may be given several times.",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a self-contained HTML page.")
@llm_options
@trace_option
@json_option
def command(
    words: tuple[str, ...],
    library: Path | None,
    profile: str | None,
    report: Path | None,
    within: tuple[str, ...],
    llm: dict[str, Any],
    as_json: bool,
    **options: Any,
) -> None:
    """Answer a question about the library, with reasons that were checked."""
    keep_products_on_one_thread()
    from twinseek.library import Library

    query = " ".join(words)  # quotation marks are often forgotten, and nothing else could be meant
    if not query.strip():
        raise click.UsageError("the question is empty: ask something, for example 'what hides behind the wall?'")
    with ExitStack() as stack:
        opened = stack.enter_context(Library.open(library, profile=profile))
        options |= {"llm": llm, "within": within or None}
        if llm or opened.settings.llm.asked_for:  # rules answer before anybody could read a line
            from twinseek.progress import show_reasoning

            options["on_event"] = stack.enter_context(show_reasoning())
        result = opened.ask(query, **options)
        if report:
            result.save_report(report)
    if as_json:
        click.echo(result.model_dump_json(indent=2))
    else:
        from rich.console import Console

        from twinseek.terminal import print_result

        print_result(result, Console())
    if report:
        click.echo(f"report: {report}", err=True)
