"""What a track is called that nobody labelled."""

UNNAMED = "object"
"""The category of a track that nobody labelled."""
_SAY_NOTHING = frozenset(["", UNNAMED, "thing", "unknown"])


def is_unnamed(category: str) -> bool:
    """Say whether a category, in letters of any case, tells nothing of what a thing is."""
    return category.lower() in _SAY_NOTHING
