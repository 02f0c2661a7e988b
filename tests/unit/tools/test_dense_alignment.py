import cv2
import numpy as np
import pytest

from tools.dense_alignment import DETAIL_RANGE, Aligner, _pyramid, _residual


def ground() -> np.ndarray:
    noise = np.random.default_rng(1).random((60, 90))
    return cv2.normalize(cv2.resize(noise, (900, 600), interpolation=cv2.INTER_CUBIC), None, 0, 255, cv2.NORM_MINMAX)


def similarity(angle: float, scale: float, x: float, y: float) -> np.ndarray:
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]])


def view(matrix: np.ndarray) -> np.ndarray:
    """Return the 320 x 200 frame whose pixels ``matrix`` maps into the ground."""
    seen = cv2.warpAffine(ground(), matrix[:2], (320, 200), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.clip(seen, 0, 255).astype(np.uint8)


def corners(matrix: np.ndarray) -> np.ndarray:
    return cv2.perspectiveTransform(np.array([[[0, 0]], [[320, 0]], [[0, 200]], [[320, 200]]], float), matrix)[:, 0]


HOME = similarity(0, 1, 200, 150)


@pytest.mark.parametrize("moved", [(0.0, 1.0, 9.0, -4.0), (0.03, 1.0, 2.0, 3.0), (0.0, 1.06, -8.0, 2.0)])
def test_shift_turn_and_scale_are_found(moved: tuple[float, float, float, float]):
    truth = similarity(*moved)
    best = Aligner(view(HOME)).align(view(HOME @ truth), np.eye(3))[0]
    assert corners(best.to_reference) == pytest.approx(corners(truth), abs=0.5)
    assert 0.8 < best.seen <= 1.0


def test_what_moves_by_itself_does_not_pull():
    truth, picture = similarity(0, 1, 6, 0), view(HOME)
    moved = view(HOME @ truth)
    picture[60:150, 40:140], moved[60:150, 90:190] = view(similarity(0, 1, 0, 0))[:90, :100], picture[60:150, 40:140]
    best = Aligner(picture).align(moved, np.eye(3))[0]
    assert corners(best.to_reference) == pytest.approx(corners(truth), abs=0.7)


def test_other_maps_are_compared_and_the_best_comes_first():
    truth = similarity(0, 1, 5, 5)
    fits = Aligner(view(HOME)).align(view(HOME @ truth), np.eye(3), others=(np.eye(3), truth))
    assert [np.array_equal(fit.to_reference, np.eye(3)) for fit in fits] == [False, False, True]
    assert fits[0].difference < 0.5 * fits[-1].difference


def test_pictures_with_nothing_in_common_are_not_aligned():
    assert Aligner(view(HOME)).align(view(HOME), similarity(0, 1, 400, 0)) == []


def test_a_map_explains_what_is_left_as_noise_only():
    truth, rng = similarity(0, 1, 5, 5), np.random.default_rng(2)

    def noisy(frame: np.ndarray) -> np.ndarray:
        return np.clip(frame + rng.normal(0, 4, frame.shape), 0, 255).astype(np.uint8)

    near, far = view(HOME), view(HOME @ truth)
    fits = Aligner(noisy(near)).align(noisy(far), np.eye(3))
    assert fits[0].explains
    far[:, 230:] = view(HOME @ similarity(0, 1, -9, -9))[:, 230:]
    assert not Aligner(noisy(near)).align(noisy(far), np.eye(3))[0].explains


def test_what_is_blended_with_what_lies_outside_is_not_seen():
    (level, *_), ((picture, _), *_) = Aligner(view(HOME))._levels, _pyramid(view(HOME))
    residual, seen = _residual(level, picture, similarity(0, 1, 0.4, 0.4))
    assert np.abs(residual[seen]).max() < 2 * DETAIL_RANGE
    assert seen.mean() > 0.95
