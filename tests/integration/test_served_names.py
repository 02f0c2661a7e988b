"""What a served chat tells of a server's machine: no folders."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graphs.chat import build_chat_graph
from tests.e2e.dogs import DOGS, make_dogs
from twinseek import server
from twinseek.chatting import LibraryDesk
from twinseek.library import Library


@pytest.fixture
def serve(monkeypatch):
    """Return what serves libraries by their names, as a server that has just been started."""

    def forget():
        server._folders.cache_clear()
        server.served_library.cache_clear()

    def serve(**folders):
        monkeypatch.setenv("TWINSEEK_LIBRARIES", json.dumps({name: str(path) for name, path in folders.items()}))
        forget()

    yield serve
    forget()


@pytest.fixture
def folder(tmp_path, serve):
    folder = make_dogs(tmp_path)
    serve(dogs=folder)
    return folder


def served_chat():
    """Return the chat of the server, with conversations in memory."""
    return build_chat_graph(LibraryDesk(server.served_library), InMemorySaver(), private=server.PRIVATE)


def test_errors_name_the_library_and_no_folder_of_the_server(folder):
    graph = served_chat()

    def say(text):
        given = {"messages": [("user", text)], "library": "dogs"}
        chunks = list(graph.stream(given, {"configurable": {"thread_id": "t"}}, stream_mode=["custom", "values"]))
        return chunks[-1][1]["messages"][-1].content, str(chunks)

    with Library.open(folder) as library:
        damaged = folder / "videos" / "gamma" / (library.store.current("gamma") or "") / "twin.json"
        damaged.write_text("{")
        _, seen = say(DOGS)
        assert "the library 'dogs'/videos/gamma" in seen and "is damaged" in seen  # a warning of the result
        assert str(folder) not in seen
        library.remove(["beta"])
    gone, seen = say("what happens in beta?")
    assert "no video 'beta' in the library 'dogs'" in gone and str(folder) not in seen


def test_a_folder_is_told_from_one_that_begins_alike(folder):
    assert server.without_folders(f"{folder}/videos: {folder}.") == "the library 'dogs'/videos: the library 'dogs'."
    assert server.without_folders(f"{folder}-old") == f"{folder}-old"


def test_words_stay_as_they_are_where_a_folder_is_given_relative_to_where_the_server_runs(tmp_path, serve, monkeypatch):
    monkeypatch.chdir(tmp_path)
    serve(demo="./clips", b=".", c="dogs", library="library")
    words = "2 of the 3 clips stay (score 0.50). The dogs run. Index ./clips into the library dogs/1."
    assert server.without_folders(words) == words
    assert server.without_folders(f"{tmp_path}/clips/x, {tmp_path}.") == "the library 'demo'/x, the library 'b'."
    assert server.without_folders(f"{tmp_path / 'dogs'}") == "the library 'c'"


def test_errors_of_a_library_that_is_given_by_a_relative_path_name_no_folder(tmp_path, serve, monkeypatch):
    monkeypatch.chdir(tmp_path)
    serve(dogs="gone")
    given = {"messages": [("user", "a dog")], "library": "dogs"}
    said = served_chat().invoke(given, {"configurable": {"thread_id": "t"}})["messages"][-1].content
    assert "there is no library at the library 'dogs'" in said and str(tmp_path) not in said


def test_a_folder_is_found_in_a_uri_and_under_its_own_name(tmp_path, serve):
    (tmp_path / "my clips").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "my clips")
    serve(all=tmp_path, clips=tmp_path / "link")
    for path in (tmp_path / "link", tmp_path / "my clips"):
        assert server.without_folders(f"({path}/a.mp4)") == "(the library 'clips'/a.mp4)"
        assert server.without_folders(f"file://{quote(str(path))}/%FF.mp4") == "the library 'clips'/%FF.mp4"
    assert server.without_folders(f"{tmp_path}/other") == "the library 'all'/other"


def test_a_served_result_holds_the_names_of_files_without_their_folders(indexed, serve):
    serve(films=indexed)
    given = {"messages": [("user", "something moves")], "library": "films"}
    chunks = list(
        served_chat().stream(given, {"configurable": {"thread_id": "t"}}, stream_mode=["custom", "updates", "values"])
    )
    (found,) = chunks[-1][1]["result"]["results"]
    assert found["path"] == "square.mp4"
    with Library.open(indexed) as library:
        (known,) = library.ask("something moves").results
    assert known.path == str(indexed.parent / "square.mp4")  # who has the library has its files
    assert str(Path(known.path).parent) not in str(chunks)
