import cv2
import numpy as np
import pytest

from tools.corners import APART, CELLS, quick_corners, spread_corners

HEIGHT, WIDTH = 160, 240


def squares(places: list[tuple[int, int]]) -> np.ndarray:
    frame = np.full((HEIGHT, WIDTH), 90, np.uint8)
    for x, y in places:
        frame[y : y + 12, x : x + 12] = 200
    return frame


def textured() -> np.ndarray:
    noise = np.random.default_rng(1).random((HEIGHT // 3, WIDTH // 3))
    return cv2.normalize(cv2.resize(noise, (WIDTH, HEIGHT)), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def cells(corners: np.ndarray) -> list[tuple[int, int]]:
    return [(int(y * CELLS // HEIGHT), int(x * CELLS // WIDTH)) for x, y in corners.reshape(-1, 2)]


@pytest.fixture(params=[spread_corners, quick_corners], ids=["spread", "quick"])
def find(request):
    return request.param


def test_the_corners_of_squares_are_found(find):
    found = find(squares([(60, 40), (150, 101)]), 16).reshape(-1, 2)
    for x, y in [(60, 40), (71, 40), (60, 51), (71, 51), (150, 101), (161, 101), (150, 112), (161, 112)]:
        assert np.linalg.norm(found - (x, y), axis=1).min() <= 3


def test_every_cell_gives_its_strongest_and_no_more_than_its_share(find):
    frame = textured()
    frame[: HEIGHT // 2] = 128 + (frame[: HEIGHT // 2].astype(int) - 128) // 3
    found = find(frame, 5)
    counts = [cells(found).count((row, column)) for row in range(CELLS) for column in range(CELLS)]
    assert counts == [5] * CELLS**2
    strength = cv2.cornerMinEigenVal(cv2.GaussianBlur(frame, (0, 0), 1), 3)
    xs, ys = found.reshape(-1, 2).round().astype(int).T
    assert np.median(strength[ys, xs]) > 2 * np.median(strength)


def test_corners_of_a_cell_keep_apart(find):
    found = find(textured(), 30)
    places, of_cell = found.reshape(-1, 2), np.array(cells(found))
    together = (of_cell[:, None] == of_cell).all(axis=2) & ~np.eye(len(found), dtype=bool)
    assert np.linalg.norm(places[:, None] - places, axis=2)[together].min() >= APART
    assert len(found) > 3 * CELLS**2


def test_a_flat_frame_and_a_tiny_one_have_none_to_give(find):
    assert find(np.full((HEIGHT, WIDTH), 128, np.uint8), 8).shape == (0, 1, 2)
    for size in ((24, 24), (1, 480), (480, 1)):
        assert find(np.full(size, 128, np.uint8), 8).shape == (0, 1, 2)


def test_what_noise_leaves_of_a_bare_ground_is_found_too(find):
    frame = squares([(110, 70)]).astype(float) + np.random.default_rng(2).normal(0, 3, (HEIGHT, WIDTH))
    assert len(set(cells(find(np.clip(frame, 0, 255).astype(np.uint8), 8)))) == CELLS**2
