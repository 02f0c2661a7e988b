"""How well rankings and masks answer: pure functions, each with its exact definition."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Doubles, Floats

RESAMPLES = 10_000
BOUNDARY_TOLERANCE = 0.008
"""Of the image's diagonal, as the DAVIS benchmark has it."""


def first_rank(ranking: Sequence[str], relevant: Set[str]) -> float:
    """Return the 1-based rank of the first relevant video; infinite where the ranking holds none."""
    return next((float(rank) for rank, video in enumerate(ranking, start=1) if video in relevant), np.inf)


def recall_at(ranks: Doubles, k: int) -> float:
    """Return R@k, the share of queries with a relevant video among the first k: a hit rate.

    Args:
        ranks: (q,) of :func:`first_rank`; a query without an answer has an infinite one and counts as a miss.
    """
    return float((ranks <= k).mean())


def mean_reciprocal_rank(ranks: Doubles) -> float:
    """Return MRR; a query without an answer counts 0."""
    return float((1 / ranks).mean())


def median_rank(ranks: Doubles, gallery: int) -> float:
    """Return MdR; a query without an answer has the rank ``gallery``, the number of videos."""
    return float(np.median(np.where(np.isinf(ranks), gallery, ranks)))


def mean_rank(ranks: Doubles, gallery: int) -> float:
    """Return MnR; a query without an answer has the rank ``gallery``, the number of videos."""
    return float(np.where(np.isinf(ranks), gallery, ranks).mean())


def average_precision_at(ranking: Sequence[str], relevant: Set[str], k: int) -> float:
    """Return AP@k: the precisions at each relevant video within k, summed, over min(k, number of relevant videos)."""
    return _precision_sum(ranking[:k], relevant) / min(k, len(relevant))


def average_precision(ranking: Sequence[str], relevant: Set[str]) -> float:
    """Return the AP of the full list: the precisions at each relevant video, summed, over their number."""
    return _precision_sum(ranking, relevant) / len(relevant)


def _precision_sum(ranking: Sequence[str], relevant: Set[str]) -> float:
    ranks = [rank for rank, video in enumerate(ranking, start=1) if video in relevant]
    return sum(found / rank for found, rank in enumerate(ranks, start=1))


def region_similarity(mask: Bools, truth: Bools) -> float:
    """Return J, the intersection of two (h, w) masks over their union; 1 where both are empty."""
    union = (mask | truth).sum()
    return float((mask & truth).sum() / union) if union else 1.0


def boundary_f(mask: Bools, truth: Bools) -> float:
    """Return F, the boundary F-measure of two (h, w) masks (Perazzi et al., CVPR 2016, as in the DAVIS code).

    A boundary pixel is matched if the other boundary, dilated by a disk of ⌈0.008 × diagonal⌉ pixels, covers it. Both
    boundaries empty give 1, one empty 0.
    """
    import cv2  # a third of a second, which ranking metrics need not pay

    radius = int(np.ceil(BOUNDARY_TOLERANCE * np.hypot(*mask.shape)))
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disk = (x * x + y * y <= radius * radius).astype(np.uint8)
    ours, theirs = _boundary(mask), _boundary(truth)
    if not ours.any() or not theirs.any():
        return float(ours.any() == theirs.any())
    precision = (ours & (cv2.dilate(theirs.astype(np.uint8), disk) > 0)).sum() / ours.sum()
    recall = (theirs & (cv2.dilate(ours.astype(np.uint8), disk) > 0)).sum() / theirs.sum()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _boundary(mask: Bools) -> Bools:
    """Mark pixels that differ from their right, lower or lower right neighbour, as DAVIS' ``seg2bmap``."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here = padded[:-1, :-1]
    return (here ^ padded[:-1, 1:]) | (here ^ padded[1:, :-1]) | (here ^ padded[1:, 1:])


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % bootstrap interval over queries."""

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        """Show a share as per cent: ``78.3 [66.7, 88.3]``."""
        value, low, high = (format(100 * x, spec or ".1f") for x in (self.value, self.low, self.high))
        return f"{value} [{low}, {high}]"


def bootstrap(
    values: NDArray[np.number] | Bools, statistic: Callable[..., Doubles] = np.mean, seed: int = 0
) -> Estimate:
    """Estimate a statistic of per-query values with a percentile interval.

    Args:
        values: (q,) one value a query.
        statistic: takes ``axis``: ``np.mean``, ``np.median``.
    """
    values = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(statistic(values[drawn], axis=1), [2.5, 97.5])
    return Estimate(float(statistic(values, axis=0)), float(low), float(high))


def paired_bootstrap(ours: NDArray[np.number] | Bools, theirs: NDArray[np.number] | Bools, seed: int = 0) -> Estimate:
    """Estimate the mean difference of two systems over the same queries, resampling queries, not systems.

    Args:
        ours, theirs: (q,) values of the same queries in the same order.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} values cannot be paired with {len(theirs)}")
    return bootstrap(np.asarray(ours, np.float64) - np.asarray(theirs, np.float64), seed=seed)


def grouped_bootstrap(values: Floats | Doubles | Bools, groups: Sequence[str], seed: int = 0) -> Estimate:
    """Estimate a mean, resampling whole groups: questions about one clip are not independent.

    Args:
        values: (q,) one value a query.   groups: the clip of each query.
    """
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    totals = np.bincount(member, np.asarray(values, np.float64))
    counts = np.bincount(member)
    drawn = np.random.default_rng(seed).integers(0, len(names), (RESAMPLES, len(names)))
    low, high = np.percentile(totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [2.5, 97.5])
    return Estimate(float(totals.sum() / counts.sum()), float(low), float(high))
