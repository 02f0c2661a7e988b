"""Why a video is not in a list, on real libraries."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from tests.e2e.dogs import DOGS
from tests.integration.clips import FOLLOWS, chase, put
from twinseek.conversation import Conversation
from twinseek.library import Library


@pytest.fixture
def talk(described_dogs):
    with Library.open(described_dogs) as library:
        yield Conversation(library, "t", InMemorySaver())


def shown(answer):
    return [hit.video_id for hit in answer.result.results]


def test_what_speaks_against_a_video_is_told(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
        talk = Conversation(library, "t", InMemorySaver())
        assert shown(talk.say(FOLLOWS)) == ["right"]
        why = talk.say("why not wrong?")
    assert why.kind == "why" and why.result is None
    assert why.text.startswith(f"wrong does not fit '{FOLLOWS}' (score 0.")
    assert "it is not so that" in why.text and "follows" in why.text


def test_a_video_that_the_judge_was_not_shown_was_never_proposed(described_dogs):
    with Library.open(described_dogs) as library:
        talk = Conversation(library, "t", InMemorySaver(), candidates=2)
        first = shown(talk.say(DOGS))
        assert len(first) == 2 and "epsilon" not in first
        why = talk.say("why is epsilon not shown?").text
    assert why.startswith(f"epsilon was never proposed for '{DOGS}': what is known of 2 other videos is nearer to it")


def test_a_video_that_fits_comes_after_those_that_are_shown(described_dogs):
    with Library.open(described_dogs, ask={"top": 1}) as library:
        talk = Conversation(library, "t", InMemorySaver())
        assert shown(talk.say(DOGS)) == ["alpha"]
        assert talk.say("why not gamma?").text.startswith(f"gamma fits '{DOGS}' too (score 0.98), less well")


def test_by_which_condition_a_video_left_the_list_is_told(talk):
    talk.say(DOGS)
    assert shown(talk.say("only at night")) == ["beta", "gamma"]
    told = talk.say("why isn't alpha among them?").text
    assert told.startswith("alpha: 'at night' could not be verified there")
    talk.say("without gamma")
    left = talk.say("why not gamma?").text
    assert left.startswith("It was number 2 for 'a dog waits by the door; only: at night', and was left out of ")


def test_a_name_of_no_video_is_part_of_a_question(talk):
    talk.say(DOGS)
    assert talk.say("why not a dog?").kind == "question"
    assert talk.say("why not alph?").kind == "question"  # only a whole name is one


def test_a_question_that_begins_like_the_one_before_is_no_part_of_its_list(talk):
    assert "alpha" in shown(talk.say("a dog"))
    assert talk.say("a dog and a cat").kind == "question"
    told = talk.say("why not alpha?").text
    assert "It was number" not in told and told.startswith("alpha ") and "'a dog and a cat'" in told


def test_a_video_that_cannot_be_told_from_its_description_leaves_the_list(talk):
    first = shown(talk.say(DOGS))
    asked = talk.say("why not the cat one?")
    assert asked.result is None and asked.text.startswith("Which one is meant? Say its number or its file's name: ")
    assert shown(talk.say("again")) == first
