import cv2
import numpy as np
import pytest

from tools.outlines import shape_of


def drawn(shape: str, size: int = 80) -> np.ndarray:
    mask, middle = np.zeros((size, size), np.uint8), size // 2
    if shape == "circle":
        cv2.circle(mask, (middle, middle), 30, 1, -1)
    elif shape == "square":
        mask[15:65, 15:65] = 1
    elif shape == "rectangle":
        mask[25:60, 10:70] = 1
    elif shape == "elongated":
        mask[36:46, 5:75] = 1
    elif shape == "cross":
        mask[30:50, 5:75] = 1
        mask[5:75, 30:50] = 1
    else:
        turns = {"triangle": (3, [1.0]), "diamond": (4, [0.66, 1.0]), "star": (10, [1.0, 0.45])}
        corners, radii = turns[shape]
        angles = np.pi * 2 * np.arange(corners) / corners - (np.pi / 2 if shape != "diamond" else 0)
        radius = 35 * np.resize(radii, corners)
        points = np.stack([middle + radius * np.cos(angles), middle + radius * np.sin(angles)], 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 1)
    return mask > 0


def turned(mask: np.ndarray, degrees: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), degrees, 1.0)
    return cv2.warpAffine(mask.astype(np.uint8), matrix, mask.shape[::-1], flags=cv2.INTER_NEAREST) > 0


@pytest.mark.parametrize("degrees", [0, 20])
@pytest.mark.parametrize(
    "shape", ["circle", "square", "rectangle", "elongated", "cross", "triangle", "diamond", "star"]
)
def test_outlines_are_named_however_they_are_turned(shape: str, degrees: float):
    named = shape_of(turned(drawn(shape), degrees))
    assert named is not None
    assert named[0] == shape


SMALL_CROSS = """
.........######...........
........########..........
.......##########.........
.......##########.........
.......###########........
.......############.......
.......################...
......##################..
.....####################.
..#######################.
.########################.
.########################.
.########################.
.########################.
.#######################..
.#######################..
.######################...
..##################......
...################.......
.......############.......
........###########.......
.........##########.......
.........##########.......
.........#########........
..........#######.........
"""
"""A red cross of 24 pixels on a patterned ground, as it was found in a rendered clip, with some of its shadow."""


def test_a_small_cross_is_one_where_its_shadow_fills_it_up():
    mask = np.array([[sign == "#" for sign in line] for line in SMALL_CROSS.split()])
    assert shape_of(mask) == ("cross", 0.6)


@pytest.mark.parametrize("degrees", [0, 20, 33])
@pytest.mark.parametrize("shape", ["circle", "square", "cross", "diamond", "star"])
def test_bays_are_seen_in_a_small_and_blurred_outline(shape: str, degrees: float):
    small = cv2.resize(turned(drawn(shape), degrees).astype(np.float32), (36, 36), interpolation=cv2.INTER_AREA)
    named = shape_of(cv2.GaussianBlur(small, (0, 0), 2.5) > 0.3)
    assert named is not None
    if shape in ("cross", "star"):
        assert named[0] == shape
    else:
        assert named[0] not in ("cross", "star")


def test_an_outline_of_a_few_pixels_is_not_named():
    assert shape_of(np.ones((5, 5), bool)) is None


TINY_STAR = """
.....................
.........###.........
........#####........
.......#######.......
......#########......
..#################..
.###################.
.###################.
.###################.
..#################..
...################..
....##############...
....#############....
.....#############...
....##############...
....##############...
....##############...
.....######..###.....
.....................
"""
"""A pink star of 16 pixels, as it was found in a rendered clip: one of its five bays is filled up."""


def test_of_a_few_pixels_a_shallow_bay_says_nothing():
    mask = np.array([[sign == "#" for sign in line] for line in TINY_STAR.split()])
    assert shape_of(mask) == ("irregular", 0.4)
