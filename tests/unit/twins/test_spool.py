"""Frames that are put aside."""

import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest

from twins.errors import TwinseekError
from twins.frames import Frame
from twins.spool import FrameSpool


def frame(number):
    return Frame(number, number / 10, np.full((6, 8, 3), number, np.uint8)[:, ::-1])


def test_frames_come_back_as_they_were_put_aside_and_freed_room_is_used_again(tmp_path):
    made = []
    with ExitStack() as files:
        spool = FrameSpool(lambda: made.append(files.enter_context(tempfile.TemporaryFile(dir=tmp_path))) or made[-1])
        assert made == []
        slots = [spool.put(frame(number)) for number in range(5)]
        spool.free(slots[1])
        spool.free(slots[3])
        slots[1], slots[3] = spool.put(frame(7)), spool.put(frame(8))
        for slot, number in zip(slots, (0, 7, 2, 8, 4), strict=True):
            back = spool.get(slot)
            assert (back.frame_index, back.seconds) == (number, number / 10)
            np.testing.assert_array_equal(back.image, frame(number).image)
        (file,) = made
        assert file.seek(0, 2) == 5 * 6 * 8 * 3
        assert list(tmp_path.iterdir()) == []
        spool.close()
        assert file.closed


def test_where_nothing_can_be_put_aside_it_is_said():
    def full():
        raise OSError(28, "No space left on device")

    with pytest.raises(TwinseekError, match=r"put aside in the library \(No space left on device\)"):
        FrameSpool(full).put(frame(1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_disk_that_fills_up_is_told_although_nothing_can_be_written_on_closing_either():
    def full():
        return Path("/dev/full").open("w+b")

    with pytest.raises(TwinseekError, match="put aside in the library"), closing(FrameSpool(full)) as spool:
        spool.put(frame(1))
