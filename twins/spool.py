"""Frames that are put aside in a file while a video is looked at, so that memory does not grow with them."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import IO

import numpy as np

from twins.errors import TwinseekError
from twins.frames import Frame


class FrameSpool:
    """Frames of one size in a file without a name, which goes with this. Room of frames that were freed is used again.

    Args:
        make: opens an empty binary file; called when the first frame is put aside.
    """

    def __init__(self, make: Callable[[], IO[bytes]]) -> None:
        self._make = make
        self._file: IO[bytes] | None = None
        self._put: dict[int, tuple[int, float, tuple[int, ...]]] = {}
        self._free: list[int] = []
        self._slots = 0

    def put(self, frame: Frame) -> int:
        """Put a frame aside and return its number.

        Raises:
            TwinseekError: it cannot be written.
        """
        try:
            self._file = self._file or self._make()
            slot = self._free.pop() if self._free else self._slots
            self._slots = max(self._slots, slot + 1)
            self._file.seek(slot * frame.image.nbytes)
            self._file.write(np.ascontiguousarray(frame.image).data)
            self._file.flush()
        except OSError as error:
            raise TwinseekError(
                f"frames cannot be put aside in the library ({error.strerror}): it needs about 250 MB beside its twins"
            ) from error
        self._put[slot] = frame.frame_index, frame.seconds, frame.image.shape
        return slot

    def get(self, slot: int) -> Frame:
        """Return a frame that was put aside."""
        index, seconds, shape = self._put[slot]
        if self._file is None:
            raise KeyError(slot)
        count = math.prod(shape)
        self._file.seek(slot * count)
        return Frame(index, seconds, np.frombuffer(self._file.read(count), np.uint8).reshape(shape))

    def free(self, slot: int) -> None:
        """Give the room of a frame to others."""
        del self._put[slot]
        self._free.append(slot)

    def close(self) -> None:
        """Let the file go, with all frames."""
        if self._file is not None:
            # What a full disk has not taken is tried once more, and would be told in place of what went wrong.
            with suppress(OSError):
                self._file.close()
