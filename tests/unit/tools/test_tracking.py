from dataclasses import replace

import cv2
import numpy as np

from tools import tracking
from tools.fragments import join_pieces, join_returns
from tools.tracking import WORTHY, Tracker, label_regions
from tools.tracks import RawTrack, Region, Sample, looks_apart, looks_of
from twins.masks import decode_mask, encode_mask

SHAPE = (120, 200)
NO_FLOW = np.zeros((*SHAPE, 2), np.float32)


def scene(*boxes: tuple[tuple[int, int, int, int], tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return (image, foreground) with a filled box of a colour for each of ``boxes`` (xyxy)."""
    image, foreground = np.full((*SHAPE, 3), 90, np.uint8), np.zeros(SHAPE, bool)
    for (x1, y1, x2, y2), colour in boxes:
        image[y1:y2, x1:x2] = colour
        foreground[y1:y2, x1:x2] = True
    return image, foreground


RED, BLUE = (220, 30, 30), (30, 60, 220)


def run(frames: list[tuple[np.ndarray, np.ndarray]], refine=lambda _, region: region) -> Tracker:
    tracker = Tracker()
    for number, (image, foreground) in enumerate(frames):
        lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
        tracker.step(number, number / 10, lab, foreground, NO_FLOW if number else None)
    tracker.settle(
        worth=lambda sights: sights[max(sights)].area,
        refine=refine,
        picture=lambda number: frames[number][0],
        seconds=len(frames) / 10,
    )
    return tracker


def test_a_thing_that_moves_is_one_track_with_its_boxes():
    tracker = run([scene(((10 + 4 * n, 20, 40 + 4 * n, 50), RED)) for n in range(20)])
    (track,) = tracker.tracks.values()
    assert track.samples[10].box == (50, 20, 80, 50)
    assert track.samples[10].area == 900
    assert track.samples[10].centre == (65.0, 35.0)


def test_outlines_are_made_exact_when_a_stretch_has_been_seen():
    def without_last_row(_: int, region: Region) -> Region:
        rows, columns = region.window
        return Region((slice(rows.start, rows.stop - 1), columns), region.mask[:-1])

    tracker = run([scene(((10 + 4 * n, 20, 40 + 4 * n, 50), RED)) for n in range(20)], without_last_row)
    (track,) = tracker.tracks.values()
    assert track.samples[10].box == (50, 20, 80, 49)
    assert decode_mask(track.samples[10].rle).sum() == track.samples[10].area == 870
    assert decode_mask(track.samples[10].rle)[20:49, 50:80].all()


def test_only_the_things_that_matter_most_in_a_stretch_are_worked_out():
    boxes = [(4 + 12 * (n % 16), 4 + 14 * (n // 16), 10 + 12 * (n % 16), 10 + 14 * (n // 16)) for n in range(WORTHY)]
    shown = [*boxes, (0, 80, 40, 118), (60, 80, 100, 118)]
    tracker = run([scene(*((box, RED) for box in shown))] * 2)
    assert len(tracker.tracks) == WORTHY
    assert {(0, 80, 40, 118), (60, 80, 100, 118)} <= {track.samples[1].box for track in tracker.tracks.values()}


def test_a_long_shot_does_not_gather_noise():
    tracker = Tracker()
    flicker, thing = scene(((10, 20, 40, 50), BLUE)), scene(((100, 60, 140, 100), RED))
    for number, (image, foreground) in enumerate([flicker] * 2 + [thing] * 60):
        lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
        tracker.step(number, number / 10, lab, foreground, NO_FLOW if number else None)
        if number % 20 == 19:
            tracker.settle(lambda _: 1.0, lambda _, region: region, lambda _: image, number / 10)  # noqa: B023
            assert len(tracker.tracks) == (2 if number < 30 else 1)
    (track,) = tracker.tracks.values()
    assert len(track.samples) > 50


def test_a_long_run_does_not_gather_pictures_of_every_size():
    for height in range(40, 60):
        tracker = Tracker()
        for number in range(2):
            picture, nothing = np.zeros((height, 60, 3), np.uint8), np.zeros((height, 60), bool)
            tracker.step(number, number / 10, picture, nothing, np.zeros((height, 60, 2), np.float32))
    assert 0 < tracking._grid.cache_info().currsize <= 2


def test_labels_come_with_their_smallest_windows():
    labels = np.zeros((5, 6), np.int32)
    labels[1, 2:4], labels[3, 3], labels[0, 5] = 7, 7, 2
    (first, small), (second, large) = label_regions(labels)
    assert (first, small.box, small.area) == (2, (5, 0, 6, 1), 1)
    assert (second, large.box, large.mask.tolist()) == (7, (2, 1, 4, 4), [[True, True], [False, False], [False, True]])
    assert label_regions(np.zeros((5, 6), np.int32)) == []


def test_a_thing_hidden_for_a_second_keeps_its_track():
    shown = [scene(((10 + 4 * n, 20, 40 + 4 * n, 50), RED)) for n in range(25)]
    shown[10:18] = [scene()] * 8
    assert len(run(shown).tracks) == 1


def test_another_colour_in_the_same_place_is_another_thing():
    shown = [scene(((10, 20, 40, 50), RED))] * 5 + [scene()] * 3 + [scene(((10, 20, 40, 50), BLUE))] * 5
    assert len(run(shown).tracks) == 2


def test_two_things_that_touch_and_part_are_still_the_same_two():
    frames = []
    for n in range(30):
        left = 10 + 4 * (n if n < 15 else 30 - n)
        right = 150 - 3 * (n if n < 15 else 30 - n)
        frames.append(scene(((left, 20, left + 40, 60), RED), ((right, 20, right + 40, 60), BLUE)))
    tracker = run(frames)
    joined = join_pieces(tracker.tracks, tracker.touching)
    assert len(joined) == 2
    for track in joined:
        first, last = track.samples[0], track.samples[29]
        assert abs(first.centre[0] - last.centre[0]) < 10


def test_pieces_side_by_side_in_every_frame_are_one_thing():
    looks = looks_of(np.full((2, 2, 3), 128, np.uint8), np.ones((2, 2), bool))
    tracks = {}
    for label, x in ((1, 0), (2, 30)):
        mask = np.zeros((60, 60), bool)
        mask[10:40, x : x + 30] = True
        samples = {n: Sample(n / 10, (x, 10, x + 30, 40), 900, (x + 15.0, 25.0), encode_mask(mask)) for n in range(5)}
        tracks[label] = RawTrack(label, looks, samples)
    together = {n: [frozenset({1, 2})] for n in range(5)}
    (track,) = join_pieces(tracks, together)
    assert track.samples[3].box == (0, 10, 60, 40)
    assert decode_mask(track.samples[3].rle).sum() == 1800
    assert len(join_pieces(tracks, {0: [frozenset({1, 2})]})) == 2


def around(way: tuple[float, float]) -> dict[int, RawTrack]:
    """Return two squares, of which the second goes around the first at a distance across and one down."""
    looks = looks_of(np.full((2, 2, 3), 128, np.uint8), np.ones((2, 2), bool))
    tracks = {label: RawTrack(label, looks) for label in (1, 2)}
    for n in range(16):
        for label, (x, y) in ((1, (40.0, 40.0)), (2, (40 + way[0] * np.cos(n / 2), 40 + way[1] * np.sin(n / 2)))):
            mask = np.zeros((120, 120), bool)
            mask[int(y) : int(y) + 30, int(x) : int(x) + 30] = True
            sample = Sample(n / 10, (x, y, x + 30, y + 30), 900, (x + 15, y + 15), encode_mask(mask))
            tracks[label].samples[n] = sample
    return tracks


def test_of_two_that_touch_all_along_the_one_that_goes_around_the_other_is_another_thing():
    together = {n: [frozenset({1, 2})] for n in range(16)}
    assert len(join_pieces(around((38, 18)), together)) == 2
    # Halves of what spins keep their distance.
    assert len(join_pieces(around((30, 30)), together)) == 1
    # A moment of it is no evidence.
    brief = {
        label: replace(track, samples=dict(list(track.samples.items())[:6]))
        for label, track in around((38, 18)).items()
    }
    assert len(join_pieces(brief, together)) == 1


def test_what_is_much_smaller_may_be_a_limb():
    tracks = around((38, 18))
    for sample in tracks[2].samples.values():
        sample.area = 200
    assert len(join_pieces(tracks, {n: [frozenset({1, 2})] for n in range(16)})) == 1


def test_what_lies_off_and_looks_otherwise_is_given_away_while_a_piece_of_the_same_colour_stays():
    def two(colour):
        return scene(((20, 20, 60, 60), RED), ((66, 20, 86, 40), colour))

    for colour, tracks in ((RED, 1), (BLUE, 2)):
        shown = [scene(((20, 20, 86, 60), RED))] * 5 + [two(colour)] * 6
        assert len(run(shown).tracks) == tracks


def test_what_leaves_on_one_side_comes_back_there_and_not_on_the_other():
    def piece(label: int, numbers: range, xs: list[int]) -> RawTrack:
        looks = looks_of(np.full((2, 2, 3), 128, np.uint8), np.ones((2, 2), bool))
        samples = {}
        for n, x in zip(numbers, xs, strict=True):
            mask = np.zeros(SHAPE, bool)
            mask[10:40, x : x + 30] = True
            samples[n] = Sample(n / 10, (x, 10, x + 30, 40), 900, (x + 15.0, 25.0), encode_mask(mask))
        return RawTrack(label, looks, samples)

    gone = piece(1, range(5), [100, 120, 140, 160, 170])
    same_side, other_side = piece(2, range(60, 63), [170, 150, 130]), piece(3, range(60, 63), [0, 20, 40])
    assert len(join_returns([gone, same_side], 200, 120)) == 1
    assert len(join_returns([gone, other_side], 200, 120)) == 2


def test_histograms_tell_colours_apart():
    def looks(colour: tuple[int, int, int]) -> np.ndarray:
        lab = cv2.cvtColor(np.full((4, 4, 3), colour, np.uint8), cv2.COLOR_RGB2LAB)
        return looks_of(lab, np.ones((4, 4), bool))

    assert looks_apart(looks(RED), looks(RED)) < 1e-3
    assert looks_apart(looks(RED), looks(BLUE)) > 0.9


def test_two_that_touch_all_along_keep_their_colours_while_one_goes_around_the_other():
    """By distance alone the one that lags behind its flow is eaten up."""
    # Until they touch, each is followed by itself.
    shown = [scene(((80, 44, 110, 74), RED), ((150, 44, 180, 74), BLUE))] * 5
    for n in range(24):
        x, y = 80 + round(32 * np.cos(n / 2.5)), 44 + round(32 * np.sin(n / 2.5))
        shown.append(scene(((80, 44, 110, 74), RED), ((x, y, x + 30, y + 30), BLUE)))
    tracks = run(shown).tracks
    assert sorted(len(track.samples) for track in tracks.values()) == [29, 29]
    for track in tracks.values():
        own = shown[0][0][decode_mask(track.samples[0].rle)][0]
        for number, sample in track.samples.items():
            assert (shown[number][0][decode_mask(sample.rle)] == own).all(axis=1).mean() > 0.8
