"""What a model is shown of a twin: what the question asks about first, within a budget, however long the clip."""

import pytest

from agents.llm.tokens import estimate_tokens
from agents.llm.view import THINGS, view
from agents.rules_decomposer import RulesDecomposer
from twins.geometry import Visibility
from twins.queries import Decomposition, SubQuery
from twins.schema import Fact
from twins.sentences import predicate_facts


@pytest.fixture
def chase(clip, mover):
    """Red 1 runs to the right, blue 2 runs after it; 3 rests."""
    return clip(
        mover("1", [(0, 200, 100), (4, 580, 100), (6, 580, 100)], colour="red", shape="circle"),
        mover("2", [(0, 60, 100), (4, 460, 100), (6, 520, 100)], colour="blue", shape="square"),
        mover("3", [(0, 500, 300), (6, 500, 300)], colour="green"),
    )


def with_facts(candidate, *facts):
    twin = candidate.twin.model_copy(update={"facts": facts})
    return type(candidate)(candidate.video_id, twin, candidate.geometry, candidate.coarse_score)


def asked(text):
    return RulesDecomposer().decompose(text)


def test_the_questions_predicates_are_measured_and_the_things_named(chase):
    shown = view(chase, asked("the blue square follows the red ball"))
    assert "follows(2,1) " in shown
    assert "follows(3" not in shown
    assert "2 object 0-5.9: blue, square" in shown


def test_what_the_camera_does_is_told_where_it_is_asked_for(chase):
    pans = Fact(kind="scene", text="the camera pans left", confidence=0.9, span=(0.0, 2.0), source="perception")
    question = asked("the camera zooms in")
    assert "camera: pans left" in view(with_facts(chase, pans), question)
    assert "camera: unknown" in view(chase, question)
    assert "camera:" not in view(with_facts(chase, pans), asked("something follows something"))


PICTURE = [("left_of", "1"), ("right_of", "2")]


@pytest.mark.parametrize(("side", "there"), PICTURE)
def test_who_is_on_a_side_of_the_picture_is_told_and_between_things_nothing(side, there, clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 90, 100)]), mover("2", [(0, 560, 100), (6, 590, 100)]))
    part = SubQuery(id="p1", text="a side", kind="spatial", subject="thing", relation=side, object="frame")
    shown = view(made, Decomposition(query="who?", sub_queries=(part,)))
    assert f"{side} frame: {there} 100% of its time" in shown and f"{side}(" not in shown


def test_that_nobody_is_on_a_side_is_told_from_not_knowing(clip, mover):
    made = clip(mover("1", [(0, 60, 300), (6, 90, 300)]))
    parts = [
        SubQuery(id=side, text="a side", kind="spatial", subject="thing", relation=side, object="frame")
        for side in ("above", "in_front_of")
    ]
    shown = view(made, Decomposition(query="who?", sub_queries=tuple(parts)))
    assert "above frame: none" in shown and "in_front_of frame: unknown" in shown


@pytest.mark.parametrize("relation", ["alike", "same_colour"])
@pytest.mark.parametrize(
    ("looks", "line"),
    [
        (["red", "red", "blue"], "(1,2)\n"),
        (["red", "green", "black"], ": none"),
        (["red", "green", None], ": unknown"),
    ],
)
def test_who_looks_like_whom_is_told_where_it_is_asked_for(relation, looks, line, clip, mover):
    colours = ({"colour": colour} if colour else {} for colour in looks)
    made = clip(*(mover(str(n), [(0, 60 * n, 100), (6, 60 * n, 100)], **look) for n, look in enumerate(colours, 1)))
    part = SubQuery(id="p1", text="two", kind="attribute", subject="thing", relation=relation, object="other thing")
    shown = view(made, Decomposition(query="twins?", sub_queries=(part,)))
    assert f"{relation}{line}" in shown and shown.count(relation) == 1


def test_a_predicate_that_never_holds_is_said_to(chase):
    assert "overtakes: none" in view(chase, asked("the green one overtakes the red ball"))


def test_what_has_most_to_do_with_the_question_is_told_first(chase):
    facts = (
        Fact(kind="event", text="The sun comes out", source="test"),
        Fact(about="1", kind="state", text="is thrown like a toy", span=(0, 2), source="test"),
    )
    shown = view(with_facts(chase, *facts), asked("who throws the toy?"))
    assert shown.index("1 0-2 is thrown like a toy") < shown.index("The sun comes out")


def test_what_a_thing_is_there_for_stands_beside_it(chase):
    facts = (
        Fact(kind="caption", text="A dull afternoon in a yard", source="test"),
        Fact(about="1", kind="role", text="the toy that is thrown", span=(0, 2), source="test"),
    )
    shown = view(with_facts(chase, *facts), asked("who throws the toy?"))
    assert "1 object 0-5.9: red, circle; the toy that is thrown" in shown and "caption A dull" in shown


def test_what_a_tool_found_is_told_before_what_was_known(chase):
    known = tuple(Fact(about="1", kind="state", text=f"a thing of kind {n}", source="test") for n in range(40))
    found = Fact(about="2", kind="attribute", text="wears a hat", source="o-0123456789ab")
    shown = view(with_facts(chase, *known, found), asked("who smiles?"), tokens=150)
    assert "wears a hat" in shown


@pytest.mark.parametrize("tokens", [60, 200, 560])
def test_the_budget_holds_and_what_is_left_out_is_counted(tokens, clip, mover):
    crowd = [mover(str(n), [(0, 20 * n, 100), (6, 20 * n + 60, 140)], colour="red") for n in range(30)]
    facts = tuple(Fact(kind="caption", text=f"sentence {n} says what nobody asked", source="test") for n in range(99))
    shown = view(with_facts(clip(*crowd), *facts), asked("what moves to the right?"), tokens)
    assert estimate_tokens(shown) <= tokens
    assert "more)" in shown


def test_a_ten_minute_clip_is_hardly_longer(clip, mover):
    def wandering(seconds):
        points = [(t, 100 + 200 * (t // 2 % 2), 100) for t in range(0, seconds + 1, 2)]
        movers = [mover(str(n), [(t, x, y + 50 * n) for t, x, y in points], seconds=float(seconds)) for n in range(5)]
        made = clip(*movers)
        return with_facts(made, *predicate_facts(made.twin, made.geometry))

    question = asked("what turns and moves to the left?")
    short, long = (estimate_tokens(view(wandering(seconds), question)) for seconds in (10, 600))
    assert 200 < short <= long <= 1.2 * short


def test_things_that_the_question_may_mean_come_before_a_crowd(clip, mover):
    crowd = [mover(str(n), [(0, 20 * n, 100), (6, 20 * n, 100)], colour="red") for n in range(THINGS + 10)]
    lone = mover("lone", [(2, 300, 300), (3, 310, 300)], colour="blue")
    assert "lone object 2-3: blue" in view(clip(*crowd, lone), asked("a blue thing"))


def test_how_many_may_be_meant_is_counted(chase):
    part = SubQuery(id="p1", text="two red things", kind="count", subject="red thing", relation="count", object="2")
    assert "may be red thing: 1 (1)" in view(chase, Decomposition(query="two red things", sub_queries=(part,)))


def test_how_often_something_happens_counts_no_things(chase):
    stops = SubQuery(id="p1", text="it stops", kind="action", subject="red thing", relation="stops")
    twice = SubQuery(id="p2", text="twice", kind="count", subject="p1", relation="count", object="2 times")
    shown = view(chase, Decomposition(query="it stops twice", sub_queries=(stops, twice)))
    assert "stops(1)" in shown and "may be" not in shown


def test_that_one_of_those_who_may_be_meant_is_a_crowd_is_told(persons, mover):
    made = persons(*(mover(name, [(0, 60, 100), (6, 60, 100)]) for name in "12"), crowds="2")
    part = SubQuery(id="p1", text="two persons", kind="count", subject="person", relation="count", object="2")
    shown = view(made, Decomposition(query="two persons", sub_queries=(part,)))
    assert "may be person: 2, one of them a crowd (1, 2)" in shown


def test_symmetric_relations_are_told_once(clip, mover):
    together = clip(mover("1", [(0, 100, 100), (6, 100, 100)]), mover("2", [(0, 130, 100), (6, 130, 100)]))
    part = SubQuery(id="p1", text="touch", kind="spatial", subject="thing", relation="touching", object="thing")
    assert view(together, Decomposition(query="touch", sub_queries=(part,))).count("touching(") == 1


def test_unknown_is_not_none(clip, mover):
    apart = clip(mover("1", [(0, 100, 100), (2, 150, 100)]), mover("2", [(4, 400, 300), (5.9, 450, 300)]))
    apart.geometry.visibility[apart.geometry.visibility == Visibility.ABSENT] = Visibility.NOT_SAMPLED
    part = SubQuery(id="p1", text="follows", kind="action", subject="one", relation="follows", object="another")
    assert "follows: unknown" in view(apart, Decomposition(query="follows", sub_queries=(part,)))


def test_what_was_said_has_room_beside_many_things(clip, mover):
    crowd = [mover(str(n), [(0, 20 * n, 100), (6, 20 * n + 60, 140)], colour="red") for n in range(THINGS)]
    said = Fact(kind="event", text="A boy slips out of sight", span=(1.0, 2.0), source="test")
    moving = predicate_facts(*(lambda made: (made.twin, made.geometry))(clip(*crowd)))
    shown = view(with_facts(clip(*crowd), *moving, said), asked("what moves to the right?"))
    assert "event 1-2 A boy slips out of sight" in shown


def test_words_come_before_movements_that_nobody_asked_for_and_are_told_once(chase):
    moving = predicate_facts(chase.twin, chase.geometry)
    said = Fact(kind="caption", text="An afternoon in a yard", source="test")
    shown = view(with_facts(chase, *moving, said, said), asked("something stops"))
    told = shown[shown.index("SAID") :].splitlines()
    assert told[1] == "caption An afternoon in a yard" and told[2] != told[1]


def test_of_a_long_caption_the_sentences_that_the_question_is_about_are_told(chase):
    dull = " ".join(f"Sentence {n} says what nobody has asked about." for n in range(20))
    caption = Fact(kind="caption", text=f"{dull} Far behind, a kite climbs.", source="test")
    shown = view(with_facts(chase, caption), asked("the one with a kite"), tokens=150)
    assert "caption Far behind, a kite climbs." in shown


def test_what_is_told_beside_the_view_is_not_told_twice(chase):
    found = Fact(about="2", kind="attribute", text="wears a hat", source="o-0123456789ab")
    known = with_facts(chase, found)
    assert "wears a hat" in view(known, asked("who smiles?"))
    assert "wears a hat" not in view(known, asked("who smiles?"), told={found.source})


def test_a_relation_and_its_converse_are_told_once(chase):
    parts = tuple(
        SubQuery(id=name, text=name, kind="spatial", subject="thing", relation=name, object="other thing")
        for name in ("left_of", "right_of")
    )
    both = view(chase, Decomposition(query="they swap places", sub_queries=parts))
    assert "left_of(2,1)" in both and "right_of(a,b): as left_of(b,a)" in both and "right_of(1" not in both
    assert "right_of(1,2)" in view(chase, Decomposition(query="right", sub_queries=parts[1:]))


def test_each_predicate_of_a_question_is_told_where_there_is_no_room_for_all(clip, mover):
    crowd = clip(*(mover(str(n), [(0, 20 * n, 100), (6, 20 * n + 60, 140)], colour="red") for n in range(THINGS)))
    parts = tuple(
        SubQuery(id=name, text=name, kind="action", subject="thing", relation=name, object=other)
        for name, other in (("left_of", "other thing"), ("moves", None))
    )
    shown = view(crowd, Decomposition(query="they move", sub_queries=parts), tokens=150)
    assert "left_of(" in shown and "moves(" in shown


def test_where_a_place_is_asked_for_the_place_is_told_first(chase):
    place = Fact(kind="scene", text="A pine forest under a clear sky", source="test")
    said = Fact(kind="event", text="Somebody outdoors throws a ball", source="test")
    part = SubQuery(id="p1", text="outdoors", kind="scene")
    shown = view(with_facts(chase, said, place), Decomposition(query="outdoors?", sub_queries=(part,)))
    assert shown.index("A pine forest") < shown.index("Somebody outdoors")
