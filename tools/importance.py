"""How much a followed thing matters: how long and how big it is seen, and how far it goes beyond the camera."""

from collections.abc import Mapping

import numpy as np

from tools.tracks import Sight, usual_area
from twins.geometry import Floats

STEP_SECONDS = 0.3
"""Time over which a step is measured, or one sample where that is longer: a box jitters from one to the next."""
MOVING_PACE = 0.33
"""Least pace of a thing that moves, in its own sizes a second."""
STEADY = 1.0
"""The next step of a thing that moves differs from this one by less than so many times the longer of the two: it may
bend and change its pace, but who jumps to something like it does not go on the same way."""
EVEN_AREA = 1.5
"""From one step of a thing that moves steadily to the next its area changes by less than this factor: who comes toward
the camera grows by a quarter, while what is now this part of the ground and now that one has no size of its own."""
AWAY_SECONDS = 1.0
"""Who is not seen for longer is away, or hidden; for less it was lost."""
WATCHED_SECONDS = 1.0
"""What was seen for less in all has not shown that it moves steadily: a few specks in a row happen by chance."""


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
    low, high = np.percentile(ground_places(sights, camera, first), [5, 95], axis=0)
    return float(np.hypot(*(high - low)))


def moving_share(sights: Mapping[int, Sight], camera: Floats, first: int) -> float:
    """Return the share 0-1 of a thing's time in which it moves steadily beyond the camera; see :func:`importance`.

    A thing moves steadily during two steps that go on the same way and leave it as large as it is. All other time in
    which it was followed counts as rest, and so do moments in which it is lost, for what flickers is seldom a thing,
    and what is missing to ``WATCHED_SECONDS``. When it was away for longer nobody knows what it did.
    """
    numbers = np.array(sorted(sights))
    seconds = np.array([sights[number].seconds for number in numbers])
    ends = np.searchsorted(seconds, seconds + STEP_SECONDS - 1e-6)
    starts = np.flatnonzero(ends < len(numbers))
    starts = starts[ends[ends[starts]] < len(numbers)]
    middles, ends = ends[starts], ends[ends[starts]]
    whole = numbers[ends] - numbers[starts] == ends - starts
    if not whole.any():
        return 0.0
    places = ground_places(sights, camera, first) / np.sqrt(usual_area(sights.values()))
    before, after = (
        (places[to] - places[since]) / (seconds[to] - seconds[since])[:, None]
        for since, to in ((starts[whole], middles[whole]), (middles[whole], ends[whole]))
    )
    paces = np.linalg.norm((before, after), axis=2)
    steady = np.linalg.norm(after - before, axis=1) < STEADY * paces.max(axis=0)
    steady &= paces.min(axis=0) > MOVING_PACE
    areas = np.log([max(1, sights[number].area) for number in numbers])
    for since, to in ((starts[whole], middles[whole]), (middles[whole], ends[whole])):
        steady &= np.abs(areas[to] - areas[since]) < np.log(EVEN_AREA)
    moving = np.zeros(len(numbers) - 1, np.bool_)
    for since, to in zip(starts[whole][steady], ends[whole][steady], strict=True):
        moving[since:to] = True
    waits = np.diff(seconds)
    waits[(np.diff(numbers) > 1) & (waits > AWAY_SECONDS)] = 0.0
    return float(waits[moving].sum() / max(waits.sum(), WATCHED_SECONDS))


def ground_places(sights: Mapping[int, Sight], camera: Floats, first: int) -> Floats:
    """Return (n, 2) where a thing's centre is on the common frame, in pixels, by rising number of the frame."""
    numbers = np.array(sorted(sights))
    centres = np.array([sights[number].centre for number in numbers])
    maps = camera[np.clip(numbers - first, 0, len(camera) - 1)]
    return np.asarray(np.einsum("tij,tj->ti", maps[:, :, :2], centres) + maps[:, :, 2], np.float32)
