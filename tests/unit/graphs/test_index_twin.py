from dataclasses import replace

import cv2
import numpy as np
import pytest

from graphs.index_perceive import Seen, ShotSeen
from graphs.index_twin import build_perceived
from tools.cast_shadows import SURE as SHADOW
from tools.tracks import Crop, RawTrack, Sample
from twins.frames import VideoInfo
from twins.geometry import Visibility
from twins.masks import encode_mask

WIDTH, HEIGHT, FRAMES = 320, 180, 30
INFO = VideoInfo(2 * WIDTH, 2 * HEIGHT, 0, None, None, None, "h264")
RLE = encode_mask(np.ones((HEIGHT, WIDTH), bool))


def followed(areas: dict[int, int], speed: float = 4.0) -> RawTrack:
    """Return a square of which so many pixels are seen in each of these frames, moving right along a line."""
    track = RawTrack(1, np.zeros(384, np.float32))
    for number, area in areas.items():
        half, x = np.sqrt(area) / 2, 100 + speed * number
        box = (x - half, 90 - half, x + half, 90 + half)
        track.samples[number] = Sample(number / 10, box, area, (x, 90.0), RLE)
    return track


def seen_with(*tracks: RawTrack) -> Seen:
    camera = np.tile(np.eye(2, 3, dtype=np.float32), (FRAMES, 1, 1))
    return Seen(
        frame_index=[3 * number for number in range(FRAMES)],
        seconds=[number / 10 for number in range(FRAMES)],
        shots=[ShotSeen(0, FRAMES, list(tracks), camera, [])],
        work_size=(WIDTH, HEIGHT),
    )


def whole(first: int, last: int) -> dict[int, int]:
    return dict.fromkeys(range(first, last), 400)


def test_what_is_hidden_has_a_place_though_a_sliver_of_it_was_seen_meanwhile():
    track = followed({**whole(0, 8), 8: 260, 9: 240, 10: 210, 15: 30, **whole(22, FRAMES)})
    found = build_perceived(seen_with(track), INFO, 3.0)
    geometry, hidden = found.geometry, range(11, 22)
    assert np.flatnonzero(geometry.visibility[0] == Visibility.OCCLUDED).tolist() == list(hidden)
    assert geometry.centroids[0, hidden, 0] == pytest.approx([2 * (100 + 4 * n) for n in hidden], abs=0.1)
    assert (np.diff(geometry.area[0, 10:23]) > 0).all()
    assert sorted(found.masks["t1"]) == [3 * n for n in track.samples if n != 15]


def test_what_is_hidden_in_the_end_has_no_place():
    found = build_perceived(seen_with(followed({**whole(0, 10), 10: 200, 11: 20})), INFO, 3.0)
    assert (found.geometry.visibility[0, 11:] == Visibility.OCCLUDED).all()
    assert np.isnan(found.geometry.boxes[0, 11:]).all()
    assert np.isfinite(found.geometry.boxes[0, :11]).all()
    assert max(found.masks["t1"]) == 30


def test_cut_outs_are_decoded_once_of_what_moves_and_of_what_rests(monkeypatch):
    decoded: list[Crop] = []
    original = Crop.image

    def counting(crop: Crop) -> np.ndarray:
        decoded.append(crop)
        return original(crop)

    monkeypatch.setattr(Crop, "image", counting)
    moving, resting = followed(whole(0, FRAMES)), followed(whole(0, FRAMES), speed=0.0)
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for track in (moving, resting):
        for number in (0, 12):
            track.crops[number] = Crop(0, 0, cv2.imencode(".jpg", picture)[1].tobytes())
    found = build_perceived(seen_with(moving, resting), INFO, 3.0)
    assert [len(found.looks[track.id]) for track in found.tracks] == [2, 2]
    assert len(decoded) == 4


@pytest.mark.parametrize(("speed", "certain", "kept"), [(0.0, SHADOW, 0), (4.0, SHADOW, 1), (0.0, 0.9, 1)])
def test_what_rests_and_looks_like_a_shadow_is_left_out_while_a_segmenter_is_believed(speed, certain, kept):
    track = replace(followed(whole(0, FRAMES), speed=speed), certain=certain)
    found = build_perceived(seen_with(track), INFO, 3.0)
    assert [one.salience for one in found.tracks] == [certain] * kept
