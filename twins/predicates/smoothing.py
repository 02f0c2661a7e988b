"""Bridging gaps and fitting local lines, many rows at once, at the exact times of the frames."""

from collections.abc import Callable

import numpy as np

from twins.geometry import Bools, Doubles


def bridge(known: Bools, seconds: Doubles, limit: Doubles) -> tuple[Bools, Callable[[Doubles], Doubles]]:
    """Find short gaps and return how to fill them.

    Args:
        known: (M, T) where there is a value.   seconds: (T,) rising.
        limit: (M, T) the longest time between the two known neighbours that a frame may lie in.

    Returns:
        (M, T) the unknown frames that lie in a short gap, and a function that fills (M, T, C) values linearly between
        known neighbours (zeros where nothing is known on one side; short or not, the caller's mask decides).
    """
    t = known.shape[1]
    index = np.arange(t)
    before = np.maximum.accumulate(np.where(known, index, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, index, t)[:, ::-1], axis=1)[:, ::-1]
    enclosed = (before >= 0) & (after < t)
    left, right = np.maximum(before, 0), np.minimum(after, max(t - 1, 0))
    width = seconds[right] - seconds[left] if t else np.zeros_like(limit)
    share = np.where(enclosed & (width > 0), (seconds - seconds[left]) / np.where(width > 0, width, 1.0), 0.0)

    def blend(values: Doubles) -> Doubles:
        low = np.take_along_axis(values, left[..., None], axis=1)
        high = np.take_along_axis(values, right[..., None], axis=1)
        mixed = low + (high - low) * share[..., None]
        return np.where(enclosed[..., None], np.nan_to_num(mixed), 0.0)

    return enclosed & ~known & (width <= limit), blend


def local_line(values: Doubles, weight: Doubles, seconds: Doubles, radius: float) -> tuple[Doubles, Doubles]:
    """Fit a line around every frame and return its value and slope there.

    Local linear regression with the Epanechnikov kernel, which unlike a moving average is unbiased at the ends of a
    track and gives the velocity with the position (Fan and Gijbels, Local Polynomial Modelling, 1996, eq. 3.4).

    Args:
        values: (M, T, C), finite.   weight: (M, T) >= 0; 0 leaves a frame out.
        seconds: (T,) rising.   radius: half-width of the kernel in seconds.

    Returns:
        value and slope a second, each (M, T, C); zero where no frame lies within reach.
    """
    m, t, c = values.shape
    s0, s1, s2 = (np.zeros((m, t)) for _ in range(3))
    y0, y1 = np.zeros((m, t, c)), np.zeros((m, t, c))
    reach = int(np.max(np.searchsorted(seconds, seconds + radius) - np.arange(t), initial=0))
    weighted = values * weight[..., None]
    for offset in range(-reach, reach + 1):
        here = slice(max(0, -offset), min(t, t - offset))
        there = slice(max(0, offset), min(t, t + offset))
        dt = seconds[there] - seconds[here]
        kernel = np.maximum(1 - (dt / radius) ** 2, 0.0)
        w = weight[:, there] * kernel
        y = weighted[:, there] * kernel[None, :, None]
        s0[:, here] += w
        s1[:, here] += w * dt
        s2[:, here] += w * dt**2
        y0[:, here] += y
        y1[:, here] += y * dt[None, :, None]
    determinant = s0 * s2 - s1**2
    fit = determinant > 1e-9 * np.maximum(s0, 1e-9) ** 2 * radius**2
    safe = np.where(fit, determinant, 1.0)[..., None]
    mean = y0 / np.maximum(s0, 1e-9)[..., None]
    level = np.where(fit[..., None], (s2[..., None] * y0 - s1[..., None] * y1) / safe, mean)
    slope = np.where(fit[..., None], (s0[..., None] * y1 - s1[..., None] * y0) / safe, 0.0)
    return level, slope
