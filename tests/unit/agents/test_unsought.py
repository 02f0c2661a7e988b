import pytest

from agents.rules_decomposer import RulesDecomposer
from agents.unsought import Unsought, unsought
from encoders.minilm import MiniLM


@pytest.mark.parametrize(
    ("question", "names", "others"),
    [
        ("a cat eats a fish", ("cat", "fish"), ("eats",)),
        ("a dog chases a red ball before it stops twice", ("dog",), ()),
        ("a dog that does not bark chases a cat", ("dog", "cat"), ("bark",)),
        ("somebody juggles while a ball rolls by", (), ("juggles",)),
        ("a child melts", ("child",), ("melts",)),
        ("a red ball on a beach", ("beach",), ()),
        ("a wall falls", ("wall",), ()),
    ],
)
def test_words_that_no_predicate_colour_count_or_label_can_look_for_are_named(question, names, others):
    assert unsought(RulesDecomposer().decompose(question)) == Unsought(names, others)


@pytest.mark.parametrize(
    "question",
    [
        "three red circles collide with a thing on the left",
        "something vanishes behind a wall and comes out again",
        "a ball hides behind a screen",
        "a red ball follows a blue box, not the other way round",
        "somebody emerges from behind a curtain",
        "nothing moves",
        "first a stop, next an entrance",
        "at the beginning of the clip something enters and in the middle it stops",
        "the pursuer is violet",
        "it gets bigger and bigger until it fills the frame",
    ],
)
def test_what_can_be_looked_for_and_what_any_cover_may_be_is_not_named(question):
    assert unsought(RulesDecomposer().decompose(question)).words == ()


def test_words_that_a_situation_stands_for_are_not_named():
    question = "the chased one is apprehended"
    assert unsought(RulesDecomposer().decompose(question)).others == ("apprehended",)
    assert unsought(RulesDecomposer(MiniLM()).decompose(question)).others == ()


@pytest.mark.parametrize(
    "question",
    [
        "which video is the longest",
        "the slowest thing",
        "what colour is the thing that overtakes",
        "what do you meant",
        "hey",
    ],
)
def test_what_is_asked_superlatives_and_chat_are_no_names(question):
    assert unsought(RulesDecomposer().decompose(question)).names == ()


@pytest.mark.parametrize("noun", ["forest", "chest", "saw", "guest", "felt"])
def test_a_noun_that_only_looks_so_is_a_name(noun):
    assert unsought(RulesDecomposer().decompose(f"a {noun}")).names == (noun,)


def test_a_look_that_is_asked_for_is_nothing_to_look_for():
    assert unsought(RulesDecomposer().decompose("the colour of the ball")).words == ()
