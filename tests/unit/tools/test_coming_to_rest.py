"""Things that are followed by their looks over the time in which they rest."""

import numpy as np
import pytest

from tools.coming_to_rest import follow_to_rest
from tools.tracks import RawTrack, Sample
from twins.masks import decode_mask, encode_within

SHAPE, SIDE, FRAMES = (60, 120), 12, 24
STILL = dict.fromkeys(range(FRAMES), np.eye(3))
SECONDS = [number / 10 for number in range(FRAMES)]


def ground():
    grain = np.random.default_rng(3).normal(0, 4, (*SHAPE, 3))
    return (120 + grain).astype(np.uint8)


def thing():
    striped = np.full((SIDE, SIDE, 3), 40, np.uint8)
    striped[:, SIDE // 2 :] = 90
    return striped


def films(xs):
    """Return frames, (h, w, 3), of the thing at these places; none is nowhere."""
    frames = {}
    for number, x in enumerate(xs):
        frames[number] = ground()
        if x is not None:
            frames[number][20 : 20 + SIDE, x : x + SIDE] = thing()
    return frames


def followed(xs, numbers):
    """Return the track of a tracker that saw the thing in these frames only."""
    samples = {}
    for number in numbers:
        x = xs[number]
        rle = encode_within(np.ones((SIDE, SIDE), bool), (20, x), SHAPE)
        box = (x, 20, x + SIDE, 20 + SIDE)
        samples[number] = Sample(SECONDS[number], box, SIDE * SIDE, (x + SIDE / 2, 20 + SIDE / 2), rle)
    return RawTrack(1, np.ones(4, np.float32), samples)


WALK = [10 + 4 * n for n in range(10)]
STOPS = [*WALK, *[50] * (FRAMES - 10)]


def test_who_stops_is_followed_while_it_rests():
    track = followed(STOPS, range(10))
    follow_to_rest([track], films(STOPS), STILL, SECONDS)
    assert list(track.samples) == list(range(FRAMES))
    assert track.samples[20].box == (50, 20, 62, 32) and track.samples[20].seconds == 2.0
    assert decode_mask(track.samples[20].rle)[20:32, 50:62].all()


def test_who_has_not_started_yet_is_followed_back():
    starts = STOPS[::-1]
    track = followed(starts, range(FRAMES - 10, FRAMES))
    follow_to_rest([track], films(starts), STILL, SECONDS)
    assert list(track.samples) == list(range(FRAMES)) and track.samples[0].box == (50, 20, 62, 32)


def test_somebody_who_passes_is_waited_for():
    frames = films(STOPS)
    for number in (14, 15):
        frames[number][:, 45:70] = 250
    track = followed(STOPS, range(10))
    follow_to_rest([track], frames, STILL, SECONDS)
    assert set(range(FRAMES)) - set(track.samples) == {14, 15}


@pytest.mark.parametrize(("frames", "held"), [(range(10, FRAMES), True), (range(12, 16), False)], ids=["all", "some"])
def test_what_another_track_holds_all_along_is_a_piece_of_that(frames, held):
    track = followed(STOPS, range(10))
    larger = encode_within(np.ones((45, 40), bool), (5, 40), SHAPE)
    samples = {n: Sample(SECONDS[n], (40, 5, 80, 50), 1800, (60.0, 27.0), larger) for n in frames}
    follow_to_rest([track, RawTrack(2, np.ones(4, np.float32), samples)], films(STOPS), STILL, SECONDS)
    assert list(track.samples) == list(range(10 if held else FRAMES))


@pytest.mark.parametrize("after", [[None] * 14, [50, 50, *[None] * 12]], ids=["at once", "soon"])
def test_who_is_gone_is_not_followed(after):
    track = followed(STOPS, range(10))
    follow_to_rest([track], films([*WALK, *after]), STILL, SECONDS)
    assert list(track.samples) == list(range(10))


def test_ground_that_looks_so_everywhere_is_no_thing_at_rest():
    frames = films([None] * FRAMES)
    for frame in frames.values():
        for x in range(10, 100, SIDE):
            frame[20 : 20 + SIDE, x : x + SIDE] = thing()
    places = [10 + SIDE * (n // 3) for n in range(10)]
    track = followed(places, range(10))
    follow_to_rest([track], frames, STILL, SECONDS)
    assert list(track.samples) == list(range(10))


def test_a_moving_camera_is_taken_out():
    pan = [n // 2 for n in range(FRAMES)]
    seen = [x - shift for x, shift in zip(STOPS, pan, strict=True)]
    to_first = {n: np.array([[1.0, 0, shift], [0, 1, 0], [0, 0, 1]]) for n, shift in enumerate(pan)}
    track = followed(seen, range(10))
    follow_to_rest([track], films(seen), to_first, SECONDS)
    assert track.samples[FRAMES - 1].box[0] == seen[-1]


def test_who_goes_on_after_a_rest_is_followed_until_then():
    goes_on = [*WALK, *[50] * 10, *[50 + 4 * n for n in range(1, 5)]]
    track = followed(goes_on, range(10))
    follow_to_rest([track], films(goes_on), STILL, SECONDS)
    assert set(range(20)) <= set(track.samples) <= set(range(21))


def test_who_comes_back_to_where_it_began_is_followed_there():
    returns = [*[10 + 8 * n for n in range(6)], *[50 - 8 * n for n in range(6)], *[10] * 12]
    track = followed(returns, range(12))
    follow_to_rest([track], films(returns), STILL, SECONDS)
    assert track.samples[FRAMES - 1].box[0] == 10


def test_who_only_slows_down_does_not_rest():
    drifts = [*WALK, *[46 + 3 * n for n in range(1, FRAMES - 9)]]
    track = followed(drifts, range(10))
    follow_to_rest([track], films(drifts), STILL, SECONDS)
    assert list(track.samples) == list(range(10))


def test_of_who_is_cut_by_the_border_nobody_knows_the_looks():
    stops = [36 - 4 * n if n < 10 else 0 for n in range(FRAMES)]
    track = followed(stops, range(10))
    follow_to_rest([track], films(stops), STILL, SECONDS)
    assert list(track.samples) == list(range(10))


def test_who_has_hardly_moved_has_not_come_to_rest():
    stays = [min(41 + n, 50) for n in range(FRAMES)]
    track = followed(stays, range(10))
    follow_to_rest([track], films(stays), STILL, SECONDS)
    assert list(track.samples) == list(range(10))


@pytest.mark.parametrize(("slowing", "there"), [(12, True), (17, False)])
def test_who_goes_on_for_long_before_it_rests_is_left_to_the_tracker(slowing, there):
    goes = [10 + 4 * n for n in range(8)]
    goes += [38 + 3 * n for n in range(1, slowing + 1)]
    goes += [goes[-1]] * 8
    track = followed(goes, range(8))
    follow_to_rest([track], films(goes), dict.fromkeys(range(len(goes)), np.eye(3)), [n / 10 for n in range(len(goes))])
    assert (len(track.samples) == len(goes)) is there and set(range(8)) <= set(track.samples)
