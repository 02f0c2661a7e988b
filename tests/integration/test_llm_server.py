"""What comes of every way in which a model's server can misbehave: over real HTTP, through OpenAI's own client."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Budget, BudgetSpentError, Meter
from agents.llm.model import Model
from agents.llm.transcript import Transcript
from tests.integration.model_server import (
    body,
    completion,
    dropped,
    hangs,
    says,
    serve,
    status,
    trickles,
    without_schema,
)
from twinseek.models import load_model

GOOD = '{"score": 0.5, "ids": ["a"]}'
ASKED = [SystemMessage("Answer in JSON."), HumanMessage("Which?")]
LIMITS = CallLimits(attempts=3, timeout=5.0, seconds=10.0, completion_tokens=100, backoff=0.02)


class Answer(BaseModel):
    """A score and ids."""

    model_config = ConfigDict(extra="ignore")

    score: Annotated[float, Field(ge=0, le=1)]
    ids: tuple[str, ...] = ()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serve() as running:
        yield running


def model_at(server, limits=LIMITS, budget=None, transcript=None):
    chat = load_model("openai:m", server.url, limits.timeout)
    return Model(chat, "openai:m", meter=Meter(budget), transcript=transcript, limits=limits)


def ask(model, **more):
    return model.answer(ASKED, Answer, purpose="test", **more)


def known_ids(answer):
    if wrong := set(answer.ids) - {"a", "b"}:
        raise ValueError(f"There is no {sorted(wrong)}: the ids are a, b.")


def last_said(request):
    return request["messages"][-1]["content"]


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def test_a_good_answer_takes_one_request_by_schema_at_temperature_0(server):
    server.script(says(GOOD))
    model = model_at(server)
    assert ask(model) == Answer(score=0.5, ids=("a",))
    [request] = server.requests
    schema = request["response_format"]["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {"score", "ids"}
    assert request["temperature"] == 0
    assert request["max_completion_tokens"] == 100
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    cost = model.meter.cost()
    assert (cost.llm_calls, cost.prompt_tokens, cost.completion_tokens, model.meter.estimated) == (1, 30, 7, False)


# The line and the server


def test_a_busy_server_is_asked_again_after_the_seconds_that_it_says(server):
    server.script(status(429, retry_after="1"), says(GOOD))
    model = model_at(server)
    assert ask(model).score == 0.5
    assert len(server.requests) == 2
    assert 0.99 <= server.times[1] - server.times[0] <= 4
    assert model.meter.cost().llm_calls == 2
    assert model.meter.cost().prompt_tokens == 30


def test_a_busy_server_is_asked_again_at_the_time_that_it_says(server):
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    server.script(status(429, retry_after=format_datetime(at, usegmt=True)), says(GOOD))
    assert ask(model_at(server)).score == 0.5
    assert len(server.requests) == 2
    assert -0.01 <= server.times[1] - at.timestamp() <= 3


@pytest.mark.parametrize(
    ("reply", "says_what"),
    [
        (status(429), r"busy \(429, asked 3 times\): lower llm.max_concurrency"),
        (status(500, "CUDA error"), r"status 500, asked 3 times.*CUDA error"),
        (status(503), "status 503"),
        (dropped(), r"cannot be reached \(asked 3 times\)"),
        (body(b'{"id": "c", "choices": [{"ind'), r"no chat model's server \(asked 3 times\): check the base URL"),
        (body(b"<html>hello</html>", "text/html"), "no chat model's server .*<html>hello"),
        (body(b'{"choices": null}'), "no chat model's server"),
        (body(b'{"choices": []}'), "no chat model's server"),
        (body(b'{"error": {"message": "overloaded"}}'), "no chat model's server .*overloaded"),
    ],
    ids=["429", "500", "503", "dropped", "cut body", "html", "null choices", "no choices", "error with 200"],
)
def test_a_server_that_fails_for_ever_is_given_up_after_three_requests(server, reply, says_what):
    server.script(reply)
    model, began = model_at(server), time.monotonic()
    with pytest.raises(ModelGaveUpError, match=says_what):
        ask(model)
    assert len(server.requests) == 3
    assert time.monotonic() - began < 5
    assert model.meter.cost().llm_calls == 3
    assert model.meter.cost().prompt_tokens == 0


@pytest.mark.parametrize(
    "reply", [status(500), dropped(), body(b"{"), status(408)], ids=["500", "dropped", "cut", "408"]
)
def test_a_server_that_fails_once_is_asked_again(server, reply):
    server.script(reply, says(GOOD))
    assert ask(model_at(server)).score == 0.5
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [hangs(), trickles()], ids=["silent", "trickling"])
def test_a_request_that_takes_too_long_is_left_and_made_again(server, reply):
    server.script(reply, says(GOOD))
    began = time.monotonic()
    assert ask(model_at(server, CallLimits(attempts=2, timeout=0.5, seconds=20, backoff=0.02))).score == 0.5
    assert len(server.requests) == 2
    assert 0.5 <= time.monotonic() - began < 5


def test_a_server_that_hangs_for_ever_is_given_up_in_time(server):
    server.script(hangs())
    model, began = model_at(server, CallLimits(attempts=3, timeout=5, seconds=0.8, backoff=0.02)), time.monotonic()
    with pytest.raises(ModelGaveUpError, match=r"did not answer in time \(asked once\)"):
        ask(model)
    assert 0.7 <= time.monotonic() - began < 4
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", [lambda: "3600", lambda: http_date(3600)], ids=["seconds", "date"])
def test_a_wait_beyond_the_deadline_is_not_waited(server, wait):
    server.script(status(429, retry_after=wait()))
    began = time.monotonic()
    with pytest.raises(ModelGaveUpError, match=r"asks to wait 3[56]\d\d s, longer than the 10 s left"):
        ask(model_at(server))
    assert len(server.requests) == 1
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("code", "says_what"),
    [(401, r"refuses the key \(401\)"), (403, r"refuses the key \(403\)"), (404, "twinseek doctor says which it has")],
)
def test_what_no_other_try_can_change_is_given_up_at_once(server, code, says_what):
    server.script(status(code, "the model `m` does not exist"))
    with pytest.raises(ModelGaveUpError, match=says_what):
        ask(model_at(server))
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_named(server):
    model = model_at(server)
    server.shutdown()
    server.server_close()
    for _ in range(2):  # the second time without asking
        with pytest.raises(ModelGaveUpError, match=r"cannot be reached \(asked 3 times\)"):
            ask(model)
    assert model.meter.cost().llm_calls == 3
    with pytest.raises(ModelGaveUpError):
        ask(other := model.with_meter(Meter()))  # the next query tries anew
    assert other.meter.cost().llm_calls == 3


def test_a_line_that_broke_once_is_tried_again_by_the_next_request(server):
    server.script(dropped(), dropped(), dropped(), says(GOOD))
    model = model_at(server)
    with pytest.raises(ModelGaveUpError, match="cannot be reached"):
        ask(model)
    assert ask(model).score == 0.5


# The answer


@pytest.mark.parametrize(
    "text",
    [f"I think: {GOOD} is right.", f"```json\n{GOOD}\n```", f"<think>so</think>\n{GOOD}"],
    ids=["prose around", "fenced", "thoughts before"],
)
def test_an_answer_in_wrappings_is_taken_as_it_is(server, text):
    server.script(says(text))
    assert ask(model_at(server)) == Answer(score=0.5, ids=("a",))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (says('{"score": 0.5, "ids": ["a"'), "not one JSON object"),
        (says('{"score": 0.5, "ids": ["a"', "length"), "cut off"),
        (says("I do not know."), "not one JSON object"),
        (says(""), "empty"),
        (says(None), "empty"),
        (says('{"score": 7}'), "score: Input should be less than or equal to 1"),
        (says('{"score": 0.5, "ids": ["z"]}'), "There is no ['z']: the ids are a, b."),
    ],
    ids=["cut JSON", "length", "no JSON", "empty", "null", "schema", "wrong ids"],
)
def test_a_wrong_answer_is_shown_again_with_what_was_wrong(server, reply, told):
    server.script(reply, says(GOOD))
    model = model_at(server)
    assert ask(model, check=known_ids) == Answer(score=0.5, ids=("a",))
    first, second = server.requests
    assert second["messages"][:2] == first["messages"]
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "user"]
    assert second["messages"][2]["content"]
    assert told in last_said(second)
    cost = model.meter.cost()
    assert (cost.llm_calls, cost.prompt_tokens, cost.completion_tokens) == (2, 60, 14)


def test_a_model_that_never_learns_is_given_up_with_what_was_wrong(server):
    server.script(says('{"score": 0.5, "ids": ["z"]}'))
    with pytest.raises(ModelGaveUpError, match=r"no usable answer \(test, asked 3 times.*There is no \['z'\]"):
        ask(model_at(server), check=known_ids)
    assert len(server.requests) == 3


@pytest.mark.parametrize("reply", [says("", "content_filter"), says(None, refusal="No.")], ids=["filter", "refusal"])
def test_a_refusal_is_not_argued_with(server, reply):
    server.script(reply)
    with pytest.raises(ModelGaveUpError, match="refuses to answer"):
        ask(model_at(server))
    assert len(server.requests) == 1


def test_missing_usage_is_estimated_and_marked(server):
    server.script(says(GOOD, usage=False))
    model = model_at(server)
    ask(model)
    assert model.meter.estimated
    assert 5 <= model.meter.cost().prompt_tokens <= 40
    assert 5 <= model.meter.cost().completion_tokens <= 40


def test_keys_that_the_schema_does_not_know_are_dropped_and_counted(server, tmp_path):
    server.script(says('{"score": 1, "mood": "good"}'))
    model = model_at(server, transcript=Transcript(tmp_path / "trace"))
    assert ask(model) == Answer(score=1)
    assert json.loads((tmp_path / "trace").read_text())["dropped_keys"] == 1


def test_usage_of_another_kind_ends_in_an_error_like_any_other(server):
    server.script(body(json.dumps(completion(GOOD) | {"usage": [1]}).encode()))
    with pytest.raises(ModelGaveUpError, match="what openai:m sent cannot be read"):
        ask(model_at(server))


# What a server does not take


@pytest.mark.parametrize("code", [400, 422, 501])
def test_a_server_without_schemas_is_asked_without_and_that_is_remembered(server, code):
    server.script(without_schema(says(GOOD), status(code, "response_format is not supported")))
    limits = CallLimits(attempts=1, timeout=5, seconds=10)
    model = model_at(server, limits)
    assert ask(model).score == 0.5
    assert ["response_format" in request for request in server.requests] == [True, False]
    assert ask(model.with_meter(Meter())).score == 0.5
    assert ["response_format" in request for request in server.requests] == [True, False, False]


def test_a_request_that_is_refused_without_a_schema_too_is_given_up_and_nothing_is_remembered(server):
    server.script(status(400, "the prompt is too long"))
    model = model_at(server)
    with pytest.raises(ModelGaveUpError, match=r"refuses the request \(status 400\).*the prompt is too long"):
        ask(model)
    assert ["response_format" in request for request in server.requests] == [True, False]
    server.script(says(GOOD))
    ask(model)
    assert "response_format" in server.requests[-1]


def test_a_model_that_takes_no_temperature_is_asked_without(server):
    refusal = status(400, "Unsupported value: 'temperature' does not support 0 with this model")
    server.script(refusal, says(GOOD))
    model = model_at(server)
    assert ask(model).score == 0.5
    assert ask(model).score == 0.5
    assert ["temperature" in request for request in server.requests] == [True, False, False]
    assert all("response_format" in request for request in server.requests)


# Budgets


def test_no_request_is_made_that_the_budget_does_not_hold(server):
    server.script(says(GOOD))
    for budget in (Budget(tokens=100), Budget(calls=0), Budget(seconds=0)):
        with pytest.raises((BudgetSpentError, ModelGaveUpError)):
            ask(model_at(server, budget=budget))
    assert server.requests == []


def test_queries_side_by_side_stay_within_a_shared_budget(server):
    server.script(says(GOOD))
    model = model_at(server, budget=Budget(calls=5))

    def one(_):
        try:
            return ask(model).score
        except BudgetSpentError:
            return None

    with ThreadPoolExecutor(8) as pool:
        scores = list(pool.map(one, range(12)))
    assert scores.count(0.5) == len(server.requests) == model.meter.cost().llm_calls == 5


def test_every_query_has_its_own_counts(server):
    server.script(says(GOOD))
    model = model_at(server)
    ask(model)
    other = model.with_meter(Meter())
    ask(other)
    ask(other)
    assert (model.meter.cost().llm_calls, other.meter.cost().llm_calls) == (1, 2)


# The transcript


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


def test_requests_that_were_left_do_not_keep_the_program(server):
    server.script(hangs())
    with pytest.raises(ModelGaveUpError):
        ask(model_at(server, CallLimits(attempts=1, timeout=0.2, seconds=5)))
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "model request")
