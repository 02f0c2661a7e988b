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


def seen_at(xs: list[float]) -> dict[int, Sight]:
    """Return the sights of a thing of 10 x 10 pixels."""
    return {n: Sight(n / 10, (x - 5, 0, x + 5, 10), 100, (x, 5.0)) for n, x in enumerate(xs)}


def test_a_thing_that_walks_moves_all_the_time():
    assert moving_share(seen_at([2.0 * n for n in range(FRAMES)]), panning(), 0) == 1.0


def test_a_stain_that_the_camera_pans_over_does_not_move():
    sights = seen_at([100 - 4.0 * n for n in range(FRAMES)])
    assert moving_share(sights, panning(4.0), 0) == 0.0
    assert travelled(sights, panning(4.0), 0) == pytest.approx(0.0, abs=1e-3)


def test_jumping_from_one_stain_to_the_next_is_no_movement():
    assert moving_share(seen_at([0.0] * 10 + [40.0] * 11), panning(), 0) == 0.0
