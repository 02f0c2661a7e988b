"""Names that others wrote into files, of kinds of things and of instances: short, and of letters that can be shown."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator

LONGEST_NAME = 200
_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""They have no shape of their own; words of Persian and Hindi are written with them."""

Name = TypeVar("Name", int, str)


def check_name(name: Name) -> Name:
    """Return a name that can be shown in one line.

    Raises:
        ValueError: it is empty or too long, or holds letters that make a text look other than it reads: line breaks,
            control characters, marks that turn the direction of writing.
    """
    text = str(name)
    shown = text.translate(_JOINERS)
    if not shown.strip() or len(text) > LONGEST_NAME or not shown.isprintable():
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
