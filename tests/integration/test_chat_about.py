"""Questions about shown videos, answered from their twins."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graphs.answering import NAMELESS
from tests.e2e.dogs import DOGS, make_dogs
from tests.integration.clips import FOLLOWS, chase, put
from twinseek.conversation import Conversation
from twinseek.library import Library


@pytest.fixture
def talk(described_dogs):
    with Library.open(described_dogs) as library:
        talk = Conversation(library, "t", InMemorySaver())
        talk.say(DOGS)
        yield talk


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Two clips that nobody has named or described: only predicates and colours tell of them."""
    path = tmp_path_factory.mktemp("clips") / "library"
    with Library.open(path, create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
    return path


@pytest.fixture
def chased(clips):
    with Library.open(clips) as library:
        talk = Conversation(library, "t", InMemorySaver())
        talk.say(FOLLOWS)
        yield talk


def test_a_question_is_asked_again_of_another_video(talk):
    assert talk.say("the second one: what colour is it?").text == "2 beta: the white dog: white."
    assert talk.say("and the third?").text == "3 gamma: the brown dog: brown."
    assert talk.say("what about the first one?").text == "1 alpha: the brown dog: brown."
    assert talk.say("how long is it?").text == "1 alpha: 2.0 s long."
    assert talk.say("what happens in 2?").text.startswith("2 beta: 2.0 s. Seen: white dog. What happens: ")


def test_a_claim_about_a_shown_video_is_checked(talk):
    yes = talk.say("is the dog in 1 brown?")
    assert yes.kind == "about" and yes.text.startswith("1 alpha: yes, ") and "(checked)" in yes.text
    assert [(hit.rank, hit.video_id) for hit in yes.result.results] == [(1, "alpha")]
    unknown = talk.say("is the dog in 2 brown?")  # white as well as brown it could be, for all that was described
    assert "nothing that could be checked answers" in unknown.text and "Known is: the white dog: white." in unknown.text
    assert [(hit.rank, hit.video_id) for hit in unknown.result.results] == [(2, "beta")]
    # It is the list that is spoken of on, not the one video that was asked about.
    assert talk.say("show me the third").result.results[0].video_id == "gamma"


def test_what_nothing_answers_is_told_with_what_is_known_and_what_can_be_asked(talk):
    said = talk.say("why does the dog bark in 2?")
    assert said.kind == "about" and "nothing that could be checked answers 'why does the dog bark'" in said.text
    assert "What can be asked: what happens" in said.text and "white dog" in said.text
    assert talk.say("and the third?").text.startswith("3 gamma: nothing that could be checked")


def test_looks_numbers_and_deeds_are_told_of_things_that_nobody_named(chased):
    assert "1 right: 2: " in chased.say("how many things are in 1?").text
    assert chased.say("what colour is the blue thing in 1?").text.count("blue") == 2
    assert "the blue object follows the red object" in chased.say("what does the blue one do in 1?").text
    assert "nobody has named the things in it" in chased.say("what colour is the dog in 1?").text
    assert chased.say("does the blue one follow the red one in 1?").text.startswith("1 right: yes, ")
    assert chased.say("does the red one follow the blue one in 1?").text.startswith("1 right: no, it is not so that ")
    who = chased.say("what follows the red thing in 1?").text
    assert who.startswith("1 right: ") and "follows" in who and "(checked)" in who


def test_yes_is_said_with_when_it_is_so(chased):
    yes = chased.say("does something move in 1?").text
    assert yes.startswith("1 right: yes, at 0:00.") and yes.endswith("something moves (checked).")
    assert chased.say("when does it move in 1?").text.startswith("1 right: at 0:00.")
    assert chased.say("is the red thing in 1 red?").text.startswith("1 right: yes, the ")  # throughout


def test_where_something_else_is_in_a_shown_video_is_told_in_words(chased):
    found = chased.say("show me the red one in 1")
    assert found.kind == "where" and "Object 1: " in found.text and '"red one" is red' in found.text
    assert "nothing was found there for 'the green one'" in chased.say("show me the green one in 1").text


def test_how_a_video_begins_and_ends_is_told(chased):
    start, end = (chased.say(message).text for message in ("how does 1 start?", "what happens at the end of 1?"))
    assert (
        start.startswith("1 right: at 0.0 s: the ")
        and end.startswith("1 right: at the end: ")
        and end.endswith("the red object stays still.")
        and start != end
    )
    assert chased.say("how does 1 end?").text == "1 right: at 4.3 s: the red object stays still."


def test_where_nothing_begins_later_the_end_is_not_told_as_a_time_at_the_start(talk):
    for message in ("what happens at the end of 2?", "how does 2 end?"):
        told = talk.say(message).text
        assert told.startswith("2 beta: at the end: ") and "waits" in told and "0.0 s" not in told


def test_which_of_the_first_few_is_the_longest_is_asked_of_these(talk):
    assert talk.say("which of the first two is longer?").text == "None is the longest: all 2 are the same (2.0 s)."


def test_the_other_of_two_is_meant_where_there_are_two(talk):
    talk.say("compare 2 and 3")
    assert talk.say("show me the other one").result.results[0].rank == 3
    assert "Which one is meant? Say its number" in talk.say("the other one").text
    talk.say("only 1 and 2")
    talk.say("what happens in 1?")
    assert talk.say("and the other one?").text.startswith("2 beta: ")


def test_before_anything_was_shown_that_is_said(described_dogs):
    with Library.open(described_dogs) as library:
        talk = Conversation(library, "t", InMemorySaver())
        for message in ("what happens in the third?", "more", "back to the first list", "sort by length"):
            assert "Nothing has been shown yet" in talk.say(message).text


def test_a_video_that_is_gone_leaves_the_answers_about_the_others(tmp_path):
    with Library.open(make_dogs(tmp_path)) as library:
        talk = Conversation(library, "t", InMemorySaver())
        talk.say(DOGS)
        library.remove(["beta"])
        checked = talk.say("are they brown?").text
        assert "1 alpha: yes, " in checked and "2 beta cannot be shown" in checked
        where = talk.say("where is the dog in the first two?").text
        assert "1 alpha: at " in where and "2 beta cannot be shown" in where
        assert "beta cannot be looked at any more" in talk.say("is the dog in 2 brown?").text


def test_that_something_happens_does_not_say_why(chased):
    assert "(checked)" in chased.say("who follows the red thing in 1?").text
    why = chased.say("why does the blue thing follow the red one in 1?").text
    assert "nothing that could be checked answers" in why


def test_what_a_thing_does_at_a_moment_is_told_of_that_moment(chased):
    start, end = (chased.say(f"what does the red thing do {when}?") for when in ("at the start", "at the end"))
    assert start.kind == end.kind == "about" and end.result is None
    assert "moves" in start.text and start.text.endswith("(at the start).")
    assert "the red object stays still" in end.text and end.text.endswith("(at the end).")
    assert "stays still" not in start.text and "moves" not in end.text
    assert chased.say("what happens in the middle?").text.startswith("1 right: in the middle: the ")
    assert "follows" not in chased.say("what happens at the end of it?").text


def test_the_question_before_is_asked_of_another_video(clips):
    with Library.open(clips) as library:
        talk = Conversation(library, "t", InMemorySaver())
        asked = talk.say("something is red")
        assert len(asked.result.results) == 2
        second = talk.say("and in the second?")
        assert (second.kind, second.result.query) == ("about", "something is red")
        assert second.result.results[0] == asked.result.results[1]
        assert second.text.startswith("2 ") and "is red (checked)" in second.text
        assert talk.say("and in the first?").text.startswith("1 ")
        assert talk.say("what about 2?").text == second.text
        assert "the same question" not in str(talk._graph.get_state(talk._config).values["turns"])
        talk.say("how long is it?")
        assert talk.say("and in the second?").text.endswith(" s long.")  # the question that came last


def test_that_names_cannot_be_known_is_said_to_who_chats(chased):
    question = chased.say("a dog chases a cat")
    assert question.text.count(NAMELESS) == question.result.answer.count(NAMELESS) == 1
    chased.say(FOLLOWS)
    kept = chased.say("only those with a dog")
    assert kept.result.results == () and kept.text.endswith(NAMELESS)
    assert NAMELESS not in chased.say("is the blue thing in 1 small?").text


def test_a_correction_is_the_question_before_with_what_was_meant(chased):
    chased.say("the green thing follows the red thing")
    said = chased.say("I said the blue thing, not the green thing")
    assert (said.kind, said.result.query) == ("question", "the blue thing follows the red thing")
