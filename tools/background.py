"""What a stretch of video would look like without the things that move: a registered median, mended where it is wrong.

The stretch's frames are warped onto one canvas. A pixel's background is its median over time; where a thing stood
still for most of the stretch the median shows the thing, and the frames in which it is gone look wrong there. Such
*ghosts* are told from real things by whose outline shows (R. Cucchiara et al., "Detecting moving objects, ghosts, and
shadows in video streams", 2003: a ghost's outline has edges in the background and none in the frame).
"""

from dataclasses import dataclass
from functools import cache, reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Bytes, Doubles, Floats

FRAMES_IN_MEDIAN = 25
MIN_SEEN = 5
"""A canvas pixel that fewer frames show has no background that could be trusted."""
SORTED_TOGETHER = 65_536
"""Bytes of every picture that are sorted at a time."""
MAX_CANVAS = 4.0
"""The canvas covers at most this many times the frame's area."""
NOISE_FLOOR = 7.0
"""Differences in Lab (each channel 0–255) up to here are noise, compression or a flicker of the light."""
NOISE_FACTOR = 3.0
"""Times the median absolute deviation of a pixel that are noise too; it is large where frames do not register."""
AROUND = np.ones((3, 3), np.uint8)
DARKER = 0.6
"""Weight of a mere darkening: shadows darken and keep their colour."""
MIN_GHOST = 0.0008
"""Share of the frame below which nothing is taken for a ghost."""
GHOST_EDGES = 0.6
"""An outline is a ghost's when the frame's edges along it are weaker than this share of the background's."""


@dataclass
class Background:
    """The background of one stretch, on its canvas.

    Args:
        lab: (H, W, 3) uint8 Lab.
        noise: (H, W) float32, the difference in Lab units that is to be expected of a pixel.
        seen: (H, W) how many of the sampled frames show it.
        to_canvas: per frame, the (3, 3) map from its pixels to the canvas.
    """

    lab: Bytes
    noise: Floats
    seen: NDArray[np.uint8]
    to_canvas: list[Doubles]

    def of_frame(self, number: int, height: int, width: int) -> tuple[Bytes, Floats, Bools]:
        """Return background, noise and what can be trusted, as frame ``number`` of the stretch would see it."""
        back = np.linalg.inv(self.to_canvas[number])
        size = (width, height)
        if self.lab.shape[:2] == (height, width) and np.array_equal(back, np.eye(3)):
            return self.lab, self.noise, np.asarray(self.seen >= MIN_SEEN)
        lab = cv2.warpPerspective(self.lab, back, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        noise = cv2.warpPerspective(self.noise, back, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.warpPerspective(self.seen, back, size, flags=cv2.INTER_NEAREST)
        return lab.astype(np.uint8, copy=False), noise.astype(np.float32, copy=False), np.asarray(seen >= MIN_SEEN)


def model_background(labs: list[Bytes], to_first: list[Doubles]) -> Background:
    """Model the background of a stretch of one shot.

    Args:
        labs: the frames, (h, w, 3) uint8 Lab.
        to_first: for each the (3, 3) map to a common frame.
    """
    height, width = labs[0].shape[:2]
    to_canvas, (canvas_width, canvas_height) = _lay_out(to_first, width, height)
    chosen = np.unique(np.linspace(0, len(labs) - 1, FRAMES_IN_MEDIAN).round().astype(int))
    stack = np.empty((len(chosen), canvas_height, canvas_width, 3), np.uint8)
    shown = np.empty((len(chosen), canvas_height, canvas_width), np.bool_)
    whole = np.full((height, width), 255, np.uint8)
    size = (canvas_width, canvas_height)
    for row, number in enumerate(chosen):
        if size == (width, height) and np.array_equal(to_canvas[number], np.eye(3)):
            stack[row], shown[row] = labs[number], True
            continue
        cv2.warpPerspective(labs[number], to_canvas[number], size, dst=stack[row])
        shown[row] = cv2.warpPerspective(whole, to_canvas[number], size, flags=cv2.INTER_NEAREST) > 0
    seen = shown.sum(axis=0, dtype=np.uint8)
    median = _masked_median(stack, shown, seen)
    # Channel by channel: a maximum over a last axis of three is many times slower.
    away = [reduce(cv2.max, cv2.split(cv2.absdiff(picture, median))) for picture in stack]
    spread = _masked_median(np.array(away, np.uint8)[..., None], shown, seen)[..., 0]
    noise = NOISE_FLOOR + NOISE_FACTOR * cv2.GaussianBlur(spread.astype(np.float32), (0, 0), 1.5)
    return Background(median, noise, seen, to_canvas)


def difference(lab: Bytes, background: Bytes, *, moved: bool = False) -> Floats:
    """Return (h, w) how far a frame is from its background in Lab units, darkening discounted.

    Args:
        lab, background: (h, w, 3) uint8 Lab.
        moved: the background was brought into the frame's view, and may lie a fraction of a pixel beside it: a pixel is
            compared with the range of values around its place (after A. Elgammal et al., "Non-parametric Model for
            Background Subtraction", 2000, section 4).
    """
    if moved:
        above, below = cv2.dilate(background, AROUND), cv2.erode(background, AROUND)
        light, a, b = cv2.split(cv2.max(cv2.subtract(lab, above), cv2.subtract(below, lab)))
    else:
        light, a, b = cv2.split(cv2.absdiff(lab, background))
    chroma = cv2.add(a, b, dtype=cv2.CV_32F)
    away = light.astype(np.float32)
    darker = (lab[..., 0] < background[..., 0]) & (chroma < NOISE_FLOOR)
    np.multiply(away, np.float32(DARKER), out=away, where=darker)
    return np.asarray(cv2.GaussianBlur(away + chroma, (0, 0), 1.0), np.float32)


def mend_ghosts(background: Background, number: int, lab: Bytes, foreground: Bools) -> int:
    """Put what a frame shows into the background wherever its foreground is a ghost; return the pixels mended."""
    height, width = foreground.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(foreground.astype(np.uint8))
    if stats[1:, cv2.CC_STAT_AREA].max(initial=0) < MIN_GHOST * height * width:
        return 0
    edges_frame, edges_back = _edges(lab), _edges(background.of_frame(number, height, width)[0])
    ghosts = np.zeros((height, width), np.uint8)
    for label in range(1, count):
        x, y, w, h, area = stats[label]
        if area < MIN_GHOST * height * width:
            continue
        window = np.s_[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2]
        blob = (labels[window] == label).astype(np.uint8)
        outline = cv2.morphologyEx(blob, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        # What fills the picture has no outline.
        if outline.any() and edges_frame[window][outline].mean() < GHOST_EDGES * edges_back[window][outline].mean():
            ghosts[window] |= blob
    if not ghosts.any():
        return 0
    grown = cv2.dilate(ghosts, np.ones((5, 5), np.uint8))
    size = (background.lab.shape[1], background.lab.shape[0])
    to_canvas = background.to_canvas[number]
    where = cv2.warpPerspective(grown, to_canvas, size, flags=cv2.INTER_NEAREST) > 0
    pixels = cv2.warpPerspective(lab, to_canvas, size)
    background.lab[where] = pixels[where]
    # The spread was measured around the thing that stood there.
    background.noise[where] = np.minimum(background.noise[where], 2 * NOISE_FLOOR)
    return int(where.sum())


def _edges(lab: Bytes) -> NDArray[np.int16]:
    """Return (h, w) the strength of edges of light or colour within a pixel."""
    smooth = cv2.GaussianBlur(lab, (3, 3), 0)
    steps = (np.abs(cv2.Sobel(smooth, cv2.CV_16S, *order)) for order in ((1, 0), (0, 1)))
    light, a, b = cv2.split(np.add(*steps))
    return np.asarray(cv2.dilate(light + a + b, np.ones((3, 3), np.uint8)), np.int16)


def _masked_median(stack: Bytes, shown: Bools, seen: Bytes) -> Bytes:
    """Return the median over axis 0 of the values that are shown, (n, h, w, channels); the others are made 255."""
    middle = (np.maximum(seen, 1) - 1) // 2
    if seen.min() == len(stack):
        return np.asarray(_sorted(stack)[middle.flat[0]], np.uint8)
    np.copyto(stack, 255, where=~shown[..., None])
    ordered = _sorted(stack)
    median = np.zeros(stack.shape[1:], np.uint8)
    for place in np.unique(middle):
        cv2.copyTo(ordered[place], (middle == place).astype(np.uint8), median)
    return median


def _sorted(stack: Bytes) -> Bytes:
    """Return a stack of pictures sorted over axis 0, all pixels at once.

    By a network of comparisons (K. E. Batcher, "Sorting networks and their applications", 1968, for the next power of
    two; what is past the end would be largest and never move), in blocks of pixels that the cache holds.
    """
    count = len(stack)
    pixels = stack.reshape(count, -1)
    ordered = np.empty_like(pixels)
    for start in range(0, pixels.shape[1], SORTED_TOGETHER):
        block = [row.copy() for row in pixels[:, start : start + SORTED_TOGETHER]]
        spare = np.empty_like(block[0])
        for low, high in _comparisons(count):
            np.minimum(block[low], block[high], out=spare)
            np.maximum(block[low], block[high], out=block[high])
            block[low], spare = spare, block[low]
        for row, values in enumerate(block):
            ordered[row, start : start + SORTED_TOGETHER] = values
    return ordered.reshape(stack.shape)


@cache
def _comparisons(count: int) -> list[tuple[int, int]]:
    """Return the (smaller, larger) places that are compared and exchanged, in order, to sort so many values."""
    pairs: list[tuple[int, int]] = []
    half = 1
    while half < count:
        step = half
        while step >= 1:
            places = np.arange(step % half, count - step)
            first = (places - step % half) // step % 2 == 0
            together = places // (2 * half) == (places + step) // (2 * half)
            pairs += [(int(place), int(place) + step) for place in places[first & together]]
            step //= 2
        half *= 2
    return pairs


def _lay_out(to_first: list[Doubles], width: int, height: int) -> tuple[list[Doubles], tuple[int, int]]:
    """Place all frames on one canvas, seen from the middle one; what reaches too far out is cut off."""
    home = np.linalg.inv(to_first[len(to_first) // 2])
    relative = [home @ matrix for matrix in to_first]
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    placed = np.concatenate([cv2.perspectiveTransform(corners, matrix)[:, 0] for matrix in relative])
    reach = (MAX_CANVAS - 1) / 2
    low = np.maximum(placed.min(axis=0), [-reach * width, -reach * height])
    high = np.minimum(placed.max(axis=0), [(1 + reach) * width, (1 + reach) * height])
    area = float(np.prod(high - low))
    if area > MAX_CANVAS * width * height:
        middle, shrink = (low + high) / 2, np.sqrt(MAX_CANVAS * width * height / area)
        low, high = middle + (low - middle) * shrink, middle + (high - middle) * shrink
    low, high = np.floor(low), np.ceil(high)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    size = (max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1])))
    return [shift @ matrix for matrix in relative], size
