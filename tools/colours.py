"""Colours by name: which of the eleven basic terms a pixel has, and which a thing has."""

from collections.abc import Sequence
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
GREY_CHROMA = 11.0
"""Chroma in CIELAB below which a colour is black, grey or white."""
BLACK_LIGHTNESS, WHITE_LIGHTNESS = 24.0, 80.0
MAIN_SHARE, SECOND_SHARE = 0.3, 0.25
"""A colour that covers this share of a thing is one of its colours."""


def colour_shares(pixels: Bytes) -> dict[str, float]:
    """Return which share of (n, 3) RGB pixels has each basic colour, the largest first."""
    if len(pixels) == 0:
        return {}
    codes = _colour_table()[tuple((pixels >> 3).T.astype(np.int64))]
    counts = np.bincount(codes, minlength=len(TERMS)) / len(codes)
    return {name: float(counts[n]) for n, name in sorted(enumerate(TERMS), key=lambda item: -counts[item[0]])}


def colours_of(looks: Sequence[Look]) -> list[tuple[str, float]]:
    """Return the names of one or two colours of a thing, each with a confidence, from a few sights of it."""
    totals = dict.fromkeys(TERMS, 0.0)
    for look in looks:
        inner = cv2.erode(look.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        for name, share in colour_shares(look.image[inner if inner.sum() >= 30 else look.mask]).items():
            totals[name] += share / len(looks)
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:2]
    named = [(name, share) for n, (name, share) in enumerate(ranked) if share >= (MAIN_SHARE, SECOND_SHARE)[n]]
    return [(name, min(0.95, 0.35 + 0.6 * share)) for name, share in named]


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
