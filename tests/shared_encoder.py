"""The built-in encoder, whose weights every library would read anew."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from encoders.minilm import MiniLM

_open, _tokenizer = MiniLM._open, MiniLM._tokenizer.func


@cache
def _session(graph: Path, threads: int | None) -> Any:
    return _open(MiniLM(threads=threads), graph)


@cache
def _pieces() -> Any:
    return _tokenizer(MiniLM())


@pytest.fixture(scope="module", autouse=True)
def encoder_is_read_once() -> Iterator[None]:
    """Let all libraries of a process share the weights that the first one read.

    The tests of the encoder itself and of the command line read them as a user's process does.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MiniLM, "_open", lambda self, graph: _session(graph, self._threads))
        patch.setattr(MiniLM, "_tokenizer", property(lambda self: _pieces()))
        yield
