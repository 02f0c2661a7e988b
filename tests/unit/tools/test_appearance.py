import cv2
import numpy as np
import pytest

from tools.appearance import Look, colour_shares, describe_looks, look_at, shape_of, texture_of


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


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((200, 30, 30), "red"),
        ((120, 15, 20), "red"),
        ((240, 140, 20), "orange"),
        ((250, 220, 40), "yellow"),
        ((30, 130, 50), "green"),
        ((30, 60, 200), "blue"),
        ((110, 40, 160), "purple"),
        ((250, 150, 190), "pink"),
        ((110, 70, 35), "brown"),
        ((15, 15, 18), "black"),
        ((245, 245, 243), "white"),
        ((128, 130, 128), "grey"),
    ],
)
def test_colours_are_called_by_their_basic_terms(rgb: tuple[int, int, int], name: str):
    shares = colour_shares(np.full((50, 3), rgb, np.uint8))
    assert next(iter(shares)) == name
    assert shares[name] == 1.0


def surface(kind: str) -> np.ndarray:
    ys, xs = np.mgrid[:80, :80]
    light = 140.0 + 0.3 * ys
    if kind == "striped":
        light += 60 * (np.sin((xs + 0.5 * ys) / 2.5) > 0)
    if kind == "dotted":
        light += 80 * ((xs % 16 - 8) ** 2 + (ys % 16 - 8) ** 2 < 16)
    return np.repeat(np.clip(light, 0, 255)[..., None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("kind", ["plain", "striped", "dotted"])
def test_surfaces_are_told_apart_under_uneven_light(kind: str):
    named = texture_of(surface(kind), drawn("circle"))
    assert named is not None
    assert named[0] == kind


@pytest.mark.parametrize("lightest", [90, 150, 250])
@pytest.mark.parametrize("lamp", [(0.0, 0.0, 1.0), (0.8, 0.0, 0.6), (1.0, 0.0, 0.3), (0.7, 0.7, 0.3)])
def test_a_ball_under_a_lamp_is_plain_however_light_it_is(lightest: int, lamp: tuple[float, float, float]):
    """Lambert's law, with a third of the light from everywhere."""
    ys, xs = np.mgrid[-1.1:1.1:80j, -1.1:1.1:80j]
    normal = np.stack([xs, ys, np.sqrt(np.maximum(0, 1 - xs**2 - ys**2))])
    lit = 0.3 + 0.7 * np.maximum(0, np.tensordot(np.array(lamp) / np.linalg.norm(lamp), normal, 1))
    image = np.repeat((lightest * lit)[..., None], 3, axis=2).astype(np.uint8)
    named = texture_of(image, xs**2 + ys**2 < 1)
    assert named is not None
    assert named[0] == "plain"


def test_wide_and_faint_stripes_are_stripes():
    stripes = 100 + 20 * (np.mgrid[:80, :80][1] % 24 < 12)
    image = np.repeat(stripes[..., None], 3, axis=2).astype(np.uint8)
    named = texture_of(image, drawn("circle"))
    assert named is not None
    assert named[0] == "striped"


def test_a_thing_of_two_colours_has_both_and_a_small_one_is_small():
    image = np.zeros((400, 400, 3), np.uint8)
    image[190:210, 190:200], image[190:210, 200:210] = (200, 30, 30), (245, 245, 243)
    look = look_at(image, image.any(axis=-1))
    assert look.share == pytest.approx(400 / 160_000)
    assert look.whole
    found = {(a.kind, a.text) for a in describe_looks([look])}
    assert {("colour", "red"), ("colour", "white"), ("size", "small"), ("shape", "square")} <= found
    assert all(a.source == "appearance" for a in describe_looks([look]))


def test_what_the_border_cuts_has_no_shape():
    image = np.full((100, 100, 3), 200, np.uint8)
    mask = np.zeros((100, 100), bool)
    mask[:40, :40] = True
    assert "shape" not in {a.kind for a in describe_looks([look_at(image, mask)])}


def test_no_sight_no_attributes():
    assert describe_looks([]) == ()
    assert Look(np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), bool), 0.1, True).whole


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
