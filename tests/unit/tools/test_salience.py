import cv2
import numpy as np
import pytest

from tools.looks import Look, look_at
from tools.salience import contrast_of, ground_of, salience_of

HEIGHT, WIDTH = 180, 320
RED, GREY = (200, 40, 40), (120, 120, 120)


def wall(bricks: bool, contrast: float = 1.0) -> np.ndarray:
    """Return a wall with a little grain: even, or of red bricks in grey mortar."""
    picture = np.full((HEIGHT, WIDTH, 3), GREY, np.float32)
    if bricks:
        for y in range(2, HEIGHT, 20):
            for x in range(2, WIDTH, 40):
                picture[y : y + 16, x : x + 36] = RED
    picture = 128 + contrast * (picture - 128)
    return np.clip(picture + np.random.default_rng(1).normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def seen_on(ground: np.ndarray, colour: tuple[int, int, int] | None) -> list[Look]:
    """Return a look at a brick's place: the brick itself, or something of this colour that lies there."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[82:98, 162:198] = True
    picture = ground.copy()
    if colour is not None:
        picture[mask] = colour
    return [look_at(picture, mask)]


def salience(ground: np.ndarray, looks: list[Look], moving: float = 0.0) -> float:
    return salience_of(looks, ground_of([ground[::4, ::4]]), seen=1.0, moving=moving)


def test_a_brick_among_bricks_is_no_thing_but_the_same_patch_on_an_even_wall_is_one():
    bricks, even = wall(bricks=True), wall(bricks=False)
    assert salience(bricks, seen_on(bricks, None)) < 0.2
    assert salience(even, seen_on(even, RED)) > 0.95


def test_a_ball_on_bricks_is_a_thing():
    bricks = wall(bricks=True)
    assert salience(bricks, seen_on(bricks, (40, 60, 210))) > 0.9


def test_contrast_counts_as_far_as_it_exceeds_the_grain():
    faint, strong = (wall(bricks=False, contrast=share) for share in (0.3, 1.0))
    colour = tuple(int(128 + 0.3 * (value - 128)) for value in RED)
    assert salience(faint, seen_on(faint, colour)) > 0.9
    noise = np.random.default_rng(2).normal(0, 25, strong.shape)
    rough = np.clip(strong + noise, 0, 255).astype(np.uint8)
    assert salience(rough, seen_on(rough, colour)) < 0.2


def test_what_is_seen_for_a_moment_is_less_surely_a_thing():
    even = wall(bricks=False)
    looks, ground = seen_on(even, (140, 110, 110)), ground_of([even[::4, ::4]])
    assert salience_of(looks, ground, seen=0.1, moving=0.0) < salience_of(looks, ground, seen=1.0, moving=0.0)


def test_without_surroundings_nothing_is_known():
    look = Look(np.zeros((8, 8, 3), np.uint8), np.ones((8, 8), bool), 0.01, whole=False)
    assert contrast_of(look) is None
    assert salience(wall(bricks=False), [look]) == pytest.approx(0.5, abs=0.01)


def test_what_moves_on_the_ground_is_a_thing_even_where_it_looks_like_it():
    bricks = wall(bricks=True)
    assert salience(bricks, seen_on(bricks, None), moving=1.0) > 0.95
    assert salience(bricks, seen_on(bricks, None), moving=0.4) < 0.35


def test_contrast_is_the_distance_of_the_middle_colours():
    picture = np.full((40, 40, 3), GREY, np.uint8)
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    picture[mask] = RED
    two = np.array([[GREY, RED]], np.uint8)
    grey, red = cv2.cvtColor(two, cv2.COLOR_RGB2LAB)[0].astype(float)
    found = contrast_of(look_at(picture, mask))
    assert found is not None
    assert found[0] == pytest.approx(red)
    assert found[1] == pytest.approx(np.linalg.norm(red - grey))


def test_what_looks_otherwise_each_time_is_less_surely_a_thing():
    even = wall(bricks=False)
    same = [look for _ in range(3) for look in seen_on(even, (160, 100, 100))]
    other = [look for colour in ((160, 100, 100), (100, 160, 100), (100, 100, 160)) for look in seen_on(even, colour)]
    assert salience(even, same) > 0.9
    assert salience(even, other) < 0.6


def test_without_a_ground_only_movement_tells():
    looks = seen_on(wall(bricks=False), RED)
    assert salience_of(looks, None, seen=1.0, moving=0.0) == pytest.approx(0.5, abs=0.01)
    assert salience_of(looks, None, seen=1.0, moving=1.0) > 0.95
