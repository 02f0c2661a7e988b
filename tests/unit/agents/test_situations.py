"""Situations are found by likeness, with the real encoder: what is told in other words is read all the same."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.clauses import strip_asking, tokenise
from agents.rules_decomposer import RulesDecomposer
from agents.situations import GRAMMAR, situations
from agents.situations.model import model_key, read_model
from agents.situations.sentences import SPELLED, sentences, spell_out
from encoders.minilm import MiniLM
from evals.worlds.families import FAMILIES
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
    told: dict[str, str] = {}
    for one in sentences():
        assert told.setdefault(one.text, one.situation) == one.situation, one.text


def test_a_line_is_spelled_out_with_each_of_its_alternatives() -> None:
    assert spell_out("A (stops|halts)(| at once)") == spell_out("A (stops|halts)(| at once)")
    assert sorted(spell_out("A (stops|halts)(| at once)")) == [
        "A halts",
        "A halts at once",
        "A stops",
        "A stops at once",
    ]
    many = spell_out("A (a|b|c|d) (e|f|g|h) (i|j|k|l)")
    assert len(many) == SPELLED
    assert {word for text in many for word in text.split()} == set("Aabcdefghijkl")


def test_roles_are_told_in_reading_order() -> None:
    passive = next(one for one in sentences() if one.text == "something else is chased by something")
    assert (passive.situation, passive.roles) == ("pursuit", ("b", "a"))


def test_the_stored_model_is_that_of_the_sentences(encoder: TextEncoder) -> None:
    assert read_model(model_key(encoder)) is not None, "run python -m benchmarks.situations"


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


HELD_OUT = tomllib.loads(Path(__file__).with_name("held_out.toml").read_text("utf-8"))


def test_held_out_questions_are_mostly_recognised(decomposer: RulesDecomposer) -> None:
    asked = [(text, situation) for situation, texts in HELD_OUT.items() for text in texts]
    right = [likeliest(decomposer.decompose(text).sub_queries) == situation for text, situation in asked]
    assert sum(right) / len(asked) > 0.65  # half of them are, by the mean of the five nearest examples


def bare(text: str) -> str:
    """Return the words of a question or an example that do not stand for a thing."""
    words = " ".join(token.text for token in strip_asking(tokenise(re.sub(r"\{\w+\}", "something", text))))
    named = r"\b(something else|something|someone else|somebody|one|the other|it|a thing|another thing|a|the)\b"
    return " ".join(re.sub(r"[^a-z]+", " ", re.sub(named, "", words)).split())


def test_no_example_is_a_question_that_is_asked_in_a_benchmark() -> None:
    told = {bare(one.text) for one in sentences()}
    asked = [text for family in FAMILIES for ask in family.asks for text in ask.phrasings]
    assert [text for text in asked if bare(text) in told] == []
    assert [text for texts in HELD_OUT.values() for text in texts if bare(text) in told] == []
