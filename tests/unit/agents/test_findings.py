"""What is found of a number where one of those who are counted is a crowd, and of what nobody does."""

from dataclasses import replace

import pytest

from agents.binding import plan
from agents.claims import check_claim, check_verdict
from agents.evidence import UNKNOWN_VALUE, Evidence
from agents.findings import MISSING_VALUE, Case
from agents.named_parts import told_apart
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from twins.queries import Decomposition, SubQuery
from twins.schema import Fact

VALUES = {"verified": 1.0, "refuted": 0.0, "unverifiable": UNKNOWN_VALUE}


@pytest.mark.parametrize(
    ("bound", "check"),
    [
        ("2", "refuted"),  # one, and two or more
        (">=3", "verified"),
        ("<=2", "refuted"),
        ("3", "unverifiable"),
        (">=4", "unverifiable"),
        ("5", "unverifiable"),
        ("all", "unverifiable"),
    ],
)
def test_a_number_with_a_crowd_is_worth_what_its_check_comes_to(bound, check, persons, mover):
    made = persons(*(mover(name, [(0, 60, 100), (6, 60, 100)]) for name in "12"), crowds="2")
    part = SubQuery(id="p1", text="persons", kind="count", subject="person", relation="count", object=bound)
    (finding,) = Case(
        plan(Decomposition(query="persons", sub_queries=(part,))), Evidence(made.twin, made.geometry)
    ).findings()
    (claim,) = finding.claims()
    assert claim.claim.endswith(": 2 found, one of them a crowd")
    assert check_claim(claim, made.twin, made.geometry).check == check
    assert finding.value == VALUES[check]
    assert finding.instances == (("1", "2") if check == "verified" else ())


def test_that_nothing_does_it_is_claimed_of_everything_and_that_something_does_of_that(clip, mover):
    at_rest = [mover(name, [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)]) for n, name in enumerate("abc")]
    resting, moving = clip(*at_rest), clip(*at_rest, mover("d", [(0, 60, 300), (6, 560, 300)]))

    def told(candidate):
        verdict = RulesJudge().judge(RulesDecomposer().decompose("nothing moves"), candidate)
        trace = check_verdict(verdict, candidate.twin, candidate.geometry).trace
        return next((line.check, set(line.instances)) for line in trace if line.claim == "nothing moves")

    assert told(resting) == ("verified", {"a", "b", "c"})
    assert told(moving) == ("refuted", {"d"})


MOVES, RESTS = [(0, 60, 100), (6, 500, 100)], [(0, 300, 250), (6, 300, 250)]


def values(question, candidate):
    """Return what each part of a question is worth, by its text."""
    labels = frozenset(["person", "cup"])
    asked = told_apart(RulesDecomposer().decompose(question, labels), labels)
    evidence = Evidence(candidate.twin, candidate.geometry)
    return {found.sub_query.text: found.value for found in Case(plan(asked), evidence).findings()}


def with_salience(candidate, **salience):
    tracks = [track.model_copy(update={"salience": salience.get(track.id, 1.0)}) for track in candidate.twin.tracks]
    return replace(candidate, twin=candidate.twin.model_copy(update={"tracks": tuple(tracks)}))


def described(candidate):
    fact = Fact(kind="caption", text="a morning in the kitchen", source="test")
    return replace(candidate, twin=candidate.twin.model_copy(update={"facts": (fact,)}))


def test_what_no_label_says_is_open_alike_whatever_else_has_a_label_or_stands_out(clip, mover):
    cup, other = mover("cup", RESTS, category="cup"), mover("other", MOVES)
    clips = [clip(cup), clip(cup, other), with_salience(clip(cup, other), other=0.0)]
    assert [values("some flour", seen)["flour"] for seen in clips] == [UNKNOWN_VALUE] * 3
    assert values("a cup", clips[0])["cup"] > 0.9


def test_who_describes_a_video_names_all_that_matters_so_that_another_name_speaks_against_it(clip, mover):
    seen = clip(mover("cup", RESTS, category="cup"))
    assert values("some flour", described(seen))["flour"] < MISSING_VALUE


@pytest.mark.parametrize(
    ("category", "least", "most"), [("tree", 0.9, 1.0), ("object", 0.6, 0.8), ("person", UNKNOWN_VALUE, 0.55)]
)
def test_what_a_thing_does_counts_as_far_as_labels_say_that_it_is_meant(category, least, most, clip, mover):
    seen = clip(mover("a", MOVES, category=category), mover("cup", RESTS, category="cup"))
    assert least <= values("the tree moves", seen)["the tree moves"] <= most


def test_what_does_not_happen_to_a_thing_of_another_name_hardly_speaks_against_it(clip, mover):
    seen = clip(mover("a", RESTS, category="person"))
    assert 0.35 < values("the tree moves", seen)["the tree moves"] < UNKNOWN_VALUE


def test_without_labels_what_a_thing_does_counts_in_full(clip, mover):
    assert values("the tree moves", clip(mover("a", MOVES), mover("b", RESTS)))["the tree moves"] > 0.9


@pytest.mark.parametrize(
    ("categories", "value"), [("cup cup cup", 1.0), ("cup cup object", UNKNOWN_VALUE), ("cup", 0.0)]
)
def test_a_number_of_what_labels_name_is_worth_what_its_check_comes_to(categories, value, clip, mover):
    movers = [
        mover(str(n), [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)], category=name)
        for n, name in enumerate(categories.split())
    ]
    assert values("there are exactly three cups", clip(*movers))["3 cups"] == value


def test_to_find_a_stain_is_worth_no_less_than_to_find_nothing(clip, mover):
    seen = clip(mover("a", RESTS, colour="red"))
    assert values("a red thing", seen)["red thing"] == 1.0
    assert MISSING_VALUE <= values("a red thing", with_salience(seen, a=0.05))["red thing"] < UNKNOWN_VALUE


@pytest.mark.parametrize(("category", "least", "most"), [("ball", 0.9, 1.0), ("object", 0.9, 1.0), ("dog", 0.45, 0.55)])
def test_what_a_labelled_thing_does_is_not_done_by_a_ball_unless_it_is_called_so(category, least, most, clip, mover):
    seen = clip(mover("a", MOVES, category=category), mover("cup", RESTS, category="cup"))
    assert least <= values("the ball moves", seen)["the ball moves"] <= most


def test_that_everything_in_view_is_called_otherwise_leaves_a_ball_open(clip, mover):
    dog = mover("a", RESTS, category="dog")
    assert values("a ball", clip(dog))["ball"] == UNKNOWN_VALUE
    assert values("a ball", described(clip(dog)))["ball"] < MISSING_VALUE
