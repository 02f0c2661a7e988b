import numpy as np
import pytest

from tools.appearance import describe_looks
from tools.looks import Look, look_at


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


def test_sights_with_an_empty_mask_are_passed_over():
    image, mask = np.full((60, 60, 3), 200, np.uint8), np.zeros((60, 60), bool)
    mask[15:45, 15:45] = True
    seen, empty = look_at(image, mask), Look(image, np.zeros_like(mask), 0.0, True)
    assert describe_looks([empty]) == ()
    assert describe_looks([empty, seen, empty]) == describe_looks([seen])
