from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tools.tracks import RawTrack, Sample
from tools.unseen import Unseen, unseen_stretches
from twins.masks import encode_mask

WIDTH, HEIGHT = 320, 180
RLE = encode_mask(np.ones((2, 2), bool))


@dataclass
class Shot:
    """One that begins with the first frame, its camera still unless told."""

    end: int
    tracks: Sequence[RawTrack] = ()
    start: int = 0
    camera: np.ndarray = field(default_factory=lambda: np.tile(np.eye(2, 3, dtype=np.float32), (200, 1, 1)))


def followed(areas: dict[int, int], x: float = 100.0, rate: float = 10.0, step: float = 5.0) -> RawTrack:
    """Return a track of a thing of which so many pixels are seen in each of these frames.

    Its middle is at (x, 90) in the first frame and ``step`` pixels further right in each one after.
    """
    track = RawTrack(1, np.zeros(384, np.float32))
    for number, area in areas.items():
        half, at = np.sqrt(area) / 2, x + step * number
        box = (at - half, 90 - half, at + half, 90 + half)
        track.samples[number] = Sample(number / rate, box, area, (at, 90.0), RLE)
    return track


def unseen(track: RawTrack, end: int, *others: RawTrack) -> list[Unseen]:
    return unseen_stretches(track, Shot(end, (track, *others)), WIDTH, HEIGHT)


def whole(first: int, last: int) -> dict[int, int]:
    return dict.fromkeys(range(first, last), 400)


def test_what_shrinks_away_and_comes_back_bit_by_bit_was_hidden():
    track = followed({**whole(0, 10), 10: 300, 11: 150, 19: 180, **whole(20, 30)})
    assert unseen(track, 30) == [Unseen(12, 19, "hidden")]


def test_slivers_beside_a_hiding_are_part_of_it():
    track = followed({**whole(0, 10), 10: 200, 11: 40, 12: 10, 18: 30, 19: 250, **whole(20, 30)})
    assert unseen(track, 30) == [Unseen(11, 19, "hidden")]


def test_a_sliver_within_a_hiding_does_not_part_it():
    track = followed({**whole(0, 8), 8: 260, 9: 240, 10: 210, 15: 30, **whole(22, 30)})
    assert unseen(track, 30) == [Unseen(11, 22, "hidden")]


def test_a_miss_between_two_slivers_is_part_of_the_hiding():
    track = followed({**whole(0, 10), 10: 250, 11: 40, 13: 20, 18: 250, **whole(19, 30)})
    assert unseen(track, 30) == [Unseen(11, 18, "hidden")]


def test_what_is_whole_before_and_after_was_not_hidden():
    track = followed({**whole(0, 10), **whole(20, 30)})
    assert unseen(track, 30) == [Unseen(10, 20, "gone")]


def test_what_is_hidden_in_the_end_stays_so_and_what_vanishes_whole_is_gone():
    slowly = followed({**whole(0, 10), 10: 200, 11: 20})
    assert unseen(slowly, 30) == [Unseen(11, 30, "hidden")]
    assert unseen(followed(whole(0, 10)), 30) == [Unseen(10, 30, "gone")]


def test_what_shrinks_at_the_border_leaves_the_picture():
    track = followed({**whole(0, 10), 10: 200, 11: 100}, x=WIDTH - 4.0, step=0.0)
    assert unseen(track, 30) == [Unseen(12, 30, "gone")]


def test_a_short_gap_is_a_miss():
    track = followed({**whole(0, 10), **whole(12, 30)})
    assert unseen(track, 30) == [Unseen(10, 12, "missed")]


@pytest.mark.parametrize("rate", [5.0, 10.0, 20.0])
def test_what_dwindles_in_the_distance_is_not_hidden(rate):
    frames = int(3 * rate)
    track = followed({n: int(1000 * 0.25 ** (n / frames)) for n in range(frames)}, rate=rate)
    assert unseen(track, frames + 20) == [Unseen(frames, frames + 20, "gone")]


VANISHED = {**whole(0, 10), 10: 4, **whole(20, 30)}
"""A thing that is whole, then a stain, then there again."""


def test_what_is_gone_faster_than_it_moved_left_a_stain_and_is_not_hidden():
    assert unseen(followed(VANISHED, step=2.0), 30) == [Unseen(11, 20, "gone")]
    # The same the other way round, and for the rest of the shot.
    assert unseen(followed({**whole(0, 10), 19: 4, **whole(20, 30)}, step=2.0), 30) == [Unseen(10, 19, "gone")]
    assert unseen(followed({**whole(0, 10), 10: 4}, step=2.0), 30) == [Unseen(11, 30, "gone")]


def test_where_the_stain_lies_does_not_tell_how_fast_a_thing_went():
    track = followed(VANISHED, step=2.0)
    track.samples[10] = replace(track.samples[10], centre=(130.0, 90.0), box=(129.0, 89.0, 131.0, 91.0))
    assert unseen(track, 30) == [Unseen(11, 20, "gone")]


def test_what_was_seen_whole_once_is_hidden_as_fast_as_it_moved_then():
    track = followed({**whole(0, 10), 28: 150, 29: 400})
    assert unseen(track, 30) == [Unseen(10, 28, "hidden")]


def test_what_is_fast_may_be_hidden_from_one_frame_to_the_next():
    assert unseen(followed(VANISHED, x=20.0, step=8.0), 30) == [Unseen(10, 20, "hidden")]


def test_how_fast_a_thing_goes_is_told_with_the_camera_taken_out():
    track = followed(VANISHED, x=20.0, step=8.0)
    camera = np.tile(np.eye(2, 3, dtype=np.float32), (30, 1, 1))
    camera[:, 0, 2] = -8.0 * np.arange(30)  # it turns the other way: the thing stands still
    assert unseen_stretches(track, Shot(30, (track,), camera=camera), WIDTH, HEIGHT) == [Unseen(11, 20, "gone")]


def test_what_stands_still_is_hidden_by_what_comes_over_it():
    def thing():
        return followed(VANISHED, x=150.0, step=0.0)

    passer = followed(dict.fromkeys(range(30), 3600), x=0.0, step=10.0)
    assert unseen(thing(), 30, passer) == [Unseen(10, 20, "hidden")]
    comes_out = followed({**whole(0, 10), 19: 4, **whole(20, 30)}, x=150.0, step=0.0)
    assert unseen(comes_out, 30, passer) == [Unseen(10, 20, "hidden")]
    elsewhere = followed(dict.fromkeys(range(30), 3600), x=0.0, step=1.0)
    assert unseen(thing(), 30, elsewhere) == [Unseen(11, 20, "gone")]
    beneath = followed(dict.fromkeys(range(30), 3600), x=150.0, step=0.0)
    assert unseen(thing(), 30, beneath) == [Unseen(11, 20, "gone")]
