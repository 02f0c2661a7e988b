import cv2
import numpy as np
import pytest

from tools.resting import complete_resting
from tools.tracks import RawTrack, Sample
from twins.masks import decode_mask, encode_mask

HEIGHT, WIDTH, FRAMES = 120, 240, 20
CUP = np.s_[50:70, 110:130]
"""Where the thing at rest is, in the scene."""
AREA = 400
PASSER = 26
"""Side of the square that passes."""
SECONDS = (np.arange(FRAMES) / 10 + 0.04 * (np.arange(FRAMES) % 3)).tolist()
"""Times of the frames, which do not come evenly."""


def passer(number: int) -> tuple[int, int, int, int]:
    x = 20 + 10 * number
    return x, 46, x + PASSER, 46 + PASSER


def scene(number: int, in_front: bool, shift: int) -> np.ndarray:
    """Return the Lab picture of a red cup on grey and a green square passing it, the camera ``shift`` pixels along."""
    x1, y1, x2, y2 = passer(number)
    picture = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    if in_front:
        picture[CUP] = (200, 40, 40)
    picture[y1:y2, x1:x2] = (40, 160, 60)
    if not in_front:
        picture[CUP] = (200, 40, 40)
    noise = np.random.default_rng(number).normal(0, 3, picture.shape)
    rgb = np.clip(np.roll(picture, -shift, axis=1) + noise, 0, 255).astype(np.uint8)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def sample(number: int, x1: int, y1: int, x2: int, y2: int) -> Sample:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y1:y2, x1:x2] = True
    centre = ((x1 + x2) / 2, (y1 + y2) / 2)
    return Sample(SECONDS[number], (x1, y1, x2, y2), int(mask.sum()), centre, encode_mask(mask))


def look(in_front: bool, pan: int = 0) -> RawTrack:
    """Follow the cup where nothing touches it, take cup and square for one where they touch, and complete that."""
    cup = RawTrack(1, np.zeros(384, np.float32))
    for number in range(FRAMES):
        x1, _, x2, _ = passer(number)
        if x2 <= 106 or x1 >= 134:
            cup.samples[number] = sample(number, 110 - pan * number, 50, 130 - pan * number, 70)
        elif number % 2:
            cup.samples[number] = sample(number, min(x1, 110) - pan * number, 46, max(x2, 130) - pan * number, 72)
    maps = {n: np.array([[1, 0, pan * n], [0, 1, 0], [0, 0, 1]], np.float64) for n in range(FRAMES)}
    labs = {n: scene(n, in_front, pan * n) for n in range(FRAMES)}
    boxes = {}
    for n in range(FRAMES):
        x1, y1, x2, y2 = passer(n)
        boxes[n] = [(x1 - pan * n, y1, x2 - pan * n, y2)]
    complete_resting([cup], boxes, labs, maps, SECONDS)
    return cup


@pytest.mark.parametrize("pan", [0, 2])
def test_a_thing_at_rest_is_seen_less_while_something_passes_in_front_of_it(pan):
    cup = look(in_front=True, pan=pan)
    assert sorted(cup.samples) == [n for n in range(FRAMES) if n != 9]
    # The square reaches over 6 of its 20 columns in the one frame, over 10 of them in the other.
    assert cup.samples[7].area == pytest.approx(280, abs=30)
    assert cup.samples[10].area == pytest.approx(200, abs=30)
    assert cup.samples[15].area == AREA


@pytest.mark.parametrize("pan", [0, 2])
def test_a_thing_at_rest_stays_whole_while_something_passes_behind_it(pan):
    cup = look(in_front=False, pan=pan)
    assert sorted(cup.samples) == list(range(FRAMES))
    for number, found in cup.samples.items():
        assert found.area == pytest.approx(AREA, rel=0.05)
        assert found.centre[0] == pytest.approx(120 - pan * number, abs=1.5)
        assert decode_mask(found.rle).sum() == found.area
    assert [found.seconds for found in cup.samples.values()] == SECONDS


def test_what_moves_itself_is_left_as_it_was_followed():
    ball = RawTrack(1, np.zeros(384, np.float32))
    ball.samples = {n: sample(n, 20 + 8 * n, 50, 40 + 8 * n, 70) for n in range(FRAMES)}
    before = dict(ball.samples)
    labs = {n: scene(n, True, 0) for n in range(FRAMES)}
    complete_resting([ball], {n: [passer(n)] for n in labs}, labs, {n: np.eye(3) for n in labs}, SECONDS)
    assert ball.samples == before
