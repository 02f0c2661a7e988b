"""What a stretch of a shot shows without its moving things, coarse and nearly free of cost."""

from collections.abc import Sequence

import cv2
import numpy as np

from twins.geometry import Bytes, Doubles

LOOKS = 9
"""Frames that are compared, at most: what moves must be elsewhere in most of them."""


def coarse_scene(images: Sequence[Bytes], to_first: Sequence[Doubles], step: int) -> Bytes:
    """Return the median of a few frames, pixel by pixel, as the middle one of them sees the scene.

    Args:
        images: (h, w, 3) uint8 RGB, at least one.
        to_first: for each the (3, 3) map to a common frame, in its pixels.
        step: of the pixels, across and down, every so many-th is looked at.

    Returns:
        (ceil(h / step), ceil(w / step), 3) uint8 RGB.
    """
    count = min(LOOKS, len(images))
    chosen = ((np.arange(count) + 0.5) / count * len(images)).astype(int)
    middle = int(chosen[count // 2])
    base = np.ascontiguousarray(images[middle][::step, ::step])
    thinned = np.diag([1 / step, 1 / step, 1.0])
    views = []
    for number in chosen:
        view = np.ascontiguousarray(images[number][::step, ::step])
        to_middle = thinned @ np.linalg.inv(to_first[middle]) @ to_first[number] @ np.linalg.inv(thinned)
        if not np.allclose(to_middle, np.eye(3)):
            # Beyond the border of a view the middle one says what is there.
            size = (base.shape[1], base.shape[0])
            view = cv2.warpPerspective(
                view, to_middle, size, base.copy(), cv2.INTER_NEAREST, borderMode=cv2.BORDER_TRANSPARENT
            )
        views.append(view)
    return np.asarray(np.median(np.stack(views), axis=0), np.uint8)
