"""A shadow that is followed by itself is hardly a thing."""

import cv2
import numpy as np
import pytest

from tools.cast_shadows import SURE, is_shadow_of
from tools.followed_twice import merge_tracks
from tools.tracks import RawTrack, Sample, cut_out
from twins.masks import encode_mask

HEIGHT, WIDTH = 80, 200
GROUND, DARK = (130, 110, 90), (20, 20, 22)
SHADED, BLUE, LIGHT = (91, 77, 63), (60, 80, 190), (180, 155, 128)


def tracks(colour, *, gone=(), away=0, foot=0):
    """Return a dark square that moves to the right, and what lies under it, in a colour, as two tracks.

    Args:
        gone: frames in which the second is not seen.
        away: pixels between the two.
        foot: rows of the first that the second's outline holds, too.
    """
    made = RawTrack(1, np.zeros(384, np.float32)), RawTrack(2, np.zeros(384, np.float32))
    for number in range(16):
        image = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
        x = 10 + 8 * number
        boxes = (x, 20, x + 24, 44), (x + 2 + 3 * (number % 2), 44 + away, x + 22, 54 + away)
        for box, fill in zip(boxes, (DARK, colour), strict=True):
            cv2.rectangle(image, (box[0], box[1]), (box[2] - 1, box[3] - 1), fill, cv2.FILLED)
        for track, box in zip(made, boxes, strict=True):
            box = (box[0], box[1] - foot * (track is made[1]), *box[2:])
            if track is made[1] and number in gone:
                continue
            mask = np.zeros((HEIGHT, WIDTH), bool)
            mask[box[1] : box[3], box[0] : box[2]] = True
            centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            track.samples[number] = Sample(number / 8, box, int(mask.sum()), centre, encode_mask(mask))
            cut_out(track, number, image, box)
    return made


def test_the_ground_in_less_light_beside_a_thing_is_its_shadow():
    thing, shadow = tracks(SHADED, gone=range(4, 9))
    assert is_shadow_of(shadow, thing)
    kept = merge_tracks([thing], [shadow])
    assert [(track.label, track.certain) for track in kept] == [(1, None), (2, SURE)]


def test_a_shadow_that_is_followed_with_a_foot_of_the_thing_is_one():
    thing, shadow = tracks(SHADED, foot=14)
    assert is_shadow_of(shadow, thing)


@pytest.mark.parametrize("colour", [BLUE, LIGHT, DARK], ids=["another hue", "lighter", "too dark for a shadow"])
def test_what_has_a_colour_of_its_own_is_none(colour):
    thing, other = tracks(colour)
    assert not is_shadow_of(other, thing)


def test_what_is_not_beside_the_thing_is_none():
    thing, stain = tracks(SHADED, away=4)
    assert not is_shadow_of(stain, thing)


def test_a_thing_is_not_the_shadow_of_what_is_smaller():
    thing, shadow = tracks(SHADED)
    assert not is_shadow_of(thing, shadow)


def test_a_cut_out_whose_sample_was_taken_back_tells_nothing():
    thing, shadow = tracks(SHADED)
    del shadow.samples[min(shadow.crops)]
    assert is_shadow_of(shadow, thing)
