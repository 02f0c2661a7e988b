"""What COCO says of an annotation beside its category's name: the kind that the category is of, and crowds.

A twin has no fields for these; they are attributes of a track, in words that questions can be compared with, and are
known again by these words when they are written.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator

from twins.given_names import GivenName
from twins.schema import Attribute, Track

SOURCES = ("coco", "coco-vis")
KIND = "a kind of "
CROWD = "a crowd of several"
UNKIND = "object"
"""The supercategory of what has none: COCO files must name one."""
SAY_NOTHING = frozenset(["", "none", UNKIND])


def _name_or_nothing(value: Any) -> str | None:
    """Return a supercategory; none for what programs write that have none."""
    return value if isinstance(value, str) and value.strip().casefold() not in SAY_NOTHING else None


Supercategory = Annotated[GivenName | None, BeforeValidator(_name_or_nothing)]
Crowd = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
"""0 or 1 in the files of COCO; missing, or null, in those of many programs. What is no truth value is refused."""


def attributes_of(category: str, supercategory: str | None, crowd: bool, source: str) -> tuple[Attribute, ...]:
    """Return what a track is besides its category; a supercategory of the category's own name says nothing."""
    told = [KIND + supercategory] if supercategory and supercategory.casefold() != category.casefold() else []
    told += [CROWD] if crowd else []
    return tuple(Attribute(kind="other", text=text, source=source) for text in told)


def supercategory_of(track: Track) -> str:
    """Return the supercategory that a track came with, or the one of what has none."""
    return next((text.removeprefix(KIND) for text in _told(track) if text.startswith(KIND)), UNKIND)


def is_crowd(track: Track) -> bool:
    """Say whether a track came as a crowd."""
    return CROWD in _told(track)


def is_kind_or_crowd(attribute: Attribute) -> bool:
    """Say whether an attribute tells the kind or a crowd: no word in it says how a thing looks (*small animal*)."""
    return attribute.kind == "other" and attribute.source in SOURCES


def _told(track: Track) -> list[str]:
    return [each.text for each in track.attributes if is_kind_or_crowd(each)]
