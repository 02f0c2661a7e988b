"""What comes of right and wrong answers of a model, and of what its server does not take: over real HTTP."""

import json
import logging

import pytest

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Meter
from agents.llm.transcript import Transcript
from tests.integration.model_asked import GOOD, Answer, ask, model_at
from tests.integration.model_server import body, completion, says, status, without_schema


def known_ids(answer):
    if wrong := set(answer.ids) - {"a", "b"}:
        raise ValueError(f"There is no {sorted(wrong)}: the ids are a, b.")


def last_said(request):
    return request["messages"][-1]["content"]


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


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")  # OpenAI's client writes the usage out
def test_usage_of_another_kind_ends_in_an_error_like_any_other(server, caplog):
    caplog.set_level(logging.DEBUG, "agents.llm.model")
    server.script(body(json.dumps(completion(GOOD) | {"usage": [1]}).encode()))
    with pytest.raises(ModelGaveUpError, match="what openai:m sent cannot be read"):
        ask(model_at(server))
    (where,) = [record for record in caplog.records if "Traceback" in record.getMessage()]
    assert where.levelno == logging.DEBUG


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
