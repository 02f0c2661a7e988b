"""Tracks that changed hands where two things met."""

import numpy as np
import pytest

from tools.takeovers import undo_takeovers
from tools.tracks import RawTrack, Sample
from twins.masks import encode_within

SHAPE = (60, 200)
STAIN = (60.0, 30.0)


def sample(number, centre, side):
    x, y = (round(value - side / 2) for value in centre)
    rle = encode_within(np.ones((side, side), bool), (y, x), SHAPE)
    return Sample(number / 10, (x, y, x + side, y + side), side * side, centre, rle)


def track(label, samples):
    return RawTrack(label, np.ones(4, np.float32), dict(samples))


def mover(numbers, side=12, speed=5.0, start=10.0):
    return {n: sample(n, (start + speed * n, 30.0), side) for n in numbers}


def stain(numbers, side=4):
    return {n: sample(n, STAIN, side) for n in numbers}


def meeting(first, last):
    return {n: [frozenset({1, 2})] for n in range(first, last + 1)}


def test_who_passed_over_a_stain_gets_its_way_back():
    tracks = {1: track(1, mover(range(10))), 2: track(2, {**stain(range(9)), **mover(range(9, 20))})}
    right, _ = undo_takeovers(tracks, meeting(8, 10))
    assert sorted(right[1].samples) == list(range(20)) and sorted(right[2].samples) == list(range(8))
    assert {s.area for n, s in right[1].samples.items() if not 8 <= n <= 10} == {144}


def test_both_change_hands_where_both_go_on():
    one = track(1, {**mover(range(9)), **stain(range(11, 20))})
    two = track(2, {**stain(range(9)), **mover(range(11, 20))})
    right, _ = undo_takeovers({1: one, 2: two}, meeting(9, 10))
    assert right[1].samples[19].centre == (105.0, 30.0) and right[2].samples[19].centre == STAIN


@pytest.mark.parametrize("side", [12, 11])
def test_two_of_one_size_that_rebound_stay_who_they_are(side):
    here = {**mover(range(9)), **{n: sample(n, (55.0 - 5 * (n - 9), 30.0), 12) for n in range(9, 18)}}
    there = {n: sample(n, (120.0 - 5 * n if n < 9 else 75.0 + 5 * (n - 9), 30.0), side) for n in range(18)}
    tracks = {1: track(1, here), 2: track(2, there)}
    assert undo_takeovers(tracks, meeting(8, 9))[0] == tracks


def test_a_thing_that_goes_on_smaller_by_itself_stays_who_it_is():
    tracks = {1: track(1, mover(range(20))), 2: track(2, {**stain(range(9)), **stain(range(9, 20), side=9)})}
    assert undo_takeovers(tracks, meeting(8, 10))[0] == tracks


def test_what_was_seen_too_shortly_says_nothing():
    tracks = {1: track(1, mover(range(7, 10))), 2: track(2, {**stain(range(9)), **mover(range(9, 20))})}
    assert undo_takeovers(tracks, meeting(8, 10))[0] == tracks


def test_one_that_passes_two_stains_gets_its_way_back_twice():
    far = {n: sample(n, (160.0, 30.0), 4) for n in range(28)}
    tracks = {
        1: track(1, mover(range(8))),
        2: track(2, {**stain(range(9)), **mover(range(9, 29))}),
        3: track(3, {**far, **mover(range(29, 36))}),
    }
    touching = {**meeting(8, 10), **{n: [frozenset({2, 3})] for n in (28, 29)}, 33: [frozenset({3, 9})]}
    touching[10] = [*touching[10], frozenset({2, 9})]
    right, renamed = undo_takeovers(tracks, touching)
    assert sorted(right[1].samples) == list(range(36))
    assert {s.area for n, s in right[1].samples.items() if n > 29} == {144}
    assert renamed[10] == [{1, 2}, {2, 9}], "in the meeting itself the labels are still the tracker's"
    assert renamed[9] == [frozenset({1, 2})] and renamed[28] == [frozenset({1, 3})] and renamed[33] == [{1, 9}]


def test_who_goes_on_as_nobody_went_before_has_not_changed_hands():
    away = {n: sample(n, (55.0, 30.0 - 2 * (n - 9)), 12) for n in range(9, 20)}
    tracks = {1: track(1, mover(range(10))), 2: track(2, {**stain(range(9)), **away})}
    slower = undo_takeovers(tracks, meeting(8, 10))[0]
    assert slower == tracks


def test_who_moved_before_the_meeting_was_nothing_that_lay_there():
    came = {n: sample(n, (100.0 - 5 * n, 30.0), 4) for n in range(9)}
    tracks = {1: track(1, mover(range(10))), 2: track(2, {**came, **mover(range(9, 20))})}
    assert undo_takeovers(tracks, meeting(8, 10))[0] == tracks


def test_a_change_of_size_that_small_calls_for_no_explanation():
    tracks = {1: track(1, mover(range(8))), 2: track(2, {**stain(range(9), side=10), **mover(range(9, 20))})}
    assert undo_takeovers(tracks, meeting(8, 10))[0] == tracks
