"""Whether two tracks are things of the same kind, by what they are called."""

from functools import lru_cache

from agents.labelling import is_labelled
from agents.lexicon import lexicon, noun_stems
from twins.coco_kinds import UNKIND, supercategory_of
from twins.schema import Track

HOLDING = ("container", "vehicle", "building", "furniture", "clothing")
"""Kinds of things that others are inside; of the rest a box in a box only says which is seen in front."""


def same_kind(first: Track, second: Track) -> bool:
    """Say whether two tracks have the same label, or labels of one kind (man, woman); so do any two without one."""
    if not (is_labelled(first) and is_labelled(second)):
        return is_labelled(first) == is_labelled(second)
    one, other = supercategory_of(first), supercategory_of(second)
    if UNKIND != one == other:
        return True
    heads = _head(first.category), _head(second.category)
    return bool(noun_stems(heads[0]) & noun_stems(heads[1]) or kinds_of(heads[0]) & kinds_of(heads[1]))


def may_hold(track: Track) -> bool:
    """Say whether things may be inside a track: in a cup, but in no man."""
    return not is_labelled(track) or bool(kinds_of(_head(track.category)) & set(HOLDING))


@lru_cache(maxsize=8192)
def kinds_of(noun: str) -> frozenset[str]:
    """Return the kinds that a noun names or belongs to: ``person`` of *woman* and of *person*."""
    said = noun_stems(noun)
    return frozenset(
        kind
        for kind, members in lexicon().kinds.items()
        if said & noun_stems(kind) or any(said & noun_stems(member) for member in members)
    )


def _head(category: str) -> str:
    words = category.lower().split()
    return words[-1] if words else ""
