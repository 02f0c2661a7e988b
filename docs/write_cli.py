"""Write docs/cli.md from the commands' own help: ``python docs/write_cli.py``."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from twinseek.cli import COMMANDS, cli

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 100

HEAD = """# Commands

Written by `python docs/write_cli.py` from the commands' own help; change it there.

Exit status: 0, 2 for wrong use, 1 for the rest, 130 when interrupted. Errors are one sentence on stderr;
`--debug`, anywhere on the line, shows the traceback. The library is `--library`, else `TWINSEEK_LIBRARY`, else
`./twinseek-library`. A name that begins with `-` stands behind `--`: `twinseek index -- -odd.mp4`.
"""


def existing_commands() -> dict[str, click.Command]:
    """Return the commands whose module is there, by name."""
    context = click.Context(cli, info_name="twinseek")
    names = [name for name in sorted(COMMANDS) if find_spec(f"twinseek.commands.{name}_command")]
    found = {name: cli.get_command(context, name) for name in names}
    return {name: command for name, command in found.items() if command is not None}


def render() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_sections(command, f"twinseek {name}") for name, command in existing_commands().items())])


def _sections(command: click.Command, name: str) -> str:
    """Return a command's section, and after it those of the commands in it."""
    program, _, last = name.rpartition(" ")
    context = click.Context(
        command,
        parent=click.Context(cli, info_name=program),
        info_name=last,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    parts = [f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        parts += [_sections(part, f"{name} {below}") for below, part in sorted(command.commands.items())]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    for missing in sorted(set(COMMANDS) - set(existing_commands())):
        sys.stderr.write(f"twinseek {missing} is in the help but has no module: left out\n")
