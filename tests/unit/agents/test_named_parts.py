"""Where tracks have labels, what a question names is judged by them."""

from dataclasses import replace

import pytest

from agents import named_parts
from agents.claims import check_verdict
from agents.named_parts import by_labels
from agents.open_parts import SOURCE
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.stand_ins import with_stand_ins
from encoders.minilm import MiniLM
from twins.queries import Decomposition, SubQuery
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


COCO = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,"
    "bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,"
    "skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,"
    "cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,"
    "refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
)


@pytest.fixture
def called(clip, mover):
    return lambda label: clip(mover("1", [(0, 60, 100), (6, 60, 100)], category=label))


def judged(question, candidate):
    verdict = RulesJudge(MiniLM()).judge(RulesDecomposer().decompose(question), candidate)
    return check_verdict(verdict, candidate.twin, candidate.geometry)


@pytest.mark.parametrize("name", [*COCO.split(","), "moped", "bobsled", "flowerbed", "red panda", "light"])
def test_a_thing_is_found_by_its_own_label_whatever_else_the_words_could_say(name, called):
    article = "an" if name[0] in "aeiou" else "a"
    checked = judged(f"{article} {name}", called(name))
    assert [line.check for line in checked.trace] == ["verified"]
    assert checked.trace[0].predicate == ("shape" if name == "donut" else "category")
    assert checked.status == "verified" and checked.verdict.score > 0.7


@pytest.mark.parametrize("name", ["moped", "stop sign", "orange", "hot dog"])
def test_a_thing_is_not_found_where_another_one_has_the_label(name, called):
    assert judged(f"a {name}", called("sofa")).verdict.score < 0.6


@pytest.mark.parametrize(
    ("question", "label", "told"),
    [
        ("stop signs", "stop sign", {'one of the "stop signs" is a stop sign'}),
        ("is there a stop sign in the video?", "Stop Sign", {'the "stop sign" is a stop sign'}),
        ("a red stop sign", "stop sign", {'the "red stop sign" is red', 'the "red stop sign" is a stop sign'}),
        ("the stop sign does not move", "stop sign", {'the "stop sign" is a stop sign'}),
    ],
)
def test_a_name_is_one_noun_within_a_question_too(question, label, told, clip, mover):
    checked = judged(question, clip(mover("1", [(0, 60, 100), (6, 60, 100)], category=label, colour="red")))
    assert told <= {line.claim for line in checked.trace if line.check == "verified"}
    assert not any("stops" in line.claim for line in checked.trace)


def test_a_word_before_a_noun_stays_a_look_though_it_is_a_label(clip, mover):
    fruit = mover("1", [(0, 60, 100), (6, 60, 100)], category="orange")
    car = mover("2", [(0, 60, 200), (6, 60, 200)], category="car", colour="orange")
    checked = judged("an orange car", clip(fruit, car))
    assert [line.claim for line in checked.trace] == ['the "orange car" is orange', 'the "orange car" is a car']
    assert checked.verdict.instances == ("2",)


def test_parts_that_somebody_else_made_of_a_question_are_kept(called):
    other = Decomposition(query="a stop sign", sub_queries=(SubQuery(id="m1", text="a red octagon", kind="object"),))
    assert "a red octagon" in {part.text for part in by_labels(other, called("stop sign").twin).sub_queries}


def test_no_name_is_asked_for_where_a_part_denies_it(called):
    denied = SubQuery(id="q1", text="a dog", kind="object", negated=True)
    parts = by_labels(Decomposition(query="without a dog", sub_queries=(denied,)), called("dog").twin).sub_queries
    assert parts == (denied,)


def test_a_question_is_read_anew_once_for_all_videos_whose_labels_it_does_not_say(called, monkeypatch):
    read = []
    monkeypatch.setattr(named_parts, "with_stand_ins", lambda *given: read.append(given) or with_stand_ins(*given))
    decomposition = RulesDecomposer().decompose("is there a red kettle beside the stop sign?")
    parts = [by_labels(decomposition, called(label).twin) for label in ("cat", "hot dog", "moped", "orange")]
    assert len(read) == 1 and len(set(parts)) == 1
    assert by_labels(decomposition, called("stop sign").twin) != parts[0]


def test_when_a_named_thing_does_what_is_asked_is_told_and_not_when_it_is_in_view(clip, mover):
    seen = mover("1", [(0, 60, 100), (4, 60, 100), (6, 260, 100), (10, 260, 100)], category="dog")
    spans = asked("the dog moves", clip(seen)).verdict.spans
    assert 3 < spans[0][0] < spans[-1][1] < 7


def test_what_grammar_says_of_one_of_several_has_the_words_of_the_question_again(called):
    parts = by_labels(RulesDecomposer().decompose("the stop signs are close to each other"), called("stop sign").twin)
    near = next(part for part in parts.sub_queries if part.relation == "near")
    assert (near.subject, near.object) == ("stop sign", "other stop sign")


def test_a_label_that_stands_where_no_thing_is_named_stays_a_look(called):
    parts = by_labels(RulesDecomposer().decompose("they race and one is orange"), called("orange").twin).sub_queries
    assert "orange thing" in {part.subject for part in parts}
