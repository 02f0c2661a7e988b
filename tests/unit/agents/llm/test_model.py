import gc
import hashlib
import json
import logging
import weakref
from base64 import b64encode
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel, ConfigDict, Field, SecretStr, create_model

from agents.llm.asking import CAPS, MOST_MADE, Asking, Terms
from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Budget, BudgetSpentError, Meter
from agents.llm.model import REPEATED, Model, _complaint
from agents.llm.transcript import Transcript
from prompts.answers import json_schema
from twins.errors import TwinseekError

ASKED = [SystemMessage("Answer."), HumanMessage("Which?")]
LIMITS = CallLimits(backoff=0.001)


class Scripted(BaseChatModel):
    """Says what it is given, in turn, and keeps what it was told."""

    replies: list[Any]
    told: list[Any] = Field(default_factory=list)
    key: SecretStr = SecretStr("none")

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        self.told.append((messages, kwargs))
        reply = self.replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        message = reply if isinstance(reply, AIMessage) else AIMessage(reply)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Calling(Scripted):
    """Its provider's way to answer by schema is a call, as Anthropic's is."""

    def bind_tools(self, tools, **kwargs):
        return self.bind(tools=tools, **kwargs)


class Inner(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    args: dict[str, object] = {}


class Answer(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="ignore")

    score: float
    parts: tuple[Inner, ...] = ()


def scripted(*replies, kind=Scripted, budget=None, transcript=None, **more):
    chat = kind(replies=list(replies), **more)
    return chat, Model(chat, "scripted", meter=Meter(budget), transcript=transcript, limits=LIMITS)


def test_a_model_without_schemas_is_asked_in_words():
    chat, model = scripted('{"score": 0.5}')
    assert model.answer(ASKED, Answer, purpose="test").score == 0.5
    assert chat.told[0][0] == ASKED


def test_a_provider_whose_way_is_a_tool_call_is_asked_by_one():
    call = {"name": "Answer", "args": {"score": 0.5}, "id": "1", "type": "tool_call"}
    chat, model = scripted(AIMessage("", tool_calls=[call]), kind=Calling)
    assert model.answer(ASKED, Answer, purpose="test").score == 0.5
    [tool] = chat.told[0][1]["tools"]
    assert tool["title"] == "Answer"


def test_a_wrong_call_is_shown_again_as_plain_text():
    call = {"name": "Answer", "args": {"score": "high"}, "id": "1", "type": "tool_call"}
    chat, model = scripted(AIMessage("", tool_calls=[call]), '{"score": 1}', kind=Calling)
    assert model.answer(ASKED, Answer, purpose="test").score == 1
    *_, shown, complaint = chat.told[1][0]
    assert (shown.content, shown.tool_calls) == ('{"score": "high"}', [])
    assert "score: Input should be a valid number" in complaint.content


def test_a_long_wrong_answer_is_shown_again_in_part():
    chat, model = scripted("x" * 50_000, '{"score": 1}')
    model.answer(ASKED, Answer, purpose="test")
    assert len(chat.told[1][0][2].content) <= REPEATED + 2


def test_the_callers_messages_stay_as_they_were():
    asked = list(ASKED)
    scripted("wrong", '{"score": 1}')[1].answer(asked, Answer, purpose="test")
    assert asked == ASKED


def test_a_check_that_never_passes_ends_in_an_error_with_its_sentence():
    def check(answer):
        raise ValueError("The score must be even.")

    chat, model = scripted(*['{"score": 1}'] * 3)
    with pytest.raises(ModelGaveUpError, match=r"scripted gave no usable answer \(judge, asked 3 times.*must be even"):
        model.answer(ASKED, Answer, purpose="judge", check=check)
    assert len(chat.told) == 3


def test_asking_again_stops_where_the_budget_ends():
    chat, model = scripted("wrong", "wrong", budget=Budget(calls=2))
    with pytest.raises(BudgetSpentError):
        model.answer(ASKED, Answer, purpose="test")
    assert len(chat.told) == 2


def test_a_failed_request_gives_its_tokens_back():
    chat, model = scripted(ConnectionError("reset"), '{"score": 1}', budget=Budget(tokens=2100))
    model.answer(ASKED, Answer, purpose="test")
    assert len(chat.told) == 2  # 2048 tokens are spoken for by each


def test_a_fault_in_a_providers_package_ends_one_answer_and_is_logged_whole_but_for_the_key(caplog):
    caplog.set_level(logging.DEBUG)
    _, model = scripted(AttributeError("a fault at abcd-efgh-ijkl"), key=SecretStr("abcd-efgh-ijkl"))
    with pytest.raises(ModelGaveUpError, match=r"cannot be read \(AttributeError: a fault at \[secret\]\)") as raised:
        model.answer(ASKED, Answer, purpose="test")
    assert "Traceback" in caplog.text and "in _generate" in caplog.text
    assert "abcd-efgh" not in caplog.text + "".join(format_exception(raised.value))


def test_the_beginning_of_a_key_at_the_end_of_a_cut_message_is_taken_out():
    _, model = scripted(AttributeError("x" * 290 + "abcd-efgh-ijkl"), key=SecretStr("abcd-efgh-ijkl"))
    with pytest.raises(ModelGaveUpError, match=r"x\[secret\]…"):
        model.answer(ASKED, Answer, purpose="test")


def test_a_full_disk_ends_the_transcript_and_no_answer(tmp_path, monkeypatch, caplog):
    _, model = scripted(*['{"score": 1}'] * 3, transcript=Transcript(tmp_path / "trace"))

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    for _ in range(2):
        assert model.answer(ASKED, Answer, purpose="test").score == 1
    monkeypatch.undo()
    model.answer(ASKED, Answer, purpose="test")
    assert caplog.text.count("No space left on device") == 1
    assert (tmp_path / "trace").read_text() == ""


def test_an_answer_that_is_nested_without_end_is_told_and_written_down_as_that(tmp_path):
    args = {"score": 1}
    for _ in range(3000):
        args = {"args": args}
    call = {"name": "Answer", "args": args, "id": "1", "type": "tool_call"}
    transcript = Transcript(tmp_path / "trace")
    assert _complaint(AIMessage("", tool_calls=[call]), "Flatter.")[0].content == "(empty)"
    transcript.write({}, ASKED, AIMessage("", tool_calls=[call]))
    assert json.loads((tmp_path / "trace").read_text())["answer"] == "nested too deep to be written down"


@pytest.mark.parametrize("name", CAPS)
def test_an_answer_is_bounded_by_whatever_name_a_model_has_for_it(name):
    capped = create_model("Capped", __base__=Scripted, **{name: (int | None, None)})
    asked = Asking(capped(replies=[]))._runnable(None, 77, Terms())
    assert getattr(asked, name) == 77


def test_schemas_are_closed_and_free_dictionaries_stay_free():
    schema = json_schema(Answer)
    assert (schema["title"], schema["description"], schema["additionalProperties"]) == ("Answer", "An answer.", False)
    inner = schema["$defs"]["Inner"]
    assert inner["additionalProperties"] is False
    assert inner["properties"]["args"]["additionalProperties"] is True


@pytest.mark.parametrize(
    "block",
    [
        lambda data: {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        lambda data: {"type": "image", "base64": data, "mime_type": "image/png"},
        lambda data: {"type": "image", "source": {"type": "base64", "data": data}},
    ],
    ids=["openai", "langchain", "anthropic"],
)
def test_a_picture_is_written_down_as_its_size_and_hash(tmp_path, block):
    picture = bytes(range(256)) * 40
    encoded = b64encode(picture).decode()
    _, model = scripted('{"score": 1}', transcript=Transcript(tmp_path / "trace"))
    asked = [HumanMessage([{"type": "text", "text": "What is this?"}, block(encoded)])]
    model.answer(asked, Answer, purpose="see")
    written = (tmp_path / "trace").read_text()
    assert encoded[:100] not in written
    assert hashlib.sha256(picture).hexdigest() in written
    assert '"bytes": 10240' in written
    assert "What is this?" in written


@pytest.mark.parametrize(
    ("key", "written"),
    [("abcd-efgh-ijkl", "the key is [secret], not none"), ("none", "the key is abcd-efgh-ijkl, not none")],
    ids=["key", "placeholder"],
)
def test_a_key_is_never_written_down_and_a_placeholder_maims_nothing(tmp_path, key, written):
    path = tmp_path / "trace"
    _, model = scripted('{"score": 1}', transcript=Transcript(path), key=SecretStr(key))
    model.answer([HumanMessage("the key is abcd-efgh-ijkl, not none")], Answer, purpose="test")
    assert json.loads(path.read_text())["messages"][0]["content"] == written


def test_half_a_surrogate_pair_can_be_written_down(tmp_path):
    _, model = scripted("\ud800", '{"score": 1}', transcript=Transcript(tmp_path / "trace"))
    model.answer(ASKED, Answer, purpose="test")
    assert len([json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]) == 2


def test_a_transcript_that_cannot_be_written_is_refused_at_once(tmp_path):
    with pytest.raises(TwinseekError, match="name another file"):
        Transcript(tmp_path)


def test_a_provider_that_builds_its_own_chain_is_asked_for_the_raw_answer():
    class Chained(Scripted):
        def with_structured_output(self, schema, *, include_raw=False, **kwargs):
            return RunnableLambda(lambda told: {"raw": self.invoke(told)} if include_raw else {"score": 0})

    _, model = scripted('{"score": 0.5}', kind=Chained)
    assert model.answer(ASKED, Answer, purpose="test").score == 0.5


def test_a_schema_that_is_made_anew_each_call_is_not_kept_for_ever():
    asking = Asking(Calling(replies=["{}"] * (MOST_MADE + 1)))
    first = create_model("Answer", seen=(bool, ...))
    kept = weakref.ref(first)
    asking.ask(ASKED, first, 100, Terms())
    del first
    for _ in range(MOST_MADE):
        asking.ask(ASKED, create_model("Answer", seen=(bool, ...)), 100, Terms())
    gc.collect()
    assert kept() is None
