"""``twinseek chat`` as a process: scripted by lines, killed between turns and in the middle of one, gone on with."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.dogs import DOGS, make_dogs
from tests.integration.model_server import hangs, says, serve

SECONDS = 90.0


@pytest.fixture(scope="module")
def dogs(tmp_path_factory) -> Path:
    return make_dogs(tmp_path_factory.mktemp("dogs"))


@pytest.fixture(scope="module")
def begun(dogs, tmp_path_factory) -> Path:
    """Return a library in which the conversation has a turn already."""
    library = shutil.copytree(dogs, tmp_path_factory.mktemp("begun") / "library")
    finish(library, "a black cat")
    return library


@pytest.fixture
def library(dogs, tmp_path) -> Path:
    """Return a copy in which nobody has spoken yet."""
    return shutil.copytree(dogs, tmp_path / "library")


@pytest.fixture
def spoken(begun, tmp_path) -> Path:
    """Return a copy in which the conversation goes on."""
    return shutil.copytree(begun, tmp_path / "library")


def start(library: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "twinseek", "chat", "--library", str(library), "--thread", "t", "--json", *options]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )


def send(process: subprocess.Popen, message: str) -> None:
    process.stdin.write(message + "\n")
    process.stdin.flush()


def finish(library: Path, *messages: str) -> tuple[list[dict], str]:
    """Send messages to a process that ends after them; return what it answered, and what it said on stderr."""
    process = start(library)
    out, said = process.communicate("".join(f"{message}\n" for message in messages), timeout=SECONDS)
    assert process.returncode == 0, said
    return [json.loads(line) for line in out.splitlines()], said


def test_lines_are_answered_by_one_object_each(library):
    answers, said = finish(
        library, DOGS, "", "only those where the dog is brown", "why is 1 above 2?", "show me the ninth", "Exit", DOGS
    )
    assert [answer["kind"] for answer in answers] == ["question", "refine", "why", "where"]
    assert [hit["video_id"] for hit in answers[1]["result"]["results"]] == ["alpha", "gamma"]
    assert answers[2]["result"] is None and "is above" in answers[2]["answer"]
    assert "no number 9" in answers[3]["answer"]
    assert said == ""


def test_a_conversation_that_was_killed_between_turns_goes_on(library):
    process = start(library)
    send(process, DOGS)
    first = json.loads(process.stdout.readline())
    process.kill()
    process.communicate()
    answers, said = finish(
        library, "show me where in the second one", "and the third?", "more like it", "back", "again"
    )
    second, third, alike, back, again = answers
    assert second["result"]["results"][0] == first["result"]["results"][1]
    assert [hit["rank"] for hit in third["result"]["results"]] == [3]
    assert alike["result"]["reference"] == third["result"]["results"][0]["video_id"]
    assert (
        back["result"]["ranking"]
        == again["result"]["ranking"]
        == [hit["video_id"] for hit in first["result"]["results"]]
    )
    assert "going on with 't': 1 turn" in said


def test_a_list_that_was_left_is_known_after_a_kill(spoken):
    process = start(spoken)
    for message in (DOGS, "without the second", "sort by name"):
        send(process, message)
        said = json.loads(process.stdout.readline())
    process.kill()
    process.communicate()
    (back, undone, asked), _ = finish(spoken, "back", "back", "what did I ask?")
    assert len(said["result"]["results"]) == len(back["result"]["results"]) == 3
    assert len(undone["result"]["results"]) == 4
    assert "(1) a black cat; (2) a dog waits by the door" in asked["answer"]


def test_an_answer_that_was_killed_while_it_was_searched_is_given_by_the_next_process(spoken):
    meant = says(json.dumps({"kind": "alike", "positions": [1], "text": "at night"}))
    kill_while_a_model_thinks(spoken, "some like it, only at night", meant)
    ((alike, cats), _) = finish(spoken, "back to the first list")
    assert (alike["kind"], alike["message"]) == ("alike", "some like it, only at night")
    assert {hit["video_id"] for hit in alike["result"]["results"]} == {"beta", "gamma"}
    assert cats["result"]["query"] == "a black cat"


def kill_while_a_model_thinks(library: Path, message: str, *replies) -> None:
    """Send a message and kill the process when its model has been asked once more than it answered."""
    with serve() as model:
        model.script(*replies, hangs())
        process = start(library, "--llm-url", model.url)
        send(process, message)
        deadline = time.monotonic() + SECONDS
        while len(model.requests) <= len(replies) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(model.requests) > len(replies), "the message never came as far as the model"
        process.kill()
        process.communicate()


def test_a_message_in_whose_reading_the_process_was_killed_is_answered_by_the_next(spoken):
    kill_while_a_model_thinks(spoken, "a dog waits by the door, please")
    answers, _ = finish(spoken, "show me the first")
    assert [answer["message"] for answer in answers] == ["a dog waits by the door, please", "show me the first"]
    assert [answer["result"]["results"][0]["video_id"] for answer in answers] == ["alpha", "alpha"]


def test_what_was_read_of_a_message_before_a_kill_is_not_read_again(spoken):
    meant = says(json.dumps({"kind": "question", "positions": [], "text": "a brown car"}))
    kill_while_a_model_thinks(spoken, "the thing with wheels, please", meant)
    ((answer,), _) = finish(spoken)
    assert answer["message"] == "the thing with wheels, please"
    assert answer["result"]["query"] == "a brown car"
    assert answer["result"]["results"][0]["video_id"] == "delta"


def test_the_chat_prints_what_ask_prints(library):
    done = subprocess.run(
        [sys.executable, "-m", "twinseek", "chat", "--library", str(library)],
        input=f"{DOGS}\nwhy is 1 above 2?\n",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    asked = twinseek("ask", DOGS, "--library", library)
    assert done.stdout.startswith(asked.stdout)
    assert done.stdout.splitlines()[-1].startswith("1 alpha (score")


def test_ask_within_looks_at_some_videos_only(library):
    done, wrong = in_turn(
        ("ask", DOGS, "--library", library, "--within", "delta", "--within", "bet", "--json"),
        ("ask", DOGS, "--library", library, "--within", "nobody"),
    )
    assert set(json.loads(done.stdout)["ranking"]) == {"beta", "delta"}
    assert wrong.returncode == 1 and "nobody" in wrong.stderr


def test_rules_load_no_language_model(library):
    code = (
        "import sys; from twinseek.cli import cli; "
        f"cli.main(['chat', '--library', {str(library)!r}], standalone_mode=False); "
        "print(sorted({'langchain', 'langchain_openai', 'openai', 'agents.llm.model'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=DOGS, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
