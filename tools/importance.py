"""How much a followed thing matters: how long and how big it is seen, and how far it goes beyond the camera."""

from collections.abc import Mapping

import numpy as np

from tools.tracks import Sight, usual_area
from twins.geometry import Floats

STEP_SAMPLES = 3
"""Samples over which a step is measured: a box jitters from one sample to the next."""
STEP_SIZES, JUMP_SIZES = 0.1, 1.0
"""Steps of a thing that moves, in its own sizes; longer ones are jumps to something like it."""


def importance(sights: Mapping[int, Sight], camera: Floats, first: int, width: int, height: int) -> float:
    """Return how much a thing matters among those of the same frames.

    Args:
        sights: by number of the frame.
        camera: (t, 2, 3) affine maps from each of the frames to a common one.
        first: number of the first of these frames.
        width, height: of a frame.
    """
    shown = len(sights) / max(1, len(camera))
    size = np.sqrt(usual_area(sights.values()) / (width * height))
    far = min(1.0, travelled(sights, camera, first) / (0.25 * width))
    return float(np.sqrt(shown) * np.sqrt(size) * (0.2 + far))


def travelled(sights: Mapping[int, Sight], camera: Floats, first: int) -> float:
    """Return the extent, in pixels, of a thing's way with the camera's movement taken out; see :func:`importance`."""
    low, high = np.percentile(_places(sights, camera, first), [5, 95], axis=0)
    return float(np.hypot(*(high - low)))


def moving_share(sights: Mapping[int, Sight], camera: Floats, first: int) -> float:
    """Return the share 0-1 of a thing's time in which it moves steadily beyond the camera; see :func:`importance`."""
    places = _places(sights, camera, first)
    if len(places) <= STEP_SAMPLES:
        return 0.0
    steps = np.linalg.norm(places[STEP_SAMPLES:] - places[:-STEP_SAMPLES], axis=1)
    sizes = steps / np.sqrt(usual_area(sights.values()))
    return float(((sizes > STEP_SIZES) & (sizes < JUMP_SIZES)).mean())


def _places(sights: Mapping[int, Sight], camera: Floats, first: int) -> Floats:
    """Return (n, 2) where a thing's centre is on the common frame, in pixels, sight by sight."""
    numbers = np.array(sorted(sights))
    centres = np.array([sights[number].centre for number in numbers])
    maps = camera[np.clip(numbers - first, 0, len(camera) - 1)]
    return np.asarray(np.einsum("tij,tj->ti", maps[:, :, :2], centres) + maps[:, :, 2], np.float32)
