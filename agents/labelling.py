"""Who named the things of a twin: people or a model that described the video, or a detector that knows some words."""

from twins.schema import Track, Twin
from twins.unnamed import is_unnamed

SURE_LABEL = 0.5
"""Confidence of a label from which it counts as what the thing is called."""
DESCRIBING = ("role", "state", "caption", "action", "purpose")


def is_labelled(track: Track) -> bool:
    """Say whether somebody named the track's category."""
    return not is_unnamed(track.category)


def is_surely_labelled(track: Track) -> bool:
    """Say whether the name that somebody gave a track's category counts as what it is called."""
    return is_labelled(track) and track.confidence >= SURE_LABEL


def is_described(twin: Twin) -> bool:
    """Say whether someone has put into words what happens in a video and what for, beyond what geometry tells."""
    return any(fact.kind in DESCRIBING and fact.predicate is None for fact in twin.facts)


def is_detected(twin: Twin) -> bool:
    """Say whether things have names that nobody chose for this video.

    Such names miss things and come of a short list: that nothing is called so says little, while who describes a video
    names all that matters, in words of his own.
    """
    return any(is_labelled(track) for track in twin.tracks) and not is_described(twin)
