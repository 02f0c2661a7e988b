"""Surfaces by name: plain, striped, dotted or textured."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tools.looks import Look
from twins.geometry import Bools, Floats

NAMES = ("plain", "striped", "dotted", "textured")
RIM = 0.13
"""Share of a thing's side along its border that is left out: it is rounded there, and mixed with what is behind."""
MIN_SURFACE = 60
"""Pixels that a surface needs before it says anything."""
BLUR = 0.7
SHADING_DEGREE = 4
"""Of the polynomial that a ball under one lamp, with its shady side (Lambert's law), comes close to; so many terms
follow a few wide stripes, too."""
PLAIN_SPREAD = 4.8
"""Standard deviation of the lightness (0–255), without its shading, on a surface that has no pattern."""
STRIPES_LEFT, STRIPES_LEFT_WIDTH = 2.4, 0.12
"""Stripes need less, since they are told by their direction and their number, too."""
TONES, STRIPE_TONES, TONES_WIDTH = 18.0, 8.0, 0.15
"""How far the two tones of a pattern lie apart (0–255), and those of stripes; how gradually, on a logarithmic scale."""
ALIGNED, ALIGNED_WIDTH = 0.6, 0.06
"""How far the changes of lightness go one way, 0 to 1, from which they are stripes."""
BANDS, BANDS_WIDTH, CLEAR_BAND = 2.6, 0.2, 0.6
"""Bands across from which there are stripes and not just two parts; each departs from the middle by this share of the
spread."""
TWO_TONES, TWO_TONES_WIDTH = 0.66, 0.02
"""Share of the variance that two tones explain from which there are two; of a bell curve they explain 0.64."""
SPOTS, SPOTS_WIDTH = 2.5, 0.5
"""How many round spots make dots."""
SECOND, MOST_SURE = 0.25, 0.95


@dataclass(frozen=True)
class Pattern:
    """What is measured of a surface.

    Args:
        shading_left: standard deviation of the lightness without its shading.
        apart: how far the two tones that explain it best lie apart, lightness 0–255.
        two_toned: share of the variance that they explain.
        aligned: how far its changes go one way, 0 to 1.
        bands: in how many bands it is lighter and darker, by turns, in that way.
        spots: how many round spots it has.
    """

    shading_left: float
    apart: float
    two_toned: float
    aligned: float
    bands: int
    spots: int


def surfaces_of(looks: Sequence[Look]) -> list[tuple[str, float]]:
    """Name the surface of a thing, and a second name that it may well have, each with a probability.

    Args:
        looks: a few sights of it, with masks that do not reach beyond it. Where too little is seen, nothing is said.
    """
    found = [chances_of(pattern) for look in looks if (pattern := measured(look)) is not None]
    if not found:
        return []
    ranked = sorted(zip(NAMES, np.mean(found, axis=0), strict=True), key=lambda item: -item[1])[:2]
    told = [(name, min(MOST_SURE, float(chance))) for name, chance in ranked]
    return [one for n, one in enumerate(told) if n == 0 or one[1] >= SECOND]


def chances_of(pattern: Pattern) -> tuple[float, ...]:
    """Return how likely each of :data:`NAMES` is; together 1."""
    apart = np.log(max(pattern.apart, 1e-3))
    striped = (
        _rising(pattern.aligned - ALIGNED, ALIGNED_WIDTH)
        * _rising(pattern.bands - BANDS, BANDS_WIDTH)
        * _rising(apart - np.log(STRIPE_TONES), TONES_WIDTH)
        * _rising(pattern.shading_left - STRIPES_LEFT, STRIPES_LEFT_WIDTH)
    )
    patterned = _rising(apart - np.log(TONES), TONES_WIDTH)
    if pattern.shading_left < PLAIN_SPREAD:
        patterned = min(patterned, 0.1)
    dotted = _rising(pattern.two_toned - TWO_TONES, TWO_TONES_WIDTH) * _rising(pattern.spots - SPOTS, SPOTS_WIDTH)
    rest = 1 - striped
    return rest * (1 - patterned), striped, rest * patterned * dotted, rest * patterned * (1 - dotted)


def measured(look: Look) -> Pattern | None:
    """Measure the pattern of one sight; none where too few pixels show it."""
    side = float(np.sqrt(look.mask.sum()))
    inner = _within(look.mask, RIM * side)
    if inner.sum() < MIN_SURFACE:
        return None
    lightness = cv2.cvtColor(look.image, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    light = np.asarray(cv2.GaussianBlur(lightness, (0, 0), BLUR), np.float32)
    left, values = (light[inner] - shading for shading in _shadings(light, inner))
    detail = np.zeros(light.shape, np.float32)
    detail[inner] = values
    spread = float(values.std())
    apart, share = _two_tones(values)
    aligned, way = _aligned(detail, inner)
    return Pattern(
        shading_left=float(left.std()),
        apart=apart,
        two_toned=share * (1 - share) * apart**2 / max(spread**2, 1e-6),
        aligned=aligned,
        bands=_bands(light, _within(look.mask, RIM / 2 * side), way) if aligned > ALIGNED / 2 else 0,
        spots=max(_round_spots(detail > spread / 2, len(values)), _round_spots(detail < -spread / 2, len(values))),
    )


def _two_tones(values: Floats) -> tuple[float, float]:
    """Return how far the means of two parts lie apart that explain the values best, and the darker one's share."""
    ordered = np.sort(values).astype(np.float64)
    counts, sums = np.arange(1, len(ordered)), ordered.cumsum()
    low, high = sums[:-1] / counts, (sums[-1] - sums[:-1]) / (len(ordered) - counts)
    best = int((counts * (len(ordered) - counts) * (high - low) ** 2).argmax())
    return float(high[best] - low[best]), float(counts[best] / len(ordered))


def _within(mask: Bools, rim: float) -> Bools:
    """Return a mask without its rim of so many pixels, at least one."""
    width = max(1, round(rim))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    return cv2.erode(mask.astype(np.uint8), disc) > 0


def _aligned(detail: Floats, inner: Bools) -> tuple[float, float]:
    """Return how far the changes go one way, and which, in radians: the structure tensor, clear of the border."""
    clear = _within(inner, 1)
    dx, dy = cv2.Sobel(detail, cv2.CV_32F, 1, 0)[clear], cv2.Sobel(detail, cv2.CV_32F, 0, 1)[clear]
    if not len(dx):
        return 0.0, 0.0
    xx, yy, xy = float((dx * dx).mean()), float((dy * dy).mean()), float((dx * dy).mean())
    return float(np.hypot(xx - yy, 2 * xy)) / max(xx + yy, 1e-6), float(0.5 * np.arctan2(2 * xy, xx - yy))


def _bands(light: Floats, inner: Bools, way: float) -> int:
    """Return how often it is lighter and darker than on average, by turns, along a way."""
    ys, xs = np.nonzero(inner)
    along = xs * np.cos(way) + ys * np.sin(way)
    places = np.round(along - along.min()).astype(np.int64)
    counts, sums = np.bincount(places), np.bincount(places, light[inner])
    profile = (sums / np.maximum(counts, 1))[counts >= 3]
    profile -= light[inner].mean()
    clear = np.sign(profile)[np.abs(profile) > CLEAR_BAND * profile.std()]
    return int(1 + (clear[1:] != clear[:-1]).sum()) if len(clear) else 0


def _shadings(light: Floats, inner: Bools) -> list[Floats]:
    """Return the polynomials of :data:`SHADING_DEGREE` and of degree 2 that fit the light of n pixels, (n,) each."""
    ys, xs = (2 * places / max(side - 1, 1) - 1 for places, side in zip(np.nonzero(inner), inner.shape, strict=True))
    seen, found = light[inner].astype(np.float64), []
    for degree in (SHADING_DEGREE, 2):
        terms = np.stack([xs**i * ys**j for i in range(degree + 1) for j in range(degree + 1 - i)])
        fitted = np.linalg.lstsq(terms @ terms.T, terms @ seen, rcond=None)[0]
        found.append(np.asarray(fitted @ terms, np.float32))
    return found


def _round_spots(mask: Bools, surface: int) -> int:
    """Count the round pieces of a mask that are a small part of so many pixels."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    widths, heights, areas = (stats[1:count, n] for n in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    small = (areas >= 3) & (areas <= 0.12 * surface)
    narrow = (2 * widths < heights) | (2 * heights < widths)
    return int((small & ~narrow & (areas >= 0.55 * widths * heights)).sum())


def _rising(value: float, width: float) -> float:
    return float(1 / (1 + np.exp(-value / width)))
