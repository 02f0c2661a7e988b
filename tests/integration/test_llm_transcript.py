"""What is written down of the requests to a model."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.transcript import Transcript
from tests.integration.model_asked import GOOD, ask, model_at
from tests.integration.model_server import dropped, hangs, says, status


def test_every_request_is_written_down_with_what_was_wrong_and_without_secrets(server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-key")
    server.script(status(401, "wrong key: sk-very-secret-key"), says("sk-very-secret-key"), says(GOOD))
    path = tmp_path / "new" / "trace.jsonl"
    model = model_at(server, transcript=Transcript(path))
    with pytest.raises(ModelGaveUpError, match=r"wrong key: \[secret\]"):
        ask(model)
    ask(model, video_id="v-1", prompt="judge 3")
    assert "very-secret" not in path.read_text()
    refused, wrong, right = [json.loads(line) for line in path.read_text().splitlines()]
    assert "401" in refused["problem"]
    assert refused["answer"] is None
    assert "not one JSON object" in wrong["problem"]
    assert right["problem"] is None
    assert (right["purpose"], right["video_id"], right["model"], right["prompt"]) == (
        "test",
        "v-1",
        "openai:m",
        "judge 3",
    )
    assert [message["role"] for message in right["messages"]] == ["system", "human", "ai", "human"]
    assert right["answer"]["content"] == GOOD
    assert right["answer"]["usage"]["input_tokens"] == 30
    assert right["seconds"] > 0


@pytest.mark.parametrize("reply", [status(500, "broken"), dropped(), hangs()], ids=["500", "dropped", "silent"])
def test_every_request_that_failed_has_a_line_of_its_own(server, tmp_path, reply):
    server.script(reply)
    path = tmp_path / "trace.jsonl"
    limits = CallLimits(attempts=3, timeout=0.5, seconds=10.0, completion_tokens=100, backoff=0.02)
    model = model_at(server, limits, transcript=Transcript(path))
    for _ in range(2):
        with pytest.raises(ModelGaveUpError):
            ask(model)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == len(server.requests) == 6
    assert all(line["problem"] and line["answer"] is None for line in lines)


def test_threads_never_tear_a_line(server, tmp_path):
    server.script(says(GOOD))
    model = model_at(server, transcript=Transcript(tmp_path / "trace.jsonl"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(model), range(24)))
    lines = (tmp_path / "trace.jsonl").read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 24
