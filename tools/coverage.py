"""Which masks show something that nothing followed covers yet, and which show the same thing twice."""

from collections.abc import Mapping, Sequence

import numpy as np

from twins.geometry import Bools

SAME_IOU = 0.8
"""Overlap from which two masks of one frame are of one thing."""


def covered_by(masks: Sequence[Bools], shape: tuple[int, ...]) -> Bools:
    """Return what (h, w) masks cover together; nothing where there are none."""
    union: Bools = np.any(np.stack(masks), axis=0) if len(masks) else np.zeros(shape, np.bool_)
    return union


def is_new(mask: Bools, covered: Bools, share: float) -> bool:
    """Return whether a mask has pixels, and at most this share of them is covered already."""
    area = int(np.count_nonzero(mask))
    return area > 0 and int(np.count_nonzero(mask & covered)) <= share * area


def uncovered(masks: Sequence[Bools], covered: Bools, share: float) -> list[int]:
    """Return the positions of masks that show something new, the largest first.

    A thing comes before its parts, so that a part of what was just taken is not new any more.

    Args:
        masks: (h, w) each, of one frame.
        covered: (h, w), what is followed there.
        share: of a mask's pixels that may be covered already, 0 to 1.
    """
    new = []
    for place in sorted(range(len(masks)), key=lambda place: -np.count_nonzero(masks[place])):
        if is_new(masks[place], covered, share):
            covered = covered | masks[place]
            new.append(place)
    return new


def doubles(masks: Mapping[int, Bools]) -> set[tuple[int, int]]:
    """Return the pairs of names, in rising order, whose (h, w) masks of one frame coincide."""
    names = sorted(name for name, mask in masks.items() if mask.any())
    if len(names) < 2:
        return set()
    pixels = np.stack([masks[name].ravel() for name in names]).astype(np.float32)
    shared = pixels @ pixels.T
    areas = np.diag(shared)
    ious = shared / (areas[:, None] + areas[None, :] - shared)
    first, second = np.nonzero(np.triu(ious >= SAME_IOU, k=1))
    return {(names[a], names[b]) for a, b in zip(first, second, strict=True)}
