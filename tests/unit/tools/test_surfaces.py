import numpy as np
import pytest

from tools.surfaces import texture_of

DISC = np.hypot(*np.mgrid[-40:40, -40:40]) <= 30


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
    named = texture_of(surface(kind), DISC)
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
    named = texture_of(image, DISC)
    assert named is not None
    assert named[0] == "striped"
