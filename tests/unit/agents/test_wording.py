"""What is measured is said in sentences, denied and in the plural too."""

import pytest

from agents.reading import FRAME
from agents.wording import call, how_many, say
from twins.predicates import PREDICATES


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (say("the red ball", "turns", negated=True), "the red ball does not turn back"),
        (say("something", "left_of", "the box", negated=True), "something is not to the left of the box"),
        (say("the cup", "left_of", FRAME), "the cup is on the left of the picture"),
        (say("3 balls", "moves", plural=True), "3 balls move"),
        (say("2 balls", "near", "the box", plural=True), "2 balls are near the box"),
        (say("the dog", "carries", "the ball", negated=True), "the dog does not carry the ball"),
        (say("something", "passes", negated=True), "something does not pass anything"),
        (say("the ball", "moves_toward", "the box"), "the ball approaches the box"),
        (call("thing"), "something"),
        (call("third ball"), "a third ball"),
        (how_many(">=2", "ball"), "at least 2 balls"),
        (how_many("=1", "ball"), "1 ball"),
        (how_many("0", "ball"), "no ball"),
    ],
)
def test_a_sentence(said: str, sentence: str) -> None:
    assert said == sentence


@pytest.mark.parametrize("name", sorted(PREDICATES))
def test_every_predicate_can_be_denied(name: str) -> None:
    denied = say("it", name, "the box" if PREDICATES[name].arity == 2 else None, negated=True)
    assert " not " in denied
    assert denied != say("it", name, "the box" if PREDICATES[name].arity == 2 else None)
