"""Whether what our own models are run by is installed: it is an extra of this package."""

from importlib.util import find_spec

from twins.errors import TwinseekError

NEEDED = ("torch", "torchvision", "transformers")
INSTALL = "pip install torch torchvision 'transformers>=5.20.2,<5.21'"
"""What the extra ``models`` asks for; asked for by the extra, pip would put a second OpenCV beside the first."""


def check_installed() -> None:
    """Raise :class:`TwinseekError` where something is not installed; nothing is imported to find out."""
    if absent := [name for name in NEEDED if find_spec(name) is None]:
        raise TwinseekError(f"it needs {' and '.join(absent)}: {INSTALL}")
