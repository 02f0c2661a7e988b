"""Which frames of a pass are looked at: more while much moves, fewer the longer the clip."""

from bisect import bisect_right, insort
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


# Half a millisecond: the time stamps of 24 or 30 fps are rounded to a millisecond in some formats.
SLACK = 5e-4
"""A frame may come so many seconds early, …"""
ROUNDING = 1e-6
"""… and the same time, told twice, may differ by so many."""
MOST_COMING = 1000
"""With more frames to come until one is kept nothing is foretold: what is asked of each grows with their number."""


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
        self._coming: list[float] = []
        """Rising times of the frames after the one that was kept last, as far as :meth:`may_keep` was asked."""
        self._lost = False
        """Whether some of them are missing there."""

    def keeps(self, seconds: float, look: Callable[[], NDArray[np.int16]]) -> bool:
        """Say whether a frame is kept.

        Args:
            seconds: its time.
            look: returns its luma thumbnail; called only where the time alone does not decide.
        """
        sampling = self._sampling
        waited = (seconds - self._seconds) / self._stretch(self._kept) + SLACK
        if waited < 1 / sampling.busy_rate:
            return False
        thumbnail = look()
        if waited < 1 / sampling.calm_rate and _change(thumbnail, self._thumbnail) < sampling.busy_change:
            return False
        self._seconds, self._thumbnail, self._kept = seconds, thumbnail, self._kept + 1
        del self._coming[: bisect_right(self._coming, seconds + ROUNDING)]
        return True

    def may_keep(self, seconds: float) -> bool:
        """Say whether a frame that is still to come may be kept, whatever it and those before it show.

        Ask of every frame, in the order in which they are decoded: what may be kept hangs on the frames in between. The
        answer is certain where none in between is asked later, or proves to be damaged; elsewhere another frame near
        by may be kept than if nothing had been left out.
        """
        if self._kept and seconds <= self._seconds:
            return False
        if self._lost or len(self._coming) >= MOST_COMING:
            self._lost = True
            return True
        insort(self._coming, seconds)
        if not self._kept:
            return True
        soonest = (1 / self._sampling.busy_rate - SLACK - ROUNDING) * self._stretch(self._kept)
        latest = (1 / self._sampling.calm_rate - SLACK + ROUNDING) * self._stretch(self._kept + len(self._coming))
        maybe, previous = [self._seconds], self._seconds
        for time in self._coming:
            # After one that is kept none is for a while, and the next one is kept when the longest wait is over.
            may = any(time - kept >= soonest and previous - kept < latest for kept in maybe)
            if time >= seconds:
                return may
            if may:
                maybe.append(time)
            previous = time
        return True

    def _stretch(self, kept: int) -> float:
        """Return how many times longer the waits are when so many were kept."""
        full = self._sampling.samples_at_full_rate
        return 1.0 if kept < full else 2.0 ** (int(np.log2(kept / full)) + 1)


def _change(now: NDArray[np.int16], before: NDArray[np.int16] | None) -> float:
    if before is None or now.shape != before.shape:
        return float("inf")
    return float(np.abs(now - before).mean())
