"""Which pixels of a frame belong to something that moves, or that was or will be elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.background import NOISE_FLOOR, difference, mend_ghosts, model_background
from tools.camera_motion import camera_flow
from tools.quantiles import quantile
from tools.tracks import Region
from twins.geometry import Bools, Bytes, Doubles, Floats

WEAK, WEAK_SMEARED = 0.8, 0.3
"""Share of the expected difference that is enough where the optical flow also says that something moves; the flow
spreads over the outlines of things, so that much is asked where the background is clean, little where it is
smeared."""
SMEARED = 2.0
"""Times the noise floor that the noise of a smeared background is."""
MOVING_PIXELS = 1.0
"""Flow beyond the camera's, in pixels between two samples, from which on a pixel moves."""
CLOSING = 0.016
"""Gaps up to this share of the frame's longer side are bridged: a thing in front of a like background falls apart."""
SHADE, SHADE_HUE = 0.5, 10.0
"""A shadow leaves more than this share of the light, and changes a and b of Lab (0–255) by less than this."""
STANDS_OUT, SHADE_STANDS_OUT = 0.45, 0.75
"""Fainter than this share of what a thing's bulk differs from the background is its rim, or its shadow."""
SCRAP = 0.04
"""A piece of less than this share of the largest one is a speck, and …"""
LOOSE_SCRAP, LOOSE = 0.15, 0.15
"""… one of less than this share as well, if it lies further off than this share of the largest one's diagonal: a patch
of cloud, or another thing's shadow."""
RIM = 2
REFINED_SHARE = 0.35
"""Where less than this share is left, the thing is like its background, and nothing is taken off."""
MENDING_STEP = 3
"""Every n-th frame of a stretch is searched for ghosts."""


@dataclass(frozen=True)
class _View:
    """The background as one frame of the stretch would see it, and how far the frame is from it; all (h, w, …)."""

    number: int
    shown: Bytes
    noise: Floats
    trusted: Bools
    away: Floats

    @property
    def smeared(self) -> Bools:
        """Where the background is a blend of things that never left it for long."""
        return np.asarray(self.noise > SMEARED * NOISE_FLOOR)


class Stretch:
    """A stretch of one shot whose background has been modelled.

    Args:
        images: (h, w, 3) uint8 RGB.
        to_first: for each the (3, 3) map to a common frame.
    """

    def __init__(self, images: Sequence[Bytes], to_first: Sequence[Doubles]) -> None:
        self.labs = [cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False) for image in images]
        self._to_first = to_first
        self._background = model_background(self.labs, list(to_first))
        self._view: _View | None = None
        self._differences: dict[int, tuple[NDArray[np.uint16], Bools]] = {}
        for number in range(0, len(images), MENDING_STEP):
            score, trusted = self._score(number)
            mend_ghosts(self._background, number, self.labs[number], clean((score > 1) & trusted))
            self._view = None

    def foreground(self, number: int, flow: Floats | None) -> Bools:
        """Return (h, w) the pixels of things that move or are not always there.

        Args:
            number: of the frame in the stretch.
            flow: (h, w, 2) where each pixel was in the frame before, as a displacement; none for the first frame.
        """
        score, trusted = self._score(number)
        view = self._seen_from(number)
        self._differences[number] = np.rint(view.away).astype(np.uint16), looks_shaded(self.labs[number], view.shown)
        found = (score > 1) & trusted
        if flow is not None and number > 0:
            back = np.linalg.inv(self._to_first[number - 1]) @ self._to_first[number]
            enough = np.where(self._seen_from(number).smeared, WEAK_SMEARED, WEAK).astype(np.float32)
            found |= moving_pixels(flow, back) & ((score > enough) | ~trusted)
        return clean(found)

    def refine(self, number: int, region: Region) -> Region:
        """Take rims and shadows out of a thing of a frame, and the gaps that were only bridged.

        Args:
            number: of the frame in the stretch; its foreground must have been asked for.
            region: the thing's pixels, as the tracker gives them.
        """
        away, shaded = self._differences[number]
        mask = refine_mask(region.mask, away[region.window], shaded[region.window])
        return Region(region.window, mask).trimmed()

    def empty_scene(self, number: int) -> Bytes:
        """Return the (h, w, 3) RGB picture that a frame would show without its moving things."""
        height, width = self.labs[number].shape[:2]
        lab, _, _ = self._background.of_frame(number, height, width)
        return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).astype(np.uint8, copy=False)

    def _score(self, number: int) -> tuple[Floats, Bools]:
        view = self._seen_from(number)
        return view.away / view.noise, view.trusted

    def _seen_from(self, number: int) -> "_View":
        """Return how a frame differs from its background; the last answer is kept, for the next step asks again."""
        if self._view is None or self._view.number != number:
            shown, noise, trusted = self._background.of_frame(number, *self.labs[number].shape[:2])
            moved = not np.array_equal(self._to_first[number], np.eye(3))
            away = difference(self.labs[number], shown, moved=moved)
            self._view = _View(number, shown, noise, trusted, away)
        return self._view


def looks_shaded(lab: Bytes, background: Bytes) -> Bools:
    """Return (h, w) where a frame is its background under less light: darker by up to half, of the same hue."""
    now, then = (cv2.extractChannel(picture, 0) for picture in (lab, background))
    _, a, b = cv2.split(cv2.absdiff(lab, background))
    return np.asarray((now > np.float32(SHADE) * then) & (now < then) & (cv2.max(a, b) < SHADE_HUE))


def refine_mask(mask: Bools, away: NDArray[Any], shaded: Bools) -> Bools:
    """Return the part of a mask that stands out as its bulk does, holes filled.

    Args:
        mask, shaded: (h, w).   away: (h, w) difference from the background, of any type of number.
    """
    typical = quantile(away[mask], 0.8)
    # Without the border's value what lies at the edge of the window would pass for the inside.
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=RIM, borderValue=0) > 0
    kept = mask & ~((shaded & (away < SHADE_STANDS_OUT * typical)) | (~inner & (away < STANDS_OUT * typical)))
    kept = cv2.medianBlur(kept.astype(np.uint8), 3) > 0
    outlines, _ = cv2.findContours(kept.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    refined = without_scraps((filled > 0) & mask)
    return refined if np.count_nonzero(refined) >= REFINED_SHARE * np.count_nonzero(mask) else mask


def without_scraps(mask: Bools) -> Bools:
    """Return a mask without its pieces that are tiny beside the largest: they stretch the box and say nothing."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0.0
    largest = int(areas.argmax())
    far = _gaps(stats, largest) > LOOSE * np.hypot(*stats[largest, 2:4])
    kept = areas >= np.where(far, LOOSE_SCRAP, SCRAP) * areas[largest]
    return np.asarray(kept[pieces])


def _gaps(stats: NDArray[Any], to: int) -> Doubles:
    """Return (n,) the distances of pieces' boxes from one of them, by the statistics that OpenCV keeps of pieces."""
    low, high = stats[:, :2], stats[:, :2] + stats[:, 2:4]
    return np.asarray(np.linalg.norm(np.maximum(0, np.maximum(low - high[to], low[to] - high)), axis=1), np.float64)


def clean(mask: Bools) -> Bools:
    """Drop specks and bridge small gaps."""
    side = max(mask.shape)
    size = max(3, 2 * round(CLOSING * side / 2) + 1)
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    # Not an opening: one by 2 x 2 shifts the mask, one by 3 x 3 eats thin things.
    opened = cv2.medianBlur(mask.astype(np.uint8), 3)
    return cv2.morphologyEx(opened, cv2.MORPH_CLOSE, bridge) > 0


def moving_pixels(flow: Floats, back: Doubles) -> Bools:
    """Return (h, w) where the flow differs from what the camera's map alone gives, beyond the flow's own noise."""
    height, width = flow.shape[:2]
    rest = flow if np.array_equal(back, np.eye(3)) else flow - camera_flow(back, height, width)
    beyond = cv2.magnitude(*cv2.split(rest))
    noise = quantile(beyond[::2, ::2].ravel(), 0.5)
    return np.asarray(beyond > MOVING_PIXELS + 3 * noise)


class FlowEstimator:
    """Dense flow from each frame to the one before (T. Kroeger et al., "Fast Optical Flow using Dense Inverse
    Search", 2016), at half the size."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._before: Bytes | None = None

    def step(self, grey: Bytes) -> Floats | None:
        """Return (h, w, 2) displacements from this frame to the one before; none for the first."""
        height, width = grey.shape
        small = cv2.resize(grey, (max(24, width // 2), max(24, height // 2)), interpolation=cv2.INTER_AREA)
        before, self._before = self._before, small.astype(np.uint8, copy=False)
        if before is None:
            return None
        # The stubs do not know that the flow to begin with may be left out.
        found: Floats = self._dis.calc(self._before, before, None)  # type: ignore[call-overload]
        found *= np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        return np.asarray(cv2.resize(found, (width, height)), np.float32)
