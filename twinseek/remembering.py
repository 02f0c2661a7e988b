"""Making searchable what the tools of a question have found out. The answer is there already: nothing here loses it."""

from typing import TYPE_CHECKING

from graphs.embedding import missing_parts
from twins.errors import TwinseekError
from twins.queries import ResultWarning
from twins.store import Store

if TYPE_CHECKING:
    from twinseek.gallery import Gallery
    from twinseek.reasoning import Reasoning

PATIENCE = 1.5
"""Seconds that an answer waits for whoever writes the search index; a later question makes good what was left."""


def remember(store: Store, gallery: "Gallery", reasoning: "Reasoning") -> list[ResultWarning]:
    """Embed what is known of the videos that a question looked at and was not embedded yet, by it or by others.

    Returns:
        What a reader of the result should know: nothing, or why it cannot be searched for yet.
    """
    if not store.writable:
        return []
    try:
        videos = set(reasoning.changed) | _left(gallery, reasoning)
        if videos:
            gallery.sync(videos=videos, patience=PATIENCE)
    except (TwinseekError, OSError) as error:
        text = f"what tools found cannot be searched for yet, until a later question uses it: {error}"
        return [ResultWarning(code="not_embedded", text=text)]
    return []


def _left(gallery: "Gallery", reasoning: "Reasoning") -> set[str]:
    """Return the videos of which a question used an observation that nobody has embedded."""
    if not reasoning.runner.folded:
        return set()
    used = [(video_id, key) for video_id, keys in reasoning.runner.folded.items() for key in keys]
    return {video_id for video_id, _ in missing_parts(gallery.index, gallery.encoder, used)}
