"""Commands of one test in one process."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.command_line import in_turn


def test_each_command_ends_as_it_would_alone():
    told, wrong = in_turn(("--version",), ("no-such-command",))
    assert (told.returncode, wrong.returncode) == (0, 2)
    assert "twinseek" in told.stdout and told.stderr == ""
    assert "no-such-command" in wrong.stderr and wrong.stdout == ""


def test_a_crash_is_told(tmp_path):
    words_of_no_command = "[3]"
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("in_turn.py"), tmp_path / "answers"],
        input=words_of_no_command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" in done.stderr
