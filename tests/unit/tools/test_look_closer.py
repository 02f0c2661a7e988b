"""Where the tool looks, and what it makes of what it is shown, on pictures of one colour."""

import numpy as np
import pytest
from langchain_core.tools import ToolException

from agents.llm.judge import tools_text
from tools import look_closer
from tools.context import ToolContext
from twins.protocols import ToolOffer

GREY, RED = (np.full((40, 40, 3), colour, np.uint8) for colour in (128, (220, 20, 20)))
TWIN = {"duration": 4.0, "tracks": [{"id": "t1", "category": "object", "first_seen": 1.0, "last_seen": 3.0}]}


def build(frames):
    def boxes(video_id, instance, seconds):
        return [(0, 0, 40, 40)] * len(seconds)

    return look_closer.build(ToolContext(1, frames, lambda video_id: TWIN, lambda *_: {}, boxes, *[None] * 3))


def look(frames, **args):
    call = {"type": "tool_call", "id": "1", "name": "look_closer", "args": {"video_id": "v", **args}}
    return build(frames).invoke(call)


@pytest.fixture
def asked_for():
    """The moments at which a tool looks."""
    return []


@pytest.fixture
def frames(asked_for):
    def frames(video_id, seconds, max_frames):
        asked_for.extend(seconds)
        return list(seconds), [GREY] * len(seconds)

    return frames


@pytest.mark.parametrize(
    ("args", "first", "last"),
    [
        ({}, 0.0, 4.0),
        ({"start": 2.0}, 2.0, 4.0),
        ({"end": 2.0}, 0.0, 2.0),
        ({"start": 3.0, "end": 9.0}, 3.0, 4.0),
        ({"instance": "t1"}, 1.0, 3.0),
        ({"instance": "t1", "start": 2.0}, 2.0, 3.0),
        ({"instance": "t1", "end": 2.0}, 1.0, 2.0),
        ({"instance": "t1", "start": 0.0, "end": 4.0}, 0.0, 4.0),
    ],
)
def test_an_end_that_is_left_open_is_that_of_the_instance_or_of_the_clip(args, first, last, frames, asked_for):
    look(frames, **args)
    half = (last - first) / len(asked_for) / 2
    assert (asked_for[0] - half, asked_for[-1] + half) == pytest.approx((first, last))


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({"start": 4.0}, "the video ends at 4.0 s: name a start before that, not 4.0."),
        ({"start": 10.0, "end": 12.0}, "the video ends at 4.0 s: name a start before that, not 10.0."),
        ({"instance": "t1", "start": 3.5}, "t1 is seen from 1.0 to 3.0 s: name a start before its end"),
        ({"instance": "t1", "end": 0.5}, "t1 is seen from 1.0 to 3.0 s: name a start before its end"),
        ({"end": -1.0}, "the video lasts from 0.0 to 4.0 s: name a start before its end"),
        ({"start": 2.0, "end": 2.0}, "start must be before end, not 2.0 and 2.0."),
    ],
)
def test_a_span_in_which_nothing_can_be_seen_is_refused(args, says, frames, asked_for):
    with pytest.raises(ToolException, match=says):
        look(frames, **args)
    assert asked_for == []


def test_nothing_is_shown_is_told_without_an_instance_that_was_not_named():
    with pytest.raises(ToolException, match=r"^what is seen in that span is not known"):
        look(lambda *_, **__: ([], []))


def test_what_is_shown_in_another_order_or_twice_makes_spans_that_run_forward_all_the_same():
    shown = [(3.9, RED), (0.5, GREY), (2.1, RED), (0.5, GREY), (1.0, RED)]
    message = look(lambda *_, **__: tuple(map(list, zip(*shown, strict=True))))
    moods = [fact for fact in message.artifact if fact["kind"] == "scene"]
    assert {fact["text"]: fact["span"] for fact in moods} == {
        "the picture is mostly grey": [0.5, 1.0],
        "the picture is mostly red": [1.0, pytest.approx(4.0)],
    }
    assert message.content.startswith("the picture from 0.5 to 3.9 s")


def test_the_sentence_that_a_judge_is_shown_says_that_no_instance_need_be_named():
    tool = build(lambda *_: ([], []))
    told = tools_text([ToolOffer(name=tool.name, description=tool.description, parameters=tool.args)])
    assert "or of the whole picture." in told
