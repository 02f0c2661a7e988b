import cv2
import numpy as np

from tools.colour_regions import ColourTracker, find_regions
from tools.moving_objects import Stretch, clean, refine_mask
from tools.nearness import estimate_nearness
from tools.shots import ShotFinder
from tools.text_seen import SeenText, may_hold_text, merge_readings, read_text
from tools.tracking import label_regions
from tools.tracks import CROPS
from twins.geometry import Visibility

SIZE = (160, 240)


def ground(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rough = cv2.resize(rng.random((20, 30, 3)).astype(np.float32), SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(90 + 70 * rough, 0, 255).astype(np.uint8)


def noisy(image: np.ndarray, seed: int) -> np.ndarray:
    return np.clip(image + np.random.default_rng(seed).normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def film(place: list[int]) -> list[np.ndarray]:
    """Return frames in which a red disc is at these columns."""
    frames = []
    for n, x in enumerate(place):
        frame = ground()
        cv2.circle(frame, (x, 80), 18, (200, 40, 40), -1)
        frames.append(noisy(frame, n))
    return frames


def disc(x: int) -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (x, 80), 18, 1, -1)
    return mask > 0


def found(frames: list[np.ndarray], number: int) -> np.ndarray:
    stretch = Stretch(frames, [np.eye(3)] * len(frames))
    foreground, refined = stretch.foreground(number, None), np.zeros(SIZE, bool)
    for _, region in label_regions(foreground.astype(np.int32)):
        exact = stretch.refine(number, region)
        refined[exact.window] = exact.mask
    return refined


def test_a_moving_disc_is_found_to_the_pixel():
    place = [20 + 8 * n for n in range(25)]
    assert iou(found(film(place), 12), disc(place[12])) > 0.85


def test_a_thing_that_stands_still_most_of_the_time_is_found_and_leaves_no_ghost():
    place = [60] * 18 + [60 + 14 * n for n in range(1, 10)]
    frames = film(place)
    assert iou(found(frames, 3), disc(60)) > 0.8
    assert not (found(frames, 26) & disc(60)).any()


def test_a_mask_loses_its_rim_and_its_shadow_but_not_its_bulk():
    mask, away, shaded = np.ones((30, 30), bool), np.full((30, 30), 60.0, np.float32), np.zeros((30, 30), bool)
    away[:, 24:], shaded[:, 24:] = 30.0, True
    away[0] = 10.0
    refined = refine_mask(mask, away, shaded)
    assert refined[5:25, 3:22].all()
    assert not refined[:, 25:].any()
    assert not refined[0].any()


def test_specks_go_and_small_gaps_close():
    mask = np.zeros((200, 300), bool)
    mask[50:100, 50:100], mask[50:100, 102:150], mask[150, 200] = True, True, True
    cleaned = clean(mask)
    assert not cleaned[150, 200]
    assert cleaned[70, 101]


def test_a_still_thing_of_one_colour_stands_out():
    frame = noisy(ground(), 3)
    cv2.rectangle(frame, (100, 50), (140, 110), (30, 60, 220), -1)
    region = find_regions(frame, cv2.cvtColor(frame, cv2.COLOR_RGB2LAB), 0.0)[0]
    assert abs(np.subtract(region.sight.box, (100, 50, 141, 111))).max() <= 3


def test_a_region_has_a_place_in_the_frames_in_which_it_is_not_looked_for():
    tracker, times = ColourTracker(), [0.1 * n for n in range(8)]
    for number, seconds in enumerate(times):
        frame = noisy(ground(), number)
        cv2.rectangle(frame, (60 + 4 * number, 50), (100 + 4 * number, 110), (30, 60, 220), -1)
        tracker.step(number, seconds, frame, cv2.cvtColor(frame, cv2.COLOR_RGB2LAB), last=number == 7)
    track = max(tracker.tracks, key=lambda track: len(track.samples))
    # Also in the last one, which would not be its turn.
    assert list(track.samples) == list(range(8))
    for number, seconds in enumerate(times):
        box = (60 + 4 * number, 50, 101 + 4 * number, 111)
        assert abs(np.subtract(track.samples[number].box, box)).max() <= 4
        assert track.samples[number].seconds == seconds


def test_cut_outs_of_a_region_are_spread_over_its_life():
    tracker = ColourTracker()
    for number in range(60):
        frame = noisy(ground(), number)
        cv2.rectangle(frame, (60, 50), (100, 110), (220, 40, 40), -1)
        tracker.step(number, 0.1 * number, frame, cv2.cvtColor(frame, cv2.COLOR_RGB2LAB), last=number == 59)
    crops = list(max(tracker.tracks, key=lambda track: len(track.samples)).crops)
    assert 4 <= len(crops) <= CROPS
    assert crops[0] < 10 and crops[-1] >= 45
    assert max(np.diff(crops)) <= 20


def test_nothing_stands_out_of_an_even_picture():
    frame = noisy(np.full((*SIZE, 3), 120, np.uint8), 1)
    assert find_regions(frame, cv2.cvtColor(frame, cv2.COLOR_RGB2LAB), 0.0) == []


def test_a_cut_is_found_where_it_is():
    shots, cuts = ShotFinder(), []
    for n in range(24):
        image = noisy(ground(1) if n < 12 else 255 - ground(5), n)
        cuts += [cut] if (cut := shots.step(n, image)) is not None else []
    assert cuts == [12]


def test_letters_are_read_and_an_empty_wall_is_not():
    page = np.full((200, 400, 3), 230, np.uint8)
    cv2.putText(page, "EXIT 42", (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (20, 20, 20), 6)
    assert may_hold_text(page)
    assert [line.text.replace(" ", "") for line in read_text(page)] == ["EXIT42"]
    assert not may_hold_text(np.full((200, 400, 3), 230, np.uint8))


def test_a_line_seen_twice_is_one_line_with_a_span():
    box = (0.0, 0.0, 1.0, 1.0)
    readings = [(1.0, [SeenText("Exit", 0.8, box)]), (3.0, [SeenText("EXIT", 0.9, box)])]
    assert merge_readings(readings) == [("Exit", 0.9, 1.0, 3.0)]


def test_what_stands_lower_and_what_hides_another_is_nearer():
    seen = Visibility.VISIBLE
    boxes = np.array([[[0, 0, 10, 40]] * 6, [[50, 0, 60, 90]] * 6], np.float32)
    area = np.full((2, 6), 100, np.float32)
    near = estimate_nearness(boxes, area, np.full((2, 6), seen, np.uint8), 100)
    assert (near[1] > near[0]).all()
    boxes[1] = boxes[0]
    area[0, 3:] = 30
    near = estimate_nearness(boxes, area, np.full((2, 6), seen, np.uint8), 100)
    assert (near[1] > near[0]).all()
