"""Run commands where file systems may be mounted: a full disk and a read-only one, which vanish afterwards."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PREAMBLE = """
import json, subprocess, sys
from pathlib import Path
from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.libraries import *
def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)
"""


def in_own_mounts(script: str, *arguments: Path | str) -> None:
    """Run a script, whose asserts must hold, with mounts of its own; skip where that is not allowed.

    Args:
        script: may call ``mount(...)`` and what this folder's modules offer.
        arguments: are its ``sys.argv[1:]``.
    """
    enter = ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*enter, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let tests mount file systems")
    command = [*enter, sys.executable, "-c", PREAMBLE + textwrap.dedent(script), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2], timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
