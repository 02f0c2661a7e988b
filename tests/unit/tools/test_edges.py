import cv2
import numpy as np
import pytest

from tools.edges import MOST_SIDE, clear_mask, smaller
from tools.looks import Look

GROUND, THING = (120, 140, 90), (190, 60, 50)


def star() -> np.ndarray:
    angles = np.pi * 2 * np.arange(10) / 10 - np.pi / 2
    radius = 17 * np.resize([1.0, 0.45], 10)
    drawn = np.zeros((50, 50), np.uint8)
    cv2.fillPoly(drawn, [(25 + np.stack([radius * np.cos(angles), radius * np.sin(angles)], 1)).astype(np.int32)], 1)
    return drawn > 0


def picture(thing: np.ndarray, shadow: float) -> np.ndarray:
    """A thing and its shadow, below it and to the right, with the noise of a sensor."""
    image = np.full((*thing.shape, 3), GROUND, np.float32)
    image[np.roll(thing, (3, 3), (0, 1))] *= shadow
    image[thing] = THING
    return np.clip(image + np.random.default_rng(5).normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("shadow", [0.5, 0.7, 1.0])
def test_a_mask_with_its_shadow_and_filled_up_bays_is_cut_back_to_the_thing(shadow: float):
    thing = star()
    mask = cv2.morphologyEx(thing.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    mask |= np.roll(mask, (2, 2), (0, 1))
    found = clear_mask(picture(thing, shadow), mask)
    assert overlap(mask, thing) < 0.85
    assert overlap(found, thing) > 0.95


def test_a_mask_that_is_too_small_gets_what_it_lacks():
    thing = star()
    mask = cv2.erode(thing.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert overlap(clear_mask(picture(thing, 1.0), mask), thing) > 0.9


def test_where_colours_say_nothing_the_mask_is_kept_without_holes_and_crumbs():
    mask = np.zeros((40, 40), bool)
    mask[10:22, 10:22] = True
    whole = mask.copy()
    mask[15:17, 15:17], mask[2, 2] = False, True
    assert (clear_mask(np.full((40, 40, 3), 128, np.uint8), mask) == whole).all()


def test_a_mask_without_an_inside_is_kept():
    line = np.zeros((30, 30), bool)
    line[10:12, 3:27] = True
    assert (clear_mask(picture(line, 1.0), line) == line).all()


def test_a_large_sight_is_looked_at_smaller_and_a_small_one_as_it_is():
    mask = np.zeros((300, 200), bool)
    mask[50:250, 50:150] = True
    small = smaller(Look(np.zeros((300, 200, 3), np.uint8), mask, 0.2, True))
    assert small.mask.shape == small.image.shape[:2]
    assert np.sqrt(small.mask.sum()) == pytest.approx(MOST_SIDE, rel=0.05)
    little = Look(np.zeros((20, 20, 3), np.uint8), mask[45:65, 45:65], 0.2, True)
    assert smaller(little) is little


def test_where_colours_would_leave_less_than_half_the_mask_is_kept():
    image, mask = np.full((40, 40, 3), GROUND, np.uint8), np.zeros((40, 40), bool)
    mask[10:22, 10:22] = True
    image[12:20, 12:20] = THING
    assert (clear_mask(image, mask) == mask).all()
