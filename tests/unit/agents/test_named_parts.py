"""Where tracks have labels, what a question names is judged by them."""

from dataclasses import replace

import pytest

from agents.claims import check_verdict
from agents.named_parts import by_labels
from agents.open_parts import SOURCE
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from encoders.minilm import MiniLM
from twins.schema import Fact


@pytest.fixture
def labelled(clip, mover):
    def made(*labels):
        movers = [mover(label, [(1, 60, 100 * n), (4, 60, 100 * n)], category=label) for n, label in enumerate(labels)]
        candidate = clip(*movers)
        collide = Fact(
            kind="relation", about=labels[0], text=f"the {labels[0]} hits a wall", predicate="collides", source="test"
        )
        return replace(candidate, twin=candidate.twin.model_copy(update={"facts": (collide,)}))

    return made


def asked(question, candidate):
    decomposition = RulesDecomposer().decompose(question)
    verdict = RulesJudge(MiniLM()).judge(decomposition, candidate)
    return check_verdict(verdict, candidate.twin, candidate.geometry, decomposition.sub_queries)


@pytest.mark.parametrize("question", ["a dog", "is there a dog?", "show me the video with a dog"])
def test_that_a_thing_is_there_is_verified_by_its_label_with_instance_and_time(question, labelled):
    checked = asked(question, labelled("dog", "person"))
    assert [(line.claim, line.check) for line in checked.trace] == [('the "dog" is a dog', "verified")]
    assert checked.status == "verified" and checked.verdict.instances == ("dog",)
    assert [(round(start, 1), round(end, 1)) for start, end in checked.verdict.spans] == [(1.0, 4.1)]


def test_each_of_several_names_is_looked_for(labelled):
    both, one = asked("a person and a dog", labelled("dog", "person")), asked("a person and a dog", labelled("person"))
    assert [line.check for line in both.trace] == ["verified", "verified"]
    assert both.verdict.score > one.verdict.score and set(both.verdict.instances) == {"dog", "person"}


def test_a_name_that_is_near_to_a_label_and_another_thing_does_not_fit(labelled):
    assert asked("a cat", labelled("dog")).verdict.score < 0.5 < asked("a puppy", labelled("dog")).verdict.score


def test_a_name_settles_nothing_of_what_is_said_beside_it(labelled):
    checked = asked("a dog barks", labelled("dog"))
    assert [line.check for line in checked.trace] == ["verified", "unverifiable"]
    assert checked.trace[1].source == SOURCE and checked.status == "judged"


def test_what_two_parts_ask_for_is_told_once(clip, mover):
    checked = asked("a red dog", clip(mover("1", [(0, 60, 100), (6, 60, 100)], category="dog", colour="red")))
    assert [line.claim for line in checked.trace] == ['the "red dog" is red', 'the "red dog" is a dog']


def test_without_labels_a_question_stays_as_it_is(clip, mover):
    decomposition = RulesDecomposer().decompose("a dog")
    assert by_labels(decomposition, clip(mover("1", [(0, 60, 100), (6, 60, 100)])).twin) is decomposition


def test_what_is_named_is_a_thing_however_little_it_stands_out(labelled):
    candidate = labelled("dog")
    dim = [track.model_copy(update={"salience": 0.3}) for track in candidate.twin.tracks]
    candidate = replace(candidate, twin=candidate.twin.model_copy(update={"tracks": tuple(dim)}))
    assert asked("a dog", candidate).verdict.score > 0.7


def test_a_word_by_itself_is_a_thing_though_it_could_be_a_verb(labelled):
    checked = asked("dog", labelled("dog"))
    assert [(line.claim, line.check) for line in checked.trace] == [('the "dog" is a dog', "verified")]


def test_what_is_verified_of_a_thing_leaves_nothing_of_it_open(clip, mover):
    named = clip(mover("1", [(0, 60, 100), (6, 60, 100)], category="dog", colour="brown"))
    checked = asked("a brown dog", named)
    assert [line.check for line in checked.trace] == ["verified", "verified"] and checked.verdict.spans


def test_a_label_that_is_not_very_sure_is_still_shown_with_its_time(clip, mover):
    track, places = mover("1", [(0, 60, 100), (6, 60, 100)], category="cup")
    checked = asked("a cup", clip((track.model_copy(update={"confidence": 0.55, "salience": 0.3}), places)))
    assert checked.status == "verified" and checked.verdict.score > 0.5
    assert checked.verdict.instances == ("1",) and checked.verdict.spans
