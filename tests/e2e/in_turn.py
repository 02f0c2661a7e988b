"""Run several commands one after the other in one process: ``python in_turn.py ANSWERS``, commands on its input."""

import json
import os
import sys
import tempfile
from pathlib import Path

from twinseek.cli import main


def run(words: list[str]) -> tuple[int, str, str]:
    """Run one command; return its exit status, and what it wrote to its output and as errors."""
    written = []
    status = 0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        for number, file in enumerate((out, errors), start=1):
            os.dup2(file.fileno(), number)
        try:
            main(words)
        except SystemExit as end:
            status = end.code
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for file in (out, errors):
            file.seek(0)
            written.append(file.read().decode(errors="surrogateescape"))
    return status, *written


if __name__ == "__main__":
    answers = [run(words) for words in json.load(sys.stdin)]
    Path(sys.argv[1]).write_text(json.dumps(answers))
