from dataclasses import replace

import numpy as np
import pytest

from tools.followed_twice import merge_tracks, relation_of
from tools.tracks import RawTrack, Sample

RLE = {"size": [1, 1], "counts": "0"}


def track(frames: range, corner: tuple[float, float], size: tuple[float, float], speed: float = 0.0) -> RawTrack:
    """Return a track of a box that begins at a corner and moves to the right by ``speed`` pixels a frame."""
    made = RawTrack(1, np.zeros(384, np.float32))
    for number in frames:
        x, y = corner[0] + speed * number, corner[1]
        box = (x, y, x + size[0], y + size[1])
        centre = (x + size[0] / 2, y + size[1] / 2)
        made.samples[number] = Sample(number / 10, box, int(size[0] * size[1]), centre, RLE)
    return made


def test_a_region_that_is_the_thing_lends_it_the_frames_in_which_it_was_lost():
    thing, region = track(range(12), (0, 0), (20, 20), 3), track(range(8, 30), (1, 1), (20, 20), 3)
    (whole,) = merge_tracks([thing], [region])
    assert sorted(whole.samples) == list(range(30))
    assert whole.samples[10] == thing.samples[10]
    assert whole.samples[20] == region.samples[20]


def test_a_region_joins_the_pieces_of_a_thing():
    pieces = [track(range(8), (0, 0), (20, 20), 3), track(range(15, 25), (0, 0), (20, 20), 3)]
    (whole,) = merge_tracks(pieces, [track(range(25), (0, 0), (20, 20), 3)])
    assert sorted(whole.samples) == list(range(25))


@pytest.mark.parametrize(
    ("corner", "size"), [((5, 5), (6, 6)), ((-6, -6), (32, 32)), ((6, 8), (18, 16))], ids=["part", "rim", "shadow"]
)
def test_what_is_fixed_to_a_thing_is_no_thing(corner: tuple[float, float], size: tuple[float, float]):
    thing, other = track(range(20), (0, 0), (20, 20), 3), track(range(20), corner, size, 3)
    assert relation_of(other, thing) == "part"
    assert merge_tracks([thing], [other]) == [thing]


def test_what_moves_on_a_thing_or_past_it_is_a_thing_of_its_own():
    table, cup = track(range(20), (0, 0), (200, 60)), track(range(20), (0, 10), (20, 20), 8)
    assert merge_tracks([table], [cup]) == [table, cup]
    ball, other = track(range(20), (0, 0), (20, 20), 8), track(range(20), (76, 2), (20, 20))
    assert merge_tracks([ball, other], []) == [ball, other]


def test_a_thing_on_a_far_bigger_region_leaves_the_region_be():
    thing, ground = track(range(20), (50, 50), (10, 10)), track(range(20), (0, 0), (120, 100))
    assert relation_of(ground, thing) == "apart"


def test_meeting_for_a_moment_says_nothing():
    thing, region = track(range(30), (0, 0), (20, 20)), track(range(27, 60), (0, 0), (20, 20))
    assert relation_of(region, thing) == "apart"


def test_where_a_stain_was_followed_before_the_thing_came_the_thing_is_taken():
    thing, region = track(range(14), (0, 0), (20, 20), 6), track(range(30), (1, 1), (20, 20), 6)
    stain = track(range(30), (84, 6), (5, 5))
    stain.samples.update(track(range(14, 30), (0, 0), (20, 20), 6).samples)
    (whole,) = merge_tracks([thing, stain], [region])
    assert [whole.samples[n].box for n in range(30)] == [(6.0 * n, 0, 6.0 * n + 20, 20) for n in range(30)]


def test_what_flickers_at_the_rim_of_a_thing_is_a_fleck_of_it():
    thing, rim = track(range(20), (0, 0), (20, 20), 3), track(range(20), (14, 14), (8, 8), 3)
    for number in range(20):
        x = 3 * number + (14 if number % 2 else -2)  # now on this side, now on that
        rim.samples[number] = Sample(number / 10, (x, 14, x + 8, 22), 64, (x + 4, 18), RLE)
    assert relation_of(rim, thing) == "apart"  # seen all the time, it wanders about the thing
    flickering = replace(rim, samples={number: rim.samples[number] for number in (0, 1, 5, 6, 7, 12, 13, 18, 19)})
    assert relation_of(flickering, thing) == "part"
    assert relation_of(flickering, track(range(20), (60, 0), (20, 20), 3)) == "apart"
    hidden = replace(rim, samples={n: rim.samples[n] for n in (0, 1, 2, 3, 4, 16, 17, 18, 19)})
    assert relation_of(hidden, thing) == "apart"  # it hides behind the thing, and comes back
    larger = {n: replace(s, box=(s.box[0] - 20, -20, s.box[2] + 20, 40)) for n, s in flickering.samples.items()}
    assert relation_of(replace(rim, samples=larger), thing) == "apart"
    often = replace(rim, samples={n: rim.samples[n] for n in range(20) if n % 4})
    assert relation_of(often, thing) == "apart"
