"""Masks that others wrote into files: run lengths and outlines, checked and made into COCO's compressed form."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Ints
from twins.given_names import brief
from twins.masks import CocoRle
from twins.run_lengths import check_runs, check_size, count_runs

MAX_OUTLINE = 2_000_000
"""Pixels along the outlines of one mask, above which they are not drawn: pycocotools keeps them five times over."""


def checked_mask(value: object, height: int, width: int) -> CocoRle:
    """Return the compressed run-length form of a mask as COCO files write it.

    Args:
        value: ``{"size": [height, width], "counts": …}`` with compressed (text) or plain (list) counts, or outlines:
            a list of polygons ``[x1, y1, x2, y2, …]`` in pixels.
        height, width: of the frame that the mask must fill.

    Raises:
        ValueError: it is none of these, or does not fit the frame; the message says how.
    """
    check_size(height, width)
    if isinstance(value, Mapping):
        return _run_lengths(value, height, width)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _outlines(value, height, width)
    raise ValueError("a mask is run lengths (size and counts) or a list of polygons")


def compact_mask(value: Any) -> Any:
    """Return a mask with plain counts in its compressed form, which is a tenth in memory; another one as it is.

    Raises:
        ValueError: the counts do not fit the size that stands beside them.
    """
    if not isinstance(value, Mapping) or isinstance(value.get("counts"), str):
        return value
    size = value.get("size")
    if not isinstance(size, Sequence) or len(size) != 2 or not all(type(n) is int and 0 < n < 2**16 for n in size):
        raise ValueError(f"its size is {brief(size)}, not [height, width]")
    return _run_lengths(value, *size)


def _run_lengths(value: Mapping[Any, Any], height: int, width: int) -> CocoRle:
    size, counts = value.get("size"), value.get("counts")
    if not isinstance(size, Sequence) or list(size) != [height, width]:
        raise ValueError(f"its size is {brief(size)}, the video's [height, width] is [{height}, {width}]")
    runs = count_runs(counts) if isinstance(counts, str) else _plain_runs(counts)
    check_runs(runs, height, width)
    return {"size": [height, width], "counts": counts if isinstance(counts, str) else _compressed(runs, height, width)}


def _plain_runs(counts: object) -> Ints:
    runs = np.asarray(counts) if isinstance(counts, Sequence) else None
    if runs is None or runs.ndim != 1 or not (runs.dtype == np.int64 or len(runs) == 0):
        raise ValueError("counts are text or a list of whole numbers")
    return runs.astype(np.int64)


def _compressed(runs: Ints, height: int, width: int) -> str:
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
