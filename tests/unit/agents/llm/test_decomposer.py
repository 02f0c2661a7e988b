"""The model's decomposer: what it says becomes sub-queries that can be checked; rules are the floor."""

import re

import pytest

from agents.alike import RELATIONS as ALIKE
from agents.binding import ALLEN
from agents.camera import RELATION as CAMERA
from agents.evidence import SIDES
from agents.llm.calling import CallLimits
from agents.llm.decomposer import LlmDecomposer
from agents.llm.metering import Budget, Meter
from agents.llm.model import Model
from agents.rules_decomposer import RulesDecomposer
from benchmarks.scripted import ScriptedChat
from prompts import load
from twins.predicates import PREDICATES


def decompose(answer, query="who gives up the chase?", budget=None, labels=frozenset()):
    chat = ScriptedChat(script=lambda messages: answer)
    limits = CallLimits(attempts=2, backoff=0.0)
    model = Model(chat, "scripted", meter=Meter(budget), limits=limits)
    return LlmDecomposer(model, RulesDecomposer()).decompose(query, labels), chat


def part(name, **fields):
    return {"id": name, "text": f"part {name}", "kind": "action", **fields}


def test_parts_become_sub_queries_and_what_is_implied_is_searched_for():
    parts = [
        part("a", subject="dog", relation="follows", object="cat"),
        part("b", subject="dog", relation="stops", object="cat", negated=True, weight=7),
        part("c", subject="a", relation="before", object="b"),
    ]
    found, chat = decompose({"search": ["a dog runs after a cat"], "parts": parts, "thoughts": "hm"})
    first, second, third = found.sub_queries
    assert (first.id, first.relation, first.subject, first.object) == ("p1", "follows", "dog", "cat")
    assert (second.relation, second.object, second.negated, second.weight) == ("stops", None, True, 1.0)
    assert (third.relation, third.subject, third.object) == ("before", "p1", "p2")
    assert found.search == ("a dog runs after a cat",) and not found.warnings
    assert str(chat.asked[0][-1].content) == "Question: who gives up the chase?"


def test_all_that_can_be_checked_gets_through():
    parts = [
        part("a", subject="ball", relation="alike", object="other ball", negated=True),
        part("b", subject="ball", relation="left_of", object="frame"),
        part("c", subject="ball", relation="turns"),
        part("d", subject="c", relation="count", object="2 times"),
        part("e", subject="ball", relation="count", object=3),
    ]
    found, _ = decompose({"parts": parts})
    told = [(one.subject, one.relation, one.object) for one in found.sub_queries]
    assert told == [
        ("ball", "alike", "other ball"),
        ("ball", "left_of", "frame"),
        ("ball", "turns", None),
        ("p3", "count", "2 times"),
        ("ball", "count", "3"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        part("a", relation="alike", subject="ball"),
        part("a", relation="touching", subject="ball", object="frame"),
        part("a", relation="gives_up"),
        part("a", relation="before", subject="a", object="zz"),
        part("a", kind="mood"),
    ],
)
def test_what_cannot_be_checked_is_left_to_the_judge(wrong):
    found, _ = decompose({"parts": [wrong]})
    assert found.sub_queries[0].relation is None and found.sub_queries[0].text == "part a"


@pytest.mark.parametrize("answer", ["no idea", {"parts": []}, {"search": ["x"]}])
def test_rules_take_over_where_the_model_gives_up(answer):
    found, chat = decompose(answer, query="the red ball follows the dog")
    assert len(chat.asked) == 2
    assert [warning.code for warning in found.warnings] == ["llm_decomposer"]
    assert any(part.relation == "follows" for part in found.sub_queries)


def test_rules_take_over_where_the_budget_is_spent():
    found, chat = decompose({"parts": [part("a")]}, budget=Budget(calls=0))
    assert not chat.asked and found.warnings[0].code == "llm_decomposer" and found.sub_queries


def test_an_endless_question_is_cut_and_an_endless_answer_too():
    found, chat = decompose({"parts": [part(str(n)) for n in range(99)], "search": ["s"] * 99}, query="why " * 9999)
    assert len(str(chat.asked[0][-1].content)) < 2100
    assert len(found.sub_queries) == 12 and len(found.search) == 4


def test_the_prompt_lists_every_predicate_and_no_other():
    text = load("decompose").shared
    alone = re.search(r"Predicates of one thing: (.*)", text)[1].replace("(the camera)", "").split()
    pairs = re.search(r"Predicates of two: (.*)", text)[1].split()
    assert sorted(alone) == sorted(name for name, predicate in PREDICATES.items() if predicate.arity == 1)
    assert sorted(pairs) == sorted(name for name, predicate in PREDICATES.items() if predicate.arity == 2)


def test_the_prompt_tells_every_other_relation_of_a_part():
    text = load("decompose").shared
    assert all(re.search(rf"\b{relation}\b", text) for relation in (*ALLEN, "count", CAMERA, *ALIKE))
    sides = re.search(r"\"frame\" for a side of the picture \((.*?)\)", text)[1]
    assert all(side in sides for side in SIDES)


def test_rules_that_take_over_read_what_things_are_called():
    found, _ = decompose({}, query="a stop sign", budget=Budget(calls=0), labels=frozenset({"stop sign"}))
    assert {part.relation for part in found.sub_queries} == {None}
