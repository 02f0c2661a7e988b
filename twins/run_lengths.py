"""Masks in COCO's compressed run-length form, checked before a library in C reads them: they may come from anywhere.

pycocotools trusts what it is given: a string that ends in the middle of a number is read beyond its end, and counts
that do not fit the frame are decoded past the picture.
"""

import numpy as np

from twins.containers import MAX_PIXELS
from twins.geometry import Ints

_CONTINUES, _NEGATIVE, _DIGIT = 0x20, 0x10, 0x1F
_FIRST, _LAST, _BITS = 48, 111, 5
_LONGEST = 7
"""Characters of the longest number: 32 bits, five a character."""


def check_counts(counts: str, height: int, width: int) -> None:
    """Make sure that run lengths describe a mask of this size.

    Args:
        counts: as in ``{"size": [height, width], "counts": counts}``.
        height, width: of the mask in pixels.

    Raises:
        ValueError: they do not; decoding them could read or write anywhere.
    """
    check_runs(count_runs(counts), height, width)


def check_size(height: int, width: int) -> None:
    """Make sure that a mask can be held. Raises ``ValueError`` where it has no pixels, or too many."""
    if height < 1 or width < 1:
        raise ValueError(f"a mask of {height} x {width} pixels has none")
    if height * width > MAX_PIXELS:
        raise ValueError(f"a mask of {height} x {width} pixels is too large (most: {MAX_PIXELS} pixels)")


def check_runs(runs: Ints, height: int, width: int) -> None:
    """Make sure that (n,) run lengths fill a frame. Raises ``ValueError`` where they do not."""
    check_size(height, width)
    if (runs < 0).any():
        raise ValueError("one of its counts is negative")
    if (runs > height * width).any() or runs.sum() != height * width:
        raise ValueError(f"its counts do not add up to the frame's {height * width} pixels")


def count_runs(counts: str) -> Ints:
    """Return the run lengths of COCO's compressed text, (n,). Raises ``ValueError`` where it is no such text."""
    try:
        letters = np.frombuffer(counts.encode("ascii"), np.uint8).astype(np.int64)
    except UnicodeEncodeError:
        raise ValueError("counts hold letters that no run length has") from None
    if not len(letters):
        return letters
    if letters.min() < _FIRST or letters.max() > _LAST:
        raise ValueError("counts hold letters that no run length has")
    digits = letters - _FIRST
    ends = np.flatnonzero(digits & _CONTINUES == 0)
    if not len(ends) or ends[-1] != len(digits) - 1:
        raise ValueError("counts end in the middle of a number")
    starts = np.concatenate([[0], ends[:-1] + 1])
    length = ends - starts + 1
    if length.max() > _LONGEST:
        raise ValueError("counts hold a number of more than 32 bits")
    place = np.arange(len(digits)) - np.repeat(starts, length)
    values = np.add.reduceat((digits & _DIGIT) << (_BITS * place), starts)
    values -= np.where(digits[ends] & _NEGATIVE, np.int64(1) << (_BITS * length), 0)
    # From the fourth on, a number is the difference to the last but one.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
