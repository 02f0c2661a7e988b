"""The comparison of videos that were judged alike, as models of any size answer it."""

import pytest

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Meter
from agents.llm.model import Model
from agents.llm.tie_break import Contender, LlmTieBreak
from benchmarks.scripted import ScriptedChat

VIDEOS = [Contender(f"v{number}", 0.8, ()) for number in range(3)]


def ordered(answer):
    chat = ScriptedChat(script=lambda messages: {"order": answer})
    model = Model(chat, "scripted", meter=Meter(), limits=CallLimits(attempts=2, backoff=0.0))
    return LlmTieBreak(model).order("which?", VIDEOS)


@pytest.mark.parametrize("answer", [["C", "A", "B"], ["Video C", "video a", " B."]])
def test_videos_go_by_their_letters(answer):
    assert ordered(answer) == ["v2", "v0", "v1"]


@pytest.mark.parametrize("answer", [["C"], ["C", "A", "C"], ["D", "C", "A", "B"]])
def test_whom_an_order_leaves_out_comes_after_whom_it_names(answer):
    assert ordered(answer) == ["v2", "v0", "v1"]


@pytest.mark.parametrize("answer", [["D"], []])
def test_an_order_that_is_none_is_no_answer(answer):
    with pytest.raises(ModelGaveUpError, match="each of A, B, C once"):
        ordered(answer)
