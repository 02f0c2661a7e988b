"""Changes to a search index, each in a batch of its own."""

from typing import Any

from twins.search import SearchIndex


def put(index: SearchIndex, *what: Any, **beside: Any) -> None:
    """Put one part; see :meth:`twins.search.writer.Batch.put`."""
    with index.batch() as batch:
        batch.put(*what, **beside)


def drop(index: SearchIndex, *what: str) -> None:
    """Drop one part of a video, or all of it."""
    with index.batch() as batch:
        batch.drop(*what)
