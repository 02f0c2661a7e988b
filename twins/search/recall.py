"""Which videos a question's parts are nearest to, by the way of searching that suits the library's size."""

from dataclasses import dataclass
from typing import Literal

from twins.geometry import Floats
from twins.search.chroma import Chroma
from twins.search.chroma_client import ChromaUnavailableError
from twins.search.exact import Similarities, max_sim
from twins.search.snapshot import Snapshot

Way = Literal["auto", "exact", "chroma"]

EXACT_ROWS = 300_000
"""Up to here one product over all rows is as fast as Chroma and misses nothing; `benchmarks/recall.py` measures it."""

PROPOSALS = 200
"""Rows that Chroma proposes for each query."""


@dataclass(frozen=True, eq=False)
class Recall:
    """The similarities, and how they were found.

    Args:
        way: ``chroma`` where only the proposed videos have a similarity, ``exact`` where every video has.
        reason: why Chroma was wanted but not used; empty otherwise.
    """

    similarities: Similarities
    way: Literal["exact", "chroma"]
    reason: str = ""


def recall(
    queries: Floats,
    snapshot: Snapshot,
    chroma: Chroma | None = None,
    way: Way = "auto",
    proposals: int = PROPOSALS,
    exact_rows: int = EXACT_ROWS,
) -> Recall:
    """Find each query's best similarity to each video. Whoever proposes, the packed vectors decide.

    Args:
        queries: (q, d) unit rows.
        way: ``auto`` asks Chroma about more than ``exact_rows`` rows. Chroma that is another process's, stale or broken
            is replaced by exact search, with the reason.
    """
    wanted = way == "chroma" or (way == "auto" and chroma is not None and snapshot.rows > exact_rows)
    if not wanted:
        return Recall(max_sim(queries, snapshot), "exact")
    if chroma is None:
        return Recall(max_sim(queries, snapshot), "exact", "no Chroma was opened")
    try:
        videos = chroma.propose(queries, snapshot, proposals)
    except ChromaUnavailableError as error:
        return Recall(max_sim(queries, snapshot), "exact", str(error))
    return Recall(max_sim(queries, snapshot, videos), "chroma")
