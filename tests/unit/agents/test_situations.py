"""Situations are found by likeness, with the real encoder: what is told in other words is read all the same."""

from collections.abc import Sequence

import numpy as np
import pytest

from agents.rules_decomposer import RulesDecomposer
from agents.situations import GRAMMAR, VECTORS, examples, situations, vectors_key
from encoders.minilm import MiniLM
from twins.predicates import PREDICATES
from twins.protocols import TextEncoder
from twins.queries import SubQuery


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return MiniLM()


@pytest.fixture(scope="module")
def decomposer(encoder: TextEncoder) -> RulesDecomposer:
    return RulesDecomposer(encoder)


def likeliest(sub_queries: Sequence[SubQuery]) -> str | None:
    told = [part for part in sub_queries if part.reading not in (None, GRAMMAR)]
    return max(told, key=lambda part: part.weight).reading if told else None


def test_every_situation_asks_only_what_can_be_measured() -> None:
    for situation in situations().values():
        for step in situation.steps:
            assert step.relation in PREDICATES, situation.name
            assert len(step.roles) == PREDICATES[step.relation].arity, situation.name
        assert all(max(first, second) < len(situation.steps) for _, first, second in situation.order)


def test_no_sentence_tells_of_two_situations() -> None:
    texts = [example.text for example in examples()]
    assert len(set(texts)) == len(texts)


def test_stored_vectors_are_those_of_the_sentences(encoder: TextEncoder) -> None:
    with np.load(VECTORS) as stored:
        assert str(stored["key"]) == vectors_key(encoder), "run agents.situations.write_vectors(MiniLM())"


@pytest.mark.parametrize(
    ("question", "situation"),
    [
        ("after a long flight the runaway is taken prisoner", "capture"),
        ("the one at the rear snatches the lead from the one in front", "overtaking"),
        ("a comet that keeps flying round a star", "orbit"),
        ("something dives behind a curtain and never shows its face again", "hiding_for_good"),
        ("a thing pops into the world out of empty space", "materialising"),
    ],
)
def test_a_happening_told_in_other_words_is_recognised(
    decomposer: RulesDecomposer, question: str, situation: str
) -> None:
    assert likeliest(decomposer.decompose(question).sub_queries) == situation


@pytest.mark.parametrize(
    "question", ["a woman stirs soup in a pot", "someone repairs the chain of a bicycle", "two dogs sleep on a sofa"]
)
def test_everyday_life_is_not_forced_into_a_situation(decomposer: RulesDecomposer, question: str) -> None:
    told = [part for part in decomposer.decompose(question).sub_queries if part.reading not in (None, GRAMMAR)]
    assert sum({part.reading: part.weight for part in told}.values()) < 0.5


def test_described_things_take_the_roles_in_which_they_are_named(decomposer: RulesDecomposer) -> None:
    parts = decomposer.decompose("the red ball is hunted down by the blue box").sub_queries
    follows = next(part for part in parts if part.relation == "follows" and part.reading not in (None, GRAMMAR))
    assert (follows.subject, follows.object) == ("blue box", "red ball")


def test_without_an_encoder_only_grammar_reads() -> None:
    parts = RulesDecomposer().decompose("a comet that keeps flying round a star").sub_queries
    assert all(part.reading is None for part in parts)
