"""``twinseek remove``."""

from pathlib import Path

import click

from twinseek.commands.options import complete_video, library_options


@click.command("remove")
@click.argument("videos", nargs=-1, required=True, shell_complete=complete_video)
@library_options
def command(videos: tuple[str, ...], library: Path | None, profile: str | None) -> None:
    """Take videos out of the library; their files stay where they are."""
    from twinseek.library import Library

    with Library.open(library, profile=profile) as opened:
        for name in opened.remove(videos):
            click.echo(f"removed {name}")
