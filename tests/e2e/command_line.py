"""Run the real command line in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def twinseek(*args: str | Path, cwd: Path | None = None, timeout: float = 120, **env: str):
    """Run ``twinseek`` and return the finished process, its output as text."""
    command = [sys.executable, "-m", "twinseek", *map(os.fspath, args)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1", **env},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=timeout,
        check=False,
    )


def in_turn(
    *commands: Sequence[str | Path], cwd: Path | None = None, **env: str
) -> list[subprocess.CompletedProcess[str]]:
    """Run commands one after the other in one process, which starts and imports once; return how each ended."""
    words = [list(map(os.fspath, command)) for command in commands]
    with tempfile.NamedTemporaryFile() as answers:
        subprocess.run(
            [sys.executable, Path(__file__).with_name("in_turn.py"), answers.name],
            cwd=cwd,
            env={**os.environ, "OMP_NUM_THREADS": "1", **env},
            input=json.dumps(words),
            text=True,
            timeout=120,
            check=True,
        )
        ended = json.loads(Path(answers.name).read_text())
    return [subprocess.CompletedProcess(given, *end) for given, end in zip(words, ended, strict=True)]
