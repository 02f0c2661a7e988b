import numpy as np
import pytest

from tools.looks import Look
from tools.surfaces import NAMES, Pattern, chances_of, surfaces_of

DISC = np.hypot(*np.mgrid[-40:40, -40:40]) <= 30


def named(image: np.ndarray, mask: np.ndarray) -> str | None:
    found = surfaces_of([Look(image, mask, 0.1, True)])
    return found[0][0] if found else None


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
    assert named(surface(kind), DISC) == kind


@pytest.mark.parametrize("lightest", [90, 150, 250])
@pytest.mark.parametrize("lamp", [(0.0, 0.0, 1.0), (0.8, 0.0, 0.6), (1.0, 0.0, 0.3), (0.7, 0.7, 0.3)])
def test_a_ball_under_a_lamp_is_plain_however_light_it_is(lightest: int, lamp: tuple[float, float, float]):
    """Lambert's law, with a third of the light from everywhere."""
    ys, xs = np.mgrid[-1.1:1.1:80j, -1.1:1.1:80j]
    normal = np.stack([xs, ys, np.sqrt(np.maximum(0, 1 - xs**2 - ys**2))])
    lit = 0.3 + 0.7 * np.maximum(0, np.tensordot(np.array(lamp) / np.linalg.norm(lamp), normal, 1))
    image = np.repeat((lightest * lit)[..., None], 3, axis=2).astype(np.uint8)
    assert named(image, xs**2 + ys**2 < 1) == "plain"


def test_a_ball_with_a_dark_side_is_surely_plain():
    """A lamp from the side, with a seventh of the light from everywhere: the shade is steep, and no parabola fits."""
    ys, xs = np.mgrid[-1.1:1.1:80j, -1.1:1.1:80j]
    lit = 0.15 + 0.85 * np.maximum(0, (xs + 0.3 * np.sqrt(np.maximum(0, 1 - xs**2 - ys**2))) / np.hypot(1, 0.3))
    image = np.repeat((250 * lit)[..., None], 3, axis=2).astype(np.uint8)
    name, chance = surfaces_of([Look(image, xs**2 + ys**2 < 1, 0.1, True)])[0]
    assert name == "plain"
    assert chance > 0.8


def test_wide_and_faint_stripes_are_stripes():
    stripes = 100 + 20 * (np.mgrid[:80, :80][1] % 24 < 12)
    image = np.repeat(stripes[..., None], 3, axis=2).astype(np.uint8)
    assert named(image, DISC) == "striped"


def test_two_parts_of_a_thing_are_no_stripes():
    light = np.where(np.arange(80) < 40, 90, 170)
    image = np.repeat(np.tile(light, (80, 1))[..., None], 3, axis=2).astype(np.uint8)
    assert named(image, DISC) != "striped"


def test_noise_is_textured_where_it_is_strong_and_plain_where_it_is_weak():
    noise = np.random.default_rng(1).normal(0, 1, (80, 80, 1)).repeat(3, axis=2)
    assert named(np.clip(128 + 6 * noise, 0, 255).astype(np.uint8), DISC) == "plain"
    assert named(np.clip(128 + 40 * noise, 0, 255).astype(np.uint8), DISC) == "textured"


def test_of_a_surface_of_a_few_pixels_nothing_is_said():
    assert surfaces_of([Look(surface("dotted"), np.hypot(*np.mgrid[-40:40, -40:40]) <= 4, 0.1, True)]) == []
    assert surfaces_of([]) == []


def test_what_shading_explains_is_plain_however_far_its_tones_lie_apart():
    shaded = Pattern(shading_left=3.5, apart=30.0, two_toned=0.7, aligned=0.1, bands=0, spots=1)
    chances = dict(zip(NAMES, chances_of(shaded), strict=True))
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["plain"] > 0.8
