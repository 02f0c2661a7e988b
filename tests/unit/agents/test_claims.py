from dataclasses import replace

import numpy as np
import pytest

from agents.claims import REFUTED_COST, check_claim, check_verdict
from agents.scenes import scene
from twins.coco_kinds import attributes_of
from twins.geometry import Visibility
from twins.queries import Claim, Verdict


@pytest.fixture
def candidate(clip, mover):
    """Red 1 moves right for three seconds and stops; blue 2 stands; 3 has no colour and moves left late."""
    return clip(
        mover("1", [(0, 60, 100), (3, 400, 100), (6, 400, 100)], colour="red", shape="circle"),
        mover("2", [(0, 500, 250), (6, 500, 250)], colour="blue", shape="square"),
        mover("3", [(0, 600, 330), (4, 600, 330), (6, 100, 330)]),
    )


def check(candidate, **claim):
    return check_claim(Claim(claim="said", **claim), candidate.twin, candidate.geometry).check


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"predicate": "moves_right", "instances": ("1",)}, "verified"),
        ({"predicate": "moves_right", "instances": ("1",), "span": (0.5, 2.5)}, "verified"),
        ({"predicate": "moves_right", "instances": ("1",), "span": (4.5, 6.0)}, "refuted"),
        ({"predicate": "moves_right", "instances": ("2",)}, "refuted"),
        ({"predicate": "moves", "instances": ("2",), "negated": True}, "verified"),
        ({"predicate": "moves", "instances": ("1",), "negated": True}, "refuted"),
        ({"predicate": "left_of", "instances": ("1", "2")}, "verified"),
        ({"predicate": "left_of", "instances": ("2", "1")}, "refuted"),
        ({"predicate": "right_of", "instances": ("2",), "value": "frame"}, "verified"),
        ({"predicate": "left_of", "instances": ("2",), "value": "frame"}, "refuted"),
        ({"predicate": "colour", "value": "crimson", "instances": ("1",)}, "verified"),
        ({"predicate": "colour", "value": "green", "instances": ("1",)}, "refuted"),
        ({"predicate": "colour", "value": "green", "instances": ("3",)}, "unverifiable"),
        ({"predicate": "shape", "value": "square", "instances": ("2",)}, "verified"),
        ({"predicate": "count", "value": "2", "instances": ("1", "2")}, "unverifiable"),  # there may be more
        ({"predicate": "count", "value": ">=2", "instances": ("1", "2")}, "verified"),
        ({"predicate": "count", "value": "3", "instances": ("1", "2")}, "refuted"),
        ({"predicate": "count", "value": ">=2 of thing that moves", "instances": ("1", "3")}, "verified"),
        ({"predicate": "count", "value": "3 of thing that moves"}, "refuted"),
        ({"predicate": "before", "value": "stops(1); moves_left(3)", "instances": ("1", "3")}, "verified"),
        ({"predicate": "after", "value": "stops(1); moves_left(3)", "instances": ("1", "3")}, "refuted"),
    ],
)
def test_claims_are_recomputed_from_the_geometry(claim, expected, candidate):
    assert check(candidate, **claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"value": ">=4 of person"}, "unverifiable"),
        ({"value": ">=3 of person"}, "verified"),  # one, and two or more
        ({"value": "2 of person"}, "refuted"),
        ({"value": "5 of person"}, "unverifiable"),
        ({"value": "all of person that moves"}, "unverifiable"),
        ({"value": "1 of dog"}, "verified"),
        ({"value": "5", "instances": ("1", "2")}, "unverifiable"),
        ({"value": ">=3", "instances": ("1", "2")}, "verified"),
        ({"value": "2", "instances": ("1", "2")}, "refuted"),
    ],
)
def test_of_a_crowd_only_the_least_number_is_known(clip, mover, claim, expected):
    still = [(0, 60, 100), (6, 60, 100)]
    made = clip(*(mover(name, still) for name in "123"))
    called = {"1": "person", "2": "person", "3": "dog"}
    tracks = tuple(
        track.model_copy(
            update={
                "category": called[track.id],
                "confidence": 1.0,
                "attributes": attributes_of("person", None, track.id == "2", "coco"),
            }
        )
        for track in made.twin.tracks
    )
    assert (
        check(replace(made, twin=made.twin.model_copy(update={"tracks": tracks})), predicate="count", **claim)
        == expected
    )


@pytest.mark.parametrize("crowds", ["1", "12"])  # the shorter piece, or both
@pytest.mark.parametrize("claim", [{"value": "{} of person"}, {"value": "{}", "instances": ("1", "2")}])
def test_a_crowd_in_two_pieces_is_one_crowd(crowds, claim, persons, mover):
    pieces = (mover("1", [(0, 60, 100), (2, 260, 100)]), mover("2", [(2.1, 270, 100), (6, 660, 100)]))
    made = persons(*pieces, crowds=crowds)
    joined = replace(made, twin=made.twin.model_copy(update={"origin": "perceived"}))
    assert scene(joined.twin, joined.geometry).count == 1
    for bound, expected in ((">=3", "unverifiable"), (">=2", "verified"), ("1", "refuted")):
        assert check(joined, predicate="count", **claim | {"value": claim["value"].format(bound)}) == expected


def test_the_kind_that_a_category_is_of_tells_no_look(clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 60, 100)], category="mouse"))
    kind = {"attributes": attributes_of("mouse", "small red animal", True, "coco")}
    tracks = (made.twin.tracks[0].model_copy(update=kind),)
    mouse = replace(made, twin=made.twin.model_copy(update={"tracks": tracks}))
    for look, word in (("size", "small"), ("size", "large"), ("colour", "red")):
        assert check(mouse, predicate=look, value=word, instances=("1",)) == "unverifiable"


@pytest.mark.parametrize(
    "claim",
    [
        {"predicate": "left_of", "instances": ("1", "9")},
        {"predicate": None, "instances": ("no such thing",)},
        {"predicate": "moves", "instances": ("1",), "span": (50.0, 60.0)},
    ],
)
def test_evidence_that_does_not_exist_refutes_a_claim(claim, candidate):
    assert check(candidate, **claim) == "refuted"


@pytest.mark.parametrize(
    "claim",
    [
        {"predicate": "teleports", "instances": ("1",)},
        {"predicate": "moves", "instances": ("1", "2")},
        {"predicate": "moves", "instances": ()},
        {"predicate": "left_of", "instances": ("1", "1")},
        {"predicate": "left_of", "instances": ("1", "2", "3")},
        {"predicate": "colour", "value": "transparent", "instances": ("1",)},
        {"predicate": "colour", "value": None, "instances": ("1",)},
        {"predicate": "colour", "value": "red", "instances": ()},
        {"predicate": "count", "value": "many", "instances": ("1",)},
        {"predicate": "count", "value": "9" * 400, "instances": ("1",)},
        {"predicate": "before", "value": "stops(1)", "instances": ("1",)},
        {"predicate": "before", "value": "stops(1); __import__(os)", "instances": ("1",)},
        {"predicate": "before", "value": "stops(1); stops(7)", "instances": ("1",)},
        {"predicate": None, "instances": ("1",)},
        {"predicate": "", "instances": ()},
    ],
)
def test_what_cannot_be_recomputed_is_unverifiable(claim, candidate):
    assert check(candidate, **claim) == "unverifiable"


def test_a_refuted_claim_costs_score(candidate):
    good = Claim(claim="it moves", predicate="moves", instances=("1",))
    bad = Claim(claim="it moves", predicate="moves", instances=("2",))

    def score(*claims):
        return check_verdict(Verdict(score=0.8, claims=claims), candidate.twin, candidate.geometry).verdict.score

    assert score(good) == 0.8
    assert score(good) > score(good, bad) > score(bad)


def test_a_verdict_without_a_checkable_claim_is_judged_and_cannot_outrank_an_equal_verified_one(candidate):
    told = Verdict(score=0.8, claims=(Claim(claim="it feels like a race"),))
    shown = Verdict(score=0.8, claims=(Claim(claim="it moves", predicate="moves", instances=("1",)),))
    judged, verified = (check_verdict(v, candidate.twin, candidate.geometry) for v in (told, shown))
    assert judged.status == "judged"
    assert verified.status == "verified"
    assert judged.verdict.score < verified.verdict.score


@pytest.mark.parametrize(("seconds", "expected"), [(5.0, ("refuted", "verified")), (3.0, ("unverifiable",) * 2)])
def test_a_denial_is_verified_by_what_refutes_the_claim(clip, mover, seconds, expected):
    made = clip(
        mover("1", [(0, 60, 100), (seconds, 60 + 60 * seconds, 100)]), mover("2", [(0, 500, 250), (6, 500, 250)])
    )
    visibility = made.geometry.visibility.copy()
    visibility[0, np.isnan(made.geometry.boxes[0, :, 0])] = Visibility.NOT_SAMPLED
    part_seen = replace(made, geometry=replace(made.geometry, visibility=visibility))
    said = {"predicate": "moves_left", "instances": ("1",)}
    assert (check(part_seen, **said), check(part_seen, negated=True, **said)) == expected


def test_what_holds_for_a_moment_refutes_its_denial(candidate):
    moved = {"predicate": "moves_right", "instances": ("1",), "span": (2.5, 6.0), "negated": True}
    assert check(candidate, **moved) == "refuted"


def test_a_refuted_claim_keeps_a_verdict_from_being_verified(candidate):
    claims = (
        Claim(claim="it moves", predicate="moves", instances=("1",)),
        Claim(claim="it moves", predicate="moves", instances=("2",)),
    )
    assert check_verdict(Verdict(score=0.8, claims=claims), candidate.twin, candidate.geometry).status == "judged"


def test_unknown_instances_and_spans_outside_the_clip_are_dropped(candidate):
    verdict = Verdict(score=0.5, instances=("1", "ghost", "1"), spans=((1.0, 2.0), (5.0, 99.0), (70.0, 80.0)))
    kept = check_verdict(verdict, candidate.twin, candidate.geometry).verdict
    assert kept.instances == ("1",)
    assert kept.spans == ((1.0, 2.0), (5.0, 6.0))


FALLS = Claim(claim="it moves left", sub_query="p1", predicate="moves_left", instances=("1",))
HOLDS = Claim(claim="it stands", sub_query="p2", predicate="moves", instances=("2",), negated=True)


@pytest.mark.parametrize(
    ("claims", "given_up", "refuted"),
    [
        ((HOLDS, FALLS), (), 1),
        ((HOLDS,), ("p1",), 1),  # left out, and nothing else of its part
        ((HOLDS, FALLS), ("p1",), 1),  # said again: once is enough
        ((HOLDS,), ("p2",), 0),  # something else of it holds
    ],
)
def test_what_is_refuted_of_a_part_costs_once_left_out_or_said_again(claims, given_up, refuted, candidate):
    told = Verdict(score=0.8, claims=claims)
    found = check_verdict(told, candidate.twin, candidate.geometry, given_up=given_up).verdict.score
    assert found == pytest.approx(0.8 * (1 - REFUTED_COST * refuted / (1 + refuted)))


@pytest.fixture
def half_seen(clip, mover):
    """1 stops after three seconds and is covered from then on; 2 moves left in the last second, 3 all the time."""
    made = clip(
        mover("1", [(0, 60, 100), (2, 300, 100), (3, 300, 100)]),
        mover("2", [(0, 500, 250), (5, 500, 250), (6, 400, 250)]),
        mover("3", [(0, 600, 330), (6, 100, 330)]),
    )
    visibility = made.geometry.visibility.copy()
    visibility[0, np.isnan(made.geometry.boxes[0, :, 0])] = Visibility.OCCLUDED
    return replace(made, geometry=replace(made.geometry, visibility=visibility))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"predicate": "count", "value": "2 times that stops", "instances": ("1",)}, "unverifiable"),
        ({"predicate": "count", "value": ">=1 times that stops", "instances": ("1",)}, "verified"),
        ({"predicate": "count", "value": "=0 times that stops", "instances": ("1",)}, "refuted"),
        ({"predicate": "count", "value": "1 times that stops", "instances": ("1",)}, "unverifiable"),
        ({"predicate": "count", "value": "1 times that moves_left", "instances": ("2",)}, "verified"),
        ({"predicate": "count", "value": "2 times that moves_left", "instances": ("2",)}, "refuted"),
        ({"predicate": "count", "value": "3 of thing that moves_left"}, "unverifiable"),
        ({"predicate": "before", "value": "moves_left(2); stops(1)", "instances": ("1", "2")}, "unverifiable"),
    ],
)
def test_what_may_have_happened_unseen_refutes_no_number_and_no_order(claim, expected, half_seen):
    assert check(half_seen, **claim) == expected


@pytest.mark.parametrize(
    ("instances", "check"), [("ab", "verified"), ("abd", "refuted"), ("abc", "unverifiable"), ("", "unverifiable")]
)
def test_what_is_claimed_of_each_holds_only_where_it_is_so_of_every_one(instances, check, clip, mover):
    gone = mover("c", [(0, 260, 100), (6, 260, 100)])
    gone[1][20:50] = np.nan
    made = clip(
        mover("a", [(0, 60, 100), (6, 60, 100)]),
        mover("b", [(0, 160, 100), (6, 160, 100)]),
        gone,
        mover("d", [(0, 60, 300), (6, 560, 300)]),
    )
    visibility = made.geometry.visibility.copy()
    visibility[2, 20:50] = Visibility.NOT_SAMPLED
    geometry = replace(made.geometry, visibility=visibility)
    claim = Claim(claim="they rest", predicate="moves", value="each", instances=tuple(instances), negated=True)
    assert check_claim(claim, made.twin, geometry).check == check


@pytest.mark.parametrize(
    ("instances", "negated", "check"),
    [
        ("12", False, "unverifiable"),  # each meets somebody: not that 1 meets 3
        ("13", True, "unverifiable"),  # 1 does meet somebody: not that it meets 3
        ("34", False, "unverifiable"),
        ("34", True, "verified"),  # nobody at all
    ],
)
def test_a_relation_is_no_claim_of_each_but_for_those_who_have_it_to_nobody(instances, negated, check, clip, mover):
    made = clip(
        mover("1", [(0, 60, 100), (3, 250, 100), (6, 250, 100)]),
        mover("2", [(0, 500, 100), (3, 300, 100), (6, 300, 100)]),
        mover("3", [(0, 60, 330), (6, 60, 330)]),
        mover("4", [(0, 560, 330), (6, 560, 330)]),
    )
    said = Claim(claim="?", predicate="meets", value="each", instances=tuple(instances), negated=negated)
    assert check_claim(said, made.twin, made.geometry).check == check
    one = Claim(claim="1 meets somebody", predicate="meets", instances=("1",))
    assert check_claim(one, made.twin, made.geometry).check == "verified"


@pytest.mark.parametrize(
    ("said", "measured", "check"),
    [
        ("orange", "red", "unverifiable"),  # a tomato
        ("pink", "purple", "unverifiable"),  # magenta
        ("green", "blue", "unverifiable"),  # turquoise
        ("red", "orange", "unverifiable"),  # coral
        ("yellow", "orange", "unverifiable"),
        ("yellow", "green", "unverifiable"),  # olive
        ("red", "purple", "unverifiable"),
        ("pink", "blue", "refuted"),
        ("red", "blue", "refuted"),
        ("red", "green", "refuted"),
        ("blue", "black", "refuted"),
        ("red", "red", "verified"),
    ],
)
@pytest.mark.parametrize("origin", ["perceived", "imported"])
def test_a_colour_is_refuted_by_one_that_is_no_neighbour(said, measured, check, origin, clip, mover):
    made = clip(*(mover(name, [(0, 60, 100), (6, 60, 100)], colour=measured) for name in "12"))
    sure = (made.twin.tracks[0].attributes[0].model_copy(update={"confidence": 0.95}),)
    tracks = tuple(track.model_copy(update={"attributes": sure}) for track in made.twin.tracks)
    twin = made.twin.model_copy(update={"tracks": tracks, "origin": origin})
    claim = Claim(claim="it is so", predicate="colour", value=said, instances=("1",))
    assert check_claim(claim, twin, made.geometry).check == check


def test_black_that_was_measured_may_be_grey_in_the_shade(clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 60, 100)], colour="black"))
    claim = Claim(claim="it is grey", predicate="colour", value="grey", instances=("1",))
    twin = made.twin.model_copy(update={"origin": "perceived"})
    assert check_claim(claim, twin, made.geometry).check == "unverifiable"


@pytest.mark.parametrize(
    ("value", "sure", "unsure"),
    [
        ("<=2 of thing", "verified", "unverifiable"),
        ("2 of thing", "verified", "unverifiable"),
        (">=2 of thing", "verified", "verified"),
        ("3 of thing", "refuted", "unverifiable"),
        ("4 of thing", "refuted", "refuted"),
        ("<=1 of thing", "refuted", "refuted"),
        ("<=2 of thing that moves", "verified", "unverifiable"),
        ("2 of thing that moves", "verified", "unverifiable"),
        (">=2 of thing that moves", "verified", "verified"),
        ("3 of thing that moves", "refuted", "unverifiable"),
        (">=3 of thing that moves", "refuted", "unverifiable"),
        ("<=1 of thing that moves", "refuted", "refuted"),
        ("<=2 of thing that not moves", "verified", "verified"),
        ("all of thing that moves", "verified", "verified"),
        ("all of thing that turns", "refuted", "refuted"),
    ],
)
def test_a_number_is_only_as_certain_as_what_may_be_a_thing_allows(clip, mover, value, sure, unsure):
    moves = [(0, 60, 100), (6, 560, 100)]
    made = clip(*(mover(name, moves) for name in "123"))
    for salience, expected in ((0.1, sure), (0.3, unsure)):  # as good as no thing, and perhaps one
        tracks = [t.model_copy(update={"salience": salience}) if t.id == "3" else t for t in made.twin.tracks]
        twin = made.twin.model_copy(update={"tracks": tuple(tracks)})
        claim = Claim(claim="said", predicate="count", value=value)
        assert check_claim(claim, twin, made.geometry).check == expected


def test_all_is_open_where_what_may_be_a_thing_does_not_do_it(clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 560, 100)]), mover("2", [(0, 60, 300), (6, 60, 300)]))
    unsure = made.twin.tracks[1].model_copy(update={"salience": 0.3})
    twin = made.twin.model_copy(update={"tracks": (made.twin.tracks[0], unsure)})
    claim = Claim(claim="said", predicate="count", value="all of thing that moves")
    assert check_claim(claim, made.twin, made.geometry).check == "refuted"
    assert check_claim(claim, twin, made.geometry).check == "unverifiable"


def test_at_most_so_many_of_a_colour_is_open_where_one_has_no_known_colour(clip, mover):
    rests = [(0, 60, 100), (6, 60, 100)]
    made = clip(mover("1", rests, colour="red"), mover("2", rests, colour="blue"), mover("3", rests))
    known = clip(mover("1", rests, colour="red"), mover("2", rests, colour="blue"))
    claim = Claim(claim="said", predicate="count", value="<=1 of red thing")
    assert check_claim(claim, made.twin, made.geometry).check == "unverifiable"
    assert check_claim(claim, known.twin, known.geometry).check == "verified"


@pytest.mark.parametrize(("relation", "check"), [("behind", "verified"), ("in_front_of", "refuted")])
def test_who_is_covered_for_a_moment_is_never_in_front(clip, mover, relation, check):
    made = clip(
        mover("ball", [(0, 60, 180), (6, 580, 180)], size=50), mover("wall", [(0, 320, 180), (6, 320, 180)], size=90)
    )
    area = made.geometry.area.copy()
    left, right = (made.geometry.boxes[:, :, side] for side in (0, 2))
    hidden = np.clip(np.minimum(right[0], right[1]) - np.maximum(left[0], left[1]), 0, 50)
    area[0] *= 1 - hidden / 50
    said = Claim(claim="said", predicate=relation, instances=("ball", "wall"))
    assert check_claim(said, made.twin, replace(made.geometry, area=area)).check == check


@pytest.mark.parametrize(
    ("said", "check"),
    [("ball", "verified"), ("soccer ball", "verified"), ("red ball", "unverifiable"), (" ", "unverifiable")],
)
def test_a_label_confirms_all_of_the_words_that_it_has(said, check, clip, mover):
    made = clip(mover("1", [(0, 60, 100), (6, 60, 100)]))
    (track,) = made.twin.tracks
    twin = made.twin.model_copy(
        update={"tracks": (track.model_copy(update={"category": "soccer ball", "confidence": 0.9}),)}
    )
    claim = Claim(claim="so it is called", predicate="category", value=said, instances=("1",))
    assert check_claim(claim, twin, made.geometry).check == check
