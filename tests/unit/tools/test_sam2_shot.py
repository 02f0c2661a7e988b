"""How a shot is gone through, with a session to which every colour is a thing: no model is needed to test the way."""

import logging

import numpy as np
import pytest

from tools.automatic_masks import Candidate
from tools.sam2_session import Outline
from tools.sam2_shot import Shot, ShotLimits, follow_spots

SHAPE = (24, 40)
LIMITS = ShotLimits(key_step=4, most=4, patience=6)


class ColourSession:
    """Follows colours: pictures are grey levels of things, 0 is the ground; remembers what it was asked."""

    def __init__(self, images=None, log=None):
        self.images = {} if images is None else images
        self.log = [] if log is None else log
        self.followed = {}

    def show(self, number, image):
        self.images[number] = image

    def look(self, number):
        self.log.append(("look", number))
        image = self.images[number][..., 0]
        return [Candidate(image == colour, 0.9, int(colour)) for colour in np.unique(image) if colour]

    def aside(self):
        return ColourSession(self.images, self.log)

    def prompt(self, number, prompts):
        for name, prompt in prompts.items():
            if isinstance(prompt, dict):
                x, y = prompt["point"]
                prompt = int(self.images[number][y, x, 0])
            self.followed[name] = prompt
        return self.follow(number)

    def follow(self, number, *, reverse=False):
        self.log.append(("back" if reverse else "follow", number))
        masks = {name: self.images[number][..., 0] == colour for name, colour in self.followed.items()}
        return {name: Outline(mask, mask, 0.5) for name, mask in masks.items()}

    def keep(self, names):
        self.followed = {name: colour for name, colour in self.followed.items() if name in names}

    def adopt(self, other):
        self.followed |= other.followed

    def turn(self):
        pass

    def drop_before(self, number):
        for old in [each for each in self.images if each < number]:
            del self.images[old]


def picture(**lefts):
    """Return a picture with squares of eight pixels, by name of the colour (``c50``) their left edge."""
    image = np.zeros((*SHAPE, 3), np.uint8)
    for row, (name, left) in enumerate(lefts.items()):
        image[8 * row % 24 : 8 * row % 24 + 8, left : left + 8] = int(name[1:])
    return image


def gone_through(shot, images, at_once):
    """Return by name the numbers of the frames in which a thing is told, however many pictures come at once."""
    told = {}
    for first in range(0, len(images), at_once):
        for name, masks, _ in shot.segment(images[first : first + at_once]):
            told.setdefault(name, []).extend(first + at for at in masks)
    return told


def test_what_is_there_from_the_start_is_followed_throughout_under_one_name_however_it_is_cut():
    images = [picture(c50=number, c90=20) for number in range(12)]
    for at_once in (4, 5, 12):
        told = gone_through(Shot(ColourSession(), LIMITS), images, at_once)
        assert told == {1: list(range(12)), 2: list(range(12))}


def test_what_comes_in_later_is_found_at_the_next_key_frame_and_followed_back_to_when_it_came():
    images = [picture(c50=4, c90=20) if number >= 9 else picture(c50=4) for number in range(16)]
    session = ColourSession()
    told = gone_through(Shot(session, LIMITS), images, 16)
    assert told == {1: list(range(16)), 2: list(range(9, 16))}
    assert ("back", 8) in session.log  # where it was seen to be gone
    assert ("back", 7) not in session.log


def test_what_is_told_already_is_not_told_again():
    images = [picture(c50=4, c90=20) if number >= 1 else picture(c50=4) for number in range(4)]
    told = gone_through(Shot(ColourSession(), LIMITS), images, 2)
    assert told == {1: [0, 1, 2, 3], 2: [2, 3]}


def test_a_thing_is_not_followed_back_into_what_is_followed():
    class Slipping(ColourSession):
        def follow(self, number, *, reverse=False):
            outlines = super().follow(number, reverse=reverse)
            mask = self.images[number][..., 0] == 50
            return {name: Outline(mask, mask, 0.5) for name in outlines} if reverse else outlines

        def aside(self):
            return Slipping(self.images, self.log)

    images = [picture(c50=4, c90=20) if number >= 6 else picture(c50=4) for number in range(8)]
    assert gone_through(Shot(Slipping(), LIMITS), images, 8)[2] == [7]


def test_new_things_are_looked_for_at_the_first_frame_and_at_the_end_of_every_step():
    session = ColourSession()
    gone_through(Shot(session, LIMITS), [picture(c50=4)] * 10, 10)
    assert [number for what, number in session.log if what == "look"] == [0, 3, 7]


def test_what_is_hidden_for_a_while_comes_back_under_its_name():
    images = [picture(c50=4) if number not in range(4, 9) else picture() for number in range(12)]
    assert gone_through(Shot(ColourSession(), LIMITS), images, 4) == {1: [0, 1, 2, 3, 9, 10, 11]}


def test_what_is_gone_for_longer_than_the_patience_is_not_followed_any_longer():
    session = ColourSession()
    shot = Shot(session, LIMITS)
    gone_through(shot, [picture(c50=4)] + [picture()] * 9, 10)
    assert session.followed == {}
    assert gone_through(shot, [picture(c50=4)] * 2, 2) == {2: [0, 1]}


def test_a_picture_without_things_has_no_tracks_and_one_without_motion_one_a_thing():
    assert Shot(ColourSession(), LIMITS).segment([picture()] * 8) == []
    assert Shot(ColourSession(), LIMITS).segment([]) == []
    (one,) = Shot(ColourSession(), LIMITS).segment([picture(c50=4)] * 8)
    assert (one[0], len(one[1]), one[2]) == (1, 8, 0.9 * 0.5)


def test_of_more_things_than_can_be_followed_the_largest_are_and_the_log_says_so(caplog):
    image = np.zeros((*SHAPE, 3), np.uint8)
    for place in range(6):
        image[2 : 4 + place, 6 * place : 6 * place + 5] = 40 * (place + 1)
    with caplog.at_level(logging.WARNING):
        found = Shot(ColourSession(), LIMITS).segment([image])
    assert len(found) == 4
    assert min(masks[0].sum() for _, masks, _ in found) == 5 * 4
    assert "6 things are in the picture: the largest 4 are followed" in caplog.text


def test_who_is_not_seen_makes_room_for_who_is():
    shot = Shot(ColourSession(), ShotLimits(key_step=4, most=1, patience=40))
    told = gone_through(shot, [picture(c50=4)] * 4 + [picture(c90=20)] * 8, 12)
    assert told == {1: [0, 1, 2, 3], 2: [4, 5, 6, 7, 8, 9, 10, 11]}


def test_of_two_that_coincide_in_two_key_frames_the_older_one_is_followed_on():
    session = ColourSession()
    shot = Shot(session, LIMITS)
    shot.segment([picture(c50=4, c90=20)] * 4)
    session.followed = dict.fromkeys(session.followed, 50)
    told = gone_through(shot, [picture(c50=4)] * 12, 12)
    assert told[1] == list(range(12))
    assert told[2] == list(range(8))


def test_pictures_are_forgotten_after_each_key_frame_and_things_do_not_pile_up():
    session = ColourSession()
    shot, most = Shot(session, LIMITS), 0
    for number in range(0, 200, 4):
        shot.segment([picture(**{f"c{1 + number % 250}": 4})] * 4)
        most = max(most, len(session.images), len(session.followed), len(shot._things), len(shot._covered))
    assert most <= 4


def test_a_spot_is_followed_forwards_and_backwards_from_its_position_and_answers_keep_their_order():
    images = [picture(c50=number, c90=20) if number != 2 else picture(c50=number) for number in range(6)]
    spots = [{"position": 4, "point": (21, 10)}, {"position": 0, "point": (1, 1)}, {"position": 4, "point": (5, 1)}]
    (first, sure), (second, _), (third, _) = follow_spots(ColourSession(), images, spots)
    assert sorted(first) == [0, 1, 3, 4, 5]
    assert sure == 0.5
    assert sorted(second) == sorted(third) == list(range(6))
    for number in range(6):
        np.testing.assert_array_equal(third[number], images[number][..., 0] == 50)


def test_a_spot_with_nothing_in_it_has_no_masks():
    class Blind(ColourSession):
        def follow(self, number, *, reverse=False):
            empty = np.zeros(SHAPE, bool)
            return {name: Outline(empty, empty, 0.1) for name in self.followed}

        def aside(self):
            return Blind(self.images, self.log)

    assert follow_spots(Blind(), [picture()] * 2, [{"position": 0, "point": (1, 1)}]) == [({}, 0.0)]
    assert follow_spots(ColourSession(), [picture()], []) == []


@pytest.mark.parametrize("count", [1, 3, 4])
def test_answers_have_one_entry_a_frame_at_the_pictures_size(count):
    (one,) = Shot(ColourSession(), LIMITS).segment([picture(c50=4)] * count)
    assert sorted(one[1]) == list(range(count))
    assert {mask.shape for mask in one[1].values()} == {SHAPE}
