"""How many things are done at once where memory turns out to be short."""

import pytest

from tools.room import Room, out_of_memory
from twins.errors import TwinseekError


def room(most=8):
    return Room("the model", "cpu", "picture", "batch_size in [plugins.eye]", most)


class Worker:
    """Does as many things at once as it has memory for."""

    def __init__(self, fits, error=MemoryError):
        self.fits, self.error, self.tried = fits, error, []

    def __call__(self, places):
        self.tried.append(places.stop - places.start)
        if self.tried[-1] > self.fits:
            raise self.error
        return list(range(100))[places]


def test_what_is_done_keeps_its_order_and_what_failed_is_done_again_with_half_as_many(caplog):
    worker, here = Worker(fits=3), room()
    assert [each for done in here.batches(10, worker) for each in done] == list(range(10))
    assert worker.tried == [8, 4, 2, 2, 2, 2, 2]
    assert list(here.batches(3, worker)) == [[0, 1], [2]]
    assert caplog.messages == [
        "the model has not enough memory on cpu for 8 pictures at once: it is given fewer from now on "
        "(set batch_size in [plugins.eye])"
    ]


def test_fewer_may_be_wanted_than_fit():
    worker, here = Worker(fits=99), room()
    assert list(here.batches(3, worker, 2)) == [[0, 1], [2]]
    assert list(here.batches(3, worker)) == [[0, 1, 2]]
    assert list(here.batches(0, worker)) == []


def test_too_little_memory_for_one_is_said_with_what_to_do():
    worker = Worker(fits=0)
    with pytest.raises(TwinseekError, match="not enough memory on cpu for a single picture: choose smaller weights"):
        list(room(4).batches(4, worker))
    assert worker.tried == [4, 2, 1]


def test_another_failure_is_no_reason_to_try_again():
    worker = Worker(fits=0, error=RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        list(room(4).batches(4, worker))
    assert worker.tried == [4]


def test_what_torch_raises_is_known_for_a_full_memory():
    import torch

    with pytest.raises(RuntimeError) as raised:
        torch.empty(10**16)
    assert out_of_memory(raised.value)
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    told = TwinseekError("the plugin eye failed")
    assert not out_of_memory(told)
    told.__cause__ = raised.value
    assert out_of_memory(told)
