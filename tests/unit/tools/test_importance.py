import numpy as np
import pytest

from tools.importance import moving_share, travelled
from tools.tracks import Sight
from twins.geometry import Floats

FRAMES = 21


def panning(shift: float = 0.0) -> Floats:
    """Return the maps of a camera that turns so that the ground moves to the left by ``shift`` pixels a frame."""
    camera = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (FRAMES, 2, 3)).copy()
    camera[:, 0, 2] = shift * np.arange(FRAMES)
    return camera


def seen_at(xs: list[float], rate: float = 10.0) -> dict[int, Sight]:
    """Return the sights of a thing of 10 x 10 pixels, so many a second."""
    return {n: Sight(n / rate, (x - 5, 0, x + 5, 10), 100, (x, 5.0)) for n, x in enumerate(xs)}


def test_a_thing_that_walks_moves_all_the_time():
    assert moving_share(seen_at([2.0 * n for n in range(FRAMES)]), panning(), 0) == 1.0


def test_a_stain_that_the_camera_pans_over_does_not_move():
    sights = seen_at([100 - 4.0 * n for n in range(FRAMES)])
    assert moving_share(sights, panning(4.0), 0) == 0.0
    assert travelled(sights, panning(4.0), 0) == pytest.approx(0.0, abs=1e-3)


def test_jumping_from_one_stain_to_the_next_is_no_movement():
    assert moving_share(seen_at([0.0] * 10 + [40.0] * 11), panning(), 0) == 0.0


@pytest.mark.parametrize("rate", [2.0, 5.0, 10.0])
@pytest.mark.parametrize(("pace", "share"), [(2.0, 0.0), (6.0, 1.0), (80.0, 1.0)])
def test_whether_a_thing_moves_depends_on_its_pace_and_not_on_how_often_it_is_looked_at(rate, pace, share):
    sights = seen_at([pace * n / rate for n in range(FRAMES)], rate)
    assert moving_share(sights, panning(), 0) == share


@pytest.mark.parametrize("rate", [2.0, 5.0, 10.0])
def test_a_thing_that_moves_half_of_the_time_does_so_at_every_rate(rate):
    frames = int(10 * rate)
    sights = seen_at([20.0 * min(n / rate, 5.0) for n in range(frames)], rate)
    camera = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (frames, 2, 3))
    assert moving_share(sights, camera, 0) == pytest.approx(0.5, abs=0.1)


def test_what_was_seen_for_a_moment_has_not_shown_that_it_moves():
    assert moving_share(seen_at([2.0 * n for n in range(6)]), panning(), 0) <= 0.5


def test_steps_across_frames_in_which_nothing_was_seen_say_nothing():
    sights = seen_at([2.0 * n for n in range(FRAMES)])
    scattered = {number: sight for number, sight in sights.items() if number % 4 == 0}
    assert moving_share(scattered, panning(), 0) == 0.0


def test_what_goes_round_in_a_circle_moves_all_the_time():
    turn = np.linspace(0, 2 * np.pi, FRAMES)
    sights = {
        n: Sight(n / 10, (x - 5, y - 5, x + 5, y + 5), 100, (x, y))
        for n, (x, y) in enumerate(zip(60 * np.cos(turn), 60 * np.sin(turn), strict=True))
    }
    assert moving_share(sights, panning(), 0) == 1.0


def test_what_flickers_rests_while_it_is_gone():
    sights = seen_at([2.0 * n for n in range(FRAMES)])
    flickering = {number: sight for number, sight in sights.items() if number % 14 < 7}
    assert moving_share(flickering, panning(), 0) == pytest.approx(0.6, abs=0.05)


def test_who_was_away_for_long_did_not_rest():
    sights = seen_at([2.0 * n for n in range(FRAMES)])
    away = {n: sight for n, sight in sights.items() if n < 10}
    away |= {n + 40: Sight(s.seconds + 4.0, s.box, s.area, s.centre) for n, s in sights.items() if n >= 10}
    camera = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (FRAMES + 40, 2, 3))
    assert moving_share(away, camera, 0) == pytest.approx(1.0, abs=0.05)


def test_what_is_now_larger_and_now_smaller_does_not_move_steadily():
    sights = seen_at([2.0 * n for n in range(FRAMES)])
    for number, sight in sights.items():
        sight.area = 100 if number // 3 % 2 else 300
    assert moving_share(sights, panning(), 0) < 0.2


def test_who_comes_nearer_moves():
    sights = seen_at([2.0 * n for n in range(FRAMES)])
    for number, sight in sights.items():
        sight.area = round(100 * 1.1**number)
    assert moving_share(sights, panning(), 0) == 1.0
