"""Whatever tools ask of a model that sees is counted, bounded, repeated and written down like all else."""

import json

import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import HumanMessage
from langchain_core.tools import ToolException
from pydantic import BaseModel

from agents.llm.seeing import SeeingChat, seeing_with
from graphs.tool_calls import ToolRunner, run_call
from tests.integration.model_server import says, serve, status
from tests.plugins import install_built_in
from twins.queries import ToolCall
from twinseek.settings import LlmSettings

KEY = "sk-very-secret-key"
SEEN = says('{"seen": true, "statement": "the square is a red stamp", "confidence": 0.8}')


@pytest.fixture
def server(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve("eyes") as running:
        yield running


@pytest.fixture
def models(library, server, tmp_path):
    """Return the models of another question, with what it may spend."""

    def models(**budget):
        llm = LlmSettings(see="openai:eyes", base_url=server.url, trace=tmp_path / "trace", judge="none", **budget)
        return library.gallery.models_for(llm.model_copy(update={"decompose": "none"}))

    return models


def describe(library, models, question):
    return call_of(library, models, "describe", question=question)


def call_of(library, models, tool, **args):
    toolbox = library.gallery._toolbox(models)
    call = ToolCall(tool=tool, args=args)
    return run_call(call, library.video_ids()[0], ToolRunner(library.store, toolbox, library.gallery.read))


def lines(tmp_path):
    return [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]


def test_looks_are_counted_and_refused_when_a_questions_calls_are_spent(library, server, models, tmp_path):
    server.script(SEEN)
    first, second = models(calls=3), models(calls=3)
    found = [describe(library, first, f"what is it, for the {n}th time?").text for n in range(5)]
    assert len(server.requests) == first.see.meter.cost().llm_calls == 3
    assert first.see.meter.cost().prompt_tokens == 90
    assert ["red stamp" in text for text in found] == [True, True, True, False, False]
    assert "all 3 model calls of this query are spent" in found[3]
    assert [line["purpose"] for line in lines(tmp_path)] == ["see"] * 5  # what was refused is written down too
    assert server.requests[0]["max_completion_tokens"] == 2048
    describe(library, second, "and for another question?")
    assert (first.see.meter.cost().llm_calls, second.see.meter.cost().llm_calls) == (3, 1)


def test_tools_are_built_once_for_all_questions(library, server, models):
    first, second = (library.gallery._toolbox(models()).tools["describe"].tool for _ in range(2))
    assert first.tool is second.tool


def test_a_busy_server_is_asked_again_for_a_look_too(library, server, models, tmp_path):
    server.script(status(429, retry_after="0"), SEEN)
    assert "red stamp" in describe(library, models(), "busy?").text
    assert ["429" in str(line["problem"]) for line in lines(tmp_path)] == [True, False]


def test_a_key_that_a_server_repeats_reaches_nobody(library, server, models, tmp_path, caplog):
    caplog.set_level("DEBUG", logger="graphs")
    server.script(status(401, f"wrong key: {KEY}"))
    finding = describe(library, models(), "secret?")
    assert "wrong key: [secret]" in finding.text
    assert KEY not in finding.model_dump_json() + (tmp_path / "trace").read_text() + caplog.text
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("tool", "reply", "root", "fields"),
    [
        ("describe", SEEN, "SeenAnswer", {"seen", "statement", "confidence"}),
        ("recognise_action", says('{"actions": []}'), "ActionsAnswer", {"actions"}),
    ],
)
def test_a_look_asks_for_its_answer_by_schema(library, server, models, tool, reply, root, fields):
    server.script(reply)
    call_of(library, models(), tool, question="what is it?")
    (request,) = server.requests
    assert request["response_format"]["type"] == "json_schema"
    described = request["response_format"]["json_schema"]
    assert (described["name"], set(described["schema"]["properties"])) == (root, fields)
    assert set(described["schema"]["required"]) == fields and described["schema"]["additionalProperties"] is False
    assert "tools" not in request


def test_a_server_that_takes_no_schema_is_asked_once_more_without_and_then_always(library, server, models):
    server.script(status(400, "response_format is not supported"), SEEN)
    shared = models()
    assert "red stamp" in describe(library, shared, "what is it?").text
    assert ["response_format" in request for request in server.requests] == [True, False]
    assert "red stamp" in describe(library, shared, "and now?").text
    assert ["response_format" in request for request in server.requests] == [True, False, False]
    assert shared.see.meter.cost().llm_calls == 3


class Sight(BaseModel):
    """What is seen."""

    text: str


def test_a_plugin_gets_a_chat_model_that_answers_by_schema(server, models):
    server.script(says('{"text": "a dog", "more": 1}'), says("a dog"))
    see = models().see
    chat = SeeingChat(see.chat)
    with seeing_with(see):
        assert chat.with_structured_output(Sight).invoke("What?") == Sight(text="a dog")
        with pytest.raises(OutputParserException, match="not one JSON object"):
            chat.with_structured_output(Sight).invoke("What?")
        raw = chat.with_structured_output(Sight, include_raw=True).invoke("What?")
    assert (raw["raw"].text, raw["parsed"]) == ("a dog", None) and "not one JSON" in str(raw["parsing_error"])
    assert [request["response_format"]["json_schema"]["name"] for request in server.requests] == ["Sight"] * 3
    assert see.meter.cost().llm_calls == 3


def test_a_plugin_gets_a_chat_model_that_binds_tools(server, models):
    call = {"id": "1", "type": "function", "function": {"name": "Sight", "arguments": '{"text": "a dog"}'}}
    server.script(says(None, tool_calls=[call]))
    see = models().see
    chat = SeeingChat(see.chat)
    with seeing_with(see):
        bound = chat.bind_tools([Sight])
        assert bound.invoke("What?").tool_calls[0]["args"] == {"text": "a dog"}
        assert chat.batch(["What?", "Where?"])[1].tool_calls[0]["args"] == {"text": "a dog"}
        described = chat.with_structured_output(Sight.model_json_schema()).invoke("What?")
        assert described == {"text": "a dog"}
        chat.invoke([HumanMessage("What?")], stop=["."])
    assert server.requests[0]["tools"][0]["function"]["name"] == "Sight"
    assert server.requests[-1]["stop"] == ["."]
    assert see.meter.cost().llm_calls == 5
    assert chat.model_name == "eyes"


def test_nothing_can_be_shown_outside_a_call(server, models):
    with pytest.raises(ToolException, match="only while a tool is called"):
        SeeingChat(models().see.chat).invoke("What?")
    assert server.requests == []
