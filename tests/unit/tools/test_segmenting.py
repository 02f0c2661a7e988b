"""Tracks of a segmenter that knows its things again, from one stretch of a shot into the next."""

import numpy as np
import pytest

from tools.segmenters import PluggedSegmenter
from tools.segmenting import SegmentFollower
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.schema import Provenance

WIDTH, HEIGHT = 60, 40


def frames(first: int, count: int) -> list[Frame]:
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 90, (HEIGHT, WIDTH, 3), np.uint8)
    return [Frame(number, number / 10, ground) for number in range(first, first + count)]


def square(left: int, top: int = 10) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + 12, left : left + 12] = True
    return mask


class Naming:
    """Begins shots; what it answers is given, a call after the other."""

    def __init__(self, *answers):
        self.answers, self.begun, self.lengths = list(answers), 0, []

    def begin(self):
        self.begun += 1
        return self

    def segment(self, images):
        self.lengths.append(len(images))
        return self.answers.pop(0)


def follower(plugin) -> SegmentFollower:
    made = PluggedSegmenter("namer", {}, "cpu", Provenance(specialist="namer", version="1"))
    return SegmentFollower(made.with_plugin(plugin))


def everywhere(count: int, left: int = 5, **more) -> dict[int, np.ndarray]:
    return {at: square(left, **more) for at in range(count)}


def test_equal_names_are_one_track_wherever_it_goes_and_stretches_share_no_frame(monkeypatch):
    monkeypatch.setattr("tools.segmenting.AT_ONCE", 4)
    plugin = Naming([("a", everywhere(4), 0.9), (2, everywhere(4, top=25), 0.5)], [("a", everywhere(4, left=40), 0.7)])
    follow = follower(plugin)
    follow.step(0, frames(0, 8))
    assert plugin.lengths == [4, 4]
    assert plugin.begun == 1
    first, second = follow.finish(WIDTH, HEIGHT)
    assert list(first.samples) == list(range(8))
    assert first.samples[7].box == (40, 10, 52, 22)
    assert first.certain == pytest.approx(0.8)
    assert list(second.samples) == list(range(4))


def test_another_name_in_the_same_place_at_the_same_time_is_the_same_thing_in_the_end():
    plugin = Naming([("a", everywhere(8), 0.9), ("b", everywhere(6), 0.5)])
    follow = follower(plugin)
    follow.step(0, frames(0, 8))
    assert len(follow.tracks) == 2
    (one,) = follow.finish(WIDTH, HEIGHT)
    assert len(one.samples) == 8


def test_another_name_where_a_thing_was_lost_is_the_same_thing_in_the_end():
    follow = follower(Naming([("a", everywhere(8), 0.9)], [("b", {at: square(5) for at in range(2, 8)}, 0.9)]))
    follow.step(0, frames(0, 8))
    follow.step(8, frames(8, 8))
    assert len(follow.tracks) == 2
    (one,) = follow.finish(WIDTH, HEIGHT)
    assert list(one.samples) == [*range(8), *range(10, 16)]


def test_where_a_mask_has_no_area_the_track_has_no_sample():
    masks = {**everywhere(6), 2: np.zeros((HEIGHT, WIDTH), bool), 5: np.zeros((HEIGHT, WIDTH), bool)}
    follow = follower(Naming([("a", masks, 0.9), ("b", {0: np.zeros((HEIGHT, WIDTH), bool)}, 0.9)]))
    follow.step(0, frames(0, 6))
    (one,) = follow.finish(WIDTH, HEIGHT)
    assert list(one.samples) == [0, 1, 3, 4]


def test_a_shot_is_begun_when_its_first_frames_come():
    plugin = Naming()
    assert follower(plugin).finish(WIDTH, HEIGHT) == []
    assert plugin.begun == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([(everywhere(2), 0.9)], r"for a track \(name, masks by position, score\)"),
        ([(None, everywhere(2), 0.9)], r"for a track \(name, masks by position, score\)"),
        ([("a", everywhere(2), 0.9), ("a", everywhere(2), 0.9)], r"returned \['a', 'a'\] for names \(each once\)"),
        ([("a", everywhere(2), "sure")], "returned 'sure' for a confidence"),
        ([("a", {9: square(3)}, 0.9)], "returned 9 for a position"),
    ],
)
def test_an_answer_of_another_shape_is_refused_by_name(answer, said):
    with pytest.raises(TwinseekError, match=f"the plugin namer {said}" if said.startswith("returned") else said):
        follower(Naming(answer)).step(0, frames(0, 2))


def test_what_is_begun_must_be_able_to_segment():
    class Wrong:
        def begin(self):
            return 3

    with pytest.raises(TwinseekError, match=r"the plugin namer returned 3 for a shot \(with a method segment\)"):
        follower(Wrong()).step(0, frames(0, 2))
