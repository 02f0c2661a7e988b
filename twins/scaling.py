"""Sizes of pictures, and how a coarse grey one is had of a raw frame."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

THUMBNAIL = 48
"""Columns of the luma thumbnail that tells how much moves."""


def fit(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """Return the largest size of the same shape whose longer side is at most ``max_side``; never an enlarged one."""
    longer = max(width, height)
    if max_side is None or longer <= max_side:
        return width, height
    return max(1, round(width * max_side / longer)), max(1, round(height * max_side / longer))


def luma_thumbnail(raw: Any) -> NDArray[np.int16]:
    """Return a coarse grey picture of a raw frame without converting it where its first plane is 8-bit luma."""
    if raw.format.name.startswith(("yuv4", "yuvj4", "nv12", "gray")) and raw.format.components[0].bits == 8:
        plane = raw.planes[0]
        pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: raw.height, : raw.width]
        step = max(1, raw.width // THUMBNAIL)
        return pixels[::step, ::step].astype(np.int16)
    width, height = fit(raw.width, raw.height, THUMBNAIL)
    small: NDArray[np.uint8] = raw.reformat(width, height, "gray").to_ndarray()
    return small.astype(np.int16)
