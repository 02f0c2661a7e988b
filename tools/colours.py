"""Colours by name: which of the eleven basic terms a pixel has, and which a thing has."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.looks import Look
from twins.geometry import Bytes, Doubles, Floats

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
WEIGHTS = np.array([0.6, 1.0, 1.0])
"""Hue and chroma name a colour more than lightness does: a shaded red is red."""
DULL = {
    "red": ((187, 63, 63), (185, 72, 78), (211, 73, 78)),
    "orange": ((216, 134, 59), (240, 131, 58), (240, 148, 77)),
    "yellow": ((238, 220, 91), (254, 255, 127)),
    "green": ((116, 166, 98), (118, 169, 115), (123, 178, 116)),
    "blue": ((73, 117, 156), (90, 134, 173), (101, 140, 187)),
    "purple": ((132, 89, 126), (130, 95, 135), (145, 110, 153)),
    "pink": ((213, 134, 157), (213, 138, 148), (222, 157, 172)),
    "brown": ((135, 110, 75),),
}
"""What people call dull, dusty or faded (XKCD colour survey, 2010, CC0): CSS knows few colours of low contrast."""
GREY_CHROMA = 11.0
"""Chroma in CIELAB below which a colour is black, grey or white."""
PINK_LIGHTNESS = 46.0
"""What is darker is no pink, but red, purple or brown."""
BLACK_LIGHTNESS, WHITE_LIGHTNESS = 24.0, 80.0
MAIN_SHARE, SECOND_SHARE = 0.3, 0.25
"""A colour that covers this share of a thing is one of its colours."""
DARK = ("black", "grey", "brown", "purple")
"""What a colour may be called where it is in shade: a shaded orange is brown, a shaded pink purple."""
PALE, DARK_GREY, APART, MIN_AROUND = 70.0, 38.0, 6.0, 12
"""Lightness from which grey may look white, to which it may look black; how far from all around it; and how many pixels
of those must be seen."""
RELATIVE = 0.6
"""How sure what looks white or black only beside others is that, rather than grey."""
SHADED, DEEPEST_SHADE = 0.2, 2.2
"""Pixels may be one colour, lit and in shade, whose red, green and blue, each as a share of the largest of them, differ
by no more than this, and whose largest ones by no more than this factor."""
LIT_SHARE = 0.35
"""Share of such a colour that must be lit for it to be that one; less is a highlight."""
STEP = 0.55
"""Where lit and shaded pixels meet, the light changes within a pixel to either side by less than this share of how far
they lie apart on average: shade is smooth. Where it changes by more, they are two colours, as of stripes."""


def colour_shares(pixels: Bytes) -> dict[str, float]:
    """Return which share of (n, 3) RGB pixels has each basic colour, the largest first."""
    if len(pixels) == 0:
        return {}
    codes = _codes(pixels)
    counts = np.bincount(codes, minlength=len(TERMS)) / len(codes)
    return {name: float(counts[n]) for n, name in sorted(enumerate(TERMS), key=lambda item: -counts[item[0]])}


def colours_of(looks: Sequence[Look]) -> list[tuple[str, float]]:
    """Name one or two colours of a thing, each with a confidence, from a few sights of it.

    What is in shade is of the colour that is lit: pixels of one chromaticity (:data:`SHADED`) count as one colour,
    that of the lighter of them, where enough of those are seen and the one smoothly becomes the other.
    Sights of which the mask is empty say nothing.
    """
    looks = [look for look in looks if look.mask.any()]
    if not looks:
        return []
    shares = _lit([_painted(look) for look in looks])
    names, ranked = list(TERMS), np.argsort(-shares)
    told = [
        (names[term], min(0.95, 0.35 + 0.6 * float(shares[term])))
        for term, least in zip(ranked[:2], (MAIN_SHARE, SECOND_SHARE), strict=True)
        if shares[term] >= least
    ]
    extreme = _extreme_beside(looks) if told and told[0][0] == "grey" else None
    return [(extreme, RELATIVE), ("grey", 1 - RELATIVE)] if extreme else told


@dataclass(frozen=True)
class _Painted:
    """The colours of one sight.

    Args:
        terms: (h, w) the number of each pixel's basic term, -1 beside the thing.
        value: (h, w) its largest channel, slightly blurred.
        shares: (terms,) of the pixels.
        sums: (terms, 3) RGB of each term's pixels, added up, by the number of all pixels.
    """

    terms: NDArray[np.int8]
    value: Floats
    shares: Doubles
    sums: Doubles


def _painted(look: Look) -> _Painted:
    inner = cv2.erode(look.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    inner = inner if inner.sum() >= 30 else look.mask
    pixels, terms = look.image[inner], np.full(inner.shape, -1, np.int8)
    codes = terms[inner] = _codes(pixels)
    sums = [np.bincount(codes, pixels[:, channel], len(TERMS)) for channel in range(3)]
    value = cv2.GaussianBlur(look.image.max(axis=2).astype(np.float32), (0, 0), 0.7)
    shares = np.bincount(codes, minlength=len(TERMS)) / len(codes)
    return _Painted(terms, value, shares, np.stack(sums, axis=1) / len(codes))


def _extreme_beside(looks: Sequence[Look]) -> str | None:
    """Name a grey thing white or black that nearly is so by itself, and clearly lighter or darker than all around it.

    The lightest thing in sight looks white, and the darkest black (A. Gilchrist et al., "An anchoring theory of
    lightness perception", 1999); in haze and in poor light neither is.
    """
    seen = []
    for look in looks:
        around = cv2.dilate(look.mask.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
        if around.sum() >= MIN_AROUND:
            light = cv2.cvtColor(look.image, cv2.COLOR_RGB2LAB)[..., 0] * np.float32(100 / 255)
            seen.append([*np.quantile(light[look.mask], (0.25, 0.75)), *np.quantile(light[around], (0.05, 0.95))])
    if not seen:
        return None
    dark, lit, darkest, lightest = np.median(seen, axis=0)
    if lit >= max(PALE, lightest + APART):
        return "white"
    return "black" if dark <= min(DARK_GREY, darkest - APART) else None


def _lit(painted: Sequence[_Painted]) -> Doubles:
    """Return (terms,) shares of the terms when what is in shade counts as the colour of what is lit."""
    shares: Doubles = np.mean([one.shares for one in painted], axis=0)
    means = np.mean([one.sums for one in painted], axis=0) / np.maximum(shares, 1e-9)[:, None]
    value = means.max(axis=1)
    hues = means / np.maximum(value, 1.0)[:, None]
    for dark in map(_term, DARK):
        for light in np.argsort(-shares):
            both = shares[dark] + shares[light]
            darker = value[dark] < value[light] <= DEEPEST_SHADE * value[dark]
            alike = np.abs(hues[dark] - hues[light]).max() <= SHADED
            enough = shares[dark] > 0 and shares[light] >= LIT_SHARE * both
            if darker and alike and enough and _smooth(painted, dark, int(light)):
                shares[light], shares[dark] = both, 0.0
    return shares


def _smooth(painted: Sequence[_Painted], dark: int, light: int) -> bool:
    """Return whether the pixels of one term smoothly become those of the other, in most sights that show both."""
    steps, around = [], np.ones((3, 3), np.uint8)
    for one in painted:
        shaded, lit = one.terms == dark, one.terms == light
        border = lit & (cv2.dilate(shaded.astype(np.uint8), around) > 0)
        if border.any():
            highest = cv2.dilate(np.where(one.terms >= 0, one.value, 0).astype(np.float32), around)
            lowest = cv2.erode(np.where(one.terms >= 0, one.value, 255).astype(np.float32), around)
            apart = max(1.0, float(one.value[lit].mean() - one.value[shaded].mean()))
            steps.append(float(np.median((highest - lowest)[border])) / apart)
    return not steps or float(np.median(steps)) < STEP


def _codes(pixels: Bytes) -> NDArray[np.int8]:
    return np.asarray(_colour_table()[tuple((pixels >> 3).T.astype(np.int64))], np.int8)


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
    table, weighted = np.empty(len(lab), np.int64), examples * WEIGHTS
    # The square of the colour itself is the same for all examples.
    squares, pinks = (weighted**2).sum(axis=1), names == _term("pink")
    for start in range(0, len(lab), 4096):
        part = lab[start : start + 4096]
        away = squares - 2 * (part * WEIGHTS) @ weighted.T
        away[np.ix_(part[:, 0] < PINK_LIGHTNESS, pinks)] = np.inf
        table[start : start + 4096] = names[away.argmin(axis=1)]
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
    for term, dull in DULL.items():
        colours += dull
        terms += [_term(term)] * len(dull)
    rgb = np.array(colours, np.float32)[:, None] / 255
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[:, 0].astype(np.float64), np.array(terms)


def _term(name: str) -> int:
    return list(TERMS).index(name)


def mean_lightness(images: Sequence[Bytes]) -> Floats:
    """Return the mean lightness (0–100, CIELAB) of each image."""
    return np.array([cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0].mean() * 100 / 255 for image in images], np.float32)
