"""The masks and the nearness in a tool's artifact: taken over where they are what they say, within bounds."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from graphs.plain_numbers import as_numbers
from twins.geometry import SCALES
from twins.masks import encode_mask
from twins.schema import ObservedMask, ObservedNearness, Provenance

MOST_MASKS = 128
MOST_LETTERS = 20_000
MOST_MASK_LETTERS = 400_000
"""Masks of one call, letters of the run lengths of one of them, and of all: they are read with every twin."""
MOST_VALUES = 256
"""Times at which one call may say how near one track is."""
LONGEST_NAME = 120


class MaskReading:
    """Takes the masks of one artifact, those of one track after the other.

    Args:
        size: width and height of the displayed frame.
        duration: of the clip in seconds.
        frame_at: returns the number of the frame on display at a time.
    """

    def __init__(self, size: tuple[int, int], duration: float, frame_at: Callable[[float], int]) -> None:
        self._size = size
        self._duration = duration
        self._frame_at = frame_at
        self._masks, self._letters = MOST_MASKS, MOST_MASK_LETTERS

    def read(self, given: object) -> tuple[tuple[ObservedMask, ...], int]:
        """Return the masks of a list of ``[seconds, mask]``, and how many entries were dropped."""
        if not isinstance(given, list | tuple):
            return (), int(given is not None)
        found = []
        for entry in given[:MOST_MASKS]:
            if not self._masks:
                break
            mask = self._mask(entry)
            if mask is not None:
                found.append(mask)
                self._masks -= 1
                self._letters -= len(mask.counts)
        return tuple(found), len(given) - len(found)

    def _mask(self, entry: object) -> ObservedMask | None:
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            return None
        seconds = as_numbers(entry[:1], 1)
        form = _run_lengths(entry[1])
        if seconds is None or form is None or not 0 <= seconds[0] <= self._duration:
            return None
        (height, width), counts = form
        if not self._fits(height, width) or len(counts) > min(MOST_LETTERS, self._letters):
            return None
        try:
            return ObservedMask(
                frame_index=self._frame_at(seconds[0]), seconds=seconds[0], size=(height, width), counts=counts
            )
        except ValidationError:
            return None

    def _fits(self, height: int, width: int) -> bool:
        """Say whether a mask has the displayed frame's shape and is no larger; a pixel may be lost by rounding."""
        whole_width, whole_height = self._size
        slack = max(whole_width, whole_height)
        same_shape = abs(height * whole_width - width * whole_height) <= slack
        return 0 < height <= whole_height and 0 < width <= whole_width and same_shape


def _run_lengths(value: object) -> tuple[tuple[int, int], str] | None:
    """Return size and counts of a mask in COCO's compressed form, or given as (h, w) array."""
    if isinstance(value, np.ndarray):
        if value.ndim != 2 or value.dtype.kind not in "bui" or not value.size:
            return None
        value = encode_mask(value != 0)
    if not isinstance(value, Mapping):
        return None
    size, counts = value.get("size"), value.get("counts")
    numbers = as_numbers(size, 2)
    if numbers is None or not all(number.is_integer() for number in numbers):
        return None
    if isinstance(counts, bytes):
        counts = counts[: MOST_LETTERS + 1].decode("ascii", "replace")
    return ((int(numbers[0]), int(numbers[1])), counts) if isinstance(counts, str) else None


def read_nearness(entry: Mapping[Any, Any], duration: float, tool: Provenance) -> tuple[ObservedNearness | None, int]:
    """Return how near a track is, by an entry's ``nearness``, ``scale`` and ``by``, and how many values were dropped.

    Args:
        entry: of an artifact.
        duration: of the clip in seconds.
        tool: who measured it where the entry does not name a specialist.
    """
    given = entry.get("nearness")
    if given is None:
        return None, 0
    if not isinstance(given, list | tuple) or entry.get("scale") not in SCALES:
        return None, 1
    pairs = [as_numbers(pair, 2) for pair in given[:MOST_VALUES]]
    values = [(pair[0], pair[1]) for pair in pairs if pair is not None and 0 <= pair[0] <= duration]
    by = _provenance(entry.get("by"), tool)
    if not values or by is None:
        return None, max(1, len(given))
    found = ObservedNearness(scale=entry["scale"], by=by, values=tuple(values))
    return found, len(given) - len(values)


def _provenance(value: object, otherwise: Provenance) -> Provenance | None:
    """Return who is named as the one who measured; none where that is no specialist, version and weights."""
    if value is None:
        return otherwise
    try:
        by = Provenance.model_validate(value)
    except ValidationError:
        return None
    return by if all(len(text or "") <= LONGEST_NAME for text in by.model_dump().values()) else None
