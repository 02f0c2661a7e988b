"""What a served chat tells of a server's machine: no folders."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graphs.chat import build_chat_graph
from tests.e2e.dogs import DOGS, make_dogs
from twinseek import server
from twinseek.chatting import LibraryDesk
from twinseek.library import Library


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Serve a library, as a server that has just been started."""
    folder = make_dogs(tmp_path)
    monkeypatch.setenv("TWINSEEK_LIBRARIES", f'{{"dogs": "{folder}"}}')
    server._folders.cache_clear()
    server.served_library.cache_clear()
    yield folder
    server._folders.cache_clear()
    server.served_library.cache_clear()


def test_errors_name_the_library_and_no_folder_of_the_server(folder):
    graph = build_chat_graph(LibraryDesk(server.served_library), InMemorySaver(), private=server.without_folders)

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
