"""What a question denies is never told as if it were said, by whatever situation the other words remind of."""

import pytest

from agents.clauses import tokenise
from agents.negations import affirmed_words, denials, unsaid, without_denials
from agents.rules_decomposer import RulesDecomposer
from agents.unsought import unsought
from encoders.minilm import MiniLM


@pytest.fixture(scope="module")
def decomposer() -> RulesDecomposer:
    return RulesDecomposer(MiniLM())


@pytest.mark.parametrize(
    ("question", "relation"),
    [
        ("nobody is chased", "follows"),
        ("no ball is overtaken", "overtakes"),
        ("nothing flees", "follows"),
        ("nobody is chased by the red ball", "follows"),
        ("a race without a change of lead", "overtakes"),
        ("something goes behind a wall but does not come out on the far side", "reappears"),
        ("a shape loops around next to another without going round it", "circles"),
        ("it does not come back", "turns"),
        ("it fails to catch it", "follows"),
        ("the square never meets the bar", "approaches"),
        ("they stay apart the whole time", "parts_from"),
    ],
)
def test_nothing_is_demanded_that_only_denied_words_say(
    decomposer: RulesDecomposer, question: str, relation: str
) -> None:
    parts = decomposer.decompose(question).sub_queries
    assert not [part for part in parts if part.relation == relation and not part.negated]


def test_who_is_said_to_be_missing_takes_part_in_nothing(decomposer: RulesDecomposer) -> None:
    parts = decomposer.decompose("a chase with no black thing").sub_queries
    assert [(part.subject, part.object) for part in parts if part.relation == "count"] == [("black thing", "0")]
    assert all("black thing" not in (part.subject, part.object) for part in parts if part.relation == "follows")
    assert any(part.relation == "follows" for part in parts)


def test_no_situation_denies_what_a_question_says(decomposer: RulesDecomposer) -> None:
    parts = decomposer.decompose("the ball disappears in the middle and comes back later").sub_queries
    assert {part.negated for part in parts if part.relation == "reappears"} == {False}


@pytest.mark.parametrize(
    ("question", "relation"),
    [
        ("one runs after the other but never catches it", "follows"),
        ("it goes behind a wall and never comes out again", "hides_behind"),
        ("something comes up out of thin air, it does not come in from the side", "appears"),
    ],
)
def test_a_denial_that_a_situation_heard_leaves_it(decomposer: RulesDecomposer, question: str, relation: str) -> None:
    parts = decomposer.decompose(question).sub_queries
    assert any(part.relation == relation and part.reading not in (None, "grammar") for part in parts)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("something goes behind a wall but does not come out on the far side", {"far"}),
        ("a chase without a bark", {"bark"}),
        ("they go their way and never in step", {"never", "step"}),
    ],
)
def test_denied_words_that_nothing_looks_for_are_named(
    decomposer: RulesDecomposer, question: str, words: set[str]
) -> None:
    assert words <= set(unsought(decomposer.decompose(question)).words)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("it does not stop and it turns", [("it and it turns", "it does stop and it turns")]),
        ("nobody moves", [("", "somebody moves")]),
        ("it leaves without a stop", [("it leaves", "it leaves with a stop")]),
        ("one fails to catch the other", [("one", "one catch the other")]),
        ("no more than two move", []),
        ("nothing but one moves", []),
        ("it can not shake off the other", []),
        ("it would stay if the other did not push it", []),
    ],
)
def test_a_denial_reaches_to_the_end_of_its_clause(text: str, read: list[tuple[str, str]]) -> None:
    assert unsaid(text) == read


def test_a_denial_knows_its_auxiliaries() -> None:
    (denial,) = denials(tokenise("the ball does not stop, it turns"))
    assert (denial.start, denial.words, denial.end) == (2, (3, 4), 5)


@pytest.mark.parametrize("end", ["not the other way round", "and not the other way around", "not vice versa"])
def test_that_the_converse_is_denied_says_nothing_of_looks(decomposer: RulesDecomposer, end: str) -> None:
    parts = decomposer.decompose(f"the red ball follows the blue one, {end}").sub_queries
    assert {part.subject for part in parts if part.relation == "follows"} == {"red ball"}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("a man waits alone; no dog is seen", "a man waits alone"),
        ("There is no dog in the picture.", ""),
        ("a boy hides, but nobody looks for him", "a boy hides"),
        ("a dog runs. It doesn't stop", "a dog runs"),
        ("a sign says: keep out", "a sign says: keep out"),
        ("nothing but water", "nothing but water"),
        ("a man walks along a beach without shoes", "a man walks along a beach"),
        ("a woman and a girl wave with no hurry", "a woman and a girl wave"),
        ("a man walks and no dog is seen", "a man walks"),
        ("no dog and cat are seen", ""),
        ("a man and a dog do not move", "a man"),
    ],
)
def test_of_a_statement_what_is_there_is_left(said: str, left: str) -> None:
    assert without_denials(said) == left


def test_what_a_denial_that_nothing_reads_speaks_of_is_not_asked_for(decomposer: RulesDecomposer) -> None:
    parts = decomposer.decompose("no one wears red").sub_queries
    assert not any(part.kind == "attribute" for part in parts)
    touched = decomposer.decompose("the ball does not touch the red box").sub_queries
    assert any(part.kind == "attribute" and part.subject == "red box" for part in touched)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Red shirt, no hat.", "red shirt"),
        ("no shoes and a red hat", "and a red hat"),
        ("a man without a hat runs", "a man runs"),
        ("no shoes in a red hat", "in a red hat"),
        ("he isn't in a hat", "he is"),
        ("there is no doubt that he wears one", "there is no doubt that he wears one"),
    ],
)
def test_the_words_of_a_statement_that_are_not_denied(said, left):
    assert " ".join(affirmed_words(said)) == left
