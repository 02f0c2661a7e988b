"""``twinseek completion``."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the tab completion of a shell: eval "$(twinseek completion bash)"."""
    from twinseek.cli import cli

    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(cli, {}, "twinseek", "_TWINSEEK_COMPLETE").source())
