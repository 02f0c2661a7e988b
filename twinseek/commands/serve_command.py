"""``twinseek serve``."""

import os
import socket
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import click

from twins.errors import TwinseekError
from twinseek.commands.options import library_options


@click.command("serve")
@library_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=2024, show_default=True, type=click.IntRange(1, 65535))
@click.option("--jobs", default=4, show_default=True, type=click.IntRange(1, 64), help="Questions answered at once.")
def command(library: Path | None, profile: str | None, host: str, port: int, jobs: int) -> None:
    """Serve the library as a chat on LangGraph's development server (its licence is Elastic-2.0)."""
    from twinseek.library import Library
    from twinseek.settings import load_settings

    if find_spec("langgraph_api") is None:
        raise TwinseekError(
            f"the server is not installed: {sys.executable} -m pip install 'langgraph-cli[inmem]' -c locks/dev.txt "
            "in the folder of the checkout"
            " (its licence is Elastic-2.0)"
        )
    config = Path(str(files("twinseek"))).parent / "langgraph.json"
    if not config.is_file():
        raise TwinseekError(f"there is no {config}: serve from a checkout, or write a langgraph.json (see the README)")
    settings = load_settings(library=library, profile=profile)
    for place in settings.libraries.values() or [settings.library]:
        Library.open(
            place, profile=profile
        ).close()  # said here, in a sentence, not by the server at the first question
    if library:
        os.environ["TWINSEEK_LIBRARY"] = str(library.absolute())
    if profile:
        os.environ["TWINSEEK_PROFILE"] = profile
    check_free(host, port)
    address = ["--host", host, "--port", str(port), "--n-jobs-per-worker", str(jobs)]
    server = [sys.executable, "-m", "langgraph_cli", "dev", "--config", str(config), "--no-browser", "--no-reload"]
    os.execv(sys.executable, [*server, *address])  # noqa: S606 - takes this process's place; there is no shell


def check_free(host: str, port: int) -> None:
    """Refuse an address where something listens already: the server would go to another one without a word."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            if os.name == "posix":
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has just ended does not count
            tried.bind(address)
    except UnicodeError as error:  # what cannot be written as a name of the internet
        raise TwinseekError(f"{host!r} is no address: give a name or an address of this machine (--host)") from error
    except OSError as error:
        raise TwinseekError(
            f"cannot listen on {host}:{port} ({error.strerror}): choose another port (--port) or end what listens there"
        ) from error
