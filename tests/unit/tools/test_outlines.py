import cv2
import numpy as np
import pytest

from tools.outlines import shapes_of


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
    name, chance = shapes_of([turned(drawn(shape), degrees)])[0]
    assert name == shape
    assert chance > 0.55


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


def pixels(text: str) -> np.ndarray:
    return np.array([[sign == "#" for sign in line] for line in text.split()])


def test_a_small_cross_is_one_where_its_shadow_fills_it_up():
    assert shapes_of([pixels(SMALL_CROSS)])[0][0] == "cross"


@pytest.mark.parametrize("degrees", [0, 20, 33])
@pytest.mark.parametrize("shape", ["circle", "square", "cross", "diamond", "star"])
def test_a_small_and_blurred_outline_is_named(shape: str, degrees: float):
    small = cv2.resize(turned(drawn(shape), degrees).astype(np.float32), (36, 36), interpolation=cv2.INTER_AREA)
    assert shapes_of([cv2.GaussianBlur(small, (0, 0), 1.5) > 0.45])[0][0] == shape


def test_an_outline_of_a_few_pixels_is_not_named():
    assert shapes_of([np.ones((5, 5), bool)]) == []
    assert shapes_of([]) == []


@pytest.mark.parametrize("ratio", [4, 12])
@pytest.mark.parametrize("degrees", [0, 35])
def test_what_is_long_is_elongated_however_long_it_is(ratio: int, degrees: float):
    mask = np.zeros((140, 140), bool)
    mask[65:75, 70 - 5 * ratio : 70 + 5 * ratio] = True
    assert shapes_of([turned(mask, degrees)])[0][0] == "elongated"


def test_what_is_like_no_shape_is_irregular_and_not_sure_to_be():
    mask = drawn("circle")
    mask[:40, :40] = False
    mask[55:75, 60:80] = True
    assert shapes_of([mask]) == [("irregular", 0.4)]


def test_one_mask_gone_astray_does_not_outweigh_the_others():
    half = drawn("star")
    half[:, 40:] = False
    assert shapes_of([drawn("star"), half, turned(drawn("star"), 20), turned(drawn("star"), 40)])[0][0] == "star"


def test_between_two_shapes_both_are_told():
    mask = np.zeros((60, 60), bool)
    mask[15:40, 15:45] = True
    told = shapes_of([mask])
    assert {name for name, _ in told} == {"square", "rectangle"}
    assert 0.6 < sum(chance for _, chance in told) <= 1


ROUNDED_SQUARE = """
....############....
..################..
.##################.
.##################.
####################
####################
####################
####################
####################
####################
####################
####################
####################
####################
####################
####################
.##################.
.##################.
..################..
....############....
"""


def test_a_square_with_round_corners_is_one():
    assert shapes_of([pixels(ROUNDED_SQUARE)])[0][0] == "square"


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


def test_a_star_with_a_bay_filled_up_is_no_cross():
    assert "cross" not in dict(shapes_of([pixels(TINY_STAR)]))


def ring(radii: list[float]) -> np.ndarray:
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return np.stack([np.array(radii) * np.cos(angles), np.array(radii) * np.sin(angles)], 1)


def heart() -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    down = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
    return np.stack([16 * np.sin(turn) ** 3, -down], 1)


def moon(cut: float) -> np.ndarray:
    turn = np.linspace(0, np.pi, 60)
    arc = np.stack([np.sin(turn), np.cos(turn)], 1)
    return np.concatenate([arc, arc[::-1] * [cut, 1.0]])


def sights(corners: np.ndarray, side: float = 40) -> list[np.ndarray]:
    """Three masks of an outline, a little turned, each of ``side`` ** 2 pixels."""
    masks = []
    for degrees in (-10, 3, 15):
        turn = np.radians(degrees)
        points = corners @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        points *= side / np.sqrt(cv2.contourArea(points.astype(np.float32)))
        mask = np.zeros((4 * round(side), 4 * round(side)), np.uint8)
        cv2.fillPoly(mask, [np.round(points + 2 * side).astype(np.int32)], 1)
        masks.append(mask > 0)
    return masks


@pytest.mark.parametrize(
    ("corners", "name"),
    [
        (ring([1.0] * 5), "pentagon"),
        (ring([1.0] * 6), "hexagon"),
        (heart(), "heart"),
        (ring([1.0, 0.45] * 4), "star"),
        (ring([1.0, 0.55] * 6), "star"),
    ],
)
def test_what_a_few_things_look_like_is_not_taken_for_what_many_do(corners: np.ndarray, name: str):
    assert shapes_of(sights(corners))[0][0] == name


@pytest.mark.parametrize(
    "corners",
    [
        [(-1, -0.5), (0.5, -0.5), (1, 0.5), (-0.5, 0.5)],
        [(-1, 0.5), (-0.5, -0.5), (0.5, -0.5), (1, 0.5)],
        [(-1, -0.25), (0.2, -0.25), (0.2, -0.6), (1, 0), (0.2, 0.6), (0.2, 0.25), (-1, 0.25)],
        moon(0.0),
        moon(0.5),
        [(0, 0), (1, 0), (1, 0.4), (0.4, 0.4), (0.4, 1.2), (0, 1.2)],
    ],
    ids=["parallelogram", "trapezoid", "arrow", "half disc", "crescent", "L"],
)
def test_a_shape_without_a_name_here_is_irregular(corners: list[tuple[float, float]]):
    assert shapes_of(sights(np.array(corners, float)))[0][0] == "irregular"


def test_smooth_blobs_are_seldom_surely_a_shape():
    random, sure = np.random.default_rng(3), 0
    for _ in range(100):
        turn, radii = 2 * np.pi * np.arange(120) / 120, np.ones(120)
        for waves in range(2, 7):
            radii += 0.22 * random.normal() / waves**0.7 * np.cos(waves * turn + random.uniform(0, 7))
        name, chance = shapes_of(sights(ring(list(np.clip(radii, 0.25, None))), random.uniform(16, 50)))[0]
        sure += name != "irregular" and chance >= 0.8
    assert sure <= 20


def box(width: int) -> np.ndarray:
    mask = np.zeros((60, 60), bool)
    mask[10:35, 10 : 10 + width] = True
    return mask


def test_one_clear_mask_gone_astray_does_not_outweigh_two_that_are_less_clear():
    assert shapes_of([box(29), box(29), box(45)])[0][0] == "square"


def test_many_masks_that_err_alike_are_no_surer_than_two():
    few, many = (dict(shapes_of([box(30)] * n)) for n in (2, 20))
    assert many == pytest.approx(few)
    assert max(many.values()) < 0.7


def test_of_two_names_the_surer_one_comes_first():
    """What is cut off makes it irregular rather than a square, but that is never told with more than 0.4."""
    mask = np.hypot(*np.mgrid[-40:40, -40:40]) <= 28
    mask[:, :22] = False
    told = shapes_of([mask, mask])
    assert [name for name, _ in told] == ["square", "irregular"]
    assert told[0][1] > told[1][1] == 0.4
