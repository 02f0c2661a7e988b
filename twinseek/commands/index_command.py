"""``twinseek index``."""

import json
from pathlib import Path

import click

from twinseek.commands.options import json_option, keep_products_on_one_thread, library_options


@click.command("index")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@library_options
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: the profile's, else one a core).")
@json_option
def command(
    paths: tuple[Path, ...], library: Path | None, profile: str | None, jobs: int | None, as_json: bool
) -> None:
    """Make twins of videos: files, or folders of files. What is done already is skipped."""
    keep_products_on_one_thread()
    from twinseek.library import Library
    from twinseek.progress import show_progress

    with Library.open(library, profile=profile, create=True) as opened, show_progress(quiet=as_json) as on_event:
        report = opened.index(paths, jobs=jobs, on_event=on_event)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=2))
    else:
        click.echo(report.summary())
    if report.failed:
        raise click.exceptions.Exit(1)
