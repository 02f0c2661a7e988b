"""``twinseek ask`` with a model's server: two options, checked answers, what was found out is kept."""

import json
import re

import pytest

from benchmarks.scripted import prompt_of
from tests.e2e.command_line import twinseek
from tests.integration.clips import FOLLOWS, chase, put
from tests.integration.model_server import completion, send, serve
from twinseek.library import Library

PART = {
    "id": "a",
    "text": FOLLOWS,
    "kind": "action",
    "subject": "blue thing",
    "relation": "follows",
    "object": "red one",
}
CLAIM = {"claim": "2 follows 1", "part": "p1", "predicate": "follows", "instances": ["2", "1"]}
CALL = {"tool": "measure", "args": {"predicate": "follows", "instances": ["2", "1"]}}


class Message:
    def __init__(self, content):
        self.content = content


def reader(handler, body):
    """Answer as somebody would who reads the prompts: looks first, claims only what is measured."""
    messages = [message["content"] for message in body["messages"]]
    kind, text = prompt_of([Message(messages[0])]), messages[-1]
    if kind == "decompose":
        said = {"search": ["a blue thing runs after a red one"], "parts": [PART]}
    elif kind == "tie_break":
        said = {"order": sorted(re.findall(r"^Video ([A-Z]),", text, re.MULTILINE))}
    elif "measure(" in text and "measure {" not in text:
        said = {"missing": ["whether it follows"], "calls": [CALL]}
    elif "follows(2,1)" in text:
        said = {"score": 0.9, "claims": [CLAIM], "instances": ["2"], "spans": [[0, 4]]}
    else:
        said = {"score": 0.1, "claims": [{**CLAIM, "negated": True}], "instances": []}
    send(handler, 200, completion(json.dumps(said)))


@pytest.fixture
def folder(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
    return tmp_path / "library"


def test_two_options_are_enough_and_what_was_found_is_kept(folder, tmp_path):
    trace = tmp_path / "trace.jsonl"
    with serve("little") as server:
        server.script(reader)
        asked = ("ask", FOLLOWS, "--library", folder, "--llm", "openai:little", "--llm-url", server.url, "--json")
        first = twinseek(*asked, "--trace", trace)
        calls = len(server.requests)
        second = twinseek(*asked)
    assert first.returncode == 0, first.stderr
    result = json.loads(first.stdout)
    assert (result["strategy"], result["ranking"][0]) == ("llm", "right")
    assert result["models"]["judge"].startswith("openai:little judge-")
    best = result["results"][0]
    assert best["status"] == "verified" and [line["check"] for line in best["trace"]] == ["verified"]
    cost = result["cost"]
    assert cost["llm_calls"] == calls == cost["prompt_tokens"] / 30 == cost["completion_tokens"] / 7
    assert cost["tool_calls"] == 2
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert len(lines) == calls and {line["purpose"] for line in lines} >= {"decompose", "judge"}
    again = json.loads(second.stdout)
    assert again["cost"]["tool_calls"] == 0 and again["ranking"][0] == "right"
    with Library.open(folder) as library:
        (kept,) = library.store.observations("right")
        assert kept.tool == "measure" and ("right", kept.key) in library.gallery.index.parts()


def test_a_server_that_is_gone_leaves_the_rules_and_says_so(folder):
    with serve("little") as server:
        gone = server.url
    done = twinseek("ask", FOLLOWS, "--library", folder, "--llm", "openai:little", "--llm-url", gone, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["ranking"][0] == "right" and result["results"][0]["status"] == "verified"
    assert result["cost"]["llm_calls"] == 3  # the tries of the first request: who is not there is not asked again
    (told,) = (w["text"] for w in result["warnings"] if w["code"] not in ("no_labels", "not_looked_for"))
    assert told.startswith("no model judged a single video, this is the rules' answer: the model's server cannot be")
