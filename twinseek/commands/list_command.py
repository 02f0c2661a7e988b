"""``twinseek list``."""

import json
from pathlib import Path

import click

from twinseek.commands.options import json_option, library_options


@click.command("list")
@library_options
@json_option
def command(library: Path | None, profile: str | None, as_json: bool) -> None:
    """List the videos of the library."""
    from twinseek.library import Library

    with Library.open(library, profile=profile) as opened:
        rows = opened.videos()
    if as_json:
        click.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
    else:
        from rich.console import Console

        from twinseek.terminal import print_videos

        print_videos(rows, Console())
