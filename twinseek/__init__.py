"""Twinseek: answers questions about a video library that need thought."""

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("evals", "graphs", "agents", "tools", "encoders", "prompts", "twins")


def check_packages(home: Path) -> None:
    """Make sure that the packages found under Twinseek's plain names are its own, and not a folder of the user's.

    Args:
        home: the folder in which all of them lie.

    Raises:
        ImportError: naming what stands in the way.
    """
    for name in PACKAGES:
        found = find_spec(name)
        place = Path(found.origin).parent if found is not None and found.origin else None
        if place != home / name:
            where = place or (list(found.submodule_search_locations or ()) if found is not None else "nowhere")
            raise ImportError(
                f"twinseek needs its own package {name!r} in {home}, but finds {where}: "
                "rename that folder or file, or run twinseek from another one"
            )


check_packages(Path(__file__).resolve().parent.parent)
