import numpy as np
import pytest

from tools.tracks import RawTrack, Sample
from tools.unseen import Unseen, unseen_stretches
from twins.masks import encode_mask

WIDTH, HEIGHT = 320, 180
RLE = encode_mask(np.ones((2, 2), bool))


def followed(areas: dict[int, int], x: float = 150.0, rate: float = 10.0) -> RawTrack:
    """Return a track of a thing around (x, 90) of which so many pixels are seen in each of these frames."""
    track = RawTrack(1, np.zeros(384, np.float32))
    for number, area in areas.items():
        half = np.sqrt(area) / 2
        track.samples[number] = Sample(number / rate, (x - half, 90 - half, x + half, 90 + half), area, (x, 90.0), RLE)
    return track


def whole(first: int, last: int) -> dict[int, int]:
    return dict.fromkeys(range(first, last), 400)


def test_what_shrinks_away_and_comes_back_bit_by_bit_was_hidden():
    track = followed({**whole(0, 10), 10: 300, 11: 150, 19: 180, **whole(20, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(12, 19, "hidden")]


def test_slivers_beside_a_hiding_are_part_of_it():
    track = followed({**whole(0, 10), 10: 200, 11: 40, 12: 10, 18: 30, 19: 250, **whole(20, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(11, 19, "hidden")]


def test_a_sliver_within_a_hiding_does_not_part_it():
    track = followed({**whole(0, 8), 8: 260, 9: 240, 10: 210, 15: 30, **whole(22, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(11, 22, "hidden")]


def test_a_miss_between_two_slivers_is_part_of_the_hiding():
    track = followed({**whole(0, 10), 10: 250, 11: 40, 13: 20, 18: 250, **whole(19, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(11, 18, "hidden")]


def test_what_is_whole_before_and_after_was_not_hidden():
    track = followed({**whole(0, 10), **whole(20, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(10, 20, "gone")]


def test_what_is_hidden_in_the_end_stays_so_and_what_vanishes_whole_is_gone():
    slowly = followed({**whole(0, 10), 10: 200, 11: 20})
    assert unseen_stretches(slowly, 30, WIDTH, HEIGHT) == [Unseen(11, 30, "hidden")]
    assert unseen_stretches(followed(whole(0, 10)), 30, WIDTH, HEIGHT) == [Unseen(10, 30, "gone")]


def test_what_shrinks_at_the_border_leaves_the_picture():
    track = followed({**whole(0, 10), 10: 200, 11: 100}, x=WIDTH - 4.0)
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(12, 30, "gone")]


def test_a_short_gap_is_a_miss():
    track = followed({**whole(0, 10), **whole(12, 30)})
    assert unseen_stretches(track, 30, WIDTH, HEIGHT) == [Unseen(10, 12, "missed")]


@pytest.mark.parametrize("rate", [5.0, 10.0, 20.0])
def test_what_dwindles_in_the_distance_is_not_hidden(rate):
    frames = int(3 * rate)
    track = followed({n: int(1000 * 0.25 ** (n / frames)) for n in range(frames)}, rate=rate)
    assert unseen_stretches(track, frames + 20, WIDTH, HEIGHT) == [Unseen(frames, frames + 20, "gone")]
