"""Where things are and where the camera looks, sampled at moments."""

import numpy as np

from evals.worlds.spec import Keys, Span, Spec, Thing
from twins.geometry import Bools, Doubles

_SOFTNESS = 0.07
_OFFSETS = np.linspace(-2.0, 2.0, 9) * _SOFTNESS
_WEIGHTS = np.exp(-0.5 * (_OFFSETS / _SOFTNESS) ** 2)
_WEIGHTS /= _WEIGHTS.sum()

PAN = 1.1
"""How far a panning camera is from the middle at either end of the clip, in scene units."""

ZOOM = 1.16
"""How much a zooming camera enlarges at most."""


def positions(keys: Keys, seconds: Doubles) -> Doubles:
    """Return (T, 2) scene positions: straight between keys, corners rounded over about a tenth of a second."""
    table = np.asarray(_extended(keys), np.float64)
    times = seconds[:, None] + _OFFSETS
    columns = [np.interp(times, table[:, 0], table[:, axis]) @ _WEIGHTS for axis in (1, 2)]
    return np.stack(columns, axis=1)


def _extended(keys: Keys) -> Keys:
    """Add a key at either end, so that rounding does not brake what is moving when the clip begins or ends."""
    if len(keys) < 2:
        return keys
    return (_beyond(keys[1], keys[0]), *keys, _beyond(keys[-2], keys[-1]))


def _beyond(inner: tuple[float, float, float], end: tuple[float, float, float]) -> tuple[float, float, float]:
    (t0, x0, y0), (t1, x1, y1) = inner, end
    factor = 3.0 / abs(t1 - t0)
    return (t1 + (t1 - t0) * factor, x1 + (x1 - x0) * factor, y1 + (y1 - y0) * factor)


def growth(thing: Thing, seconds: Doubles) -> Doubles:
    """Return (T,) factors by which the thing is larger than its size."""
    table = np.asarray(thing.growth)
    return np.asarray(np.interp(seconds, table[:, 0], table[:, 1]))


def presence(thing: Thing, seconds: Doubles) -> Bools:
    """Return (T,), true while the thing exists."""
    inside = [(seconds >= start - 1e-9) & (seconds < end - 1e-9) for start, end in thing.present]
    return np.asarray(np.any(inside, axis=0))


def delayed(keys: Keys, seconds: float) -> Keys:
    """Return the path of something that goes the same way this much later."""
    return tuple((time + seconds, x, y) for time, x, y in keys)


def orbit(centre: tuple[float, float], radius: float, span: Span, turns: float, start: float = 0.0) -> Keys:
    """Return a path round ``centre``; ``start`` is the angle in turns, positive turns go clockwise in the picture."""
    steps = max(8, round(abs(turns) * 24))
    phases = np.linspace(0.0, 1.0, steps + 1)
    angles = 2 * np.pi * (start + turns * phases)
    times = span[0] + (span[1] - span[0]) * phases
    xs, ys = centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)
    return tuple(zip(times.tolist(), xs.tolist(), ys.tolist(), strict=True))


def cameras(spec: Spec) -> Doubles:
    """Return (T, 2, 3) affine maps from scene units to pixels, frame by frame."""
    count = spec.frame_count
    rng = np.random.default_rng((spec.seed, 11))
    progress = np.linspace(-1.0, 1.0, count)
    sign = rng.choice([-1.0, 1.0])
    look, zoom, angle = np.zeros((count, 2)), np.ones(count), np.zeros(count)
    if spec.camera == "pan":
        look[:, 0] = sign * PAN * progress
        look[:, 1] = 0.15 * np.sin(progress * 2.0)
    elif spec.camera == "shake":
        look = 0.11 * _tremor(rng, count, 2)
        angle = np.deg2rad(0.5) * _tremor(rng, count, 1)[:, 0]
    elif spec.camera == "zoom":
        zoom = 1.0 + (ZOOM - 1.0) * (1.0 + sign * progress) / 2.0
    return _affine(spec, look, zoom, angle)


def _affine(spec: Spec, look: Doubles, zoom: Doubles, angle: Doubles) -> Doubles:
    scale = zoom * spec.width / 16.0
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], axis=1)
    middle = np.asarray([spec.width / 2.0, spec.height / 2.0])
    shift = middle - np.einsum("tij,tj->ti", linear, look)
    return np.concatenate([linear, shift[:, :, None]], axis=2)


def _tremor(rng: np.random.Generator, count: int, channels: int) -> Doubles:
    """Return (count, channels) of hand tremor: noise without drift, about one standard deviation strong."""
    raw = rng.normal(size=(count + 12, channels))
    kernel = np.hanning(9) / np.sqrt((np.hanning(9) ** 2).sum())
    return np.stack([np.convolve(raw[:, c], kernel, "valid")[:count] for c in range(channels)], axis=1)
