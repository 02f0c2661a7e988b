import numpy as np
import pytest

from graphs.index_perceive import ShotSeen
from graphs.index_twin import moving_share, travelled
from tools.tracking import RawTrack, Sample

RLE = {"size": [1, 1], "counts": "0"}


def shot(shift: float = 0.0, frames: int = 21) -> ShotSeen:
    """Return a shot whose camera pans so that the ground moves to the left by ``shift`` pixels a frame."""
    camera = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (frames, 2, 3)).copy()
    camera[:, 0, 2] = shift * np.arange(frames)
    return ShotSeen(0, frames, [], camera, [])


def track(xs: list[float]) -> RawTrack:
    """Return a track of 10 x 10 pixels."""
    samples = {n: Sample(n / 10, (x - 5, 0, x + 5, 10), 100, RLE, (x, 5.0)) for n, x in enumerate(xs)}
    return RawTrack(1, np.zeros(384, np.float32), samples)


def test_a_thing_that_walks_moves_all_the_time():
    assert moving_share(track([2.0 * n for n in range(21)]), shot()) == 1.0


def test_a_stain_that_the_camera_pans_over_does_not_move():
    assert moving_share(track([100 - 4.0 * n for n in range(21)]), shot(shift=4.0)) == 0.0
    assert travelled(track([100 - 4.0 * n for n in range(21)]), shot(shift=4.0)) == pytest.approx(0.0, abs=1e-3)


def test_jumping_from_one_stain_to_the_next_is_no_movement():
    assert moving_share(track([0.0] * 10 + [40.0] * 11), shot()) == 0.0
