"""``twinseek eval``."""

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from twins.errors import TwinseekError
from twinseek.commands.options import (
    json_option,
    keep_products_on_one_thread,
    library_options,
    llm_options,
    trace_option,
)


@click.command("eval")
@click.argument("annotations", type=click.Path(exists=True, file_okay=False, path_type=Path))
@library_options
@click.option("--literal", is_flag=True, help="Ask the literal controls instead of the implicit questions.")
@click.option("--captions/--no-captions", default=True, help="Whether captions may be read (without --library).")
@click.option("--limit", type=click.IntRange(1), help="Ask only so many, drawn at random and always alike.")
@click.option("--wrong", is_flag=True, help="List the questions whose answer did not come first.")
@llm_options
@trace_option
@json_option
def command(
    annotations: Path,
    library: Path | None,
    profile: str | None,
    literal: bool,
    captions: bool,
    limit: int | None,
    wrong: bool,
    llm: dict[str, Any],
    as_json: bool,
) -> None:
    """Ask the questions of annotation files and print R@1 and MRR by kind, so that models can be compared.

    A video counts as found where it is returned as an answer; one that was dropped, because nothing fits, does not.
    How often what stands out among those is the right one is told beside.

    Without --library, twins are imported from the annotations into a library that is thrown away.
    """
    keep_products_on_one_thread()
    from rich.console import Console
    from rich.progress import track

    from twinseek.evaluation import drawn, evaluate, read_questions
    from twinseek.library import Library
    from twinseek.plain_text import count, plain_text
    from twinseek.terminal import print_evaluation, told_by_rules

    queries = read_questions(annotations, literal=literal)
    if limit is not None:
        queries = drawn(queries, limit)
    with ExitStack() as stack:
        folder = library or Path(stack.enter_context(TemporaryDirectory(prefix="twinseek-eval-"))) / "library"
        opened = stack.enter_context(Library.open(folder, profile=profile, create=library is None))
        if library is None:
            opened.import_files([annotations], captions=captions)
        shown = iter(track(range(len(queries)), "asking", console=Console(stderr=True), transient=True))
        found = evaluate(opened, queries, lambda _: next(shown, None), llm=llm)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        print_evaluation(found, Console(), wrong=wrong)
    for text, questions in found.left_out.items():
        click.echo(f"warning: {plain_text(text)} ({count(questions, 'question')})", err=True)
    if found.by_rules == found.asked:
        raise TwinseekError(f"{told_by_rules(found)}; look at the warnings, or ask for rules with --llm none")
    if found.by_rules:
        click.echo(f"warning: {told_by_rules(found)}", err=True)
