"""How clear a change of size is, by hand."""

import numpy as np
import pytest

from tests.unit.twins.predicates.tracks import rest, tracks
from twins.geometry import Geometry
from twins.predicates import Scene, evaluate, mark
from twins.predicates.size import extent


def growing(*factors: float, frames: slice) -> Geometry:
    """Return ten seconds of things at rest; each becomes ``factor`` times as large, evenly, in some of the frames."""
    geometry = tracks(*[rest((100 + 200 * row, 200), 100) for row in range(len(factors))])
    for row, factor in enumerate(factors):
        steps = np.ones(100)
        steps[frames] = np.geomspace(1, factor, len(steps[frames]))
        steps[frames.stop :] = factor
        centre = geometry.centroids[row, :, [0, 1, 0, 1]].T
        geometry.boxes[row] = centre + (geometry.boxes[row] - centre) * steps[:, None]
    return geometry


def clarity(geometry: Geometry, name: str = "grows") -> list[float]:
    """Return how clear a case each thing is."""
    scene, everyone = Scene(geometry), np.arange(len(geometry.track_ids))
    assert all(evaluate(name, scene, row).ever for row in everyone)
    return [float(value) for value in extent(scene, everyone, mark(name, scene, everyone, everyone))]


def test_who_doubles_in_size_throughout_is_a_clear_case_and_who_swells_less_is_less_so() -> None:
    double, less = clarity(growing(2.2, 1.8, frames=slice(0, 100)))
    assert double == pytest.approx(1.0, abs=0.05)
    assert less == pytest.approx(np.log(1.8) / np.log(2), abs=0.05)
    assert clarity(growing(1 / 2.2, frames=slice(0, 100)), "shrinks") == pytest.approx([1.0], abs=0.05)


def test_who_grows_for_a_part_of_the_clip_is_a_less_clear_case_than_who_grows_throughout() -> None:
    (brief,), (throughout,) = clarity(growing(3.0, frames=slice(40, 60))), clarity(growing(3.0, frames=slice(0, 100)))
    assert throughout == pytest.approx(1.0, abs=0.05)
    assert 0.6 <= brief <= 0.9
