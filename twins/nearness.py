"""How near things are at every sampled frame, of what was measured at a few of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twins.geometry import SCALES, Doubles, Floats, Geometry
from twins.schema import ObservedTrack, Provenance, Shot, Twin

LONGEST_GAP = 3.0
"""Seconds between two measurements of a thing over which its nearness is taken to change evenly."""
HELD_SECONDS = 0.75
"""Before its first and after its last measurement in a shot a thing is taken to be as near for so long."""
MOMENT_SECONDS = 0.1
"""A measurement counts for the sampled frame that is at most this far away."""
COVERED = 0.9
"""Share of what a weaker scale knows that a better one must know to take its place; an array holds one scale."""

DEPTH = "depth"
"""Part of an index-time depth plugin's key among a twin's sources."""


def carried(measured: Floats, geometry: Geometry, shots: Sequence[Shot]) -> Floats:
    """Return (N, T) nearness where a thing has a box and was measured shortly before and after, in the same shot."""
    filled = measured.copy()
    located = np.isfinite(geometry.boxes[..., 0])
    for span in [shot.span for shot in shots] or [(0.0, np.inf)]:
        columns = np.flatnonzero((geometry.seconds >= span[0] - 1e-6) & (geometry.seconds < span[1] - 1e-6))
        for row in range(len(filled)):
            values = _between(measured[row, columns], geometry.seconds[columns])
            filled[row, columns] = np.where(located[row, columns], values, np.nan)
    return filled


def _between(values: Floats, seconds: Doubles) -> Floats:
    """Return (T,) values, those that are NaN taken from their neighbours where these are not too far away."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return values
    after = np.searchsorted(known, np.arange(len(values)))
    left, right = known[np.clip(after - 1, 0, None)], known[np.clip(after, None, len(known) - 1)]
    inside = (after > 0) & (after < len(known))
    near = np.where(
        inside,
        seconds[right] - seconds[left] <= LONGEST_GAP,
        np.minimum(abs(seconds - seconds[left]), abs(seconds - seconds[right])) <= HELD_SECONDS,
    )
    filled = np.interp(seconds, seconds[known], values[known])
    return np.where(near | np.isfinite(values), filled, np.nan).astype(np.float32)


def with_observed(twin: Twin, geometry: Geometry, found: Sequence[tuple[str, ObservedTrack]]) -> tuple[Twin, Geometry]:
    """Return twin and geometry with the nearness that tools measured, as far as it can be compared with what is known.

    What the index's own depth plugin says later is added where nothing was known. Another measure, of a better scale,
    takes the place of the whole array where it knows nearly as much; else it is left out.

    Args:
        found: the id under which the geometry knows each track, and what was observed of it, the oldest first.
    """
    measured: dict[tuple[str, str], tuple[Provenance, Floats]] = {}
    for name, track in found:
        if track.nearness is not None:
            key = (track.nearness.scale, track.nearness.by.model_dump_json())
            _, values = measured.setdefault(key, (track.nearness.by, np.full(geometry.area.shape, np.nan, np.float32)))
            _note(values[geometry.row(name)], track.nearness.values, geometry.seconds)
    for (scale, _), (by, values) in measured.items():
        known, spread = geometry.nearness, carried(values, geometry, twin.shots)
        if scale == geometry.nearness_scale and by in _measurers(twin):
            geometry = replace(geometry, nearness=np.where(np.isfinite(known), known, spread))
        elif SCALES.index(scale) > SCALES.index(geometry.nearness_scale) and _covers(spread, known):
            geometry = replace(geometry, nearness=spread, nearness_scale=scale)
            twin = twin.model_copy(update={"sources": twin.sources | {f"{DEPTH}:{by.specialist}": by}})
    return twin, geometry


def _note(row: Floats, values: Sequence[tuple[float, float]], seconds: Doubles) -> None:
    """Write measurements into a row of the (T,) sampled frames."""
    for moment, value in values:
        column = int(np.abs(seconds - moment).argmin()) if len(seconds) else -1
        if column >= 0 and abs(float(seconds[column]) - moment) <= MOMENT_SECONDS:
            row[column] = value


def _measurers(twin: Twin) -> list[Provenance]:
    return [by for source, by in twin.sources.items() if source.startswith(f"{DEPTH}:")]


def _covers(values: Floats, known: Floats) -> bool:
    cells = np.isfinite(known)
    return not cells.any() or float(np.isfinite(values)[cells].mean()) >= COVERED
