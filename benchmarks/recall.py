"""How long recall takes over a large library: exact search beside one plain product, and Chroma beside both."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, Figures, Options, at_least, at_most
from twins.search import Chroma, SearchIndex, Snapshot, max_sim
from twins.search.recall import PROPOSALS, recall

ROWS, WIDTH, ROWS_A_VIDEO, QUERIES = 100_000, 384, 25, 5
TOPICS, KINDS, SPREAD = 100, 20, 0.7
"""Sentences come in kinds, and kinds in topics: each around its centre, with noise of this length beside its one."""
TURNS = 31

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """One figure of the table."""

    name: str
    value: float
    unit: str


RATIO = "exact / the faster plain product"
BARS = {RATIO: at_most(1.5), f"chroma recall@{PROPOSALS}": at_least(0.99)}


def measure(options: Options) -> Figures:
    """Yield the rows of :func:`run` with their bars."""
    for row in run(2_500 if options.quick else ROWS):
        yield Figure(row.name, row.value, row.unit, BARS.get(row.name))


def run(rows: int = ROWS, with_chroma: bool = True) -> list[Row]:
    """Measure on ``rows`` vectors made from clusters. All times are medians of interleaved turns in one process."""
    rng = np.random.default_rng(0)
    topics = _unit(rng.standard_normal((TOPICS, WIDTH), np.float32))
    centres = _around(rng, topics, TOPICS * KINDS)
    queries = _around(rng, centres, QUERIES)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "search"
        index = SearchIndex.open(folder, writable=True)
        filling = _seconds(lambda: _fill(index, rng, centres, rows))
        opening = _seconds(lambda: index.snapshot("s"))
        snapshot = index.snapshot("s")
        table = [
            Row(f"put {rows} rows", filling, "s"),
            Row("open a snapshot", 1e3 * opening, "ms"),
            Row("see that it is current", 1e3 * _seconds(lambda: index.sequence), "ms"),
        ]
        ways: dict[str, Callable[[], object]] = {
            "plain product, rows @ queries.T": lambda: snapshot.matrix @ queries.T,
            "plain product, queries @ rows.T": lambda: queries @ snapshot.matrix.T,
            "exact": lambda: max_sim(queries, snapshot),
        }
        chroma = Chroma(folder)
        if with_chroma:
            table.append(Row("build Chroma", _seconds(lambda: chroma.sync([snapshot])), "s"))
            ways["chroma"] = lambda: recall(queries, snapshot, chroma, "chroma")
        times = _interleaved(ways)
        products = [times[name] for name in ways if name.startswith("plain")]
        table += [Row(f"{name}, {QUERIES} queries", 1e3 * times[name], "ms") for name in ways]
        table.append(Row(RATIO, times["exact"] / min(products), "x"))
        if with_chroma:
            asked = _around(rng, centres, 100)
            table.append(Row("chroma / exact", times["chroma"] / times["exact"], "x"))
            table.append(Row(f"chroma recall@{PROPOSALS}", _recall_at(asked, snapshot, chroma), ""))
            table.append(Row("chroma finds the best video", _best_found(asked, snapshot, chroma), ""))
        chroma.close()
        index.close()
    return table


def _fill(index: SearchIndex, rng: np.random.Generator, centres: Floats, rows: int) -> None:
    with index.batch() as batch:
        for video in range(rows // ROWS_A_VIDEO):
            vectors = _around(rng, centres, ROWS_A_VIDEO)
            batch.put(f"video-{video:06}", "g", {"s": (vectors, np.arange(ROWS_A_VIDEO))}, "")


def _around(rng: np.random.Generator, centres: Floats, count: int) -> Floats:
    noise = rng.standard_normal((count, WIDTH), np.float32) * np.float32(SPREAD / WIDTH**0.5)
    return _unit(centres[rng.integers(0, len(centres), count)] + noise)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _interleaved(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Time the ways in turns, so that a busy moment of the machine meets all of them; the first turn warms up."""
    turns = [{name: _seconds(call) for name, call in ways.items()} for _ in range(TURNS + 1)]
    return {name: statistics.median(turn[name] for turn in turns[1:]) for name in ways}


def _recall_at(queries: Floats, snapshot: Snapshot, chroma: Chroma) -> float:
    """Return the share of each query's nearest rows that Chroma finds."""
    found = 0
    for query in queries:
        nearest = np.argpartition(-(snapshot.matrix @ query), PROPOSALS)[:PROPOSALS]
        found += len(np.intersect1d(nearest, chroma.nearest(query[None], snapshot, PROPOSALS)))
    return found / (PROPOSALS * len(queries))


def _best_found(queries: Floats, snapshot: Snapshot, chroma: Chroma) -> float:
    """Return the share of queries whose best video is the same as by exact search."""
    exact = max_sim(queries, snapshot).best.argmax(axis=1)
    return float((recall(queries, snapshot, chroma, "chroma").similarities.best.argmax(axis=1) == exact).mean())


if __name__ == "__main__":
    for row in run():
        print(f"{row.name:45} {row.value:10.3f} {row.unit}")
