"""Start the real development server on a library, and ask it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langgraph_sdk import get_sync_client

START_SECONDS = 90


@contextmanager
def served(library: Path, log: Path, last: int = signal.SIGTERM) -> Iterator[str]:
    """Serve a library while the block runs; yield the address. The server is ended by the signal ``last``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "twinseek", "serve", "--library", str(library), "--port", str(port)]
    env = {**os.environ, "LANGSMITH_TRACING": "false", "OMP_NUM_THREADS": "1", "TWINSEEK_ASK__TOP": "50"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=log.parent, stdout=out, stderr=out, env=env)
    try:
        yield _wait(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.send_signal(last)
        process.wait(timeout=30)


def ask_server(url: str, question: str) -> dict[str, Any]:
    """Ask one question and return the record of the answer."""
    asked = {"messages": [{"role": "user", "content": question}]}
    with get_sync_client(url=url) as client:
        state = client.runs.wait(None, "twinseek", input=asked)
    assert state.get("result"), state
    return state["result"]


def _wait(url: str, process: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with get_sync_client(url=url) as client:
                client.assistants.search()
        except Exception:
            time.sleep(0.3)
        else:
            return url
    raise AssertionError(log.read_text())
