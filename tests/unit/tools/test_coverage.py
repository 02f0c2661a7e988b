"""Which masks show something new, and which show the same thing, on hand-made masks."""

import numpy as np
import pytest

from tools.coverage import covered_by, doubles, is_new, uncovered


def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    mask = np.zeros((20, 30), bool)
    mask[top:bottom, left:right] = True
    return mask


NOTHING = box(0, 0, 0, 0)


def test_a_mask_is_new_as_long_as_no_more_than_the_share_of_it_is_covered():
    covered = box(0, 0, 15, 20)
    assert is_new(box(10, 0, 20, 10), covered, 0.5)
    assert not is_new(box(9, 0, 19, 10), covered, 0.5)
    assert is_new(box(9, 0, 19, 10), covered, 0.6)


def test_a_mask_of_zero_area_is_never_new():
    assert not is_new(NOTHING, NOTHING, 0.5)
    assert uncovered([NOTHING], NOTHING, 0.5) == []
    assert uncovered([], NOTHING, 0.5) == []


def test_of_what_is_uncovered_the_whole_is_taken_and_not_its_parts():
    part, whole, other, followed = box(2, 2, 6, 6), box(0, 0, 10, 10), box(20, 10, 26, 18), box(12, 0, 18, 8)
    assert uncovered([part, whole, other, followed], followed, 0.5) == [1, 2]


def test_where_nothing_is_followed_yet_everything_is_uncovered():
    assert uncovered([box(0, 0, 3, 3), box(5, 5, 9, 9)], covered_by([], (1, 1)), 0.5) == [1, 0]


def test_what_is_covered_is_left_as_it_is():
    covered = box(0, 0, 4, 4)
    uncovered([box(10, 10, 20, 20)], covered, 0.5)
    assert covered.sum() == 16


def test_masks_that_coincide_are_doubles_and_a_part_is_none():
    masks = {7: box(0, 0, 10, 10), 3: box(0, 0, 10, 9), 5: box(0, 0, 5, 5), 9: NOTHING, 2: NOTHING}
    assert doubles(masks) == {(3, 7)}
    assert doubles({}) == set()


@pytest.mark.parametrize(("rows", "pairs"), [(8, {(1, 2)}), (7, set())])
def test_masks_coincide_from_an_overlap_of_four_fifths_on(rows, pairs):
    assert doubles({1: box(0, 0, 10, 10), 2: box(0, 0, 10, rows)}) == pairs
