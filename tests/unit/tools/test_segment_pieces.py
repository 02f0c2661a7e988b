"""Tracks of a segmenter that are one thing: followed twice, or in pieces."""

import numpy as np
import pytest

from tools.segment_pieces import join_fragments, merge_doubles
from tools.tracks import RawTrack, Region, Sample, looks_of
from twins.masks import encode_mask

WIDTH, HEIGHT = 120, 80
GREY = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)


def track(label: int, lefts: dict[int, int], *, top: int = 30, side: int = 16, certain: float = 0.9) -> RawTrack:
    """Return a track of a square, by the number of each frame (ten a second) its left edge."""
    made = RawTrack(label, looks_of(GREY, np.ones((HEIGHT, WIDTH), bool)), certain=certain)
    for number, left in lefts.items():
        mask = np.zeros((HEIGHT, WIDTH), bool)
        mask[top : top + side, left : left + side] = True
        sight = Region((slice(0, HEIGHT), slice(0, WIDTH)), mask).trimmed().sight(number / 10)
        made.samples[number] = Sample(sight.seconds, sight.box, sight.area, sight.centre, encode_mask(mask))
    return made


def going(first: int, last: int) -> dict[int, int]:
    return {number: 20 + 2 * number for number in range(first, last)}


def test_tracks_whose_masks_coincide_become_the_longer_one_with_the_frames_that_it_had_lost():
    long = {number: left for number, left in going(0, 20).items() if number not in (8, 9)}
    (one,) = merge_doubles([track(1, going(5, 15), certain=0.5), track(0, long)])
    assert one.label == 0
    assert list(one.samples) == list(range(20))
    assert one.certain == pytest.approx((18 * 0.9 + 10 * 0.5) / 28)


def test_things_side_by_side_are_not_merged():
    assert len(merge_doubles([track(0, going(0, 10)), track(1, going(0, 10), top=50)])) == 2


def test_a_mask_that_slips_onto_another_thing_at_its_end_does_not_make_them_one():
    slipping = {**dict.fromkeys(range(10), 90), **going(10, 13)}
    assert len(merge_doubles([track(0, going(10, 40)), track(1, slipping)])) == 2


def test_tracks_that_coincide_now_and_then_are_not_one():
    crossing = {number: 90 if number < 7 else 20 + 2 * number for number in range(10)}
    assert len(merge_doubles([track(0, going(0, 10)), track(1, crossing)])) == 2


def test_three_that_coincide_are_one():
    assert len(merge_doubles([track(label, going(0, 10)) for label in range(3)])) == 1


def test_a_track_that_begins_where_another_ends_goes_on_it_and_a_third_on_that():
    (one,) = join_fragments([track(0, going(0, 8)), track(1, going(10, 18)), track(2, going(20, 28))], WIDTH, HEIGHT)
    assert (min(one.samples), max(one.samples), len(one.samples)) == (0, 27, 24)
    assert one.certain == pytest.approx(0.9)


@pytest.mark.parametrize(
    "other",
    [
        track(1, dict.fromkeys(range(10, 18), 70), top=0),  # elsewhere
        track(1, going(10, 18), side=40),  # of another size
        track(1, dict.fromkeys(range(80, 90), 36)),  # much later
        track(1, going(7, 18)),  # while the first is still there
    ],
)
def test_a_track_elsewhere_or_of_another_size_or_at_another_time_is_another_thing(other):
    assert len(join_fragments([track(0, going(0, 8)), other], WIDTH, HEIGHT)) == 2


def test_of_two_that_could_go_on_a_track_the_better_one_does():
    pieces = [track(0, going(0, 8)), track(1, going(10, 18)), track(2, going(10, 18), top=36)]
    found = join_fragments(pieces, WIDTH, HEIGHT)
    assert sorted((each.label, len(each.samples)) for each in found) == [(0, 16), (2, 8)]


def test_without_tracks_there_is_nothing():
    assert merge_doubles([]) == []
    assert join_fragments([], WIDTH, HEIGHT) == []
