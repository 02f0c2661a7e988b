"""Whose pixel it is where things share a blob."""

import numpy as np

from tools.sharing import likeliest
from tools.tracks import looks_of

BLACK, GREEN, GREY = (20, 128, 128), (150, 80, 170), (120, 128, 128)


def picture(*parts):
    lab = np.full((60, 120, 3), GREY, np.uint8)
    for rows, columns, colour in parts:
        lab[rows, columns] = colour
    return lab


def looks(colour):
    return looks_of(np.full((4, 4, 3), colour, np.uint8), np.ones((4, 4), bool))


def test_a_pixel_goes_to_the_thing_that_it_looks_like_where_the_flow_lags_behind():
    lab = picture((slice(10, 50), slice(10, 50), BLACK), (slice(10, 50), slice(50, 90), GREEN))
    carried = np.zeros((60, 120), np.int32)
    carried[10:50, 10:40], carried[10:50, 40:80] = 1, 2  # ten pixels of the black one are carried as green
    blob = carried > 0
    blob[10:50, 80:90] = True
    names = likeliest(carried, blob, {1: (looks(BLACK), 1600.0), 2: (looks(GREEN), 1600.0)}, lab)
    assert (names[10:50, 10:47] == 1).all()
    assert (names[10:50, 53:90] == 2).all()


def test_things_that_look_alike_share_by_how_near_they_are():
    lab = picture((slice(10, 50), slice(10, 90), BLACK))
    carried = np.zeros((60, 120), np.int32)
    carried[10:50, 10:30], carried[10:50, 70:90] = 1, 2
    blob = np.zeros(carried.shape, bool)
    blob[10:50, 10:90] = True
    names = likeliest(carried, blob, {1: (looks(BLACK), 1600.0), 2: (looks(BLACK), 1600.0)}, lab)
    assert (names[10:50, 10:48] == 1).all()
    assert (names[10:50, 52:90] == 2).all()


def test_a_small_thing_in_another_light_keeps_its_place():
    lab = picture((slice(5, 55), slice(5, 105), BLACK))
    carried = np.ones((60, 120), np.int32)
    carried[20:28, 40:48] = 2
    names = likeliest(carried, carried > 0, {1: (looks(BLACK), 6000.0), 2: (looks(GREEN), 64.0)}, lab)
    assert (names[20:28, 40:48] == 2).all()
