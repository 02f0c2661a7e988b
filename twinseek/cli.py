"""The command line: one module a command, loaded only when it is called."""

import gc
import importlib
import logging
import os
import signal
import sys
from typing import Any

import click

from twins.errors import TwinseekError, comes_of_an_interrupt

COMMANDS = {
    "ask": "Answer a question about the library.",
    "chat": "Ask one question after the other, and about what was shown.",
    "completion": "Print the tab completion of a shell.",
    "demo": "Render a sample library, index it, ask it, write a report.",
    "doctor": "Check this installation and the library, and say what to do.",
    "eval": "Ask questions with known answers, to compare judges and models.",
    "export": "Write masks for other programs, or a video with them drawn on it.",
    "import": "Make twins from annotations or tracks that you have.",
    "index": "Make twins of videos.",
    "library": "Bring a library to this version's format.",
    "list": "List the videos of the library.",
    "models": "Get the weights that a profile needs, and list them.",
    "prune": "Forget videos whose files are gone, and old generations.",
    "remove": "Remove videos from the library (their files stay).",
    "serve": "Serve the library as a chat.",
    "show": "Show what is known about one video.",
    "tools": "List tools and plugins, and why one cannot be used.",
}


GARBAGE = 200_000
"""New objects after which Python looks for garbage: a short command mostly imports, which makes many and drops none."""


SOON = 0.01
"""Seconds after which a lost interrupt is raised again: whoever lost it must have returned by then."""


class LazyGroup(click.Group):
    """A group whose help needs no command's module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"twinseek.commands.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the closest commands where there is none of this name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(error.message + hint, ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="twinseek")
@click.option("--debug", is_flag=True, help="Show tracebacks and a log on stderr.")
def cli(debug: bool) -> None:
    """Answer questions about a video library that need thought."""
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def _keep_interrupts() -> None:
    """Raise Ctrl-C again where Python can only print it: in finalisers and in callbacks of weak references.

    Imports have such callbacks. Raised inside the hook it would be lost once more, hence the timer.
    """
    print_lost = sys.unraisablehook

    def take(lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, SOON)
        else:
            print_lost(lost)

    signal.signal(signal.SIGALRM, signal.default_int_handler)
    sys.unraisablehook = take


def _say_interrupted() -> int:
    """Say what Ctrl-C left, and return the exit status of a command that it ended."""
    click.echo("interrupted: what was finished is kept; the same command goes on", err=True)
    return 130


def main(args: list[str] | None = None) -> None:
    """Run the command line. Exit status: 0, 2 for wrong use, 1 for the rest."""
    if args is None:  # a process of its own
        gc.set_threshold(GARBAGE)
        _keep_interrupts()
    arguments = list(sys.argv[1:] if args is None else args)
    if "--debug" in arguments:  # wherever it was typed
        arguments = ["--debug", *(word for word in arguments if word != "--debug")]
    try:
        status: Any = cli.main(arguments, prog_name="twinseek", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        status = _say_interrupted()
    except TwinseekError as error:
        if "--debug" in arguments:
            raise
        click.echo(f"error: {error}", err=True)
        status = 1
    except BrokenPipeError:
        # The reader (head, say) has had enough; nothing can be said to it any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        if "--debug" in arguments:
            raise
        if comes_of_an_interrupt(error):
            status = _say_interrupted()
        else:
            click.echo(f"error: {type(error).__name__}: {error} (--debug shows where; please report it)", err=True)
            status = 1
    if args is None:
        gc.freeze()  # the interpreter would search all that was loaded for garbage before it lets go of it
    sys.exit(status if isinstance(status, int) else 0)
