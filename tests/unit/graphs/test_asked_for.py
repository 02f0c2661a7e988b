"""What a question denies takes no part in recall, in whatever form it is said."""

import pytest

from agents.rules_decomposer import RulesDecomposer
from graphs.context import RetrieveContext, RetrieveOptions
from graphs.recall import Recalled, asked_for
from graphs.retrieve import build_retrieve_graph
from twins.queries import Decomposition, SubQuery


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("the red ball moves", "the red ball moves"),
        ("the red ball moves but doesn't touch the blue box", "the red ball moves but"),
        ("A ball rolls, without hitting the box!", "a ball rolls , !"),
        ("nobody moves", "nobody moves"),
        ("something does not move", "something does not move"),
        ("the ball does not move", "the ball"),
        ("a dog that does not bark chases a cat", "a dog that chases a cat"),
        ("a man without a hat walks", "a man walks"),
        ("a man walks without a dog chasing the cat", "a man walks"),
        ("no ball touches the box that a dog carries", "the box that a dog carries"),
        ("the ball moves and does not touch the one with stripes", "the ball moves and"),
        ("the ball enters but is never touched by the red box", "the ball enters but"),
        ("the children don't play while two balls roll", "the children while two balls roll"),
        ("the ball doesn't touch the box that is red", "the ball the box that is red"),
        ("the ball rolls past the box without touching it", "the ball rolls past the box"),
        ("two balls, all red, do not stop", "two balls , all red ,"),
    ],
)
def test_denials_are_cut(question: str, asked: str) -> None:
    assert asked_for(RulesDecomposer().decompose(question)) == asked


def test_recall_is_told_what_a_question_denies_and_the_result_is_not() -> None:
    asked = []

    def recall(decomposition: Decomposition) -> Recalled:
        asked.append(asked_for(decomposition))
        return Recalled([])

    context = RetrieveContext(
        store=None,
        read=None,
        decomposer=RulesDecomposer(),
        judge=None,
        recall=recall,
        diagnose=None,
        options=RetrieveOptions(top=1, candidates=1),
    )
    question = {"query": "the red ball moves but doesn't touch the blue box", "verdicts": [], "warnings": []}
    state = build_retrieve_graph().invoke(question, context=context)
    assert asked == ["the red ball moves but"]
    assert all(SubQuery.model_validate(part) and "denied" not in part for part in state["sub_queries"])
