import time
from dataclasses import replace

import numpy as np
import pytest

from agents.claims import check_verdict
from agents.named_parts import told_apart
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge, combine, readings
from agents.situations import GRAMMAR
from encoders.minilm import MiniLM
from twins.geometry import Visibility
from twins.queries import Decomposition, SubQuery
from twins.schema import Fact


def score(question, candidate):
    verdict = RulesJudge().judge(RulesDecomposer().decompose(question), candidate)
    return check_verdict(verdict, candidate.twin, candidate.geometry).verdict.score


def best(question, candidates):
    return max(candidates, key=lambda name: score(question, candidates[name]))


@pytest.fixture
def chases(clip, mover):
    def chase(first, second):
        return clip(
            mover("a", [(0, 60, 100), (6, 400, 120)], colour=first, shape="circle"),
            mover("b", [(0, 160, 100), (6, 500, 120)], colour=second, shape="square"),
            mover("c", [(0, 300, 300), (6, 300, 300)], colour="green", shape="triangle"),
        )

    return {"red chases": chase("red", "blue"), "blue chases": chase("blue", "red"), "yellow": chase("yellow", "blue")}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("the clip where something red chases something blue", "red chases"),
        ("the red one is chased by the blue one", "blue chases"),
        ("find the crimson thing that flees from the navy thing", "blue chases"),
        ("a yellow pursuer", "yellow"),
    ],
)
def test_who_does_it_to_whom_decides_between_clips(question, answer, chases):
    assert best(question, chases) == answer


def test_a_denial_is_met_where_the_positive_fails(clip, mover):
    still = clip(
        mover("a", [(0, 60, 100), (6, 60, 100)], colour="red"), mover("b", [(0, 60, 250), (6, 500, 250)], colour="blue")
    )
    moving = clip(
        mover("a", [(0, 60, 100), (6, 500, 100)], colour="red"),
        mover("b", [(0, 60, 250), (6, 500, 250)], colour="blue"),
    )
    assert best("the red thing never moves", {"still": still, "moving": moving}) == "still"
    assert best("the red thing moves", {"still": still, "moving": moving}) == "moving"


def test_the_order_of_two_events_decides(clip, mover):
    def stops_at(first, second):
        return clip(
            mover(
                "a", [(0, 60, 100), (first, 60 + 80 * first, 100), (8, 60 + 80 * first, 100)], colour="red", seconds=8
            ),
            mover(
                "b",
                [(0, 60, 250), (second, 60 + 80 * second, 250), (8, 60 + 80 * second, 250)],
                colour="blue",
                seconds=8,
            ),
        )

    clips = {"red first": stops_at(2, 5), "blue first": stops_at(5, 2)}
    assert best("the red thing stops before the blue thing stops", clips) == "red first"
    assert best("the red thing stops after the blue one stops", clips) == "blue first"


def test_counts_of_things_decide(clip, mover):
    def with_balls(number):
        balls = [
            mover(str(n), [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)], shape="circle", colour="red")
            for n in range(number)
        ]
        return clip(*balls, mover("box", [(0, 300, 300), (6, 300, 300)], shape="square", colour="red"))

    clips = {name: with_balls(number) for name, number in (("two", 2), ("three", 3), ("four", 4))}
    assert best("there are three circles", clips) == "three"
    assert best("exactly two circles", clips) == "two"
    assert best("at least four circles", clips) == "four"


def test_the_same_words_mean_the_same_track_in_every_part(clip, mover):
    """Red moves and another thing stops: no single thing moves right and then stops, except in one clip."""
    one = clip(
        mover("a", [(0, 60, 100), (3, 360, 100), (6, 360, 100)], colour="red"),
        mover("b", [(0, 60, 250), (6, 60, 250)], colour="blue"),
    )
    two = clip(
        mover("a", [(0, 60, 100), (6, 560, 100)], colour="red"),
        mover("b", [(0, 60, 250), (3, 360, 250), (6, 360, 250)], colour="blue"),
    )
    assert best("the red thing moves to the right and then it stops", {"one": one, "two": two}) == "one"


def test_instances_and_spans_are_those_of_the_binding(chases):
    candidate = chases["red chases"]
    verdict = RulesJudge().judge(RulesDecomposer().decompose("something red chases something blue"), candidate)
    assert set(verdict.instances) == {"a", "b"}
    assert verdict.spans
    assert all(0 <= start < end <= candidate.twin.duration for start, end in verdict.spans)


def test_what_was_verified_of_a_thing_that_hardly_stands_out_is_shown_when_and_of_whom(clip, mover):
    candidate = clip(mover("a", [(0, 60, 100), (2, 60, 100), (4, 400, 100), (6, 400, 100)], colour="red"))
    faint = tuple(track.model_copy(update={"salience": 0.05}) for track in candidate.twin.tracks)
    candidate = replace(candidate, twin=candidate.twin.model_copy(update={"tracks": faint}))
    verdict = RulesJudge().judge(RulesDecomposer().decompose("something stops"), candidate)
    (line,) = check_verdict(verdict, candidate.twin, candidate.geometry).trace
    assert line.check == "verified" and line.span in verdict.spans and verdict.instances == ("a",)


def test_without_a_measurable_part_the_score_is_that_of_recall(clip, mover):
    low, high = (clip(mover("a", [(0, 60, 100), (6, 60, 100)]), coarse=c) for c in (0.3, 0.6))
    question = "wisdom of an old philosopher"
    assert score(question, low) < score(question, high)


def test_a_twin_without_tracks_gets_a_middling_score(chases):
    empty = chases["yellow"]
    bare = empty.twin.model_copy(update={"tracks": ()})
    verdict = RulesJudge().judge(
        RulesDecomposer().decompose("a red ball moves"), type(empty)("bare", bare, empty.geometry, 0.5)
    )
    assert 0.2 < verdict.score < 0.6
    assert not verdict.instances


@pytest.mark.parametrize("value", [0.0, 0.3, 0.7])
def test_the_score_rises_with_every_condition(value):
    assert combine([(1, value), (1, 0.5)], 0.5, 1) < combine([(1, value + 0.2), (1, 0.5)], 0.5, 1)
    assert combine([(1, value)], 0.2, 1) < combine([(1, value)], 0.4, 1)


def test_measured_evidence_outweighs_likeness():
    assert combine([(1, 1.0)], 0.2, 0) > combine([(1, 0.0)], 0.9, 0)


def test_a_crowd_is_judged_in_milliseconds(clip, mover):
    crowd = clip(
        *(mover(str(n), [(0, 20 * n, 10 * n), (6, 600 - 20 * n, 300 - 9 * n)], colour="red") for n in range(30))
    )
    question = RulesDecomposer().decompose("a red thing overtakes another red thing and then stops near a third one")
    judge = RulesJudge()
    judge.judge(question, crowd)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        judge.judge(question, crowd)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.1  # a bound that a loaded machine keeps; the usual figure is in the report of the benchmark


def test_a_described_video_is_judged_by_what_a_question_says_outright(clip, mover):
    seen = clip(
        mover("a", [(0, 60, 100), (6, 400, 120)], colour="red"),
        mover("b", [(0, 160, 100), (6, 500, 120)], colour="blue"),
    )
    told = Fact(kind="caption", text="two cars on a road", source="test")
    described = replace(seen, twin=seen.twin.model_copy(update={"facts": (told,)}))
    chase = SubQuery(id="chase0", text="it is followed", kind="action", subject="thing", relation="follows",
                     object="other thing", weight=0.95, reading="pursuit")  # fmt: skip
    guessed = Decomposition(query="no peace for the hunted", sub_queries=(chase,))
    judge = RulesJudge()
    assert judge.judge(guessed, described).score == described.coarse_score
    assert judge.judge(guessed, described).claims == ()
    assert judge.judge(guessed, seen).score != seen.coarse_score
    assert [claim.predicate for claim in judge.judge(guessed, seen).claims] == ["follows"]


def test_grammar_is_not_looked_for_where_situations_leave_hardly_a_doubt():
    def parts(weight):
        said = SubQuery(id="p0", text="it moves", kind="action", subject="thing", relation="moves", reading=GRAMMAR)
        guess = said.model_copy(update={"id": "s0", "weight": weight, "reading": "pursuit"})
        return Decomposition(query="q", sub_queries=(said, guess))

    shares = {weight: [share for share, _ in readings(parts(weight))] for weight in (0.95, 0.6)}
    assert shares == {0.95: [1.0], 0.6: [pytest.approx(0.6), pytest.approx(0.4)]}


def lines(question, candidate):
    verdict = RulesJudge().judge(RulesDecomposer().decompose(question), candidate)
    return {line.claim: line.check for line in check_verdict(verdict, candidate.twin, candidate.geometry).trace}


@pytest.mark.parametrize(
    ("question", "labels", "told", "check"),
    [
        ("two cups", "cup cup", "2 cups: 2 found", "verified"),
        ("two cups", "cup cup cup", "2 cups: 3 found", "refuted"),
        ("two cups", "cup cup object", "2 cups: 2 found by name, 1 more may be", "unverifiable"),
        ("two cups", "cup cup cup object", "2 cups: 3 found by name, 1 more may be", "refuted"),
        ("two cups", "object dog", "2 cups: none found by name, 1 may be", "unverifiable"),
    ],
)
def test_a_count_of_names_is_open_only_where_it_may_be_right_and_says_why(question, labels, told, check, clip, mover):
    movers = [
        mover(str(n), [(0, 60, 60 * n), (6, 60, 60 * n)], category=label) for n, label in enumerate(labels.split())
    ]
    assert lines(question, clip(*movers))[told] == check


def test_no_unchecked_name_stands_beside_a_check_mark(clip, mover):
    unnamed = clip(mover("a", [(0, 60, 100), (6, 500, 100)], colour="red"))
    assert lines("a board moves", unnamed) == {
        "an object moves": "verified",
        'the "board" is a board': "unverifiable",
    }
    assert lines("three dogs move", unnamed)["3 dogs move: none found by name, 1 may be"] == "unverifiable"
    named = clip(mover("a", [(0, 60, 100), (6, 500, 100)], colour="red", category="dog"))
    assert lines("a red dog moves", named) == {
        "the red dog moves": "verified",
        'the "red dog" is red': "verified",
        'the "red dog" is a dog': "verified",
    }
    assert "a dog moves" in lines("a blue dog moves", named)


def test_roles_that_are_reversed_are_said_as_they_are(chases):
    told = lines("the red one is chased by the blue one", chases["blue chases"])
    assert told["the blue one follows the red one"] == "verified"
    assert "the blue one follows the red one" not in lines("red chases blue", chases["red chases"])


def test_whom_a_claim_counted_is_shown_though_it_is_the_wrong_number(clip, mover):
    two = clip(*(mover(str(n), [(0, 60 + 90 * n, 100), (6, 60 + 90 * n, 100)], shape="circle") for n in range(2)))
    verdict = RulesJudge().judge(RulesDecomposer().decompose("there are three circles"), two)
    assert set(verdict.instances) == {"0", "1"}


def test_a_denial_that_is_refuted_is_a_sentence(clip, mover):
    turning = clip(mover("a", [(0, 60, 100), (3, 500, 100), (6, 60, 100)], colour="red"))
    assert lines("the red thing never turns back", turning)["the red thing does not turn back"] == "refuted"


def test_a_verdict_names_the_way_to_understand_the_question_that_it_tells_of(clip, mover):
    moving = clip(mover("a", [(0, 60, 100), (6, 500, 100)]))
    said = SubQuery(id="p0", text="it moves", kind="action", subject="thing", relation="moves", reading=GRAMMAR)
    guess = said.model_copy(update={"id": "s0", "relation": "stands_still", "weight": 0.6, "reading": "rest"})

    def told(*parts):
        return RulesJudge().judge(Decomposition(query="it moves", sub_queries=parts), moving).reading

    assert told(said, guess) == GRAMMAR
    assert told(said, guess.model_copy(update={"relation": "moves"})) == "rest"
    assert told(said) is None


def told(question, candidate):
    """Return the claims about looks and names that are told, a light part beside a heavy one."""
    parts = RulesDecomposer().decompose(question).sub_queries
    light = tuple(part.model_copy(update={"weight": 0.06}) for part in parts)
    heavy = SubQuery(id="other", text="another thing", kind="object", weight=1.0)
    verdict = RulesJudge().judge(Decomposition(query=question, sub_queries=(*light, heavy)), candidate)
    return [claim.value for claim in verdict.claims if claim.predicate in ("colour", "category")]


def test_who_does_something_is_told_with_it_unless_it_is_clearly_not_so(clip, mover):
    moving = clip(mover("a", [(0, 60, 100), (6, 400, 120)], colour="blue"))
    assert told("a dog moves", moving) == ["dog"]
    assert told("a blue one moves", moving) == ["blue"]
    assert told("a red one moves", moving) == []


def test_what_hides_and_comes_back_turns_back_while_it_hides_not_before(clip, mover):
    """Both hide at x = 300 from 3 s to 4 s: one comes out where it went in, the other turned before, and passes on."""

    def hiding(*points):
        at_first, boxes = mover("a", points, colour="red")
        boxes[30:40] = np.nan
        made = clip((at_first, boxes), mover("wall", [(0, 300, 100), (6, 300, 100)], size=110, colour="grey"))
        visibility = made.geometry.visibility.copy()
        visibility[0, 30:40] = Visibility.OCCLUDED
        nearness = np.broadcast_to(np.array([[0.2], [0.9]], np.float32), visibility.shape)
        return replace(made, geometry=replace(made.geometry, visibility=visibility, nearness=nearness))

    back = hiding((0, 60, 100), (3, 280, 100), (3.5, 300, 100), (4, 280, 100), (6, 60, 100))
    beyond = hiding((0, 200, 100), (1, 60, 100), (3, 270, 100), (4, 330, 100), (6, 540, 100))
    question = RulesDecomposer(MiniLM()).decompose("it goes behind the wall and comes back out where it went in")

    def told(candidate):
        verdict = RulesJudge().judge(question, candidate)
        trace = check_verdict(verdict, candidate.twin, candidate.geometry).trace
        return {line.claim.replace("something", "it"): line.check for line in trace}, verdict.score

    order = "it turns back while it hides behind it"
    (held, high), (failed, low) = told(back), told(beyond)
    assert held["it turns back"] == failed["it turns back"] == held[order] == "verified"
    assert failed[order] != "verified" and high > 0.5 > low


@pytest.fixture
def thrown(clip, mover):
    """Return a described clip: a woman who moves, and a ball, a cup and a dog that nobody knows much of."""
    seen = clip(
        mover("woman", [(0, 60, 100), (6, 400, 100)], category="woman", shape="elongated"),
        mover("ball", [(2, 60, 250), (2.2, 60, 250)], category="tennis ball", shape="elongated"),
        mover("cup", [(0, 300, 250), (6, 300, 250)], category="cup"),
        mover("dog", [(1, 500, 250), (4, 500, 250)], category="dog"),
    )
    role = Fact(kind="role", about="woman", text="throws the ball, and leashes the dog beside the cup", source="test")
    return replace(seen, twin=seen.twin.model_copy(update={"facts": (role,)}))


def asked(question, candidate):
    labels = frozenset(track.category for track in candidate.twin.tracks)
    decomposition = told_apart(RulesDecomposer().decompose(question, labels), labels | {"leash"})
    verdict = RulesJudge().judge(decomposition, candidate)
    return check_verdict(verdict, candidate.twin, candidate.geometry, decomposition.sub_queries)


@pytest.mark.parametrize("noun", ["ball", "cup", "dog"])
def test_a_label_verifies_a_name_though_a_role_mentions_it_too(noun, thrown):
    checked = asked(f"a {noun}", thrown)
    assert [(line.claim, line.check) for line in checked.trace] == [(f'the "{noun}" is a {noun}', "verified")]
    assert checked.status == "verified" and checked.verdict.instances == (noun,)


def test_what_a_label_names_is_shown_when_it_is_in_view(thrown):
    assert asked("a dog", thrown).verdict.spans == (pytest.approx((1, 4.1), abs=0.1),)


@pytest.mark.parametrize("question", ["a leash", "a cup that is not red"])
def test_a_name_that_labels_do_not_settle_is_left_to_words(question, thrown):
    assert {line.check for line in asked(question, thrown).trace} == {"unverifiable"}


def test_what_the_thing_with_the_label_does_is_told_not_what_others_do(thrown):
    told = {line.claim for line in asked("the ball moves", thrown).trace}
    assert not any("woman" in claim for claim in told) and any("ball moves" in claim for claim in told)


def test_what_somebody_with_another_name_does_is_no_reason(clip, mover):
    """There is no table, and it is the dog that runs into the woman."""
    seen = clip(
        mover("dog", [(0, 60, 100), (3, 300, 100), (6, 60, 100)], category="dog"),
        mover("woman", [(0, 340, 100), (6, 340, 100)], category="woman"),
    )
    told = [(line.claim, line.check) for line in asked("the woman collides with the table", seen).trace]
    assert ("the woman collides with the table", "unverifiable") in told
    assert not any("dog" in claim for claim, _ in told)


def test_a_name_that_is_no_part_of_its_own_leaves_the_score_of_a_described_video_to_recall(thrown):
    judged = RulesJudge().judge(RulesDecomposer().decompose("a dog"), thrown)
    assert judged.score == thrown.coarse_score


def test_a_denial_that_nobody_can_check_is_told_as_open_and_by_no_fact_that_says_the_opposite(thrown):
    checked = asked("a dog that is not on a leash", thrown)
    assert [(line.claim, line.check) for line in checked.trace] == [
        ('the "dog" is a dog', "verified"),
        ("a dog that is not on a leash", "unverifiable"),
    ]
    assert checked.status == "judged"


@pytest.mark.parametrize("question", ["without a ball", "nothing moves"])
def test_where_a_question_only_denies_what_was_measured_decides_and_is_told(question, thrown):
    near, far = (replace(thrown, coarse_score=coarse) for coarse in (0.9, 0.1))
    assert score(question, near) == score(question, far) < 0.5
    assert "refuted" in [line.check for line in asked(question, near).trace]


def test_of_a_long_description_the_sentence_that_is_nearest_is_quoted(clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 60, 100)]))
    dull = " ".join(f"Sentence {n} says what nobody has asked about." for n in range(20))
    told = Fact(kind="caption", text=f"{dull} Far behind, somebody juggles three clubs.", source="test")
    described = made.twin.model_copy(update={"facts": (told,)})
    question = RulesDecomposer().decompose("who juggles clubs?")
    verdict = RulesJudge().judge(question, type(made)("clip", described, made.geometry, 0.5))
    assert "Far behind, somebody juggles three clubs." in [claim.claim for claim in verdict.claims]
