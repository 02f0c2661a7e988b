"""First and last sights that are no sight of the thing."""

import numpy as np
import pytest

from tools.fragments import without_scraps
from tools.moving_objects import without_scraps as without_scraps_of_mask
from tools.tracks import RawTrack, Sample

RLE = {"size": [1, 1], "counts": "0"}


def track(*boxes):
    samples = {
        n: Sample(n / 10, box, (box[2] - box[0]) * (box[3] - box[1]), (box[0], box[1]), RLE)
        for n, box in enumerate(boxes)
    }
    return RawTrack(1, np.zeros(4, np.float32), samples)


WHOLE = [(60 + 5 * n, 40, 80 + 5 * n, 60) for n in range(6)]
SPECK = (150, 50, 153, 53)


@pytest.mark.parametrize(("boxes", "kept"), [([*WHOLE, SPECK, SPECK], range(6)), ([SPECK, *WHOLE], range(1, 7))])
def test_a_speck_that_stays_is_no_longer_the_thing_that_has_left(boxes, kept):
    assert list(without_scraps(track(*boxes), 200, 100).samples) == list(kept)


def test_a_sliver_at_the_border_is_the_thing_that_leaves():
    leaving = track(*WHOLE, (199, 45, 200, 55))
    assert without_scraps(leaving, 200, 100) is leaving


def test_a_sliver_that_stays_at_the_border_is_no_longer_the_thing_that_has_left():
    cut = (190, 40, 200, 60)
    left = without_scraps(track(*WHOLE, cut, (198, 45, 200, 55), (199, 45, 200, 55)), 200, 100)
    assert list(left.samples) == list(range(7))


def test_what_is_hardly_seen_in_between_stays():
    passing = track(*WHOLE[:3], SPECK, *WHOLE[3:])
    assert without_scraps(passing, 200, 100) is passing


@pytest.mark.parametrize(("left", "kept"), [(44, True), (60, False)], ids=["beside it", "off it"])
def test_a_small_piece_belongs_to_a_thing_only_beside_it(left, kept):
    mask = np.zeros((60, 100), bool)
    mask[10:40, 10:40] = True
    mask[10:20, left : left + 8] = True
    assert without_scraps_of_mask(mask)[12, left + 2] == kept
    assert without_scraps_of_mask(mask)[12, 12]
