"""Stretches of consecutive true frames in many rows at once."""

from dataclasses import dataclass

import numpy as np

from twins.geometry import Bools, Doubles, Ints

HAIR = 1e-6
"""Seconds of tolerance: rounding of frame times must not decide."""


@dataclass(frozen=True)
class Runs:
    """R stretches: ``rows[r]`` is true from frame ``starts[r]`` to before ``ends[r]``."""

    rows: Ints
    starts: Ints
    ends: Ints

    def where(self, keep: Bools) -> "Runs":
        """Return the runs that ``keep`` (R,) selects."""
        return Runs(self.rows[keep], self.starts[keep], self.ends[keep])

    def seconds(self, edges: Doubles) -> Doubles:
        """Return how long each run lasts; frame t stands for [edges[t], edges[t + 1])."""
        return np.asarray(edges[self.ends] - edges[self.starts], np.float64)


def runs_of(mask: Bools) -> Runs:
    """Return the runs of a (K, T) mask, row by row and in order."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    return Runs(rows, starts, np.nonzero(change == -1)[1])


def paint(runs: Runs, shape: tuple[int, ...]) -> Bools:
    """Return the (K, T) mask that is true in these runs."""
    change = np.zeros((shape[0], shape[1] + 1), np.int32)
    np.add.at(change, (runs.rows, runs.starts), 1)
    np.add.at(change, (runs.rows, runs.ends), -1)
    return np.asarray(change[:, :-1].cumsum(axis=1) > 0)


def join(mask: Bools, edges: Doubles, seconds: float) -> Bools:
    """Close gaps of at most ``seconds`` between two true stretches of a row."""
    gaps = runs_of(~mask)
    inner = (gaps.starts > 0) & (gaps.ends < mask.shape[1])
    return mask | paint(gaps.where(inner & (gaps.seconds(edges) <= seconds + HAIR)), mask.shape)


def drop_short(mask: Bools, edges: Doubles, seconds: float) -> Bools:
    """Remove true stretches shorter than ``seconds``."""
    runs = runs_of(mask)
    return paint(runs.where(runs.seconds(edges) >= seconds - HAIR), mask.shape)
