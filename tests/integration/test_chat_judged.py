"""Follow-ups where a model judges: what it says without evidence, and what it is asked for at all."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agents.llm.calling import CallLimits
from agents.llm.metering import Meter
from agents.llm.model import Model
from benchmarks.scripted import ScriptedChat, prompt_of
from tests.e2e.dogs import DOGS
from twinseek.conversation import Conversation
from twinseek.library import Library

DOG = {"claim": "a dog", "part": "p1", "predicate": "category", "value": "dog", "instances": ["1"]}
TOLD = {"claim": "somebody has told of a dog", "part": "p1"}


@pytest.fixture
def talk(described_dogs, monkeypatch):
    """Return a conversation in which a function of (kind of prompt, its text) answers, and what was asked for."""
    with Library.open(described_dogs) as library:

        def made(answer):
            def script(messages):
                kind = prompt_of(messages) if "conversation" not in str(messages[0].content) else "chat"
                asked.append(kind)
                if kind == "decompose":
                    part = {"id": "p1", "text": "a dog", "kind": "object", "subject": "dog"}
                    return {"search": ["a dog"], "parts": [part]}
                if kind == "tie_break":
                    return {"order": ["A", "B", "C", "D"]}
                return answer(kind, str(messages[-1].content))

            asked = []
            model = Model(ScriptedChat(script=script), "scripted", meter=Meter(), limits=CallLimits(1, backoff=0.0))
            monkeypatch.setattr(library.gallery.open_models, "load", lambda spec, llm: model)
            return Conversation(library, "t", InMemorySaver(), {"model": "openai:scripted"}), asked

        yield made


def shown(answer):
    return [hit.video_id for hit in answer.result.results]


def test_what_is_only_judged_to_meet_a_condition_leaves_the_list_too_and_that_is_said(talk):
    def answer(kind, text):
        if kind == "chat":
            return {"kind": "drop", "positions": [], "text": "a dog is seen"}
        if "car" in text or "kitchen" in text:
            return {"score": 0.0 if asked.count("chat") else 0.9, "claims": []}
        return {"score": 0.9, "claims": [TOLD if "white" in text else DOG]}

    conversation, asked = talk(answer)
    first = conversation.say(DOGS)
    assert len(shown(first)) == 5
    left = conversation.say("I want to see no dogs here")
    assert set(shown(left)) == {"delta", "epsilon"}
    assert "Left out on the word of a description alone, and verified of none: beta." in left.text
    assert asked.count("tie_break") == 1  # of the question: who leaves a list is not compared


def test_what_the_model_answers_of_a_video_is_told_though_it_cannot_be_checked(talk):
    under = {"claim": "the dog looks at the bell", "part": "p1", "span": [0.5, 1.5]}

    def answer(kind, text):
        if kind == "chat":
            return {"kind": "about", "positions": [2], "text": "is the dog looking at the bell"}
        return {"score": score, "claims": [under], "spans": [[0.5, 1.5]]}

    score = 0.9
    conversation, asked = talk(answer)
    conversation.say(DOGS)
    said = conversation.say("does it look at the bell?")
    name = said.result.results[0].video_id
    assert said.text == f"2 {name}: not checked: the dog looks at the bell (0:00.5-0:01.5)."
    score = 0.1
    unfit = conversation.say("does it look at the bell?")
    assert "nothing that could be checked answers" in unfit.text
    assert asked.count("tie_break") == 1


@pytest.mark.parametrize(("kind", "text"), [("alike", "at night"), ("refine", "a dog"), ("drop", "a dog")])
def test_no_model_compares_what_another_order_is_for(talk, kind, text):
    def answer(prompt, said):
        if prompt == "chat":
            return {"kind": kind, "positions": [car] if kind == "alike" else [], "text": text}
        return {"score": 0.9 if not asked.count("chat") or "brown" in said else 0.2, "claims": [DOG]}

    conversation, asked = talk(answer)
    car = shown(conversation.say(DOGS)).index("delta") + 1
    assert asked.count("tie_break") == 1
    said = conversation.say("and now as I like it")
    assert (said.kind, asked.count("tie_break")) == (kind, 1) and said.result.results
