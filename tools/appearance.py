"""How a thing looks, by measurement: its colours by name, its size, its outline and its surface."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tools.colours import colours_of
from tools.looks import Look
from tools.outlines import shape_of
from tools.surfaces import texture_of
from twins.schema import Attribute

SOURCE = "appearance"
VERSION = "4"

SMALL_SHARE, LARGE_SHARE = 0.012, 0.12
"""Share of the frame below which a thing is small, and above which it is large."""


def describe_looks(looks: Sequence[Look]) -> tuple[Attribute, ...]:
    """Return the attributes of a thing from a few sights of it; what cannot be told is left out."""
    if not looks:
        return ()
    colours = [_attribute("colour", *named) for named in colours_of(looks)]
    shapes = _vote("shape", [shape_of(look.mask) for look in looks if look.whole])
    textures = _vote("texture", [texture_of(look.image, look.mask) for look in looks])
    return (*colours, *_size(looks), *shapes, *textures)


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
