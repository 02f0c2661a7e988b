"""Whether people are there: a woman is a person, and nobody is no person rather than no thing."""

from dataclasses import replace

import pytest

from agents.claims import check_verdict
from agents.named_parts import told_apart
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.schema import Fact


@pytest.fixture
def described(clip, mover):
    """Return described clips of things with one name each; recall finds nothing near in their words."""

    def of(category):
        seen = clip(mover("1", [(0, 60, 100), (6, 400, 100)], category=category), coarse=0.1)
        role = Fact(kind="role", about="1", text="is alone in the yard", source="test")
        return replace(seen, twin=seen.twin.model_copy(update={"facts": (role,)}))

    return of


def asked(question, candidate):
    labels = frozenset(["woman", "robot", "dog"])
    decomposition = told_apart(RulesDecomposer().decompose(question, labels), labels)
    verdict = RulesJudge().judge(decomposition, candidate)
    return check_verdict(verdict, candidate.twin, candidate.geometry, decomposition.sub_queries)


@pytest.mark.parametrize(
    ("question", "called"),
    [
        ("a person is in the picture", "woman"),
        ("there is a person", "boy"),
        ("an animal is in the picture", "dog"),
        ("a dog", "dog"),
    ],
)
def test_what_labels_tell_fits_though_its_words_are_others(question, called, described):
    checked = asked(question, described(called))
    assert checked.status == "verified" and checked.verdict.score > 0.5


@pytest.mark.parametrize("question", ["a person is in the picture", "a dog beside a person", "a person who yodels"])
def test_a_question_of_which_labels_do_not_tell_all_is_left_to_recall(question, described):
    assert asked(question, described("robot")).verdict.score < 0.5
    assert question == "a person is in the picture" or asked(question, described("woman")).verdict.score < 0.5


@pytest.mark.parametrize("question", ["nobody is in the picture", "there is nobody", "no one is there"])
def test_that_nobody_is_there_is_said_of_people(question, described):
    assert asked(question, described("robot")).status == "verified"
    checked = asked(question, described("woman"))
    assert [line.check for line in checked.trace] == ["refuted"] and checked.verdict.score < 0.5


def test_what_nobody_does_nothing_does():
    assert [part.text for part in RulesDecomposer().decompose("nobody moves").sub_queries] == ["nothing moves"]
