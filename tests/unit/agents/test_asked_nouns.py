"""A noun that shares its form with a verb is a noun where a verb would agree otherwise."""

import pytest

from agents.rules_decomposer import RulesDecomposer


def relations(question):
    return [(part.relation, part.subject) for part in RulesDecomposer().decompose(question).sub_queries]


@pytest.mark.parametrize(
    ("question", "described"),
    [
        ("which dog is brown", "brown dog"),
        ("what duck is yellow", "yellow duck"),
        ("whose dogs are black", "black dogs"),
        ("which fly was red", "red fly"),
        ("which brown dog is big", "big brown dog"),
        ("dog is brown", "brown dog"),
    ],
)
def test_what_is_asked_for_before_a_form_of_be_is_a_noun(question, described):
    assert (None, described) in relations(question)
    assert not [relation for relation, _ in relations(question) if relation]


@pytest.mark.parametrize(
    ("question", "done"),
    [
        ("which dog moves", ("moves", "dog")),
        ("which dog chases a ball", ("follows", "dog")),
        ("dog chases a ball", ("follows", "dog")),
        ("which guard hides behind a wall", ("hides_behind", "guard")),
    ],
)
def test_so_it_is_before_a_verb_that_agrees_with_it(question, done):
    assert done in relations(question)
    assert [relation for relation, _ in relations(question) if relation] == [done[0]]


@pytest.mark.parametrize(
    ("question", "done"),
    [
        ("what moves is red", ("moves", "red thing")),
        ("the balls which move are red", ("moves", "red balls")),
        ("what stopped was red", ("stops", "red thing")),
    ],
)
def test_what_has_the_ending_of_a_verb_stays_one(question, done):
    assert done in relations(question)


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("someone juggles balls", "balls"),
        ("nobody juggles red balls", None),
        ("a woman waters red flowers", "red flowers"),
    ],
)
def test_what_ends_as_a_verb_behind_a_subject_is_one_though_a_noun_follows(question, other):
    described = [part.subject for part in RulesDecomposer().decompose(question).sub_queries if part.subject]
    assert described == ([other] if other else [])
