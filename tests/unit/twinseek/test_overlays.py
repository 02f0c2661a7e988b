import numpy as np

from tests.unit.twinseek.records import square
from twinseek.overlays import FILL_OPACITY, PALETTE, Mark, draw_marks, fit_image, ink_on, instance_colours

ORANGE = PALETTE[0]


def grey(height=90, width=160):
    return np.full((height, width, 3), 128, np.uint8)


def mark(**fields):
    values = {"label": "", "colour": ORANGE, "box": (40, 20, 80, 60), "mask": square().model_dump()}
    return Mark(**(values | fields))


def test_a_mask_is_tinted_inside_and_nothing_changes_far_outside():
    drawn = draw_marks(grey(), [mark()])
    expected = (128 * (1 - FILL_OPACITY) + np.array(ORANGE) * FILL_OPACITY).astype(np.uint8)
    assert (drawn[40, 60] == expected).all()
    assert (drawn[80, 10] == 128).all()


def test_the_colour_of_a_small_thing_is_seen_and_a_line_in_its_marks_colour_goes_round_it():
    pink, box = (235, 120, 190), (60, 40, 65, 44)
    frame = grey()
    frame[40:44, 60:65] = pink
    drawn = draw_marks(frame, [mark(box=box, mask=square(box=box).model_dump())]).astype(int)
    inside = drawn[40:44, 60:65]
    assert np.abs(inside - pink).max() < np.abs(inside - ORANGE).max()
    assert np.abs(inside - pink).max() <= 40
    around = np.abs(drawn[36:48, 56:69] - ORANGE).max(axis=2) < 40
    assert around.sum() > 12


def test_the_frame_that_is_handed_in_stays_as_it_was():
    frame = grey()
    draw_marks(frame, [mark()])
    assert (frame == 128).all()


def test_a_box_is_outlined_where_there_is_no_mask():
    drawn = draw_marks(grey(), [mark(mask=None)])
    assert (drawn[40, 40] == ORANGE).all()
    assert np.abs(drawn[40, 60].astype(int) - 128).max() < 20


def test_an_empty_mask_leaves_the_box_visible():
    drawn = draw_marks(grey(), [mark(mask=square(box=(0, 0, 0, 0)).model_dump())])
    assert (drawn[40, 40] == ORANGE).all()


def test_marks_in_displayed_pixels_land_right_on_a_smaller_frame():
    drawn = draw_marks(grey(45, 80), [mark()], displayed=(160, 90))
    changed = np.argwhere((drawn != 128).any(axis=2))
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    assert (abs(np.array([left, top, right, bottom]) - [20, 10, 40, 30]) <= 3).all()


def test_the_smaller_instance_is_drawn_over_the_larger_one():
    small = mark(colour=PALETTE[6])
    large = mark(box=(0, 0, 160, 90), mask=square(box=(0, 0, 160, 90)).model_dump())
    assert (draw_marks(grey(), [small, large]) == draw_marks(grey(), [large, small])).all()


def test_a_label_is_written_in_the_colour_of_its_instance_and_stays_in_the_frame():
    drawn = draw_marks(grey(), [mark(label="cup 1\x1b[31m 猫", box=(150, 0, 160, 20), mask=None)])
    assert ((drawn == ORANGE).all(axis=2)).sum() > 100


def test_a_box_outside_the_frame_is_clipped():
    assert draw_marks(grey(), [mark(box=(-50, -50, 900, 900), mask=None)]).shape == (90, 160, 3)


def test_an_instance_keeps_its_colour_however_often_it_is_named():
    assert instance_colours(["a", "b", "a"]) == {"a": PALETTE[0], "b": PALETTE[1]}


def test_the_palette_starts_again_after_its_last_colour():
    names = [str(n) for n in range(len(PALETTE) + 1)]
    assert instance_colours(names)[names[-1]] == PALETTE[0]


def test_ink_contrasts_with_every_colour_of_the_palette():
    def luminance(colour):
        return sum(weight * (part / 255) ** 2.2 for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))

    for colour in PALETTE:
        low, high = sorted([luminance(colour), luminance(ink_on(colour))])
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_an_image_is_shrunk_in_proportion_and_never_enlarged():
    assert fit_image(grey(900, 1600), 480).shape == (270, 480, 3)
    assert fit_image(grey(1600, 900), 480).shape == (480, 270, 3)
    assert fit_image(grey(9, 16), 480).shape == (9, 16, 3)
