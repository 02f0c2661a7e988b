"""Where tracks have labels, what a question names is judged by them."""

from dataclasses import replace

import pytest

from agents.claims import check_verdict
from agents.labelling import is_labelled
from agents.named_parts import told_apart
from agents.open_parts import SOURCE
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.stand_ins import PLAIN
from agents.unsought import unsought
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


def taken_apart(question, candidate):
    """Take a question apart as a library does that holds nothing but a candidate."""
    labels = frozenset(track.category for track in candidate.twin.tracks if is_labelled(track))
    return told_apart(RulesDecomposer().decompose(question, labels), labels)


def asked(question, candidate):
    decomposition = taken_apart(question, candidate)
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
    assert told_apart(decomposition, frozenset()) is decomposition
    assert taken_apart("a dog", clip(mover("1", [(0, 60, 100), (6, 60, 100)]))) == decomposition


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
    verdict = RulesJudge(MiniLM()).judge(taken_apart(question, candidate), candidate)
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


SIGNS = frozenset({"stop sign"})


def test_parts_that_somebody_else_made_of_a_question_are_kept():
    other = Decomposition(query="a stop sign", sub_queries=(SubQuery(id="m1", text="a red octagon", kind="object"),))
    assert "a red octagon" in {part.text for part in told_apart(other, SIGNS).sub_queries}


def test_names_in_parts_that_somebody_else_made_are_read_by_the_labels_too():
    other = Decomposition(query="?", sub_queries=(SubQuery(id="m1", text="a stop sign", kind="object"),))
    (part,) = told_apart(other, SIGNS).sub_queries
    assert (part.id, part.subject, part.relation) == ("m1", "stop sign", None)


def test_no_name_is_asked_for_where_a_part_denies_it():
    denied = SubQuery(id="q1", text="a dog", kind="object", negated=True)
    assert told_apart(Decomposition(query="?", sub_queries=(denied,)), frozenset({"dog"})).sub_queries == (denied,)


def test_every_part_has_an_id_of_its_own():
    parts = told_apart(RulesDecomposer().decompose("a dog barks at a cat"), frozenset({"dog", "cat"})).sub_queries
    assert [(part.id, part.text) for part in parts] == [
        ("q1", "a dog barks at a cat"),
        ("q1-1", "dog"),
        ("q1-2", "cat"),
    ]


@pytest.mark.parametrize(
    "question", ["a {}", "{}s", "no {}s", "a clip without a {}", "two {}s", "a {} passes another {}", "no {} moves"]
)
@pytest.mark.parametrize("name", ["stop sign", "hot dog", "teddy bear", "orange"])
def test_what_stands_for_a_name_while_it_is_read_is_never_seen(question, name):
    labels = frozenset(COCO.split(","))
    query = question.replace("{}", name)
    found = told_apart(RulesDecomposer(MiniLM()).decompose(query, labels), labels)
    texts = [text for part in found.sub_queries for text in (part.text, part.subject, part.object) if text]
    texts += unsought(found, labels).words
    assert any(name in text for text in texts) and not any(plain in text for plain in PLAIN for text in texts)


def test_situations_are_not_recognised_in_the_words_of_a_name():
    read = RulesDecomposer(MiniLM()).decompose
    assert any(part.relation == "stops" for part in read("a stop sign").sub_queries)
    assert {part.relation for part in read("a stop sign", SIGNS).sub_queries} == {None}


def test_a_name_that_is_said_again_and_again_is_one_thing():
    deeds = ("turns", "moves", "enters", "leaves", "disappears")
    query = ", then ".join(f"the stop sign {deed}" for deed in deeds)
    parts = [part for part in RulesDecomposer().decompose(query, SIGNS).sub_queries if part.kind == "action"]
    assert {part.relation: part.subject for part in parts} == dict.fromkeys(deeds, "stop sign")


def test_what_is_denied_of_a_name_is_all_of_its_words():
    assert RulesDecomposer().decompose("a clip without a stop sign", SIGNS).denied == (2, 3, 4, 5)


def test_the_words_of_a_name_are_looked_for():
    found = RulesDecomposer().decompose("a teddy bear")
    assert unsought(found).others == ("bear",)
    assert unsought(found, frozenset({"teddy bear"})).others == ()


def test_an_unlabelled_clip_is_not_known_to_hold_a_thing_that_others_are_called(clip, mover):
    unlabelled = clip(mover("1", [(0, 60, 100), (6, 60, 100)]))
    found = RulesDecomposer().decompose("a stop sign", SIGNS)
    verdict = RulesJudge(MiniLM()).judge(told_apart(found, SIGNS), unlabelled)
    checked = check_verdict(verdict, unlabelled.twin, unlabelled.geometry)
    assert {line.check for line in checked.trace} == {"unverifiable"} and checked.status == "judged"
    assert not verdict.instances and not verdict.spans


def test_when_a_named_thing_does_what_is_asked_is_told_and_not_when_it_is_in_view(clip, mover):
    seen = mover("1", [(0, 60, 100), (4, 60, 100), (6, 260, 100), (10, 260, 100)], category="dog")
    spans = asked("the dog moves", clip(seen)).verdict.spans
    assert 3 < spans[0][0] < spans[-1][1] < 7


def test_what_grammar_says_of_one_of_several_has_the_words_of_the_question_again(called):
    parts = taken_apart("the stop signs are close to each other", called("stop sign"))
    near = next(part for part in parts.sub_queries if part.relation == "near")
    assert (near.subject, near.object) == ("stop sign", "other stop sign")


def test_a_label_that_stands_where_no_thing_is_named_stays_a_look(called):
    parts = taken_apart("they race and one is orange", called("orange")).sub_queries
    assert "orange thing" in {part.subject for part in parts}


def test_where_people_have_described_a_clip_a_thing_that_is_only_named_is_left_to_their_words(called):
    candidate = called("dog")
    said = Fact(kind="caption", text="a dog waits by the door", source="test")
    described = replace(candidate, twin=candidate.twin.model_copy(update={"facts": (said,)}), coarse_score=0.9)
    parts = taken_apart("a door", called("dog"))
    assert RulesJudge().judge(parts, described).score == pytest.approx(0.9)
    assert RulesJudge().judge(parts, replace(candidate, coarse_score=0.9)).score < 0.8


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("a dog that is not on a leash", ["dog"]),
        ("a dog that isn't on a leash or a chain", ["dog"]),
        ("a man who is not wearing a hat, a dog", ["man", "dog"]),
        ("a man who is not happy but a dog", ["man", "dog"]),
        ("not only a dog", ["dog"]),
        ("a dog on a leash", ["dog", "leash"]),
    ],
)
def test_what_is_denied_is_not_looked_for(question, named, labelled):
    parts = taken_apart(question, labelled("dog", "leash", "chain", "man", "hat")).sub_queries
    assert [part.subject for part in parts if part.subject] == named


def test_what_follows_behind_a_comma_is_not_denied_any_more():
    part = SubQuery(id="a", text="a man who is not happy, a dog", kind="object")
    parts = told_apart(Decomposition(query=part.text, sub_queries=(part,)), frozenset({"man", "dog"})).sub_queries
    assert [part.subject for part in parts if part.subject] == ["man", "dog"]
