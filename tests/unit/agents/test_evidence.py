import numpy as np

from agents.claims import check_claim
from agents.evidence import UNKNOWN_VALUE, Evidence
from twins.geometry import Visibility
from twins.predicates.pairs import distance
from twins.predicates.presence import own_way_before
from twins.predicates.truth import FAILS, HOLDS
from twins.queries import Claim


def test_a_scene_does_not_keep_the_arrays_of_every_question(clip, mover):
    seen = clip(mover("1", [(0, 60, 100), (6, 400, 100)]), mover("2", [(0, 500, 250), (6, 500, 250)]))
    evidence = Evidence(seen.twin, seen.geometry)
    pair = np.array([evidence.member(0)]), np.array([evidence.member(1)])
    assert evidence.values("near", [(0, 1)]).shape == (1,)
    before = distance(evidence.scene, *pair)
    assert evidence.values("touching", [(0, 1)]).shape == (1,)
    assert distance(evidence.scene, *pair) is not before


def test_what_is_hidden_by_nothing_that_is_followed_hides_where_the_cover_is_left_open(clip, mover):
    seen = clip(mover("1", [(0, 60, 100), (3, 300, 100)]), mover("2", [(0, 500, 300), (6, 500, 300)]))
    seen.geometry.visibility[0, 31:] = Visibility.OCCLUDED
    evidence = Evidence(seen.twin, seen.geometry)
    hidden, in_view = evidence.values("hides_behind", [(0, None), (1, None)])
    assert 0.8 < hidden < 1.0  # a cover that is followed would be surer
    assert in_view == 0.0
    assert evidence.values("hides_behind", [(0, 1)]).tolist() == [0.0]
    assert evidence.truth("hides_behind", 0, None).holds == ((3.0, 6.0),)
    claim = Claim(claim="it hides", predicate="hides_behind", instances=("1",), source="rules")
    assert check_claim(claim, seen.twin, seen.geometry).check == "verified"


def test_a_clear_case_is_worth_more_than_a_doubtful_one_and_both_more_than_an_unknown_one(clip, mover):
    seen = clip(mover("1", [(0, 100, 100), (6, 100, 100)]), mover("2", [(0, 400, 200), (6, 400, 200)]))
    for row, factor in ((0, 2.5), (1, 1.5)):
        centre = seen.geometry.centroids[row, :, [0, 1, 0, 1]].T
        steps = np.geomspace(1, factor, len(centre))[:, None]
        seen.geometry.boxes[row] = centre + (seen.geometry.boxes[row] - centre) * steps
    evidence = Evidence(seen.twin, seen.geometry)
    clear, doubtful = evidence.values("grows", [(0, None), (1, None)])
    assert clear > doubtful + 0.1 > UNKNOWN_VALUE + 0.1


def test_what_hides_by_its_own_way_does_so_more_clearly_than_what_is_passed_at_rest(clip, mover):
    values = []
    goes, rests = [(0, 60, 100), (2, 300, 100)], [(0, 300, 100), (2, 300, 100)]
    for hidden, passing in ((goes, [*rests, (6, 300, 100)]), (rests, [*goes, (6, 620, 100)])):
        seen = clip(mover("1", hidden), mover("2", passing, size=90))
        seen.geometry.visibility[0, 21:] = Visibility.OCCLUDED
        evidence = Evidence(seen.twin, seen.geometry)
        assert evidence.truth("hides_behind", 0, 1).ever
        values.append(float(evidence.values("hides_behind", [(0, 1)])[0]))
    assert values[0] > values[1] + 0.2
    assert values[1] > UNKNOWN_VALUE + 0.1


def test_what_is_hidden_from_the_beginning_has_not_gone_there(clip, mover):
    seen = clip(mover("1", [(0, 300, 100), (6, 300, 100)]), mover("2", [(0, 300, 100), (6, 300, 100)], size=90))
    seen.geometry.visibility[0, :30] = Visibility.OCCLUDED
    marks = np.full((1, len(seen.geometry.seconds)), FAILS, np.int8)
    marks[0, 5:30] = HOLDS
    made = Evidence(seen.twin, seen.geometry).scene
    assert own_way_before(made, np.array([0]), marks).tolist() == [0.5]
