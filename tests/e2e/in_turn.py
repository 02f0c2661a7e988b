"""Run several commands one after the other in one process: ``python in_turn.py ANSWERS``, commands on its input."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from twinseek.cli import main


def run(words: list[str]) -> tuple[int, str, str]:
    """Run one command; return its exit status, and what it wrote to its output and as errors."""
    written = []
    status = 0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        with writing_to(out, errors):
            try:
                main(words)
            except SystemExit as end:
                status = end.code
        for file in (out, errors):
            file.seek(0)
            written.append(file.read().decode(errors="surrogateescape"))
    return status, *written


@contextlib.contextmanager
def writing_to(*files: IO[bytes]) -> Iterator[None]:
    """Let output and errors go to files, and then where they went before: a crash is told where somebody sees it."""
    before = [os.dup(number) for number in (1, 2)]
    try:
        for number, file in enumerate(files, start=1):
            os.dup2(file.fileno(), number)
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for number, descriptor in enumerate(before, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)


if __name__ == "__main__":
    answers = [run(words) for words in json.load(sys.stdin)]
    Path(sys.argv[1]).write_text(json.dumps(answers))
