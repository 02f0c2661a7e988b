"""Which objects move when, and how fast for their size: shared by the families of motion and interaction."""

import numpy as np

from twins.geometry import Bools, Doubles
from twins.predicates.moments import within
from twins.predicates.runs import Runs, join, paint, runs_of
from twins.predicates.scene import DRIFT_SECONDS, Scene

MOVING_PACE = 0.15
"""Units a second that show as movement at once, three times what 5 % box jitter looks like."""
CREEPING_PACE = 0.05
"""Units a second that count where nothing faster is going on, seen over a longer time."""
LEAST_TRAVEL = 0.3
"""Units a movement must cover: below that it is shaking."""
PAUSE_SECONDS = 0.35
"""A movement interrupted for less than this goes on."""
CLEAR_WAY = 1.2
"""Units that a thing goes before it clearly stops or hides, or after it clearly starts; what goes less may be what
shows of another one beside a post, or a patch of the ground."""


def pace(scene: Scene) -> Doubles:
    """Return (M, T, 2) velocity in units a second: the quick view, or the slow one where nothing quick is near.

    Ask for it with ``scene.once(pace)``.
    """
    quick = scene.velocity / scene.unit[..., None]
    slow = scene.drift / scene.unit[..., None]
    with np.errstate(invalid="ignore"):
        moving = _far(scene, np.linalg.norm(quick, axis=2) >= MOVING_PACE)
        # Near a quick movement the slow view still sees it after it is over.
        alone = ~within(scene, moving, DRIFT_SECONDS) & (np.linalg.norm(slow, axis=2) >= CREEPING_PACE)
    return np.asarray(np.where(alone[..., None], slow, np.where(moving[..., None], quick, 0.0 * quick)), np.float64)


def moving(scene: Scene) -> Bools:
    """Return (M, T) where objects move far enough to be called moving. Ask for it with ``scene.once(moving)``."""
    with np.errstate(invalid="ignore"):
        return _far(scene, np.linalg.norm(scene.once(pace), axis=2) > 0)


def _far(scene: Scene, mask: Bools) -> Bools:
    """Return the stretches of a mask (M, T), short pauses closed, that cover LEAST_TRAVEL."""
    joined = join(mask, scene.edges, PAUSE_SECONDS) & scene.located
    runs = runs_of(joined)
    return paint(runs.where(_spread(scene, runs) >= LEAST_TRAVEL), mask.shape)


def _spread(scene: Scene, runs: Runs) -> Doubles:
    """Return (R,) the diagonal, in units, of the area that each run's places cover."""
    spread = np.zeros(len(runs.rows))
    for r, (row, start, end) in enumerate(zip(runs.rows, runs.starts, runs.ends, strict=True)):
        stretch = scene.places[row, start:end]
        spread[r] = np.hypot(*np.ptp(stretch, axis=0)) / np.median(scene.unit[row, start:end])
    return spread


def usual_sizes(scene: Scene) -> Doubles:
    """Return (M,) the median size in pixels; zero for what is never located. Ask for it with ``scene.once``."""
    rows = zip(scene.sizes, scene.located, strict=True)
    return np.array([np.median(row[here]) if here.any() else 0.0 for row, here in rows])
