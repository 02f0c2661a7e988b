"""How a thing looks, by measurement: its colours by name, its size, its outline and its surface."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools, Bytes, Doubles, Floats
from twins.schema import Attribute

SOURCE = "appearance"
VERSION = "4"

# The eleven basic colour terms (B. Berlin and P. Kay, "Basic Color Terms", 1969). CSS colour names that hold a term,
# or a word of the second column, are the examples by which a measured colour is named; the last and longest word
# counts. A few CSS names mislead (sandybrown is an orange, slateblue a purple) and are filed by how they look.
MISLEADING = {"brown": "red"}
TERMS = {
    "red": ("red", "crimson", "firebrick", "maroon", "tomato"),
    "orange": ("orange", "coral", "salmon", "sandybrown"),
    "yellow": ("yellow", "gold", "goldenrod", "khaki"),
    "green": ("green", "lime", "olive", "chartreuse"),
    "blue": ("blue", "navy", "cyan", "aqua", "turquoise", "teal", "aquamarine"),
    "purple": ("purple", "violet", "indigo", "orchid", "magenta", "plum", "slateblue"),
    "pink": ("pink", "violetred"),
    "brown": ("brown", "sienna", "tan", "burlywood"),
    "black": ("black",),
    "white": ("white", "snow", "ivory", "seashell", "mintcream"),
    "grey": ("grey", "silver", "gainsboro"),
}
GREY_CHROMA = 11.0
"""Chroma in CIELAB below which a colour is black, grey or white."""
BLACK_LIGHTNESS, WHITE_LIGHTNESS = 24.0, 80.0
MAIN_SHARE, SECOND_SHARE = 0.3, 0.25
"""A colour that covers this share of a thing is one of its colours."""
SMALL_SHARE, LARGE_SHARE = 0.012, 0.12
"""Share of the frame below which a thing is small, and above which it is large."""
ELONGATED_RATIO = 2.4
FULL, HOLLOW = 0.9, 0.86
"""Share of its hull that an outline fills, from which it has no bays that could make it a cross or a star; and below
which it can be nothing else. A small one is filled up by its shadow and by blur."""
BAY_SHARE, BAY_LIKENESS = 0.012, 0.3
"""Bays of an outline that count, as a share of its area, and of what the two largest are on average."""
FEW_PIXELS, CLEAR_BAY = 280, 0.035
"""Of an outline of fewer pixels a bay of a few says nothing: only deep ones count, of one that is clearly hollow."""
MIN_OUTLINE = 90
"""Pixels that a mask needs before its outline says anything."""
MIN_SURFACE = 150
"""… and its surface."""
SHADING_DEGREE = 4
"""Of the polynomial that a ball under one lamp, with its shady side (Lambert's law), comes close to."""
PLAIN_SPREAD = 4.8
"""Standard deviation of the lightness (0–255), without its shading, on a surface that has no pattern."""
RING = 6
"""Pixels around a thing that a look shows of its surroundings."""


@dataclass(frozen=True)
class Look:
    """One sight of a thing.

    Args:
        image: (h, w, 3) uint8 RGB, a crop.
        mask: (h, w) of the thing in the crop.
        share: the mask's area as a share of the frame.
        whole: whether the thing lies clear of the frame's border and of other things.
    """

    image: Bytes
    mask: Bools
    share: float
    whole: bool


def look_at(image: Bytes, mask: Bools) -> Look:
    """Return the sight of a thing in a whole frame, (h, w, 3) RGB, by its (h, w) mask. The mask must not be empty."""
    xs, ys = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    window = np.s_[max(0, ys[0] - RING) : ys[-1] + 1 + RING, max(0, xs[0] - RING) : xs[-1] + 1 + RING]
    margin = max(1, round(0.02 * max(mask.shape)))
    inside = xs[0] > margin and ys[0] > margin and xs[-1] < mask.shape[1] - margin and ys[-1] < mask.shape[0] - margin
    return Look(image[window], mask[window], float(mask.mean()), bool(inside))


def describe_looks(looks: Sequence[Look]) -> tuple[Attribute, ...]:
    """Return the attributes of a thing from a few sights of it; what cannot be told is left out."""
    if not looks:
        return ()
    found = [*_colours(looks), *_size(looks), *_vote("shape", [shape_of(k.mask) for k in looks if k.whole])]
    return tuple(found + _vote("texture", [texture_of(k.image, k.mask) for k in looks]))


def colour_shares(pixels: Bytes) -> dict[str, float]:
    """Return which share of (n, 3) RGB pixels has each basic colour, the largest first."""
    if len(pixels) == 0:
        return {}
    codes = _colour_table()[tuple((pixels >> 3).T.astype(np.int64))]
    counts = np.bincount(codes, minlength=len(TERMS)) / len(codes)
    return {name: float(counts[n]) for n, name in sorted(enumerate(TERMS), key=lambda item: -counts[item[0]])}


def shape_of(mask: Bools) -> tuple[str, float] | None:
    """Name the outline of one mask, with a confidence; none where the mask is too small or broken."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    area = float(cv2.contourArea(outline))
    if area < MIN_OUTLINE or area < 0.8 * mask.sum():
        return None
    hull = cv2.convexHull(outline)
    solidity = area / max(float(cv2.contourArea(hull)), 1.0)
    (_, (side_a, side_b), _) = cv2.minAreaRect(outline)
    longer, shorter = max(side_a, side_b, 1.0), max(min(side_a, side_b), 1.0)
    if solidity >= HOLLOW and longer / shorter >= ELONGATED_RATIO:
        return "elongated", min(0.9, 0.3 * longer / shorter)
    if solidity < (FULL if area >= FEW_PIXELS else HOLLOW):
        hollow = _hollow_shape(outline, hull, area)
        if solidity < HOLLOW or hollow[0] != "irregular":
            return hollow
    filled = area / (longer * shorter)
    triangle_area, _ = cv2.minEnclosingTriangle(hull.astype(np.float32))
    circle_radius = float(cv2.minEnclosingCircle(outline)[1])
    fits = {
        "triangle": area / max(float(triangle_area), 1.0),
        "square" if longer / shorter < 1.25 else "rectangle": filled,
        "circle": area / (np.pi * circle_radius**2),
        "diamond": _diamond_fit(outline, area) if filled < 0.8 else 0.0,
    }
    name = max(fits, key=lambda key: fits[key])
    if fits[name] < 0.8:
        return "irregular", 0.4
    return name, float(min(0.9, 4 * (fits[name] - 0.7)))


def texture_of(image: Bytes, mask: Bools) -> tuple[str, float] | None:
    """Name the surface of one sight: plain, striped, dotted or textured, with a confidence."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2) > 0
    if inner.sum() < MIN_SURFACE:
        return None
    light = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0], (3, 3), 0).astype(np.float32)
    left = float((light - _smooth(light, inner, SHADING_DEGREE))[inner].std())
    if left < PLAIN_SPREAD:
        return "plain", min(0.9, 0.5 + (PLAIN_SPREAD - left) / 10)
    # So many terms would follow a few wide stripes, too: what they look like is seen with fewer.
    detail = np.where(inner, light - _smooth(light, inner, 2), 0)
    spread = float(detail[inner].std())
    dx, dy = cv2.Sobel(detail, cv2.CV_32F, 1, 0)[inner], cv2.Sobel(detail, cv2.CV_32F, 0, 1)[inner]
    xx, yy, xy = float((dx * dx).mean()), float((dy * dy).mean()), float((dx * dy).mean())
    aligned = float(np.hypot(xx - yy, 2 * xy)) / max(xx + yy, 1e-6)
    if aligned > 0.55:
        return "striped", min(0.9, aligned)
    spots = max(_round_spots(detail > spread / 2, inner), _round_spots(detail < -spread / 2, inner))
    return ("dotted", 0.6) if spots >= 4 else ("textured", 0.5)


def _smooth(light: Floats, inner: Bools, degree: int) -> Floats:
    """Return the polynomial surface of a degree that fits the light of (h, w) pixels best."""
    # An open grid: powers of rows and columns, not of every pixel's place.
    ys, xs = np.ogrid[-1 : 1 : light.shape[0] * 1j, -1 : 1 : light.shape[1] * 1j]
    terms = np.stack([xs**i * ys**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=2)
    seen = terms[inner]
    fitted = np.linalg.lstsq(seen.T @ seen, seen.T @ light[inner], rcond=None)[0]
    return np.asarray(terms @ fitted, np.float32)


def _colours(looks: Sequence[Look]) -> list[Attribute]:
    totals = dict.fromkeys(TERMS, 0.0)
    for look in looks:
        inner = cv2.erode(look.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        for name, share in colour_shares(look.image[inner if inner.sum() >= 30 else look.mask]).items():
            totals[name] += share / len(looks)
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:2]
    named = [(name, share) for n, (name, share) in enumerate(ranked) if share >= (MAIN_SHARE, SECOND_SHARE)[n]]
    return [_attribute("colour", name, min(0.95, 0.35 + 0.6 * share)) for name, share in named]


def _size(looks: Sequence[Look]) -> list[Attribute]:
    share = float(np.median([look.share for look in looks]))
    if share <= SMALL_SHARE:
        return [_attribute("size", "small", min(0.9, 0.5 + 0.4 * (1 - share / SMALL_SHARE)))]
    if share >= LARGE_SHARE:
        return [_attribute("size", "large", min(0.9, 0.5 + share))]
    return []


def _vote(kind: str, seen: Sequence[tuple[str, float] | None]) -> list[Attribute]:
    """Return the name that most sights agree on, if half of them do."""
    votes = [vote for vote in seen if vote is not None]
    if not votes:
        return []
    name, agreeing = Counter(name for name, _ in votes).most_common(1)[0]
    weight = sum(confidence for voted, confidence in votes if voted == name)
    return [_attribute(kind, name, weight / len(votes))] if 2 * agreeing >= len(votes) else []


def _attribute(kind: str, text: str, confidence: float) -> Attribute:
    return Attribute.model_validate({"kind": kind, "text": text, "confidence": round(confidence, 3), "source": SOURCE})


def _hollow_shape(outline: NDArray[Any], hull: NDArray[Any], area: float) -> tuple[str, float]:
    """Name an outline with bays: a cross has four deep ones, a star five."""
    x, y, width, height = cv2.boundingRect(outline)
    whole, thing = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    cv2.drawContours(whole, [hull], -1, 1, cv2.FILLED, offset=(-x, -y))
    cv2.drawContours(thing, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
    count, _, stats, _ = cv2.connectedComponentsWithStats(((whole > 0) & (thing == 0)).astype(np.uint8))
    bays = sorted((float(bay[cv2.CC_STAT_AREA]) for bay in stats[1:count]), reverse=True)
    least = max(BAY_SHARE * area, BAY_LIKENESS * float(np.mean(bays[:2] or [0.0])))
    least = least if area >= FEW_PIXELS else CLEAR_BAY * area
    deep = sum(bay > least for bay in bays)
    if deep == 4:
        return "cross", 0.6
    if deep == 5:
        return "star", 0.6
    return "irregular", 0.5


def _diamond_fit(outline: NDArray[Any], area: float) -> float:
    """Return how well a four-cornered outline on its tip fits; 0 where it has another number of corners."""
    corners = cv2.approxPolyDP(outline, 0.06 * cv2.arcLength(outline, True), True)
    if len(corners) != 4:
        return 0.0
    fitted = float(cv2.contourArea(corners))
    return min(area, fitted) / max(area, fitted, 1.0)


def _round_spots(mask: Bools, inner: Bools) -> int:
    count, _, stats, _ = cv2.connectedComponentsWithStats((mask & inner).astype(np.uint8))
    spots = 0
    for x in stats[1:count]:
        width, height, area = (int(x[n]) for n in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
        spots += 6 <= area <= 0.12 * inner.sum() and 0.5 <= width / height <= 2 and area >= 0.55 * width * height
    return spots


@lru_cache(maxsize=1)
def _colour_table() -> NDArray[np.int8]:
    """Return (32, 32, 32) the number of the basic term of every RGB colour, each channel divided by 8."""
    examples, names = _examples()
    axis = (np.arange(32) * 8 + 4).astype(np.float32) / 255
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    lab = cv2.cvtColor(grid, cv2.COLOR_RGB2LAB)[:, 0].astype(np.float64)
    table = _nearest_term(lab, examples, names)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    neutral = np.select(
        [lab[:, 0] < BLACK_LIGHTNESS, lab[:, 0] > WHITE_LIGHTNESS], [_term("black"), _term("white")], _term("grey")
    )
    table = np.where((chroma < GREY_CHROMA) | (lab[:, 0] < 10), neutral, table)
    return table.reshape(32, 32, 32).astype(np.int8)


def _nearest_term(lab: Doubles, examples: Doubles, names: NDArray[np.int64]) -> NDArray[np.int64]:
    # Hue and chroma name a colour more than lightness does: a shaded red is red.
    weights = np.array([0.6, 1.0, 1.0])
    table = np.empty(len(lab), np.int64)
    for start in range(0, len(lab), 4096):
        part = lab[start : start + 4096, None] * weights
        table[start : start + 4096] = names[((part - examples * weights) ** 2).sum(axis=-1).argmin(axis=1)]
    return table


def _examples() -> tuple[Doubles, NDArray[np.int64]]:
    """Return Lab values of the CSS colours whose name tells their basic term, and the number of that term."""
    import webcolors

    colours, terms = [], []
    for css in webcolors.names(webcolors.CSS3):
        # The last word rules: "orangered" is a red, "greenyellow" a yellow.
        found = [
            (css.rfind(word) + len(word), len(word), term)
            for term, words in TERMS.items()
            for word in words
            if word in css
        ]
        if found:
            colours.append(tuple(webcolors.name_to_rgb(css)))
            terms.append(_term(MISLEADING.get(css, max(found)[2])))
    rgb = np.array(colours, np.float32)[:, None] / 255
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[:, 0].astype(np.float64), np.array(terms)


def _term(name: str) -> int:
    return list(TERMS).index(name)


def mean_lightness(images: Sequence[Bytes]) -> Floats:
    """Return the mean lightness (0–100, CIELAB) of each image."""
    return np.array([cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0].mean() * 100 / 255 for image in images], np.float32)
