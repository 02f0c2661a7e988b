"""Events: what happens at a moment is held to be true for a short span around it."""

import numpy as np

from twins.geometry import Bools, Doubles, Ints
from twins.predicates.scene import Scene

EVENT_SECONDS = 0.25
"""Half the span of an event: smoothing places a moment no better than that."""


def around(scene: Scene, rows: Ints, moments: Doubles, count: int) -> Bools:
    """Return (count, T) true within EVENT_SECONDS of each moment (E,) of its row (E,); at least one frame each."""
    mask = np.zeros((count, len(scene.seconds)), bool)
    for row, moment in zip(rows, moments, strict=True):
        mask[row] |= np.abs(scene.seconds - moment) <= EVENT_SECONDS + 1e-6
        mask[row, np.abs(scene.seconds - moment).argmin()] = True
    return mask


def within(scene: Scene, mask: Bools, seconds: float) -> Bools:
    """Return (K, T) true where a true frame of the same row lies at most ``seconds`` away."""
    total = np.concatenate((np.zeros((len(mask), 1), np.int64), mask.cumsum(axis=1)), axis=1)
    first = np.searchsorted(scene.seconds, scene.seconds - seconds - 1e-6)
    last = np.searchsorted(scene.seconds, scene.seconds + seconds + 1e-6)
    return np.asarray(total[:, last] > total[:, first])


def later(scene: Scene, seconds: float) -> Ints:
    """Return (T,) the frame that lies ``seconds`` after each frame (before it where negative), kept in the clip."""
    times = scene.seconds
    return scene.share(
        ("later", seconds), lambda: np.clip(np.searchsorted(times, times + seconds - 1e-6), 0, len(times) - 1)
    )
