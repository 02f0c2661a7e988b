"""What detectors return, made into things with names."""

import numpy as np
import pytest

from tools.namers import PluggedDetector
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.schema import Provenance

LEFT, RIGHT = (0.0, 0.0, 20.0, 20.0), (60.0, 60.0, 80.0, 80.0)
FRAMES = [Frame(n, n / 2, np.zeros((100, 100, 3), np.uint8)) for n in range(3)]


class Known:
    """Finds the same in every picture."""

    def __init__(self, *found):
        self.found = list(found)

    def detect(self, image):
        return self.found


class Open(Known):
    """Finds what it is given names for, and remembers them."""

    vocabulary = ("cup", "dog")

    def find(self, images, names):
        self.names = names
        return [[(name, 0.5, LEFT) for name in names] for _ in images]


def opened(plugin):
    return PluggedDetector("finder", {}, "cpu", Provenance(specialist="finder", version="1")).with_plugin(plugin)


def told(detections):
    return [(each.category, [(o.category, o.confidence) for o in each.alternatives]) for each in detections]


def test_two_names_for_one_place_are_one_thing_by_the_surer_name():
    plugin = Known(("cat", 0.7, (0, 0, 20, 19)), ("dog", 0.8, LEFT), ("cup", 0.6, RIGHT), ("dog", 0.5, LEFT))
    (first, *_others) = opened(plugin).detect(FRAMES)
    assert told(first) == [("dog", [("cat", 0.7)]), ("cup", [])]


def test_a_bar_of_its_own_is_taken_over_where_it_is_a_number():
    plugin = Known()
    assert opened(plugin).sure is None
    plugin.sure = 0.2
    assert opened(plugin).sure == 0.2
    plugin.sure = "very"
    with pytest.raises(TwinseekError, match="the plugin finder returned 'very' for a confidence"):
        _ = opened(plugin).sure


def test_a_thing_has_three_other_names_at_most_the_surest():
    plugin = Known(*((f"name {n}", 0.9 - n / 10, LEFT) for n in range(6)))
    assert told(opened(plugin).detect(FRAMES)[0]) == [("name 0", [("name 1", 0.8), ("name 2", 0.7), ("name 3", 0.6)])]


def test_a_detector_that_is_not_open_is_sought_among_what_it_knows():
    plugin = Known(("dog", 0.8, LEFT), ("cat", 0.7, LEFT), ("cup", 0.6, RIGHT))
    detector = opened(plugin)
    assert not detector.open
    assert [[(each.category, each.confidence) for each in found] for found in detector.find(FRAMES[:1], ["Cat"])] == [
        [("cat", 0.7)]
    ]
    assert detector.find(FRAMES[:2], ["red kettle"]) == [[], []]
    assert len(detector.detect(FRAMES, ["kettle"])) == 3


def test_an_open_detector_is_given_the_names_tidy_and_once():
    plugin = Open()
    detector = opened(plugin)
    assert detector.open
    found = detector.find(FRAMES[:2], [" red\nkettle ", "Red Kettle", "", "x" * 61])
    assert plugin.names == ["red kettle"]
    assert [told(each) for each in found] == [[("red kettle", [])]] * 2
    assert detector.find(FRAMES, ["", "\x00"]) == [[], [], []]


def test_words_are_looked_for_besides_what_it_knows():
    plugin = Open(("cup", 0.9, RIGHT))
    detector = opened(plugin)
    assert told(detector.detect(FRAMES[:1])[0]) == [("cup", [])]
    detector.detect(FRAMES, ["kettle", "Cup", *(f"word {n}" for n in range(99))])
    assert plugin.names[:3] == ["cup", "dog", "kettle"]
    assert len(plugin.names) == 2 + 64
    plugin.names = None
    detector.detect(FRAMES, ["CUP"])
    assert plugin.names is None


def test_what_an_open_detector_returns_is_checked_too():
    plugin = Open()
    plugin.find = lambda images, names: [[("kettle", 0.9)]] * len(images)
    with pytest.raises(TwinseekError, match=r"returned \('kettle', 0.9\) for a detection"):
        opened(plugin).find(FRAMES, ["kettle"])
