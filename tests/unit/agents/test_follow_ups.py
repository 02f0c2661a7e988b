"""What a message means after something was shown; in doubt it is a new question."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.follow_forms import ORIGINAL
from agents.follow_ups import THANKS, FollowUp, read_follow_up
from agents.shown import UNCLEAR, Shown

SHOWN = [
    Shown(1, ("alpha", "alpha.mp4")),
    Shown(2, ("beta", "beta.mp4")),
    Shown(3, ("my-dog-0123456789", "my dog.mp4", "my dog")),
    Shown(4, ("delta", "delta")),
    Shown(5, ("epsilon", "epsilon")),
]


def read(message, shown=SHOWN, focus=()):
    found = read_follow_up(message, shown, focus)
    return found.kind, found.positions, found.text


@pytest.mark.parametrize(
    ("message", "positions"),
    [
        ("why is 2 above 3?", (2, 3)),
        ("Why is the second one ranked above the third?", (2, 3)),
        ("And why is #2 before #3", (2, 3)),
        ("why does the 2nd beat the last one?", (2, 5)),
        ("why is 3 below the first?", (1, 3)),
        ("why is video 4 worse than number two?", (2, 4)),
        ("why is my dog above beta.mp4?", (3, 2)),
        ("why 2 and not 4?", (2, 4)),
        ("why isn't the third one first?", (1, 3)),
        ("why not 3?", (1, 3)),
        ("why is it first", (1,)),
        ("why was delta dropped?", (4,)),
        ("why?", (1,)),
        ("explain #2", (2,)),
        ("compare the first two", (1, 2)),
        ("compare 2 with the second to last", (2, 4)),
        ("what is the difference between 1, 2 and 3?", (1, 2, 3)),
        ("what speaks for number two?", (2,)),
        ("is 2 better than 3?", (2, 3)),
        ("what's the difference?", (1, 2)),
        ("how does 3 differ from 1?", (3, 1)),
        ("are you sure?", (1,)),
        ("how sure are you about 2?", (2,)),
        ("what does the second one have that the first doesn't?", (2, 1)),
        ("why is the ninth above 2?", (9, 2)),
    ],
)
def test_why(message, positions):
    assert read(message) == ("why", positions, "")


@pytest.mark.parametrize(
    ("message", "positions", "text"),
    [
        ("show me where", (1,), ""),
        ("Where exactly?", (1,), ""),
        ("where in 2?", (2,), ""),
        ("when does it happen in the last one?", (5,), ""),
        ("show me where it happens in the second video", (2,), ""),
        ("show me the second one", (2,), ""),
        ("show me the masks of 3", (3,), ""),
        ("can you show me beta", (2,), ""),
        ("show the last two", (4, 5), ""),
        ("which frames?", (1,), ""),
        ("where is the ball in the second one?", (2,), "the ball"),
        ("highlight the star in 2", (2,), "the star"),
        ("play it", (1,), ""),
        ("go to the second", (2,), ""),
        ("show the first one in detail", (1,), ""),
        ("at what time does it stop?", (1,), "does it stop"),
        ("show me that one again", (1,), ""),
    ],
)
def test_where(message, positions, text):
    assert read(message) == ("where", positions, text)


@pytest.mark.parametrize(
    ("message", "positions", "text"),
    [
        ("only those where the dog is brown", (), "the dog is brown"),
        ("and now only the ones in which it rains", (), "it rains"),
        ("show me only videos with two cups", (), "with two cups"),
        ("keep those that show a cat", (), "show a cat"),
        ("just those at night", (), "at night"),
        ("only those outdoors", (), "outdoors"),
        ("only at night", (), "at night"),
        ("only the brown ones", (), "brown"),
        ("of the first two, only those with a cat", (1, 2), "with a cat"),
        ("which of them are at night?", (1, 2, 3, 4, 5), "are at night"),
        ("which of 2 and 4 shows a cat?", (2, 4), "shows a cat"),
        ("only those in which my dog is seen", (), "my dog is seen"),
        ("those where it is blue", (), "it is blue"),
        ("show me the ones without a cat", (), "without a cat"),
        ("the brown ones", (), "brown"),
        ("which one is red?", (), "is red"),
        ("are any of them blue?", (1, 2, 3, 4, 5), "blue"),
        ("and at night?", (), "at night"),
        ("and in the kitchen?", (), "in the kitchen"),
        ("only in the third", (3,), ""),
        ("what about with a cat?", (), "with a cat"),
        ("the last two only", (4, 5), ""),
        ("only 2 and 3", (2, 3), ""),
        ("keep the first and the third", (1, 3), ""),
    ],
)
def test_refine(message, positions, text):
    assert read(message) == ("refine", positions, text)


@pytest.mark.parametrize(
    ("message", "positions", "text"),
    [
        ("more like the second, but at night", (2,), "at night"),
        ("more like this one", (1,), ""),
        ("something like the first one but with a cat", (1,), "with a cat"),
        ("like #3 but indoors", (3,), "indoors"),
        ("the second one, but at night", (2,), "at night"),
        ("find videos similar to beta", (2,), ""),
        ("the same as 2, but with snow", (2,), "with snow"),
        ("more of the same", (1,), ""),
        ("is there anything like the last?", (5,), ""),
        ("more like alpha and beta", (1, 2), ""),
        ("anything else like that?", (1,), ""),
        ("similar ones", (1,), ""),
        ("same but at night", (1,), "at night"),
        ("the same without a cat", (1,), "without a cat"),
    ],
)
def test_alike(message, positions, text):
    assert read(message) == ("alike", positions, text)


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "Hi there!",
        "thanks",
        "Thank you very much.",
        "ok, great",
        "help",
        "Hello! What can you do?",
        "how does it work?",
    ],
)
def test_an_aside_looks_for_nothing(message):
    assert read(message)[:2] == ("aside", ())


@pytest.mark.parametrize(
    ("message", "text"),
    [("thanks!", THANKS), ("ok, thank you", THANKS), ("hello", ""), ("thanks, help", ""), ("help", "")],
)
def test_thanks_are_told_from_a_call_for_help(message, text):
    assert read(message) == ("aside", (), text)


@pytest.mark.parametrize(
    "message",
    [
        '"help"',
        "a hello between two dogs",
        "someone helps",
        "the help",
        "great dogs",
        "?",
        "thanks to a dog",
    ],
)
def test_words_of_politeness_in_a_question_are_its_words(message):
    assert read(message)[0] == "question"


@pytest.mark.parametrize(
    "message",
    [
        "why does the dog run away?",
        "why is the first ball red?",
        "why is it raining?",
        "where does the dog hide?",
        "show me where the dog hides",
        "show me the dog",
        "show me two dogs",
        "where is someone in the first place",
        "only one dog stays behind",
        "only with help does the dog get over the wall",
        "those who wait are rewarded",
        "which of the dogs barks?",
        "which of the two runs away?",
        "something like a ball rolls away",
        "more like the second dog",
        "the second dog, but at night",
        "the one where the first is above the second",
        "when the first ball stops, the second one starts",
        "the clip where someone is fooled about where a thing is",
        "only those where " + "the dog is brown and " * 30,
    ],
)
def test_in_doubt_it_is_a_new_question(message):
    assert read(message) == ("question", (), message.strip())


@pytest.mark.parametrize(
    ("message", "positions", "text"),
    [
        ("remove 3", (3,), ""),
        ("drop the first and the last", (1, 5), ""),
        ("without beta", (2,), ""),
        ("no, not that one", (1,), ""),
        ("everything but 2", (2,), ""),
        ("without the red one", (), "red"),
        ("not the ones where something stops", (), "something stops"),
        ("all except those with a cat", (), "with a cat"),
        ("not at night", (), "at night"),
    ],
)
def test_drop(message, positions, text):
    assert read(message) == ("drop", positions, text)


@pytest.mark.parametrize(
    ("message", "positions", "text"),
    [
        ("the second one: what colour is it?", (2,), "what colour is it"),
        ("what colour is the second?", (2,), "what colour is it"),
        ("which shape is the third one?", (3,), "which shape is it"),
        ("is the star in 1 pink?", (1,), "is the star pink"),
        ("what about the second one?", (2,), ""),
        ("and the third?", (3,), ""),
        ("the first one", (1,), ""),
        ("2", (2,), ""),
        ("I meant the second one", (2,), ""),
        ("what happens in the third?", (3,), "what happens"),
        ("tell me more about the last one", (5,), "what happens"),
        ("what does 2 show?", (2,), "what happens"),
        ("how many balls are in 3?", (3,), "how many balls are"),
        ("why does the dog run in 2?", (2,), "why does the dog run"),
        ("does the black one follow the pink one in the second video?", (2,), "does the black one follow the pink one"),
        ("is 2 indoors?", (2,), "is it indoors"),
        ("how does 2 end?", (2,), "how does it end"),
        ("how long is it?", (1,), "how long"),
        ("what colour is the dog?", (1,), "what colour is the dog"),
        ("is it red?", (1,), "is it red"),
        ("what is this?", (1,), "what happens"),
        ("what's in the second video?", (2,), "what's"),
        ("how long are they?", (1, 2, 3, 4, 5), "how long"),
        ("do they all move?", (1, 2, 3, 4, 5), "does it move"),
        ("what does the man do at the end?", (1,), "what does the man do at the end"),
        ("at the end, what does the man do?", (1,), "at the end, what does the man do"),
        ("what is the dog doing in 2 at 0:03?", (2,), "what is the dog doing at 0:03"),
        ("what happens to the ball in the middle?", (1,), "what happens to the ball in the middle"),
        ("what happens after 3 seconds?", (1,), "what happens after 3 seconds"),
    ],
)
def test_about(message, positions, text):
    assert read(message) == ("about", positions, text)


@pytest.mark.parametrize(
    ("message", "rank"),
    [("and in the third?", 3), ("in beta?", 2), ("what about in the last one?", 5), ("and in it?", 1)],
)
def test_the_question_before_is_asked_of_another_one(message, rank):
    assert read_follow_up(message, SHOWN) == FollowUp("about", (rank,), same=True)
    assert not read_follow_up("in 2: the same question?", SHOWN).same


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("more", ("more", (), "")),
        ("show me more", ("more", (), "")),
        ("next five", ("more", (), "5")),
        ("3 more please", ("more", (), "3")),
        ("what else?", ("more", (), "")),
        ("are there any others?", ("more", (), "")),
        ("sort by time", ("sort", (), "time")),
        ("sort them by length", ("sort", (), "length")),
        ("longest first", ("sort", (), "longest")),
        ("which is the shortest?", ("sort", (), "shortest")),
        ("which one is longest?", ("sort", (), "longest")),
        ("which of them is the longest?", ("sort", (1, 2, 3, 4, 5), "longest")),
        ("which of 2 and 3 is longer?", ("sort", (2, 3), "longer")),
        ("which of the first two is longer?", ("sort", (1, 2), "longer")),
        ("which of the last 3 clips is the longest?", ("sort", (3, 4, 5), "longest")),
        ("which of those videos is longer?", ("sort", (1, 2, 3, 4, 5), "longer")),
        ("which of the first two shows a cat?", ("refine", (1, 2), "shows a cat")),
        ("what does each one show?", ("about", (1, 2, 3, 4, 5), "what happens")),
        ("the longest?", ("sort", (), "longest")),
        ("show me the shortest one", ("sort", (), "shortest")),
        ("no, the other way round", ("sort", (), "the other way round")),
        ("reverse the list", ("sort", (), "reverse")),
        ("go back to the first list", ("back", (), "first")),
        ("back to the first results", ("back", (), "first")),
        ("the original list", ("back", (), "first")),
        ("back", ("back", (), "previous")),
        ("undo that", ("back", (), "previous")),
        ("remove the filter", ("back", (), "previous")),
        ("the previous results", ("back", (), "previous")),
        ("again", ("back", (), "")),
        ("show the list again", ("back", (), "")),
        ("back to the dogs", ("back", (), "dogs")),
        ("what did I ask?", ("recap", (), "")),
        ("what did I ask you before?", ("recap", (), "")),
        ("what did I ask first?", ("recap", (), ORIGINAL)),
        ("what was the first thing I asked?", ("recap", (), ORIGINAL)),
        ("what was my first question", ("recap", (), ORIGINAL)),
        ("how many are there?", ("recap", (), "")),
        ("how many did you find?", ("recap", (), "")),
        ("start over", ("aside", (), "")),
    ],
)
def test_lists(message, expected):
    assert read(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "is it raining?",
        "is the dog brown?",
        "does the dog run away?",
        "are there 3 cages in 2 rooms",
        "is the dog in 3 cages somewhere",
        "two more dogs",
        "the next dog",
        "no dog",
        "without a dog",
        "back to back dancers",
        "what happens when the ball hits the wall?",
        "how many dogs chase the cat",
        "which dog barks?",
        "more dogs than cats",
        "the other dog",
    ],
)
def test_what_may_be_looked_for_in_the_library_is_a_question(message):
    assert read(message)[0] == "question"


def test_no_question_to_a_library_is_taken_for_a_follow_up():
    lines = (Path(__file__).parent / "phrasings.txt").read_text().splitlines()
    said = [line.split("=>")[0].strip() for line in lines if "=>" in line]
    assert len(said) > 100
    assert [text for text in said if read(text)[0] != "question"] == []


def test_what_was_spoken_of_last_can_be_asked_about_without_its_name():
    assert read("is it raining?", focus=(3,)) == ("about", (3,), "is it raining")
    assert read("is the dog brown?", focus=(3,)) == ("about", (3,), "is the dog brown")


def test_the_other_one_is_the_other_of_two():
    assert read("and the other one?", focus=(2, 4))[1] == (4,)
    assert read("and the other one?", SHOWN[:2], focus=(2,))[1] == (1,)
    assert read("and the other one?", focus=(2,))[1] == (UNCLEAR,)
    assert read("the next one", focus=(2,))[1] == (3,)
    assert read("the last one", focus=(2,))[1] == (5,)


def test_it_is_what_was_spoken_of_last():
    assert read("show me where", focus=(4,)) == ("where", (4,), "")
    assert read("why is it above the last?", focus=(3,))[1] == (3, 5)
    assert read("more like it, but at night", focus=(2,)) == ("alike", (2,), "at night")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("when does it stop in 2?", ("where", (2,), "does it stop")),
        ("where does it turn back in the third?", ("where", (3,), "does it turn back")),
        ("when does it stop in number 3", ("where", (3,), "does it stop")),
        ("when in 3 does it stop?", ("where", (3,), "does it stop")),
        ("when do they stop in 2 and 3?", ("where", (2, 3), "does it stop")),
        ("when is it red in both?", ("where", (1, 2, 3, 4, 5), "is it red")),
        ("does it stop in 2 and 3?", ("about", (2, 3), "does it stop")),
        ("is it blue in all of them?", ("about", (1, 2, 3, 4, 5), "is it blue")),
        ("when does it come in first?", ("where", (4,), "does it come in first")),
        ("when does it stop in the first second?", ("where", (4,), "does it stop in the first second")),
    ],
)
def test_a_video_that_a_message_names_is_meant_rather_than_what_it_stands_for(message, expected):
    assert read(message, focus=(4,)) == expected


def test_ordinals_are_the_numbers_that_were_printed():
    gap = [Shown(1), Shown(3)]
    assert read("show me 3", gap) == ("where", (3,), "")
    assert read("show me the last one", gap) == ("where", (3,), "")


def test_before_anything_was_shown_a_condition_is_a_question():
    assert read("only those where the dog is brown", [])[0] == "question"
    assert read("why is 2 above 3?", [])[0] == "why"  # and the answer is that nothing was shown


def test_names_that_say_nothing_are_no_references():
    assert read("show me 2", [Shown(1, ("2", "a")), Shown(2, ("3",))]) == ("where", (2,), "")
    assert read("why is a above b", [Shown(1, ("a",)), Shown(2, ("b",))])[0] == "question"


@given(st.text(max_size=400))
def test_anything_can_be_read(text):
    found = read_follow_up(text, SHOWN)
    assert isinstance(found, FollowUp) and all(rank >= 0 for rank in found.positions)


@pytest.mark.parametrize("piece", ["2 and ", "the first, ", "only those where ", "show me where it ", "why is it "])
def test_long_messages_are_read_fast(piece):
    began = time.process_time()
    read((piece * 300)[:299])
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "message",
    [
        "why not clip_007?",
        "why isn't clip_007 among them?",
        "why is the video clip_007 not shown?",
        "why wasn't clip_007 found?",
        "why didn't you show clip_007?",
        "why is clip_007 missing?",
        "what speaks against clip_007?",
        "why did you not mention clip_007?",
        "why did you leave out clip_007?",
        "why did you not mention clip_007?",
        "why did you leave out clip_007?",
    ],
)
def test_why_a_video_of_the_library_is_not_shown(message):
    def named(name):
        return "clip-007-0123456789" if name == "clip_007" else ""

    found = read_follow_up(message, SHOWN, (), named)
    assert (found.kind, found.positions, found.text) == ("why", (), "clip-007-0123456789")
    assert read_follow_up(message, SHOWN).positions == (UNCLEAR,)  # no video is called so
    assert read_follow_up(message, [], (), named).kind == "question"
    shown = [Shown(1, ("clip_007",))]
    assert read_follow_up(message, shown, (), named).text != found.text


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("why not the dog one?", ("why", (UNCLEAR,), "")),
        ("why isn't the brown dog video shown?", ("why", (UNCLEAR,), "")),
        ("why did you not mention clip_999?", ("why", (UNCLEAR,), "")),
        ("why did you not mention beta?", ("why", (2,), "")),
        ("why did you choose 2 and 3?", ("why", (2, 3), "")),
        ("why isn't the brown one running?", ("question", (), "why isn't the brown one running?")),
        ("why didn't you show a dog?", ("question", (), "why didn't you show a dog?")),
    ],
)
def test_who_asks_why_a_video_is_missing_that_is_not_known_is_asked_which_one(message, expected):
    assert read(message) == expected
    assert read(message, [])[0] == "question" or expected[1] != (UNCLEAR,)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("why not the dog one?", ("why", (UNCLEAR,), "")),
        ("why isn't the brown dog video shown?", ("why", (UNCLEAR,), "")),
        ("why did you not mention clip_999?", ("why", (UNCLEAR,), "")),
        ("why did you not mention beta?", ("why", (2,), "")),
        ("why did you choose 2 and 3?", ("why", (2, 3), "")),
        ("why isn't the brown one running?", ("question", (), "why isn't the brown one running?")),
        ("why didn't you show a dog?", ("question", (), "why didn't you show a dog?")),
    ],
)
def test_who_asks_why_a_video_is_missing_that_none_is_called_is_asked_which_one(message, expected):
    assert read(message) == expected


def test_where_nothing_was_shown_nothing_is_missing():
    assert read("why not the dog one?", [])[0] == "question"
