"""Checking masks in COCO's compressed run-length form before anything decodes them: they may come from anywhere."""

import numpy as np

from twins.geometry import Ints

FIRST_LETTER, LETTERS = 48, 64
"""COCO writes six bits a letter, from ``0`` on: five of a number, the lowest first, and whether more of it follow."""
GOES_ON, NEGATIVE = 0x20, 0x10


def check_counts(counts: str, height: int, width: int) -> None:
    """Make sure that run lengths describe a mask of this size.

    Args:
        counts: as in ``{"size": [height, width], "counts": counts}``.
        height, width: of the mask in pixels.

    Raises:
        ValueError: they do not; decoding them could read or write anywhere.
    """
    try:
        runs = _run_lengths(counts.encode("ascii"))
    except UnicodeEncodeError:
        raise ValueError("the run lengths of a mask are ASCII letters") from None
    if height < 1 or width < 1 or (runs < 0).any() or int(runs.sum()) != height * width:
        raise ValueError(f"the run lengths of a mask of {height} x {width} pixels must add up to as many")


def _run_lengths(letters: bytes) -> Ints:
    """Return (n,) run lengths, the first of pixels outside. Raises ``ValueError`` where the letters are none of COCO's.

    From the fourth on a number is the difference to the one two before it.
    """
    codes = np.frombuffer(letters, np.uint8).astype(np.int64) - FIRST_LETTER
    if not len(codes) or codes.min() < 0 or codes.max() >= LETTERS or codes[-1] & GOES_ON:
        raise ValueError("the run lengths of a mask are not in COCO's compressed form")
    last = np.flatnonzero(codes & GOES_ON == 0)
    first = np.append(0, last[:-1] + 1)
    lengths = last - first + 1
    if lengths.max() > 7:  # 35 bits: more pixels than any picture has
        raise ValueError("a run of a mask is longer than any picture")
    shifts = 5 * (np.arange(len(codes)) - np.repeat(first, lengths))
    numbers = np.add.reduceat((codes & 0x1F) << shifts, first)
    numbers = np.where(codes[last] & NEGATIVE, numbers - (1 << (5 * lengths)), numbers)
    for start in (1, 2):
        numbers[start::2] = np.cumsum(numbers[start::2])
    return np.asarray(numbers, np.int64)
