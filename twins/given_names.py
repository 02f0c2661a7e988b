"""Names that others wrote into files, of kinds of things and of instances: short, and of letters that can be shown."""

import unicodedata
from typing import Annotated, TypeVar

from pydantic import AfterValidator

LONGEST_NAME = 200
_UNSHOWN = frozenset(["Cc", "Cs", "Zl", "Zp"])
"""Categories of what is no letter in a line: control characters, halves of surrogates, line breaks."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing. Other letters without a shape (joiners, soft hyphens, the tags of a flag)
belong to how words are written."""

Name = TypeVar("Name", int, str)


def check_name(name: Name) -> Name:
    """Return a name that can be shown in one line.

    Raises:
        ValueError: it is empty or too long, or holds letters that make a text look other than it reads: line breaks,
            control characters, marks that turn the direction of writing.
    """
    text = str(name)
    hidden = any(letter in _TURNING or unicodedata.category(letter) in _UNSHOWN for letter in text)
    empty = all(letter.isspace() or unicodedata.category(letter) == "Cf" for letter in text)
    if empty or hidden or len(text) > LONGEST_NAME:
        raise ValueError(
            f"{brief(text)} is no name: write 1 to {LONGEST_NAME} letters in one line, no control characters"
        )
    return name


def brief(value: object) -> str:
    """Return a value as it stands in Python, what is too long cut off."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"


GivenName = Annotated[str, AfterValidator(check_name)]
GivenId = Annotated[int | str, AfterValidator(check_name)]
