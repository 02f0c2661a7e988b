"""How a thing looks, by measurement: its colours by name, its size, its outline and its surface."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tools.colours import colours_of
from tools.edges import clear_mask, smaller
from tools.looks import Look
from tools.outlines import shapes_of
from tools.surfaces import surfaces_of
from twins.schema import Attribute

SOURCE = "appearance"
VERSION = "6"

SMALL_SHARE, LARGE_SHARE = 0.012, 0.12
"""Share of the frame below which a thing is small, and above which it is large."""

MOST_SIGHTS = 4
"""Sights of which outline and surface are compared: more say little more."""


def describe_looks(looks: Sequence[Look]) -> tuple[Attribute, ...]:
    """Return the attributes of a thing from a few sights of it; what cannot be told is left out.

    Sights of which the mask is empty show nothing, and are passed over.
    """
    looks = [look for look in looks if look.mask.any()]
    if not looks:
        return ()
    sights = _clear_sights(looks)
    colours = [_attribute("colour", *named) for named in colours_of(looks)]
    shapes = [_attribute("shape", *named) for named in shapes_of([look.mask for look in sights if look.whole])]
    surfaces = [_attribute("texture", *named) for named in surfaces_of(sights)]
    return (*colours, *_size(looks), *shapes, *surfaces)


def _clear_sights(looks: Sequence[Look]) -> list[Look]:
    """Return a few sights, spread over all, of the whole thing where there are such, with clear borders."""
    whole = [look for look in looks if look.whole] or looks
    chosen = [smaller(look) for look in whole[:: max(1, -(-len(whole) // MOST_SIGHTS))]]
    return [replace(look, mask=clear_mask(look.image, look.mask)) for look in chosen]


def _size(looks: Sequence[Look]) -> list[Attribute]:
    share = float(np.median([look.share for look in looks]))
    if share <= SMALL_SHARE:
        return [_attribute("size", "small", min(0.9, 0.5 + 0.4 * (1 - share / SMALL_SHARE)))]
    if share >= LARGE_SHARE:
        return [_attribute("size", "large", min(0.9, 0.5 + share))]
    return []


def _attribute(kind: str, text: str, confidence: float) -> Attribute:
    return Attribute.model_validate({"kind": kind, "text": text, "confidence": round(confidence, 3), "source": SOURCE})
