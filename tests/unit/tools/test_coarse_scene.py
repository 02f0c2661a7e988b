"""What a scene shows without what moves in it."""

import cv2
import numpy as np

from tools.coarse_scene import coarse_scene

GROUND = cv2.resize(np.random.default_rng(1).integers(0, 255, (9, 16, 3), np.uint8), (400, 240))
STILL = np.eye(3)


def test_what_passes_through_is_not_of_the_scene():
    images = [GROUND[:120, :200].copy() for _ in range(40)]
    for number, image in enumerate(images):
        image[40:80, 4 * number : 4 * number + 30] = (255, 0, 0)
    scene = coarse_scene(images, [STILL] * 40, 4)
    assert scene.shape == (30, 50, 3)
    np.testing.assert_array_equal(scene, GROUND[:120:4, :200:4])


def test_the_scene_is_seen_from_the_middle_of_a_pan():
    images, maps = [], []
    for number in range(40):
        left = 4 * number
        images.append(GROUND[:120, left : left + 200].copy())
        maps.append(np.array([[1, 0, left], [0, 1, 0], [0, 0, 1]], float))
        images[-1][40:80, 100:120] = (255, 0, 0)  # it stays before the camera
    away = np.abs(coarse_scene(images, maps, 4).astype(int) - GROUND[:120:4, 80:280:4]).max(axis=2)
    assert (away < 40).mean() > 0.97


def test_one_frame_is_the_scene():
    np.testing.assert_array_equal(coarse_scene([GROUND[:50, :50]], [STILL], 4), GROUND[:50:4, :50:4])
