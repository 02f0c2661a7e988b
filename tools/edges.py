"""Where a thing ends, told by its colours and those around it: masks carry rims, shadows and filled-up corners."""

import cv2
import numpy as np

from tools.looks import Look
from twins.geometry import Bools, Bytes, Floats

MOST_SIDE = 34
"""Square root of a thing's area, in pixels, from which it is looked at smaller: finer things say nothing of a shape."""
BAND_SHARE, MOST_BAND = 0.12, 6
"""Pixels within this share of a thing's side from its border may belong to it or not; at least two, at most six."""
MIN_CORE, MIN_AROUND = 12, 20
"""Pixels that must certainly be the thing's, and the ground's, before colours can tell the rest."""
SAMPLES = 24
"""Pixels of each side that a colour is compared with."""
REACH = 9.0
"""Distance in CIELAB over which a colour counts as alike (standard deviation of the kernel)."""
MOST_LOG_ODDS, DOUBT = 6.0, 0.5
"""The surest that a pixel is on one side, and how far the mask is believed where colours say little."""
STEADY = 0.6
"""Pixels over which neighbours are believed rather than a pixel's own noise."""
SAME = 0.55
"""Overlap with the mask below which colours were no guide, and the mask is kept."""


def smaller(look: Look) -> Look:
    """Return a sight shrunk until its thing has no more than :data:`MOST_SIDE` pixels' side, as it is if it has not."""
    scale = MOST_SIDE / max(float(np.sqrt(look.mask.sum())), 1.0)
    if scale >= 1:
        return look
    size = (max(1, round(look.mask.shape[1] * scale)), max(1, round(look.mask.shape[0] * scale)))
    mask = cv2.resize(look.mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    image = np.asarray(cv2.resize(look.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Look(image, mask, look.share, look.whole)


def clear_mask(image: Bytes, mask: Bools) -> Bools:
    """Return a thing's mask with its border put where the colours change.

    Near the border a pixel belongs to the side whose colours are likelier there (kernel density estimates). Where too
    little is seen of either side, or the outcome is another thing altogether, the mask is returned as its largest piece
    without holes.

    Args:
        image: (h, w, 3) uint8 RGB.
        mask: (h, w).
    """
    mask = _solid(mask)
    width = int(np.clip(round(BAND_SHARE * float(np.sqrt(mask.sum()))), 2, MOST_BAND))
    drawn, disc = mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    near, core = cv2.dilate(drawn, disc) > 0, cv2.erode(drawn, disc) > 0
    around = cv2.dilate(drawn, np.ones((3, 3), np.uint8)) == 0
    if core.sum() < MIN_CORE:
        core = cv2.erode(drawn, np.ones((3, 3), np.uint8)) > 0
    if core.sum() < MIN_CORE or around.sum() < MIN_AROUND:
        return mask
    band = near & ~core
    pixels = _lab(image[band].astype(np.float32))
    odds = np.full(mask.shape, -MOST_LOG_ODDS, np.float32)
    odds[core] = MOST_LOG_ODDS
    likelier = np.log(_likeness(pixels, _lab(_sample(image, core))) / _likeness(pixels, _lab(_sample(image, around))))
    odds[band] = np.clip(likelier + np.where(mask[band], DOUBT, -DOUBT), -MOST_LOG_ODDS, MOST_LOG_ODDS)
    found = _solid(cv2.GaussianBlur(odds, (0, 0), STEADY) > 0)
    return found if (found & mask).sum() >= SAME * (found | mask).sum() else mask


def _sample(image: Bytes, where: Bools) -> Floats:
    """Return about :data:`SAMPLES` pixels, evenly spread over a region."""
    pixels = image[where]
    return pixels[:: max(1, len(pixels) // SAMPLES)].astype(np.float32)


def _lab(rgb: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(rgb[:, None] / np.float32(255), cv2.COLOR_RGB2LAB)[:, 0], np.float32)


def _likeness(pixels: Floats, samples: Floats) -> Floats:
    """Return (n,) how dense the samples lie about each pixel."""
    away = (pixels**2).sum(1)[:, None] + (samples**2).sum(1) - 2 * pixels @ samples.T
    return np.asarray(np.exp(away / np.float32(-2 * REACH**2)).mean(axis=1) + 1e-6, np.float32)


def _solid(mask: Bools) -> Bools:
    """Return the largest piece of a mask, without its holes."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return mask
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(drawn, [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return drawn > 0
