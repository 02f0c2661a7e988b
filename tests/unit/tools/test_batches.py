"""Several pictures in one call, and what happens where memory does not suffice for them."""

import gc
import logging
import weakref

import numpy as np
import pytest

from tests.plugins import install
from tools.depths import PluggedDepth
from tools.plugged import open_plugged
from twins.errors import TwinseekError
from twins.schema import Provenance


class OutOfMemoryError(RuntimeError):
    """What torch raises has this name."""


class Near:
    """Tells the brightness of pictures, of ``room`` at most at once."""

    scale = "weak"

    def __init__(self, room=99):
        self.room, self.calls = room, []

    def nearness(self, image):
        return self.nearness_batch([image])[0]

    def nearness_batch(self, images):
        self.calls.append(len(images))
        if len(images) > self.room:
            raise OutOfMemoryError("CUDA out of memory")
        assert len({image.shape for image in images}) == 1
        return [image[..., 0] for image in images]


def opened(plugin, **settings):
    return PluggedDepth("near", settings, "cuda", Provenance(specialist="near", version="1")).with_plugin(plugin)


def pictures(count, width=4):
    return [np.full((3, width, 3), number, np.uint8) for number in range(count)]


def levels(found):
    return [float(each[0, 0]) for each in found]


def test_pictures_are_given_in_batches_and_answers_keep_their_order():
    plugin = Near()
    assert levels(opened(plugin, batch_size=3).nearness(pictures(8))) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert plugin.calls == [3, 3, 2]


def test_a_plugin_says_itself_how_many_it_takes_where_no_setting_does():
    plugin = Near()
    plugin.batch_size = 5
    opened(plugin).nearness(pictures(8))
    opened(plugin, batch_size=8).nearness(pictures(8))
    assert plugin.calls == [5, 3, 8]


def test_pictures_of_other_sizes_are_given_apart():
    plugin = Near()
    found = opened(plugin).nearness([*pictures(2), *pictures(3, width=5)])
    assert [each.shape for each in found] == [(3, 4)] * 2 + [(3, 5)] * 3
    assert plugin.calls == [2, 3]


def test_a_plugin_with_one_method_sees_one_picture_at_a_time():
    class Single:
        scale, calls = "weak", 0

        def nearness(self, image):
            self.calls += 1
            return image[..., 0]

    plugin = Single()
    assert levels(opened(plugin).nearness(pictures(3))) == [0, 1, 2]
    assert plugin.calls == 3


def test_where_memory_is_short_the_batch_is_halved_and_that_is_said_once(caplog):
    plugin = Near(room=2)
    depth = opened(plugin, batch_size=8)
    with caplog.at_level(logging.WARNING):
        assert levels(depth.nearness(pictures(8))) == [0, 1, 2, 3, 4, 5, 6, 7]
        assert levels(depth.nearness(pictures(3))) == [0, 1, 2]
    assert plugin.calls == [8, 4, 2, 2, 2, 2, 2, 1]
    (said,) = caplog.messages
    assert "the plugin near has not enough memory on cuda for 8 pictures at once" in said
    assert "[plugins.near]" in said


def test_what_did_not_fit_is_gone_before_less_is_tried():
    held = []

    class Greedy(Near):
        def nearness_batch(self, images):
            assert all(kept() is None for kept in held)
            taken = np.zeros(len(images))  # stands for what a model had computed when its memory ended
            held.append(weakref.ref(taken))
            return super().nearness_batch(images)

    plugin = Greedy(room=1)
    gc.disable()  # by chance it would be gone in any case
    try:
        assert levels(opened(plugin, batch_size=4).nearness(pictures(4))) == [0, 1, 2, 3]
    finally:
        gc.enable()


def test_too_little_memory_for_one_picture_is_said_with_what_to_do():
    plugin = Near(room=0)
    with pytest.raises(TwinseekError, match="not enough memory on cuda for a single picture: choose smaller weights"):
        opened(plugin, batch_size=4).nearness(pictures(4))
    assert plugin.calls == [4, 2, 1]


def test_another_failure_is_no_reason_to_try_again():
    plugin = Near()
    plugin.nearness_batch = lambda images: plugin.calls.append(len(images)) or images[99]
    with pytest.raises(TwinseekError, match=r"the plugin near failed \(IndexError"):
        opened(plugin).nearness(pictures(2))
    assert plugin.calls == [2]


def test_an_answer_too_few_is_refused():
    plugin = Near()
    plugin.nearness_batch = lambda images: [image[..., 0] for image in images[1:]]
    with pytest.raises(TwinseekError, match="returned '1 answers' for answers to 2 pictures"):
        opened(plugin).nearness(pictures(2))


@pytest.mark.parametrize("wrong", [0, 257, "many", 2.5, True])
def test_a_batch_that_is_none_is_refused_before_any_work(tmp_path, monkeypatch, wrong):
    code = "class Near:\n    scale = 'weak'\n    def nearness(self, image): ...\ndef build(context): return Near()"
    install(tmp_path, monkeypatch, "near", code, group="twinseek.depths")
    with pytest.raises(TwinseekError, match=f"its batch_size is {wrong!r}, not a number of pictures from 1 to 256"):
        open_plugged([PluggedDepth], "near", {"batch_size": wrong})
