"""``twinseek prune``."""

from pathlib import Path

import click

from twinseek.commands.options import library_options


@click.command("prune")
@library_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(library: Path | None, profile: str | None, yes: bool) -> None:
    """Forget the videos whose files are gone, and old generations."""
    from twinseek.library import Library
    from twinseek.plain_text import count

    with Library.open(library, profile=profile) as opened:
        missing = opened.missing()
        for name in missing:
            click.echo(f"its file is gone: {name}")
        if missing and not yes:
            click.confirm(f"Forget {count(len(missing), 'video')} and all that is known of it?", abort=True)
        forgotten = opened.prune()
    click.echo(f"forgot {count(len(forgotten), 'video')}")
