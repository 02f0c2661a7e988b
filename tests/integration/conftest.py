"""What several of these tests start from: a film that was indexed once, clips to index, plugins to install."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.films import write_film, write_squares
from tests.plugins import install
from tests.shared_encoder import encoder_is_read_once as encoder_is_read_once
from twinseek.library import Library


@pytest.fixture(scope="session")
def indexed(tmp_path_factory) -> Path:
    """Return a library's folder in which a film of one square was indexed; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("indexed")
    with Library.open(folder / "library", create=True) as library:
        library.index([write_film(folder / "square.mp4", frames=40)], jobs=1)
    return folder / "library"


@pytest.fixture
def library(indexed, tmp_path) -> Iterator[Library]:
    """Open a copy of the library with the film of one square."""
    shutil.copytree(indexed, tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        yield library


@pytest.fixture
def clips(tmp_path) -> Path:
    """Return a folder with a clip of a red and a blue square."""
    folder = tmp_path / "clips"
    folder.mkdir()
    write_squares(folder / "squares.mp4")
    return folder


@pytest.fixture
def put(tmp_path, monkeypatch) -> Callable[..., str]:
    """Return a function that installs a plugin of a group by its name and code, and returns its module's name."""

    def put(name: str, code: str, group: str, **options: str) -> str:
        return install(tmp_path, monkeypatch, name, code, group=f"twinseek.{group}", **options)

    return put
