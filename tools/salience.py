"""How sure it is that what was followed is a thing, and no stain of the ground it is seen against.

A thing is unlike its surroundings, more so than the ground is unlike itself from place to place, and its colour is rare
in the rest of the picture: that is what makes something stand out (L. Itti, C. Koch and E. Niebur, "A model of
saliency-based visual attention for rapid scene analysis", 1998; the rarity is R. Achanta et al., "Frequency-tuned
salient region detection", 2009). A brick differs from its joints as much as a ball from a wall, but there are other
bricks. All is relative to the ground, so that a clip of low contrast is judged like one of full contrast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tools.looks import Look
from tools.quantiles import quantile
from twins.geometry import Bytes, Floats

NEIGHBOURHOOD = 4.0
"""Pixels of the thinned picture over which the ground is averaged, to see how far its grain departs from that."""
MAX_PIXELS = 20_000
"""Pixels of the ground that are compared with a thing's colour, at most."""
ALIKE = 0.5
"""The ground's pixels are alike that are nearer to a thing's colour than this share of its contrast, …"""
GRAIN = 3.0
"""… or than so many times the ground's grain."""
EVEN_CONTRAST = 5.0
"""Contrast, in grains of the ground, at which a colour of even rarity that is seen all the time says neither yes nor
no."""
EVEN_SHARE, LEAST_SHARE = 0.05, 0.005
"""Share of the ground of like colour at which the same goes for a thing of even contrast; less than the second of them
says no more than that."""
EVEN_MOVING, MOVING_SLOPE = 0.65, 20.0
"""Share of its time in motion at which that alone leaves open whether something is a thing: stains that are taken one
for another seem to move up to half of the time. And how fast that changes with the share."""
MIN_AROUND = 12
"""Pixels of surroundings that a contrast needs."""
UNKNOWN = 0.5


@dataclass(frozen=True)
class Ground:
    """The empty scene of a clip.

    Args:
        lab: (n, 3) float32 pixels in 8-bit CIELAB units.
        grain: how far a pixel lies from the mean of its neighbourhood, the median, in the same units.
    """

    lab: Floats
    grain: float


def ground_of(pictures: Sequence[Bytes]) -> Ground:
    """Return the ground that some (h, w, 3) RGB pictures of the empty scene show."""
    labs = [cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) for picture in pictures]
    away = [np.linalg.norm(lab - cv2.GaussianBlur(lab, (0, 0), NEIGHBOURHOOD), axis=-1).ravel() for lab in labs]
    pixels = np.concatenate([lab.reshape(-1, 3) for lab in labs])
    return Ground(pixels[:: 1 + len(pixels) // MAX_PIXELS], float(np.median(np.concatenate(away))))


def contrast_of(look: Look) -> tuple[Floats, float] | None:
    """Return a thing's middle colour, and how far it lies from that of its surroundings, in 8-bit CIELAB units.

    None where the look shows no surroundings. What is within two pixels of the outline counts as neither.
    """
    mask = look.mask.astype(np.uint8)
    around = cv2.dilate(mask, np.ones((5, 5), np.uint8)) == 0
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8)).astype(bool)
    inner = inner if inner.any() else look.mask
    if around.sum() < MIN_AROUND:
        return None
    lab = cv2.cvtColor(look.image, cv2.COLOR_RGB2LAB).astype(np.float32)
    middle, beside = (np.array([quantile(values, 0.5) for values in lab[part].T]) for part in (inner, around))
    return middle.astype(np.float32), float(np.linalg.norm(middle - beside))


def salience_of(looks: Sequence[Look], ground: Ground | None, seen: float, moving: float) -> float:
    """Return how likely a track is a thing rather than a stain of the ground, 0 to 1.

    It is one if it stands out or if it moves on the ground, either is enough. How far it stands out is a logistic
    curve over the logarithms of contrast and rarity and over the time in view, with the weights of a logistic
    regression over the tracks of made-up worlds (``evals/worlds``), rounded.

    Args:
        looks: sights of the track.
        ground: what the scene looks like without it, or nearly; none where nobody knows.
        seen: share of the sampled frames in which it is visible.
        moving: share of its time in which it moves steadily, the camera's movement taken out.
    """
    stands_out = UNKNOWN if ground is None else _stands_out(looks, ground, seen)
    moves = float(1 / (1 + np.exp(-MOVING_SLOPE * (moving - EVEN_MOVING))))
    return 1 - (1 - stands_out) * (1 - moves)


def _stands_out(looks: Sequence[Look], ground: Ground, seen: float) -> float:
    sights = [(look, found) for look in looks if (found := contrast_of(look)) is not None]
    if not sights:
        return UNKNOWN
    contrast = float(np.median([found[1] for _, found in sights]))
    colours = np.array([found[0] for _, found in sights])
    # What looks otherwise each time is no better than the ground's grain: it is now this stain, now that one.
    change = float(np.median(np.linalg.norm(colours - np.median(colours, axis=0), axis=1)))
    alike = float(np.median([_share_alike(ground, *found, look.share) for look, found in sights]))
    log_odds = (
        1.7 * np.log((contrast + 1) / (np.hypot(ground.grain, change) + 1) / EVEN_CONTRAST)
        - 1.4 * np.log((alike + LEAST_SHARE) / EVEN_SHARE)
        + 4.2 * (seen - 1)
    )
    return float(1 / (1 + np.exp(-log_odds)))


def _share_alike(ground: Ground, colour: Floats, contrast: float, own: float) -> float:
    """Return the share of the ground that is coloured like a thing; its own, if it rests, is taken out."""
    reach = max(ALIKE * contrast, GRAIN * ground.grain)
    away = ground.lab - colour
    return max(0.0, float((np.einsum("nc,nc->n", away, away) < reach**2).mean()) - own)
