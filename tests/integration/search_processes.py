"""Processes that the search tests start: ``python search_processes.py WHAT SEARCH_FOLDER ...``.

Every row says what it is: (video, version, component, rows of the part, 0 …). A batch gives every video the same
version, so a reader knows from any state alone whether it is whole.
"""

import itertools
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twins.search import Chroma, ChromaUnavailableError, SearchIndex, max_sim
from twins.search.recall import recall

VIDEOS = 6
WIDTH = 8


def part_rows(video: int, version: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What version ``version`` of a video holds."""
    count = 1 + (video + version) % 5
    components = np.arange(count)
    vectors = np.zeros((count, WIDTH), np.float32)
    vectors[:, 0], vectors[:, 1], vectors[:, 2], vectors[:, 3] = video, version, components, count
    return vectors, components


def write(folder: Path) -> None:
    """Write version after version until killed; print each once it is committed."""
    index = SearchIndex.open(folder, writable=True)
    last = check(index) if index.parts() else 0
    print("open", last, flush=True)
    for version in itertools.count(last + 1):
        with index.batch() as batch:
            for video in range(VIDEOS):
                batch.put(f"v{video}", "p", {"s": part_rows(video, version)}, f"version{version} of {video}")
        print(version, flush=True)
        if version % 3 == 0:
            index.compact()


def check(index: SearchIndex) -> int:
    """Return the version that a whole state shows; raise where it is torn."""
    snapshot = index.snapshot("s")
    (version,) = {int(value) for value in snapshot.matrix[snapshot.live_rows, 1]}
    assert snapshot.video_ids == tuple(f"v{video}" for video in range(VIDEOS)), snapshot.video_ids
    for video in range(VIDEOS):
        held, components = snapshot.rows_of(f"v{video}")
        expected, order = part_rows(video, version)
        np.testing.assert_array_equal(held, expected)
        np.testing.assert_array_equal(components, order)
    queries = np.random.default_rng(version).standard_normal((3, WIDTH)).astype(np.float32)
    found = max_sim(queries, snapshot).best
    exact = [[(part_rows(video, version)[0] @ query).max() for video in range(VIDEOS)] for query in queries]
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-4)
    return version


def read(folder: Path, seconds: float) -> None:
    """Check state after state; print how many different ones were seen."""
    index = SearchIndex.open(folder, writable=False)
    seen: list[tuple[int, int]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before, version = index.sequence, check(index)
        matched = index.bm25([f"version{version} version{version + 1} version{version + 2} version{version + 3}"])
        assert len(matched) in (0, VIDEOS), matched  # none: the writer is further on already
        seen.append((before, version))
    assert seen == sorted(seen), "time ran backwards"
    print(len({version for _, version in seen}), flush=True)


def own(folder: Path) -> None:
    """Ask through Chroma, say how it was answered, and keep Chroma until standard input ends."""
    index = SearchIndex.open(folder, writable=False)
    chroma = Chroma(folder)
    answer = recall(index.snapshot("s").matrix[:1], index.snapshot("s"), chroma, "chroma", 3)
    print(answer.way, int(answer.similarities.best[0].argmax()), answer.reason, flush=True)
    sys.stdin.read()


def churn(folder: Path, seed: float) -> None:
    """Change the vectors and bring Chroma up to date, again and again, until killed."""
    rng = random.Random(seed)
    index, chroma = SearchIndex.open(folder, writable=True), Chroma(folder)
    print("open", flush=True)
    while True:
        video = rng.randrange(40)
        vectors = np.random.default_rng(rng.randrange(10**6)).standard_normal((25, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        with index.batch() as batch:
            batch.put(f"v{video}", "p", {"s": (vectors, np.arange(25))}, "")
        try:
            chroma.sync([index.snapshot("s")])
        except ChromaUnavailableError as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(3)
        print("synced", flush=True)


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    {"write": write, "read": read, "own": own, "churn": churn}[what](Path(folder), *map(float, rest))  # type: ignore[operator]
