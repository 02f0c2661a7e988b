"""Run the real command line in a process of its own."""

import os
import subprocess
import sys
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
