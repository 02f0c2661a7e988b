"""How the nearness of a thing is read off a picture; all numbers by hand."""

import numpy as np
import pytest

from graphs.index_depth import AT_ONCE, with_depth
from tests.unit.graphs.test_index_labels import SECONDS, a_geometry
from twins.frames import Frame
from twins.masks import encode_mask
from twins.schema import Provenance

FAR, NEAR = 1.0, 5.0


class Near:
    """Has one and the same nearness for every picture, and counts them."""

    provenance = Provenance(specialist="near", version="1")
    scale = "relative"

    def __init__(self, nearness):
        self.nearness_of_all, self.asked = nearness, []

    def nearness(self, images):
        self.asked.append(len(images))
        return [self.nearness_of_all for _ in images]


def a_picture(*rectangles, ground=FAR):
    """Return (100, 100) nearness in which rectangles (x1, y1, x2, y2, nearness) lie over each other."""
    nearness = np.full((100, 100), ground, np.float32)
    for x1, y1, x2, y2, value in rectangles:
        nearness[y1:y2, x1:x2] = value
    return nearness


def a_mask(x1, y1, x2, y2):
    mask = np.zeros((100, 100), bool)
    mask[y1:y2, x1:x2] = True
    return encode_mask(mask)


def look(seconds):
    return [Frame(round(second * 10), second, np.zeros((100, 100, 3), np.uint8)) for second in seconds]


def measured(nearness, *boxes, masks=None):
    """Return the nearness of each track that has a box, and perhaps a mask, in all frames."""
    geometry = a_geometry(*([box] * 8 for box in boxes))
    found = with_depth(geometry, Near(nearness), (), lambda name, _: (masks or {}).get(name), look)
    return [float(np.nanmedian(row)) if np.isfinite(row).any() else None for row in found.nearness]


def test_an_outline_that_is_too_wide_takes_in_no_background():
    # Of 8 x 8 pixels the thing has 5 x 5, fewer than half; of the 6 x 6 inside it has most.
    picture = a_picture((41, 41, 46, 46, NEAR))
    assert measured(picture, (40, 40, 48, 48), masks={"t1": a_mask(40, 40, 48, 48)}) == [NEAR]


def test_of_a_thin_thing_all_pixels_count():
    picture = a_picture((10, 50, 60, 51, NEAR))
    assert measured(picture, (10, 50, 60, 51), masks={"t1": a_mask(10, 50, 60, 51)}) == [NEAR]


def test_the_edge_of_the_picture_is_no_outline():
    # Half of the thing is out of the picture: its left side is as much its middle as any.
    picture = a_picture((0, 40, 3, 50, NEAR), (3, 40, 10, 50, 3.0))
    assert measured(picture, (0, 40, 10, 50), masks={"t1": a_mask(0, 40, 10, 50)}) == [3.0]
    nearer = a_picture((0, 40, 8, 50, NEAR))
    assert measured(nearer, (0, 40, 10, 50), masks={"t1": a_mask(0, 40, 10, 50)}) == [NEAR]


def test_a_thing_that_fills_the_picture_has_the_nearness_of_most_of_it():
    picture = a_picture((0, 0, 100, 70, NEAR))
    assert measured(picture, (0, 0, 100, 100), masks={"t1": a_mask(0, 0, 100, 100)}) == [NEAR]


def test_what_stands_before_a_thing_is_not_its_nearness():
    # The table has no outline; a cup with one covers three quarters of the middle of its box.
    table, cup = (10, 10, 90, 90), (30, 30, 70, 60)
    picture = a_picture((10, 10, 90, 90, 2.0), (30, 30, 70, 60, NEAR))
    assert measured(picture, table, cup, masks={"t2": a_mask(*cup)}) == [2.0, NEAR]


def test_of_a_thing_without_an_outline_the_middle_of_its_own_box_counts_across_and_down():
    # It is twice as high as wide; what it shows outside of the middle half of its box is as far as the ground.
    assert measured(a_picture((15, 50, 25, 70, NEAR)), (10, 40, 30, 80)) == [NEAR]
    for aside in ((5, 50, 15, 70), (25, 50, 35, 70), (15, 40, 25, 50), (15, 70, 25, 80)):
        assert measured(a_picture((*aside, NEAR)), (10, 40, 30, 80)) == [FAR]


def test_where_nothing_of_a_thing_is_free_its_whole_middle_counts():
    box = (10, 10, 90, 90)
    assert measured(a_picture((10, 10, 90, 90, NEAR)), box, box, masks={"t2": a_mask(*box)}) == [NEAR, NEAR]


@pytest.mark.parametrize(("known", "expected"), [(3, None), (4, NEAR)])
def test_fewer_than_four_known_pixels_tell_nothing(known, expected):
    picture = np.full((100, 100), np.nan, np.float32)
    picture[40, 40 : 40 + known] = NEAR
    assert measured(picture, (38, 38, 46, 42), masks={"t1": a_mask(40, 40, 44, 41)}) == [expected]


def test_the_frames_are_handed_over_together():
    geometry = a_geometry([(0, 0, 20, 20)] * 8)
    depth = Near(a_picture())
    with_depth(geometry, depth, (), lambda *_: None, look)
    assert 1 < sum(depth.asked) <= min(AT_ONCE, len(SECONDS))
    assert len(depth.asked) == 1


class Watch(Near):
    """Says of a picture that all of it is as near as its pixels are bright."""

    def nearness(self, images):
        return [image[..., 0].astype(np.float32) for image in images]


def test_what_is_told_of_a_frame_counts_at_the_time_of_that_frame():
    geometry = a_geometry([(20, 20, 40, 40)] * 8)

    def by_time(seconds):
        return [Frame(round(s * 10), s, np.full((100, 100, 3), round(s * 10), np.uint8)) for s in seconds]

    found = with_depth(geometry, Watch(None), (), lambda *_: None, by_time)
    np.testing.assert_allclose(found.nearness[0], SECONDS * 10)
