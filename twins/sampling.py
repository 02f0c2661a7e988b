"""Which frames of a pass are looked at: more while much moves, fewer the longer the clip."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CALM_RATE = 8.0
"""Frames sampled a second while little moves."""
BUSY_RATE = 12.0
"""Frames sampled a second while much moves."""
BUSY_CHANGE = 4.0
"""Mean absolute change of the luma thumbnail since the last sample (0–255) from which on much moves."""
SAMPLES_AT_FULL_RATE = 2400
"""From here on the sampling rate halves whenever the number of samples doubles, so that long clips stay bounded."""


@dataclass(frozen=True)
class Sampling:
    """Which frames of a pass are kept; see the constants of this module for the meaning."""

    calm_rate: float = CALM_RATE
    busy_rate: float = BUSY_RATE
    busy_change: float = BUSY_CHANGE
    samples_at_full_rate: int = SAMPLES_AT_FULL_RATE


class Sampler:
    """Decides of one frame after the other, rising in time."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._seconds = -np.inf
        self._thumbnail: NDArray[np.int16] | None = None
        self._kept = 0

    def keeps(self, seconds: float, look: Callable[[], NDArray[np.int16]]) -> bool:
        """Say whether a frame is kept.

        Args:
            seconds: its time.
            look: returns its luma thumbnail; called only where the time alone does not decide.
        """
        sampling, stretch = self._sampling, 1.0
        if self._kept >= sampling.samples_at_full_rate:
            stretch = 2.0 ** (int(np.log2(self._kept / sampling.samples_at_full_rate)) + 1)
        # Half a millisecond of slack: the time stamps of 24 or 30 fps are rounded to a millisecond in some formats.
        waited = (seconds - self._seconds) / stretch + 5e-4
        if waited < 1 / sampling.busy_rate:
            return False
        thumbnail = look()
        if waited < 1 / sampling.calm_rate and _change(thumbnail, self._thumbnail) < sampling.busy_change:
            return False
        self._seconds, self._thumbnail, self._kept = seconds, thumbnail, self._kept + 1
        return True


def _change(now: NDArray[np.int16], before: NDArray[np.int16] | None) -> float:
    if before is None or now.shape != before.shape:
        return float("inf")
    return float(np.abs(now - before).mean())
