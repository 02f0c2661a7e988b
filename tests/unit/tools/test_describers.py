"""What a describer may take and return beside phrases: times of frames, names of things, a chat model."""

import time

import numpy as np
import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from tools import plugged
from tools.describers import PluggedDescriber
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.schema import Provenance


class Teller:
    def describe(self, images, boxes):
        return {"": ["a stage"]}


class Timed:
    def describe(self, images, boxes, seconds):
        return {"": [f"from {seconds[0]} to {seconds[-1]}"]}

    def names(self, images):
        return [f"{len(images)} Dogs", "cat", "Cat", "", "x" * 99, "a\u202eb"]

    def chat(self, identity):
        return FakeListChatModel(responses=[identity])


def opened(plugin, weights=None) -> PluggedDescriber:
    provenance = Provenance(specialist="teller", version="3", weights=weights)
    return PluggedDescriber("teller", {}, "cpu", provenance).with_plugin(plugin)


@pytest.fixture
def frames():
    return [Frame(frame_index=n, seconds=0.5 * n, image=np.zeros((4, 6, 3), np.uint8)) for n in (1, 2)]


def test_times_are_told_to_a_describer_that_takes_them(frames):
    assert opened(Timed()).describe(frames, [{}, {}])[""][0].text == "from 0.5 to 1.0"
    assert opened(Teller()).describe(frames, [{}, {}])[""][0].text == "a stage"


def test_names_are_words_in_lower_case_each_once(frames):
    assert opened(Timed()).names(frames) == ["2 dogs", "cat", "a b"]
    assert not opened(Teller()).suggests
    wrong = Timed()
    wrong.names = lambda images: "dog"
    with pytest.raises(TwinseekError, match="the plugin teller returned 'dog' for names of things"):
        opened(wrong).names(frames)


def test_a_chat_model_is_told_by_what_its_findings_are_recognised():
    assert opened(Timed(), "abc").chat().invoke("?").text == "teller-abc"
    assert opened(Timed()).chat().invoke("?").text == "teller-3"
    with pytest.raises(TwinseekError, match=r"the plugin teller has no chat\(identity\)"):
        opened(Teller()).chat()
    wrong = Timed()
    wrong.chat = lambda identity: 3
    with pytest.raises(TwinseekError, match="the plugin teller returned 3 for a LangChain chat model"):
        opened(wrong).chat()


def test_a_describer_has_more_time_the_more_things_there_are(frames, monkeypatch):
    monkeypatch.setattr(plugged, "FRAME_SECONDS", 0.1)
    slow = Teller()
    slow.describe = lambda images, boxes: (time.sleep(0.45), {})[1]
    assert opened(slow).describe(frames, [{f"t{n}": (0, 0, 1, 1) for n in range(6)}, {}]) == {}
    with pytest.raises(TwinseekError, match=r"gave no answer within 0\.3 s"):
        opened(slow).describe(frames, [{}, {}])
