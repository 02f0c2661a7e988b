"""Where in the picture a thing is, in words."""

from itertools import groupby

from graphs.answering import clock_of
from twins.queries import InstanceFrame, InstanceResult

FRAMES_TOLD = 3
THIRD = 1 / 3
FILLS = 0.6
"""Share of the picture from which a box is said to fill it."""
PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the middle", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)
"""How the ninths of a picture are called, row by row."""


def tell_places(instance: InstanceResult, size: tuple[int, int]) -> str:
    """Say where a thing is at which moments: ``object t4: on the left at 0:00.6, in the middle at 0:02.0 and 0:03.2``.

    Args:
        instance: with its frames; the first :data:`FRAMES_TOLD` are told.
        size: width and height of the picture, in pixels.
    """
    frames = instance.frames[:FRAMES_TOLD]
    places = [
        f"{place} at {_listed([clock_of(frame.seconds) for frame in there])}"
        for place, there in groupby(frames, key=lambda frame: place_of(frame, size))
    ]
    return f"{instance.category} {instance.id}: {', '.join(places) or 'in no sampled frame'}"


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def place_of(frame: InstanceFrame, size: tuple[int, int]) -> str:
    """Return in which ninth of the picture the middle of a thing's box lies, in words."""
    (x1, y1, x2, y2), (width, height) = frame.box, size
    if (x2 - x1) * (y2 - y1) >= FILLS * width * height:
        return "filling the picture"
    across, down = (x1 + x2) / 2 / max(width, 1), (y1 + y2) / 2 / max(height, 1)
    return PLACES[_third(down)][_third(across)]


def _third(share: float) -> int:
    return min(2, max(0, int(share / THIRD)))
