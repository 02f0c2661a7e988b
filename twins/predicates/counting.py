"""How many objects are in view at each moment, with what is hidden or unsampled counted as a maybe."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twins.geometry import Ints
from twins.predicates.runs import drop_short, join
from twins.predicates.scene import Scene
from twins.predicates.truth import Truth, marks_where
from twins.schema import Span

SETTLED_SECONDS = 0.4
"""A number seen for less than this is a slip of the detector."""


@dataclass(frozen=True)
class Count:
    """A number of objects over a span: at least ``low`` are in view; ``high`` counts those that may be there too."""

    span: Span
    low: int
    high: int


def bounds(scene: Scene, rows: Sequence[int]) -> tuple[Ints, Ints]:
    """Return the least and greatest number of these objects in view, (T,) each.

    Rows that are pieces of one object count once. An occluded or unsampled object may or may not be there.
    """
    objects = sorted({int(scene.object_of[row]) for row in rows})
    low = scene.seen[objects].sum(axis=0)
    return low, low + (~scene.seen[objects] & ~scene.absent[objects]).sum(axis=0)


def count(scene: Scene, rows: Sequence[int]) -> tuple[Count, ...]:
    """Return the number in view as a step function over the clip."""
    low, high = bounds(scene, rows)
    if not len(low):
        return ()
    change = np.flatnonzero((np.diff(low) != 0) | (np.diff(high) != 0)) + 1
    starts, ends = np.append(0, change), np.append(change, len(low))
    return tuple(
        Count((float(scene.edges[i]), float(scene.edges[j])), int(low[i]), int(high[i]))
        for i, j in zip(starts, ends, strict=True)
    )


def distinct(scene: Scene, rows: Sequence[int]) -> int:
    """Return how many different objects these rows are over the whole clip."""
    return len({int(scene.object_of[row]) for row in rows})


def at_least(scene: Scene, rows: Sequence[int], number: int) -> Truth:
    """Say when ``number`` or more of these objects are in view together."""
    low, high = bounds(scene, rows)
    return _truth(scene, low >= number, high < number)


def at_most(scene: Scene, rows: Sequence[int], number: int) -> Truth:
    """Say when no more than ``number`` of these objects are in view."""
    low, high = bounds(scene, rows)
    return _truth(scene, high <= number, low > number)


def exactly(scene: Scene, rows: Sequence[int], number: int) -> Truth:
    """Say when just ``number`` of these objects are in view."""
    low, high = bounds(scene, rows)
    return _truth(scene, (low == number) & (high == number), (low > number) | (high < number))


def _truth(scene: Scene, holds: np.ndarray, fails: np.ndarray) -> Truth:
    """Return the spans of both, flickers shorter than SETTLED_SECONDS smoothed away."""
    if not len(holds):
        return Truth((), ())
    settled = min(SETTLED_SECONDS, scene.clip[1] - scene.clip[0])
    lasting = drop_short(join(holds[None], scene.edges, settled), scene.edges, settled)
    return scene.truth(marks_where(lasting, (holds | fails)[None])[0])
