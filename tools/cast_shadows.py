"""Which tracks seem to follow no thing but the shadow that one casts.

What is grey on a grey road looks as a shadow does, so that nothing is left out for it: it is only hardly sure to be a
thing.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from tools.tracks import Crop, RawTrack
from twins.geometry import Bools, Bytes
from twins.masks import decode_mask

WITH_IT = 0.8
"""A shadow is seen with its thing, and beside it, in this share of its own frames."""
DARKEST, LIGHTEST = 0.5, 0.96
"""What a shadow leaves of the light around it, …"""
SAME_HUE = 10.0
"""… of the same hue: a and b of Lab (0 to 255) change by less than this."""
LEAST_PIXELS = 12
"""Of a look, fewer say nothing of their light."""
SURE = 0.2
"""How sure it is of what looks like a shadow that it is a thing all the same."""
MOST_SIGHTS = 0.6
"""A shadow looks like one in this share of its cut-outs."""


def is_shadow_of(track: RawTrack, thing: RawTrack) -> bool:
    """Say whether a track is the shadow of a thing: always beside it, no larger, and the ground there under less light.

    Of the track only what lies outside of the thing's outline is looked at: a region that stands out from a light
    ground often holds a dark thing's foot together with the shadow.
    """
    shared = track.samples.keys() & thing.samples.keys()
    least = WITH_IT * len(track.samples)
    if len(shared) < least or track.typical_area > thing.typical_area:
        return False
    if sum(_touch(track.samples[n].box, thing.samples[n].box) for n in shared) < least:
        return False
    seen = list(_sights(track, thing))
    return bool(seen) and sum(seen) >= MOST_SIGHTS * len(seen)


def _sights(track: RawTrack, thing: RawTrack) -> Iterator[bool]:
    """Tell of each cut-out that shows enough of the track and of the ground whether there is a shadow on it."""
    # A cut-out may outlive its sample, where it is found later that something else was seen there.
    for number in track.crops.keys() & track.samples.keys() & thing.samples.keys():
        lab = cv2.cvtColor(track.crops[number].image(), cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
        own, other = (_within(track.crops[number], lab, each.samples[number].rle) for each in (track, thing))
        # A pixel off the outline is a blend of both.
        other = cv2.dilate(other.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        ground = ~(cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~other
        own &= ~other
        if min(np.count_nonzero(own), np.count_nonzero(ground)) >= LEAST_PIXELS:
            yield _shaded(np.median(lab[own], axis=0), np.median(lab[ground], axis=0))


def _shaded(here: Bytes, ground: Bytes) -> bool:
    light = float(here[0]) / max(float(ground[0]), 1.0)
    hues = np.abs(here[1:].astype(np.float64) - ground[1:].astype(np.float64))
    return DARKEST < light < LIGHTEST and bool((hues < SAME_HUE).all())


def _within(crop: Crop, image: Bytes, rle: dict[str, object]) -> Bools:
    """Return the part of a frame's mask that a cut-out shows."""
    height, width = image.shape[:2]
    return decode_mask(rle)[crop.y : crop.y + height, crop.x : crop.x + width].copy()


def _touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return max(a[0], b[0]) <= min(a[2], b[2]) and max(a[1], b[1]) <= min(a[3], b[3])
