"""What is wrong with a plugin's section of the settings, in the words of that section."""

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

UNEXPECTED = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
MISSING = re.compile(r"([\w.]+)\(\) missing \d+ required [\w-]+ arguments?: (.+)")
"""What Python says of a call with other arguments than a function takes; the first group names the function."""


def no_setting(said: str, known: Iterable[str]) -> str:
    """Say that there is no such setting, and name the one that was probably meant, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(said.lower(), names, n=1)
    return f"it has no setting {said!r}: " + (
        f"did you mean {close[0]!r}?" if close else f"choose of {', '.join(names) or 'none'}"
    )


def check_names(settings: Mapping[str, Any], known: Iterable[str]) -> None:
    """See that a section has known settings alone: a misspelt one would be silently without effect.

    Raises:
        ValueError: naming the first that is not, and what was probably meant.
    """
    known = set(known)
    for name in sorted(settings.keys() - known):
        raise ValueError(no_setting(name, known))


def wrong_setting(error: ValidationError, known: Iterable[str]) -> str:
    """Say what is wrong with the first setting that a schema refuses."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return no_setting(name, known)
    if first["type"] == "string_pattern_mismatch":
        wanted = "an address, as http://localhost:8000/v1"
    else:
        wanted = first["msg"].removeprefix("Input should be ").split(", unable to parse")[0]
    return f"its setting {name} is {first['input']!r:.80}: give {wanted}"


def wrong_call(error: TypeError, factory: Callable[..., Any], settings: Mapping[str, Any]) -> str | None:
    """Say which setting is one too many or lacking where a plugin hands its section on as ``Detector(**settings)``.

    Args:
        error: what calling ``factory`` raised.
        factory: the plugin's ``build``.
        settings: its section.

    Returns:
        None where the error speaks of something else.
    """
    unexpected, missing = UNEXPECTED.search(str(error)), MISSING.search(str(error))
    found = unexpected or missing
    takes = _parameters(found[1], factory) if found else None
    if found is None or takes is None:
        return None
    if unexpected:
        return no_setting(found[2], takes) if found[2] in settings else None
    if settings.keys() <= takes:
        return f"it lacks the setting {found[2].replace(chr(39), '')}: set it in its section of the profile"
    return None


def _parameters(name: str, factory: Callable[..., Any]) -> set[str] | None:
    """Return what a function takes, or a class to be made, that the module of a plugin's ``build`` knows by a name."""
    called: Any = getattr(factory, "__globals__", {}).get(name.split(".")[0])
    for part in name.split(".")[1:]:
        called = getattr(called, part, None)
    if not callable(called):
        return None
    try:
        parameters = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return None  # written in C, and it does not say what it takes
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {each.name for each in parameters if each.kind in kinds} - {"self"}
