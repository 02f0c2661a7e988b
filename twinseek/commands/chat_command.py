"""``twinseek chat``."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twinseek.commands.options import (
    candidates_option,
    json_option,
    keep_products_on_one_thread,
    library_options,
    llm_options,
    trace_option,
)

if TYPE_CHECKING:
    from twinseek.conversation import Answer

PROMPT = "> "


@click.command("chat")
@library_options
@click.option(
    "--thread", default="default", show_default=True, help="The conversation's name; one of this name is gone on with."
)
@candidates_option
@llm_options
@trace_option
@json_option
def command(
    library: Path | None, profile: str | None, thread: str, candidates: int | None, llm: dict[str, Any], as_json: bool
) -> None:
    """Ask questions one after the other, and about what was shown: "only those where …", "why is 2 above 3?", "show me
    where", "what happens in 2?", "more like the second, but …", "back". Reads lines from stdin until its end or
    `exit`; in a terminal, an empty one."""
    keep_products_on_one_thread()
    from twinseek.chatting import chats_path, kept_chats
    from twinseek.conversation import Conversation
    from twinseek.library import Library
    from twinseek.plain_text import plain_text

    with Library.open(library, profile=profile) as opened:
        path = chats_path(opened.store.root)
        if path is None:
            click.echo(f"{opened.store.root} is read-only: this conversation is not kept", err=True)
        with kept_chats(path) as chats:
            talk = Conversation(opened, thread, chats, llm, candidates)
            if talk.turns:
                click.echo(
                    f"going on with {thread!r}: {_count(len(talk.turns))}, the last: {plain_text(talk.turns[-1])}",
                    err=True,
                )
            if (cut_off := talk.resume()) is not None:
                _show(cut_off, as_json)
            for line in _lines():
                _show(talk.say(line), as_json)


def _count(turns: int) -> str:
    return f"{turns} turn{'s' * (turns > 1)}"


FAREWELLS = ("exit", "quit", "bye")
"""Typed by themselves, they end a conversation as an empty line does in a terminal."""


def _lines() -> Iterator[str]:
    """Yield messages until a farewell or the end; in a terminal, until an empty line."""
    asking = sys.stdin.isatty()
    if asking:
        with suppress(ImportError):  # not everywhere; gives input() the keys of a shell
            import readline  # noqa: F401
    while True:
        if asking:
            try:
                line = input(PROMPT)
            except EOFError:
                return
        else:
            line = sys.stdin.readline()
            if line == "":
                return
        said = line.strip()
        if said.lower() in FAREWELLS or (asking and not said):
            return
        if said:
            yield said


def _show(answer: "Answer", as_json: bool) -> None:
    """Print a turn: the table of ``twinseek ask`` where videos are shown, else the answer; or one line of JSON."""
    from twinseek.plain_text import plain_text

    if as_json:
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False))
    elif answer.result is not None:
        from rich.console import Console

        from twinseek.terminal import print_result

        print_result(answer.result, Console())
    else:
        for line in answer.text.splitlines():
            click.echo(plain_text(line))
    sys.stdout.flush()
