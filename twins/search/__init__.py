"""Search over a library: packed vectors, a catalogue, and an optional Chroma, all derived from the videos."""

from twins.search.index import HeldPart, SearchIndex
from twins.search.recall import Similarities, max_sim
from twins.search.snapshot import Snapshot
from twins.search.writer import Batch

__all__ = ["Batch", "HeldPart", "SearchIndex", "Similarities", "Snapshot", "max_sim"]
