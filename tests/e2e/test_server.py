"""The served chat: the real development server on loopback, driven with the SDK."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("langgraph_api", reason="the development server is an extra: twinseek[serve]")
from langgraph_sdk import get_sync_client

from tests.e2e.dogs import make_dogs
from tests.e2e.served import served


@dataclass(frozen=True)
class Server:
    """Where a server is, and a thread and its state of another on the same library that was killed before."""

    url: str
    thread: str
    before: dict


@pytest.fixture(scope="module")
def restarted(tmp_path_factory) -> Iterator[Server]:
    """Start the server on a library, ask it, kill it, and start it again."""
    folder, thread = tmp_path_factory.mktemp("served"), str(uuid.uuid4())
    library = make_dogs(folder)
    with served(library, folder / "log", last=signal.SIGKILL) as url:
        before = say(url, thread, "a dog waits by the door")
    with served(library, folder / "again") as url:
        yield Server(url, thread, before)


@pytest.fixture
def server(restarted) -> str:
    """Return the address."""
    return restarted.url


def stream(url: str, question: object, **state):
    given = {"messages": [{"role": "user", "content": question}], **state}
    events, values = [], {}
    with get_sync_client(url=url) as client:
        for chunk in client.runs.stream(None, "twinseek", input=given, stream_mode=["custom", "values"]):
            if chunk.event == "custom":
                events.append(chunk.data)
            elif chunk.event == "values":
                values = chunk.data
            else:
                assert chunk.event != "error", chunk.data
    return events, values


def graph_health(url: str) -> subprocess.CompletedProcess:
    """Run the check of deploy/ that tells a server that answers questions from one that only listens."""
    script = Path(__file__).parents[2] / "deploy" / "health.py"
    return subprocess.run([sys.executable, script, "graph", url], capture_output=True, text=True, timeout=60)


def test_a_question_is_answered_with_a_result_and_progress_on_the_way(server):
    events, values = stream(server, "a dog that waits by the door")
    names = [event["event"] for event in events]
    assert names[:2] == ["started", "decomposed"]
    assert names.index("recalled") < names.index("inspected")
    assert values["result"]["ranking"][0] == "alpha"
    assert values["messages"][-1]["content"] == values["result"]["answer"]


def test_content_in_blocks_is_read_too(server):
    _, values = stream(server, [{"type": "text", "text": "a car by the door"}])
    assert values["result"]["ranking"][0] == "delta"


@pytest.mark.parametrize("name", ["/etc", "../library", "nobody's"])
def test_a_client_names_a_library_from_the_list_and_never_a_path(server, name):
    _, values = stream(server, "a dog", library=name)
    assert values["result"] is None
    assert "default" in values["messages"][-1]["content"]
    assert "library" not in values["messages"][-1]["content"].split("served")[1].replace("default", "")


def test_an_empty_message_is_answered_with_what_to_do(server):
    _, values = stream(server, "  ")
    assert "no question" in values["messages"][-1]["content"]


def test_questions_are_answered_side_by_side(server):
    from concurrent.futures import ThreadPoolExecutor

    questions = ["a cat by the door", "a car by the door"] * 3
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda question: stream(server, question)[1]["result"]["ranking"][0], questions))
    assert found == ["epsilon", "delta"] * 3


def say(url: str, thread: str, message: str) -> dict:
    """Send a message to a thread and return the last state that is streamed."""
    values: dict = {}
    given = {"messages": [{"role": "user", "content": message}]}
    with get_sync_client(url=url) as client:
        client.threads.create(thread_id=thread, if_exists="do_nothing")
        for chunk in client.runs.stream(thread, "twinseek", input=given, stream_mode="values"):
            assert chunk.event != "error", chunk.data
            values = chunk.data if chunk.event == "values" else values
    return values


def test_the_second_message_of_a_thread_refers_to_what_the_first_showed(server):
    thread = str(uuid.uuid4())
    first = say(server, thread, "something waits by the door")
    assert len(first["result"]["results"]) == 5
    second = say(server, thread, "only those where it is a car")
    assert [hit["video_id"] for hit in second["result"]["results"]] == ["delta"]
    assert len(second["messages"]) == 4
    why = say(server, str(uuid.uuid4()), "why is 1 above 2?")
    assert "Nothing has been shown yet" in why["messages"][-1]["content"]
    with get_sync_client(url=server) as client:
        kept = client.threads.get_state(thread)["values"]
    assert "result" not in kept and [turn["kind"] for turn in kept["turns"]] == ["question", "refine"]
    first_again = say(server, thread, "go back to the first list")
    assert first_again["result"]["ranking"] == [hit["video_id"] for hit in first["result"]["results"]]
    told = say(server, thread, "what happens in the first one?")
    name = first["result"]["results"][0]["video_id"]
    assert told["messages"][-1]["content"].startswith(f"1 {name}: 2.0 s. Seen: ")


def test_a_thread_outlives_a_server_that_was_killed(restarted):
    second = say(restarted.url, restarted.thread, "show me where in the second one")
    shown = restarted.before["result"]["results"]
    assert second["result"]["results"][0]["video_id"] == shown[1]["video_id"]
    assert len(second["messages"]) == 4


def test_its_health_check_runs_the_graph(server):
    assert (done := graph_health(server)).returncode == 0, done.stderr


def test_the_health_check_of_a_server_that_is_gone_fails():
    assert graph_health("http://127.0.0.1:9").returncode == 1
