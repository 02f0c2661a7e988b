"""``twinseek show``."""

from pathlib import Path

import click

from twinseek.commands.options import complete_video, json_option, library_options


@click.command("show")
@click.argument("video", shell_complete=complete_video)
@library_options
@json_option
def command(video: str, library: Path | None, profile: str | None, as_json: bool) -> None:
    """Show what is known about one video: its id, its file's name, the beginning of either, or its path."""
    from graphs.grounding import path_of
    from twinseek.library import Library

    with Library.open(library, profile=profile) as opened:
        twin = opened.twin(video)
        path = None if as_json else path_of(opened.store, twin.video_id)
    if as_json:
        click.echo(twin.model_dump_json(indent=2))
    else:
        from rich.console import Console

        from twinseek.terminal import print_twin

        print_twin(twin, Console(), path)
