"""Videos that a question passes over because something about them is broken, and what is told of them."""

from collections.abc import Sequence

from graphs.state import Json, as_warning
from twins.errors import TwinseekError

TOLD = 10
"""Videos that are left out with a warning of their own; those beyond are named together."""


def left_out(video_id: str, what: str, error: TwinseekError) -> Json:
    """Return what the state remembers of a video that something is wrong with.

    Args:
        what: how far it came, ``was not judged`` say.
    """
    return {"video_id": video_id, "text": f"{video_id} {what}: {error}"}


def names_of(broken: Sequence[Json]) -> frozenset[str]:
    """Return the ids of the videos that are left out."""
    return frozenset(each["video_id"] for each in broken)


def warnings_of(broken: Sequence[Json]) -> list[Json]:
    """Warn of each video once: of the first ones by what is wrong with them, of more by their ids."""
    told: dict[str, str] = {}
    for each in broken:
        told.setdefault(each["video_id"], each["text"])
    more = list(told)[TOLD:]
    texts = list(told.values())[:TOLD]
    texts += [f"{len(more)} more are left out for reasons of their own: {', '.join(more)}"] if more else []
    return [as_warning("left_out", text) for text in texts]


def check_some_left(broken: Sequence[Json], what: str) -> None:
    """Raise :class:`TwinseekError` where videos are broken; for where they are all that an answer could be made of.

    Args:
        what: is not possible with them: ``judged``, ``shown``.
    """
    if not broken:
        return
    count = len(names_of(broken))
    whole = "the only video" if count == 1 else f"none of the {count} videos"
    raise TwinseekError(f"{whole} that could answer can{'not' * (count == 1)} be {what}: {broken[0]['text']}")
