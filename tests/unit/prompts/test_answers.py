import json
from typing import Annotated

import pytest
from langchain_core.messages import AIMessage
from pydantic import BaseModel, ConfigDict, Field

from prompts import load
from prompts.answers import BadAnswerError, read_answer, repeats_example, was_refused


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str


class Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    score: Annotated[float, Field(ge=0, le=1)]
    parts: tuple[Part, ...] = ()
    args: dict[str, object] = {}


def read(text, **more):
    return read_answer(AIMessage(text, **more), Answer)


@pytest.mark.parametrize(
    "text",
    [
        '{"score": 0.25}',
        ' \n{"score": "0.25"}\n',
        '```json\n{"score": 0.25}\n```',
        'Here it is:\n```\n{"score": 0.25}\n```\nI hope that helps {really}.',
        'I would say {"score": 0.25} because of {that}.',
        'First {"score": 1}; no: {"score": 0.25}',
        '<think>maybe {"score": 1}?</think>\n{"score": 0.25}',
        'maybe {"score": 1}?</think>{"score": 0.25}',
        'The example {"score": 0.25} is not {"other": 1}',
        '{"score": 0.25, "parts": [{"name": "a"},], }',
        'So: ```json\n{"score": 0.25, "parts": [{"name": "a"}],}\n```',
    ],
)
def test_the_object_is_found_wherever_it_stands(text):
    assert read(text).value.score == 0.25


def test_the_arguments_of_a_tool_call_are_the_answer():
    call = {"name": "Answer", "args": {"score": 0.5}, "id": "1", "type": "tool_call"}
    assert read('ignored {"score": 1}', tool_calls=[call]).value.score == 0.5


def test_broken_arguments_of_a_tool_call_are_told():
    call = {"name": "Answer", "args": '{"score": ', "id": "1", "error": "", "type": "invalid_tool_call"}
    with pytest.raises(BadAnswerError, match="not one JSON object"):
        read("", invalid_tool_calls=[call])


@pytest.mark.parametrize("deep", [60, 300, 900])
def test_an_answer_that_is_nested_too_deep_is_no_answer(deep):
    args = {"any": 1}
    for _ in range(deep):
        args = {"a": args}
    call = {"name": "Answer", "args": {"score": 1, "args": args}, "id": "1", "type": "tool_call"}
    with pytest.raises(BadAnswerError, match="nested more than 50 deep"):
        read(json.dumps({"score": 1, "args": args}))
    with pytest.raises(BadAnswerError, match="nested more than 50 deep"):
        read("", tool_calls=[call])
    assert read('{"score": 1, "args": {"a": ' + "[" * 40 + "]" * 40 + "}}").value.args["a"]


def test_keys_that_no_schema_knows_are_counted_at_every_depth_and_free_ones_are_not():
    found = read('{"score": 1, "why": 1, "parts": [{"name": "a", "x": 1}, {"name": "b"}], "args": {"any": 1}}')
    assert found.dropped == 2
    assert found.value.args == {"any": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("I cannot tell.", "not one JSON object"),
        ('{"score": 0.', "not one JSON object"),
        ('<think>maybe {"score": 1}?</think> I cannot tell.', "not one JSON object"),
        ('{"score": NaN}', "not one JSON object"),
        ("[" * 100_000, "not one JSON object"),
        ('{"a":' * 3000, "not one JSON object"),
        ("[1, 2]", "does not fit the schema: the answer: Input should be"),
        ('{"score": 1.5}', "score: Input should be less than or equal to 1"),
        ('{"score": 1, "parts": [{}]}', r"parts\.0\.name: Field required"),
        ('{"parts": [{}, {}, {}]}', r"\(and 1 more\)"),
        ('{"score": 1, "args": {"a": "\\ud800"}}', "surrogate"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_for_the_model(text, says):
    with pytest.raises(BadAnswerError, match=says):
        read(text)


@pytest.mark.parametrize(
    "metadata", [{"finish_reason": "length"}, {"stop_reason": "max_tokens"}, {"done_reason": "length"}]
)
def test_an_answer_that_was_cut_off_must_be_shorter(metadata):
    with pytest.raises(BadAnswerError, match=r"cut off .* shorter"):
        read('{"score": 0.5, "parts": [', response_metadata=metadata)


def test_an_answer_that_was_whole_when_it_was_cut_off_is_taken():
    assert read('{"score": 0.5} and', response_metadata={"finish_reason": "length"}).value.score == 0.5


@pytest.mark.parametrize(
    "more",
    [
        {"response_metadata": {"finish_reason": "content_filter"}},
        {"response_metadata": {"stop_reason": "refusal"}},
        {"response_metadata": {"finish_reason": "SAFETY"}},
        {"additional_kwargs": {"refusal": "I will not."}},
    ],
)
def test_a_refusal_is_told_from_an_answer(more):
    assert was_refused(AIMessage("", **more))
    assert not was_refused(
        AIMessage("", response_metadata={"finish_reason": "stop"}, additional_kwargs={"refusal": None})
    )


@pytest.mark.parametrize("name", ["describe", "describe_instance", "describe_shot", "name_things", "recognise_action"])
def test_an_example_of_a_prompt_is_no_answer_to_it(name):
    shared = load(name).shared
    examples = [json.loads(line[line.index("{") :]) for line in shared.splitlines() if line.startswith("Example")]
    assert examples
    for example in examples:
        nothing = example.get("seen") is False
        assert repeats_example({**example, "confidence": 0.123}, shared) is not nothing
        assert not repeats_example({**example, "caption": "something else"}, shared)
