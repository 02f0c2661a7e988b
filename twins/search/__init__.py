"""Search over a library: packed vectors, a catalogue, and an optional Chroma, all derived from the videos."""

from twins.search.catalogue import OutdatedError
from twins.search.chroma import Chroma
from twins.search.chroma_client import ChromaUnavailableError
from twins.search.exact import Similarities, max_sim
from twins.search.index import HeldPart, SearchIndex
from twins.search.snapshot import Snapshot
from twins.search.writer import Batch

__all__ = [
    "Batch",
    "Chroma",
    "ChromaUnavailableError",
    "HeldPart",
    "OutdatedError",
    "SearchIndex",
    "Similarities",
    "Snapshot",
    "max_sim",
]
