from collections.abc import Callable

import numpy as np
import pytest

from tools.colours import colour_shares, colours_of
from tools.looks import Look


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


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((186, 132, 156), "pink"), ((153, 85, 88), "brown"), ((90, 135, 170), "blue"), ((118, 168, 114), "green")],
)
def test_dull_colours_of_a_hazy_picture_are_called_as_people_call_them(rgb: tuple[int, int, int], name: str):
    assert next(iter(colour_shares(np.full((50, 3), rgb, np.uint8)))) == name


def ball(rgb: tuple[int, int, int], darkest: float) -> Look:
    """A ball under a lamp from the left: its light falls from 1 to ``darkest`` to the right."""
    ys, xs = np.mgrid[-1:1:40j, -1:1:40j]
    light = np.clip((1 + darkest) / 2 - (1 - darkest) / 2 * xs, darkest, 1)
    image = np.clip(np.array(rgb) * light[..., None], 0, 255).astype(np.uint8)
    return Look(image, xs**2 + ys**2 < 1, 0.1, True)


@pytest.mark.parametrize(
    ("rgb", "name"), [((245, 244, 240), "white"), ((245, 140, 30), "orange"), ((250, 150, 190), "pink")]
)
def test_what_is_in_shade_is_of_the_colour_that_is_lit(rgb: tuple[int, int, int], name: str):
    told = colours_of([ball(rgb, 0.65)])
    assert [each for each, _ in told] == [name]
    assert told[0][1] > 0.85


def halves(one: tuple[int, int, int], other: tuple[int, int, int]) -> Look:
    image = np.empty((30, 30, 3), np.uint8)
    image[:, :15], image[:, 15:] = one, other
    return Look(image, np.ones((30, 30), bool), 0.1, True)


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ((240, 240, 238), (120, 75, 40), {"white", "brown"}),
        ((240, 240, 238), (30, 30, 32), {"white", "black"}),
        ((200, 40, 40), (40, 90, 200), {"red", "blue"}),
    ],
)
def test_two_colours_are_told_where_there_are_two(
    one: tuple[int, int, int], other: tuple[int, int, int], names: set[str]
):
    assert {name for name, _ in colours_of([halves(one, other)])} == names


def striped(one: tuple[int, int, int], other: tuple[int, int, int]) -> Look:
    look = halves(one, one)
    look.image[:, np.arange(30) % 10 < 4] = other
    return look


@pytest.mark.parametrize("painted", [halves, striped])
@pytest.mark.parametrize(
    ("light", "dark", "names"),
    [
        ((240, 240, 238), (140, 140, 140), {"white", "grey"}),
        ((240, 140, 30), (120, 70, 30), {"orange", "brown"}),
        ((240, 128, 190), (110, 50, 120), {"pink", "purple"}),
        ((100, 60, 30), (35, 25, 18), {"brown", "black"}),
    ],
)
def test_a_darker_colour_beside_a_lighter_one_is_no_shade(
    painted: Callable[..., Look], light: tuple[int, int, int], dark: tuple[int, int, int], names: set[str]
):
    told = dict(colours_of([painted(light, dark)]))
    assert set(told) == names
    assert max(told.values()) < 0.8


def test_sights_with_an_empty_mask_have_no_colour():
    look = on_ground(185, 130)
    empty = Look(look.image, np.zeros_like(look.mask), 0.0, True)
    assert colours_of([empty]) == []
    assert colours_of([empty, look]) == colours_of([look])


def test_a_highlight_does_not_make_a_grey_thing_white():
    look = halves((150, 150, 150), (150, 150, 150))
    look.image[10:20, 10:20] = 250
    assert colours_of([look])[0][0] == "grey"


def on_ground(thing: int, ground: int) -> Look:
    image, mask = np.full((40, 40, 3), ground, np.uint8), np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    image[mask] = thing
    return Look(image, mask, 0.1, True)


@pytest.mark.parametrize(
    ("thing", "ground", "names"),
    [
        (185, 130, ["white", "grey"]),
        (185, 180, ["grey"]),
        (140, 90, ["grey"]),
        (82, 140, ["black", "grey"]),
        (82, 85, ["grey"]),
        (110, 200, ["grey"]),
    ],
)
def test_in_haze_the_lightest_looks_white_and_the_darkest_black(thing: int, ground: int, names: list[str]):
    assert [name for name, _ in colours_of([on_ground(thing, ground)])] == names


def test_a_grey_thing_without_surroundings_is_grey():
    look = on_ground(185, 130)
    assert colours_of([Look(look.image, np.ones((40, 40), bool), 0.1, True)])[0][0] == "grey"
    assert colours_of([Look(look.image[10:30, 10:30], np.ones((20, 20), bool), 0.1, True)]) == [("grey", 0.95)]
