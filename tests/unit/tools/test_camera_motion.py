import cv2
import numpy as np
import pytest

from tools.camera_motion import QUICK, THOROUGH, CameraTracker, Care, camera_flow, describe_moves, to_affine
from tools.dense_alignment import Aligner


def ground(seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).random((60, 90))
    return cv2.normalize(cv2.resize(noise, (900, 600), interpolation=cv2.INTER_CUBIC), None, 0, 255, cv2.NORM_MINMAX)


def view(picture: np.ndarray, x: float, y: float, scale: float = 1.0) -> np.ndarray:
    """Return the 240 x 160 frame of a camera that looks at (x, y) of the picture."""
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    seen = cv2.warpAffine(picture, matrix, (240, 160), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.clip(seen, 0, 255).astype(np.uint8)


@pytest.fixture(params=[THOROUGH, QUICK], ids=["thorough", "quick"])
def care(request) -> Care:
    return request.param


def follow(frames: list[np.ndarray], care: Care) -> tuple[np.ndarray, CameraTracker]:
    tracker = CameraTracker(care)
    return np.stack([tracker.step(frame) for frame in frames]), tracker


def test_a_pan_is_measured_to_a_fraction_of_a_pixel(care: Care):
    picture = ground()
    maps, tracker = follow([view(picture, 50 + 9.3 * n, 80 - 2 * n) for n in range(20)], care)
    assert maps[-1][:2, 2] == pytest.approx([9.3 * 19, -2 * 19], abs=1.5)
    assert tracker.knows
    moves = describe_moves(np.stack([to_affine(m, 240, 160) for m in maps]), 240, 160)
    assert [move.kind for move in moves] == ["right", "up"]


def test_a_camera_on_a_tripod_does_not_drift_behind_a_thing_that_moves(care: Care):
    frames = []
    for n in range(20):
        frame = view(ground(), 50, 80)
        frame[40:120, 10 + 6 * n : 90 + 6 * n] = view(ground(2), 0, 0)[:80, :80]
        frames.append(frame)
    maps, _ = follow(frames, care)
    assert np.array_equal(maps, np.broadcast_to(np.eye(3), (20, 3, 3)))


def test_moving_in_shows_as_growth(care: Care):
    picture = ground()
    maps, _ = follow([view(picture, 100 + 3 * n, 80 + 2 * n, 1.0 - 0.025 * n) for n in range(12)], care)
    kinds = [move.kind for move in describe_moves(np.stack([to_affine(m, 240, 160) for m in maps]), 240, 160)]
    assert "in" in kinds
    assert "out" not in kinds


def test_nothing_is_claimed_where_there_is_nothing_to_see(care: Care):
    _, tracker = follow([np.full((160, 240), 128, np.uint8)] * 10, care)
    assert not tracker.knows


def test_the_flow_of_a_camera_is_the_displacement_of_every_pixel():
    shift = np.array([[1, 0, 3.0], [0, 1, -2.0], [0, 0, 1]])
    assert np.allclose(camera_flow(shift, 4, 5), [3.0, -2.0])


def faint(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what a noisy sensor behind a lens that darkens its corners makes of a frame of little contrast."""
    rows, columns = np.mgrid[-1 : 1 : frame.shape[0] * 1j, -1 : 1 : frame.shape[1] * 1j]
    shaded = (128 + 0.12 * (frame.astype(float) - 128)) * (1 - 0.15 * (rows**2 + columns**2) / 2)
    return np.clip(shaded + rng.normal(0, 2.5, frame.shape), 0, 255).astype(np.uint8)


def test_a_pan_over_a_faint_ground_is_measured_through_noise(care: Care):
    picture, rng = ground(), np.random.default_rng(3)
    maps, tracker = follow([faint(view(picture, 50 + 3 * n, 80 - n), rng) for n in range(16)], care)
    assert maps[-1][:2, 2] == pytest.approx([45, -15], abs=1.0)
    assert tracker.knows


def test_a_tripod_before_a_faint_ground_does_not_drift(care: Care):
    picture, rng = ground(), np.random.default_rng(3)
    maps, _ = follow([faint(view(picture, 50, 80), rng) for _ in range(16)], care)
    assert np.array_equal(maps, np.broadcast_to(np.eye(3), (16, 3, 3)))


def test_a_thing_that_crosses_a_bare_ground_does_not_speak_for_the_camera(care: Care):
    rng, frames = np.random.default_rng(5), []
    for n in range(16):
        frame = 120 + 0.06 * (view(ground(), 50, 80).astype(float) - 128)
        frame[40:110, 10 + 7 * n : 80 + 7 * n] = view(ground(2), 0, 0)[:70, :70]
        frames.append(np.clip(frame + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8))
    maps, _ = follow(frames, care)
    assert np.abs(maps[:, :2, 2]).max() < 2


@pytest.mark.parametrize(("care", "most"), [(THOROUGH, 10), (QUICK, 4)])
def test_all_pixels_are_asked_now_and_then_where_near_and_far_move_apart(monkeypatch, care: Care, most: int):
    asked = []
    align = Aligner.align
    monkeypatch.setattr(Aligner, "align", lambda self, *args, **named: asked.append(1) or align(self, *args, **named))
    near, far = ground(2), ground()
    frames = [np.hstack([view(far, 100 + 2 * n, 80)[:, :130], view(near, 300 - 6 * n, 80)[:, :110]]) for n in range(24)]
    follow(frames, care)
    assert 1 <= len(asked) <= most


def test_an_affine_map_is_its_own_closest_affine_map():
    assert np.array_equal(to_affine(np.eye(3), 512, 288), np.eye(2, 3, dtype=np.float32))
    turned = np.array([[0.9, -0.2, 7.3], [0.2, 0.9, -4.1], [0, 0, 1]])
    assert np.array_equal(to_affine(turned, 512, 288), turned[:2].astype(np.float32))


def test_the_closest_affine_map_leaves_least_over_the_frame():
    bent = np.array([[1.02, 0.01, 5], [-0.02, 0.98, -3], [1e-4, -5e-5, 1]])
    xs, ys = np.meshgrid(np.linspace(0, 512, 5), np.linspace(0, 288, 5))
    points = np.stack([xs.ravel(), ys.ravel()], axis=1)
    moved = cv2.perspectiveTransform(points[:, None], bent)[:, 0]
    best = np.linalg.lstsq(np.column_stack([points, np.ones(25)]), moved, rcond=None)[0].T
    assert to_affine(bent, 512, 288) == pytest.approx(best, abs=1e-4)
