"""Masks that others wrote: run lengths and outlines, checked before a library in C reads them.

pycocotools trusts what it is given: a string that ends in the middle of a number is read beyond its end, and counts
that do not fit the frame are decoded past the picture.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.masks import CocoRle

MAX_OUTLINE = 2_000_000
"""Pixels along the outlines of one mask, above which they are not drawn: pycocotools keeps them five times over."""

_CONTINUES, _NEGATIVE, _DIGIT = 0x20, 0x10, 0x1F
_FIRST, _LAST, _BITS = 48, 111, 5
_LONGEST = 7
"""Characters of the longest number: 32 bits, five a character."""


def checked_mask(value: object, height: int, width: int) -> CocoRle:
    """Return the compressed run-length form of a mask as COCO files write it.

    Args:
        value: ``{"size": [height, width], "counts": …}`` with compressed (text) or plain (list) counts, or outlines:
            a list of polygons ``[x1, y1, x2, y2, …]`` in pixels.
        height, width: of the frame that the mask must fill.

    Raises:
        ValueError: it is none of these, or does not fit the frame; the message says how.
    """
    if isinstance(value, Mapping):
        return _run_lengths(value, height, width)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _outlines(value, height, width)
    raise ValueError("a mask is run lengths (size and counts) or a list of polygons")


def count_runs(counts: str) -> NDArray[np.int64]:
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


def _run_lengths(value: Mapping[Any, Any], height: int, width: int) -> CocoRle:
    size, counts = value.get("size"), value.get("counts")
    if not isinstance(size, Sequence) or list(size) != [height, width]:
        raise ValueError(f"its size is {_brief(size)}, the video's [height, width] is [{height}, {width}]")
    runs = count_runs(counts) if isinstance(counts, str) else _plain_runs(counts)
    if (runs < 0).any():
        raise ValueError("one of its counts is negative")
    if (runs > height * width).any() or runs.sum() != height * width:
        raise ValueError(f"its counts do not add up to the frame's {height * width} pixels")
    return {"size": [height, width], "counts": counts if isinstance(counts, str) else _compressed(runs, height, width)}


def _plain_runs(counts: object) -> NDArray[np.int64]:
    runs = np.asarray(counts) if isinstance(counts, Sequence) else None
    if runs is None or runs.ndim != 1 or not (runs.dtype == np.int64 or len(runs) == 0):
        raise ValueError("counts are text or a list of whole numbers")
    return runs.astype(np.int64)


def compact_mask(value: Any) -> Any:
    """Return a mask with plain counts in its compressed form, which is a tenth in memory; another one as it is.

    Raises:
        ValueError: the counts do not fit the size that stands beside them.
    """
    if not isinstance(value, Mapping) or isinstance(value.get("counts"), str):
        return value
    size = value.get("size")
    if not isinstance(size, Sequence) or len(size) != 2 or not all(type(n) is int and 0 < n < 2**16 for n in size):
        raise ValueError(f"its size is {_brief(size)}, not [height, width]")
    return _run_lengths(value, *size)


def _compressed(runs: NDArray[np.int64], height: int, width: int) -> str:
    from pycocotools import mask as coco

    text: str = coco.frPyObjects({"size": [height, width], "counts": runs.tolist()}, height, width)["counts"].decode()
    return text


def _outlines(value: Sequence[Any], height: int, width: int) -> CocoRle:
    from pycocotools import mask as coco

    polygons = [_polygon(polygon, height, width) for polygon in value]
    if not polygons:
        raise ValueError("a mask without polygons: leave it out, or write null")
    if sum(_length(polygon) for polygon in polygons) > MAX_OUTLINE:
        raise ValueError(f"its outlines are longer than {MAX_OUTLINE} pixels")
    rle = coco.merge(coco.frPyObjects([polygon.ravel().tolist() for polygon in polygons], height, width))
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def _polygon(value: object, height: int, width: int) -> NDArray[np.float64]:
    """Return the (n, 2) corners, moved into the frame where they lie a little beside it."""
    try:
        corners = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("a polygon is a list of numbers x1, y1, x2, y2, …") from None
    if corners.ndim != 1 or len(corners) < 6 or len(corners) % 2:
        raise ValueError("a polygon has three corners or more, each x and y")
    corners = corners.reshape(-1, 2)
    if not np.isfinite(corners).all() or (corners < -1).any() or (corners > [width + 1, height + 1]).any():
        raise ValueError(f"a polygon has a corner outside of the frame of {width}x{height}")
    return np.clip(corners, 0, [width, height])


def _length(polygon: NDArray[np.float64]) -> float:
    return float(np.abs(polygon - np.roll(polygon, 1, axis=0)).max(axis=1).sum())


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
