"""What several of these tests start from: a film that was indexed once, clips to index, plugins to install."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.dogs import make_dogs
from tests.e2e.films import write_film, write_squares
from tests.integration.model_server import ModelServer, serve
from tests.plugins import install
from tests.shared_encoder import encoder_is_read_once as encoder_is_read_once
from twins.frames import VideoFile
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


@pytest.fixture(scope="module")
def described_dogs(tmp_path_factory) -> Path:
    """Return a library's folder of clips that are described, most of them of dogs; it is the module's own."""
    return make_dogs(tmp_path_factory.mktemp("dogs"))


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


@pytest.fixture
def index(tmp_path, clips):
    """Return a function that indexes the clips with some plugins; it returns stages, twin, geometry and failures."""

    def index(plugins=None, **parts):
        events = []
        given = {"index": {**parts, "text": False}, "plugins": plugins or {}}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([clips], jobs=1, on_event=events.append)
            names = [name for name in library.video_ids() if name.startswith("squares")]
            found = (library.twin(names[0]), library.store.geometry(names[0])) if names else (None, None)
        stages = {event["video"].split("-")[0]: event["stages"] for event in events if event["event"] == "indexed"}
        return stages.get("squares", []), *found, report

    return index


@pytest.fixture
def decoded(monkeypatch) -> list[float]:
    """Return a list of the times at which frames are asked for again."""
    asked: list[float] = []
    original = VideoFile.at
    monkeypatch.setattr(VideoFile, "at", lambda self, seconds: (asked.extend(seconds), original(self, seconds))[1])
    return asked


@pytest.fixture
def server(monkeypatch) -> Iterator[ModelServer]:
    """Run a model's server that says what a test scripts; it asks for no key."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serve() as running:
        yield running
