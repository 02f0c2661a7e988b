"""``twinseek library``."""

from pathlib import Path

import click

from twinseek.commands.options import library_options


@click.group("library")
def command() -> None:
    """Look after a library as a whole."""


@command.command("upgrade")
@library_options
def upgrade(library: Path | None, profile: str | None) -> None:
    """Bring a library of an older format to this version's; nothing else may use it meanwhile."""
    from twins.migrations import upgrade as migrate
    from twinseek.settings import load_settings

    steps = migrate(load_settings(library=library, profile=profile).library)
    click.echo(f"upgraded to format {steps[-1]}" if steps else "up to date")
