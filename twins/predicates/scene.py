"""A clip's geometry as predicates see it: pieces of one object joined, gaps bridged, jitter smoothed."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from twins.geometry import Bools, Doubles, Geometry, Ints, Visibility
from twins.predicates.fragments import object_of_row
from twins.predicates.runs import drop_short
from twins.predicates.smoothing import bridge, local_line
from twins.predicates.truth import Marks, Truth, truth_of

T = TypeVar("T")

SMOOTHING_SECONDS = 0.5
"""Half-width of the local line: averages out box jitter of 5 % and still shows a turn within a second."""
DRIFT_SECONDS = 1.5
"""Half-width of the slow view of movement and growth, in which creeping shows above the jitter."""
MISSED_SECONDS = 0.8
"""A gap up to this long between two sightings is a detector that blinked, not an object that went."""
SAID_HIDDEN_SECONDS = 0.2
"""… unless it is said to be hidden for at least this long: who says so has looked at what hides it."""
HIDDEN_SECONDS = 3.0
"""An occluded object is taken to move on evenly for at most this long."""
FRAME_SHARE = 0.2
"""Share of the frame's diagonal in the unit of movement: neither a speck's own size nor the frame alone will do."""
MOST_SHARED = 32
"""Measures of some objects that are kept for other predicates, several times as many as all of those need."""


class Scene:
    """What the predicates share about one clip. Arrays have M objects (joined rows) and T sampled frames.

    Args:
        geometry: the tracks.
        link: join rows that are pieces of one object (:mod:`twins.predicates.fragments`).

    Attributes:
        object_of: (N,) the object of each row of the geometry.
        edges: (T + 1,) seconds; frame t stands for [edges[t], edges[t + 1]).
        seen: (M, T) in view, short misses of the detector bridged.
        absent, occluded: (M, T) known to be out of the picture; known to be behind something. Neither, and not
            seen: not sampled.
        located: (M, T) where the position is known or safely interpolated; the arrays below are NaN elsewhere.
        boxes: (M, T, 4) smoothed xyxy, displayed pixels.   centres: (M, T, 2) of those boxes.
        places, velocity: (M, T, 2) smoothed, camera movement taken out, pixels and pixels a second.
        sizes: (M, T) geometric mean of width and height, pixels.
        unit: (M, T) the length in pixels by which movement is judged: half the size plus a tenth of the diagonal.
        nearness: (M, T) smoothed.   area: (M, T) as given.
    """

    def __init__(self, geometry: Geometry, *, link: bool = True) -> None:
        self.geometry = geometry
        self.seconds = geometry.seconds
        self.step = float(np.median(np.diff(self.seconds))) if len(self.seconds) > 1 else 0.04
        self.edges = np.append(self.seconds, self.seconds[-1:] + self.step)
        self.diagonal = float(np.hypot(geometry.width, geometry.height))
        rows = len(geometry.track_ids)
        self.object_of: Ints = object_of_row(geometry) if link else np.arange(rows)
        boxes, area, nearness, visibility = self._joined()
        self._locate(boxes, visibility)
        self.area = area
        self._smooth(boxes, nearness)
        self._shared: dict[tuple[object, ...], object] = {}
        self._measures: dict[Callable[[Scene], object], object] = {}
        self._answers: dict[tuple[str, int, int | None], Truth] = {}

    def _joined(self) -> tuple[Doubles, Doubles, Doubles, Ints]:
        """Return boxes, area, nearness and visibility, one row an object."""
        g = self.geometry
        boxes, visibility = g.boxes.astype(np.float64), g.visibility.astype(np.int64)
        area, nearness = g.area.astype(np.float64), g.nearness.astype(np.float64)
        heads = [int(np.flatnonzero(self.object_of == m)[0]) for m in range(self.count)]
        floats = [array[heads] for array in (boxes, area, nearness)]
        states = visibility[heads]
        # A seen frame of any piece counts; else an occluded one; an unsampled one only where no piece knows better.
        rank = np.array([1, 3, 2, 0])
        for row, owner in enumerate(self.object_of):
            if row == heads[owner]:
                continue
            better = rank[visibility[row]] > rank[states[owner]]
            states[owner, better] = visibility[row, better]
            for target, array in zip(floats, (boxes, area, nearness), strict=True):
                target[owner, better] = array[row, better]
        return floats[0], floats[1], floats[2], states

    def _locate(self, boxes: Doubles, visibility: Ints) -> None:
        has_box = np.isfinite(boxes[..., 0])
        seen = has_box & (visibility == Visibility.VISIBLE)
        missed = max(MISSED_SECONDS, 4 * self.step) + 1e-6
        short, _ = bridge(seen, self.seconds, np.full(seen.shape, missed))
        short &= ~drop_short(visibility == Visibility.OCCLUDED, self.edges, SAID_HIDDEN_SECONDS)
        occluded = (visibility == Visibility.OCCLUDED) & ~short
        limit = np.where(occluded, max(HIDDEN_SECONDS, missed), missed)
        known = seen | (occluded & has_box)
        bridged, self._blend = bridge(known, self.seconds, limit)
        self._known = known
        self.seen: Bools = seen | short
        self.occluded: Bools = occluded
        self.absent: Bools = (visibility == Visibility.ABSENT) & ~short
        self.located: Bools = known | short | (bridged & occluded)

    def _smooth(self, boxes: Doubles, nearness: Doubles) -> None:
        m, t = self.located.shape
        filled = self._blend(boxes)
        corners = filled.reshape(m, t, 2, 2)
        camera = self.geometry.camera.astype(np.float64)
        centres = corners.mean(axis=2)
        still = np.einsum("tij,mtj->mti", camera[:, :, :2], centres) + camera[None, :, :, 2]
        # Interpolated frames steady the line but are no evidence of their own.
        weight = np.where(self._known, 1.0, 0.25) * self.located
        radius = max(SMOOTHING_SECONDS, 2.5 * self.step)
        level, slope = local_line(np.concatenate((filled, still), axis=2), weight, self.seconds, radius)
        gone = ~self.located
        level[gone], slope[gone] = np.nan, np.nan
        self.boxes, self.places = level[..., :4], level[..., 4:]
        self.velocity = slope[..., 4:]
        self.shift = (slope[..., :2] + slope[..., 2:4]) / 2  # as seen in the picture, camera included
        self.centres = (self.boxes[..., :2] + self.boxes[..., 2:]) / 2
        self.extent = np.maximum(self.boxes[..., 2:] - self.boxes[..., :2], 1.0)
        self.sizes = np.sqrt(self.extent[..., 0] * self.extent[..., 1])
        self.unit = (self.sizes + FRAME_SHARE * self.diagonal) / 2
        self.speed = np.linalg.norm(self.velocity, axis=2)
        self._filled, self._still, self._weight = filled, still, weight
        self._nearness = nearness

    @property
    def count(self) -> int:
        """How many objects there are after joining."""
        return int(self.object_of.max()) + 1 if len(self.object_of) else 0

    @property
    def clip(self) -> tuple[float, float]:
        """The sampled clip, in seconds."""
        return (float(self.edges[0]), float(self.edges[-1])) if len(self.seconds) else (0.0, 0.0)

    @cached_property
    def raw_sizes(self) -> Doubles:
        """(M, T) geometric mean of width and height, gaps bridged but nothing smoothed, pixels."""
        return np.asarray(
            np.sqrt(np.maximum(self._filled[..., 2:] - self._filled[..., :2], 1.0).prod(axis=2)), np.float64
        )

    @property
    def weak(self) -> bool:
        """Say whether nearness comes from picture cues alone."""
        return self.geometry.nearness_scale == "weak"

    @cached_property
    def nearness(self) -> Doubles:
        """(M, T) smoothed nearness, NaN where unknown."""
        known = np.isfinite(self._nearness) & self.located
        short, blend = bridge(known, self.seconds, np.full(known.shape, MISSED_SECONDS))
        usable = known | short
        level, _ = local_line(
            blend(self._nearness[..., None]), usable.astype(np.float64), self.seconds, DRIFT_SECONDS / 2
        )
        return np.where(usable, level[..., 0], np.nan)

    @cached_property
    def steady_area(self) -> Doubles:
        """(M, T) smoothed visible area; NaN where the object is not in view."""
        known = np.isfinite(self.area) & (self.area > 0) & self.seen
        values = np.where(known, self.area, 0.0)[..., None]
        level, _ = local_line(
            values, known.astype(np.float64), self.seconds, max(SMOOTHING_SECONDS / 2, 1.5 * self.step)
        )
        # Where an area drops at once to a sliver, the line through it dips below nothing.
        return np.where(known, np.maximum(level[..., 0], 0.0), np.nan)

    @cached_property
    def drift(self) -> Doubles:
        """(M, T, 2) velocity over a longer time: creeping shows, shaking does not."""
        return self._slow(self._still)

    @cached_property
    def growth(self) -> Doubles:
        """(M, T, 2) relative growth of width and height a second, zooming taken out; NaN where unknown."""
        camera = self.geometry.camera.astype(np.float64)
        zoom = np.sqrt(np.abs(camera[:, 0, 0] * camera[:, 1, 1] - camera[:, 0, 1] * camera[:, 1, 0]))
        extent = np.maximum(self._filled[..., 2:] - self._filled[..., :2], 1.0) * np.maximum(zoom, 1e-3)[None, :, None]
        return self._slow(np.asarray(np.log(extent), np.float64))

    def _slow(self, values: Doubles) -> Doubles:
        _, slope = local_line(values, self._weight, self.seconds, DRIFT_SECONDS)
        slope[~self.located] = np.nan
        return slope

    def remember(self, question: tuple[str, int, int | None], answer: Callable[[], Truth]) -> Truth:
        """Return the answer to (predicate, subject, other), worked out at most once."""
        if question not in self._answers:
            self._answers[question] = answer()
        return self._answers[question]

    def once(self, measure: Callable[["Scene"], T]) -> T:
        """Return ``measure(self)``, worked out at most once."""
        if measure not in self._measures:
            self._measures[measure] = measure(self)
        return cast(T, self._measures[measure])

    def share(self, key: tuple[object, ...], measure: Callable[[], T]) -> T:
        """Return what predicates share of some objects, measured at most once until it is forgotten."""
        # Read once: another thread may forget it in between.
        found = self._shared.get(key)
        if found is None:
            if len(self._shared) >= MOST_SHARED:
                self._shared.clear()
            found = self._shared[key] = measure()
        return cast(T, found)

    def forget_shared(self) -> None:
        """Forget what :meth:`share` has kept: arrays of pairs and frames, of no use for other pairs."""
        self._shared.clear()

    def truth(self, marks: Marks) -> Truth:
        """Return one row of marks (T,) as spans of this clip."""
        return truth_of(marks, self.edges)
