"""Weights of the describer as the model that tools show pictures to: one load, one budget, no server."""

import base64

import cv2
import numpy as np
import pytest
import torch
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from graphs.tool_calls import ToolRunner, run_call
from tests.checkpoints import qwen_vl as checkpoint
from tests.e2e.films import write_squares
from tests.integration.forced import force
from tests.integration.test_qwen_vl import answer, pixels
from tests.plugins import install_built_in
from tools import pretrained, qwen_weights
from tools.pretrained import Weights
from tools.qwen_chat import LocalChat
from tools.qwen_weights import loaded
from tools.weights import weights_digest
from twins.errors import TwinseekError
from twins.queries import ToolCall
from twinseek.library import Library
from twinseek.models import load_model
from twinseek.settings import LlmSettings

SEEN = '{"seen": true, "statement": "the square is a red stamp", "confidence": 0.8}'
DONE = '{"actions": [{"statement": "a red square overtakes", "first": 1, "last": 2, "confidence": 0.9}]}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return checkpoint.build(tmp_path_factory.mktemp("weights") / "qwen3_vl", "qwen3_vl")


@pytest.fixture
def loads(monkeypatch):
    """Return a list of the loads that are made."""
    made, load = [], qwen_weights._load
    monkeypatch.setattr(pretrained, "_PLACES", {})
    monkeypatch.setattr(qwen_weights, "_load", lambda weights: made.append(weights) or load(weights))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield made
    torch.set_num_threads(threads)


@pytest.fixture
def opened(tmp_path, monkeypatch, folder, loads):
    """Return a function that opens a library whose profile names the describer, or only its weights."""
    install_built_in(tmp_path, monkeypatch)

    def opened(place, **index):
        plugins = {"qwen_vl": {"weights": str(folder)}}
        return Library.open(place, create=True, index={"text": False, **index}, plugins=plugins)

    return opened


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Return a library of one clip that nobody has described."""
    folder = tmp_path_factory.mktemp("indexed")
    with Library.open(folder / "library", create=True, index={"text": False}) as library:
        library.index([write_squares(folder / "squares.mp4")], jobs=1)
    return folder / "library"


def say(prompt: str) -> str:
    if "answer one question" in prompt:
        return SEEN
    return DONE if "say what is done in them" in prompt else answer(prompt)


def call(library, models, tool, **args):
    toolbox = library.gallery._toolbox(models)
    runner = ToolRunner(library.store, toolbox, library.gallery.read)
    return run_call(ToolCall(tool=tool, args=args), library.video_ids()[0], runner)


def test_tools_look_through_the_weights_that_described_the_clip(opened, folder, loads, tmp_path):
    heard = force(loaded(Weights(folder)), say)
    library = opened(tmp_path / "library", describer="qwen_vl")
    library.index([write_squares(tmp_path / "squares.mp4")], jobs=1)
    described = heard.calls
    models = library.gallery.models_for(LlmSettings(see="local:qwen_vl", judge="none", decompose="none"))
    red = next(t.id for t in library.twin(library.video_ids()[0]).tracks if any("red" in a.text for a in t.attributes))
    found = call(library, models, "describe", question="what is it?", instance=red)
    assert found.text == "the square is a red stamp"
    assert heard.calls == described + 1
    assert len(loads) == 1
    crops, processor = pixels(heard.inputs[-1], "pixel_values", 16), loaded(Weights(folder)).processor.image_processor
    expected = (np.array((230, 40, 40)) / 255 - np.array(processor.image_mean)) / np.array(processor.image_std)
    assert np.median(crops, axis=(0, 2)) == pytest.approx(expected, abs=0.2)
    cost = models.see.meter.cost()
    assert cost.llm_calls == 1
    assert cost.prompt_tokens == int(heard.inputs[-1]["attention_mask"].sum())
    assert cost.completion_tokens == len(loaded(Weights(folder)).processor.tokenizer(SEEN)["input_ids"]) + 1
    assert not models.see.meter.estimated
    assert "a red square overtakes" in call(library, models, "recognise_action").text
    assert models.see.meter.cost().llm_calls == 2
    tool = library.gallery._toolbox(models).tools["describe"]
    assert tool.weights == f"qwen_vl-{weights_digest(folder)}"


def test_a_budget_that_is_spent_ends_what_is_seen_here_too(opened, indexed, folder):
    heard, library = force(loaded(Weights(folder)), lambda prompt: "x" * 200 + say(prompt)), opened(indexed)
    models = library.gallery.models_for(
        LlmSettings(see="local:qwen_vl", judge="none", decompose="none", calls=2, completion_tokens=64)
    )
    first, second = (call(library, models, "describe", question=text) for text in ("what is it?", "and then?"))
    assert heard.calls == 2  # what cannot be read is asked once more
    assert "gave no answer that can be read" in first.text  # 64 tokens do not suffice
    assert "all 2 model calls of this query are spent" in second.text


def test_the_describer_of_a_profile_sees_and_where_it_cannot_be_used_nobody_does_with_a_word(
    opened, indexed, folder, tmp_path, caplog, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    force(loaded(Weights(folder)), say)
    settings = LlmSettings(see="describer", judge="openai:scripted", decompose="none")
    library = opened(indexed, describer="qwen_vl")
    assert call(library, library.gallery.models_for(settings), "describe", question="what?").text.startswith(
        "the square"
    )
    broken = Library.open(
        indexed, index={"describer": "qwen_vl"}, plugins={"qwen_vl": {"weights": str(tmp_path / "gone")}}
    )
    for _ in range(2):
        models = broken.gallery.models_for(settings)
        assert models.see is None and models.judge is not None
    (said,) = [text for text in caplog.messages if "cannot show pictures" in text]
    assert str(tmp_path / "gone") in said


@pytest.fixture
def chat(folder, loads):
    return LocalChat(lambda: loaded(Weights(folder)), model_name="here")


def test_messages_reach_the_model_in_their_order_and_answers_end_where_they_are_told_to(chat, folder):
    heard = force(loaded(Weights(folder)), lambda prompt: "yes. And more.")
    said = chat.invoke([SystemMessage("Be short."), HumanMessage("A dog?"), AIMessage("No."), HumanMessage("A cat?")])
    assert said.text == "yes. And more."
    assert said.usage_metadata["input_tokens"] == int(heard.inputs[0]["attention_mask"].sum())
    turns = ["system\nBe short.", "user\nA dog?", "assistant\nNo.", "user\nA cat?"]
    assert heard.rows[0] == "".join(f"<|im_start|>{turn}<|im_end|>\n" for turn in turns) + "<|im_start|>assistant\n"
    assert chat.invoke("A cat?", stop=["."]).text == "yes"
    short = chat.model_copy(update={"max_tokens": 3}).invoke("A cat?")
    assert short.usage_metadata["output_tokens"] == 3
    assert short.response_metadata["finish_reason"] == "length"


def test_what_is_no_text_and_no_picture_is_refused_and_nothing_is_fetched(chat):
    broken = base64.b64encode(b"no picture").decode()
    whole = base64.b64encode(cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes()).decode()
    for block, says in (
        ({"type": "image", "base64": broken, "mime_type": "image/png"}, "cannot be read"),
        ({"type": "image", "base64": whole[:-9] + "!", "mime_type": "image/png"}, "cannot be read"),
        ({"type": "image", "url": "http://localhost/dog.png"}, "takes text and pictures in base64, not image"),
        ({"type": "audio", "base64": broken, "mime_type": "audio/wav"}, "not audio"),
    ):
        with pytest.raises(TwinseekError, match=says):
            chat.invoke([HumanMessage(content=[block])])


def test_a_local_model_that_cannot_be_opened_says_why(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    with pytest.raises(TwinseekError, match="no plugin describes things by the name of 'nobody'"):
        load_model("local:nobody")
    with pytest.raises(TwinseekError, match=r"the plugin qwen_vl .*cannot be used: .*set either weights"):
        load_model("local:qwen_vl")
    served = load_model("local:qwen_vl", plugins={"qwen_vl": {"base_url": "http://localhost:1/v1", "model": "eyes"}})
    assert served.model_name == "eyes"
    assert served.max_retries == 0


def test_weights_that_cannot_be_loaded_are_told_to_who_called_the_tool(opened, indexed, folder, monkeypatch):
    library = opened(indexed)
    models = library.gallery.models_for(LlmSettings(see="local:qwen_vl", judge="none", decompose="none"))

    def gone(weights):
        raise TwinseekError(f"{weights.folder} cannot be loaded")

    monkeypatch.setattr(qwen_weights, "_load", gone)
    assert f"{folder} cannot be loaded" in call(library, models, "describe", question="what is it?").text
