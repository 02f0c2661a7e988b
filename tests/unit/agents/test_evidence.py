import numpy as np

from agents.evidence import Evidence
from twins.predicates.pairs import distance


def test_a_scene_does_not_keep_the_arrays_of_every_question(clip, mover):
    seen = clip(mover("1", [(0, 60, 100), (6, 400, 100)]), mover("2", [(0, 500, 250), (6, 500, 250)]))
    evidence = Evidence(seen.twin, seen.geometry)
    pair = np.array([evidence.member(0)]), np.array([evidence.member(1)])
    assert evidence.values("near", [(0, 1)]).shape == (1,)
    before = distance(evidence.scene, *pair)
    assert evidence.values("touching", [(0, 1)]).shape == (1,)
    assert distance(evidence.scene, *pair) is not before
