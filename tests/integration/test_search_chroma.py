"""Chroma over the packed vectors: who may open it, and what happens when it is stale or broken."""

import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.search_rows import drop
from twins.errors import TwinseekError
from twins.search import Chroma, ChromaUnavailableError, SearchIndex, max_sim
from twins.search.recall import Recall, recall

PROCESSES = Path(__file__).with_name("search_processes.py")
WIDTH = 16


def unit(seed: int, rows: int = 10) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((rows, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(index: SearchIndex, *videos: int, version: int = 0) -> None:
    with index.batch() as batch:
        for video in videos:
            batch.put(f"v{video:02}", "p", {"s": (unit(100 * version + video), np.arange(10))}, "")


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    index = SearchIndex.open(tmp_path / "search", writable=True)
    put(index, *range(30))
    return index


@pytest.fixture
def chroma(index: SearchIndex) -> Iterator[Chroma]:
    chroma = Chroma(index.folder)
    yield chroma
    chroma.close()


def ask(index: SearchIndex, chroma: Chroma | None, seed: int = 7) -> Recall:
    """Ask five questions through Chroma, and compare whoever is best with exact search."""
    snapshot, queries = index.snapshot("s"), unit(seed, 5)
    found = recall(queries, snapshot, chroma, "chroma", proposals=5)
    exact = max_sim(queries, snapshot)
    seen = np.isfinite(found.similarities.best)
    np.testing.assert_allclose(found.similarities.best[seen], exact.best[seen], atol=2e-5)
    assert (found.similarities.best.argmax(axis=1) == exact.best.argmax(axis=1)).all()
    # Of 30 videos, at most 25 can be among the proposals of five queries.
    assert (seen.all(axis=0).sum() <= 25) == (found.way == "chroma")
    return found


def start(what: str, folder: Path, *rest: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(PROCESSES), what, str(folder), *map(str, rest)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_chroma_proposes_and_the_packed_vectors_decide(index: SearchIndex, chroma: Chroma) -> None:
    chroma.sync([index.snapshot("s")])
    assert ask(index, chroma).way == "chroma"


def test_chroma_that_was_never_made_is_replaced_by_exact_search(index: SearchIndex, chroma: Chroma) -> None:
    found = ask(index, chroma)
    assert (found.way, "run `twinseek index`" in found.reason) == ("exact", True)
    assert ask(index, None).reason == "no Chroma was opened"


def test_small_libraries_are_searched_exactly_and_large_ones_through_chroma(index: SearchIndex, chroma: Chroma) -> None:
    chroma.sync([index.snapshot("s")])
    snapshot, queries = index.snapshot("s"), unit(7, 5)
    assert recall(queries, snapshot, chroma).way == "exact"
    assert recall(queries, snapshot, chroma).reason == ""
    assert recall(queries, snapshot, chroma, exact_rows=300).way == "exact"
    assert recall(queries, snapshot, chroma, exact_rows=299).way == "chroma"
    assert recall(queries, snapshot, chroma, "exact", exact_rows=299).way == "exact"
    assert recall(queries, snapshot, exact_rows=299).way == "exact"


def test_stale_chroma_is_not_asked_until_it_is_brought_up_to_date(index: SearchIndex, chroma: Chroma) -> None:
    chroma.sync([index.snapshot("s")])
    folders = set((index.folder / "chroma").glob("c-*"))
    drop(index, "v03")
    put(index, 4, 5, version=1)
    put(index, 31)
    found = ask(index, chroma)
    assert (found.way, "older" in found.reason) == ("exact", True)
    chroma.sync([index.snapshot("s")])
    assert [ask(index, chroma, seed).way for seed in range(5)] == ["chroma"] * 5
    assert set((index.folder / "chroma").glob("c-*")) == folders  # it was updated, not built anew


def test_compaction_does_not_make_chroma_stale(index: SearchIndex, chroma: Chroma) -> None:
    drop(index, "v03")
    put(index, 4, 31, version=1)
    chroma.sync([index.snapshot("s")])
    index.compact()
    assert [ask(index, chroma, seed).way for seed in range(5)] == ["chroma"] * 5


def test_chroma_is_built_anew_when_most_of_it_is_gone(index: SearchIndex, chroma: Chroma) -> None:
    chroma.sync([index.snapshot("s")])
    (before,) = (index.folder / "chroma").glob("c-*")
    put(index, *range(20), version=1)
    chroma.sync([index.snapshot("s")])
    (after,) = (index.folder / "chroma").glob("c-*")
    assert before != after
    assert ask(index, chroma).way == "chroma"


def test_chroma_of_a_lost_catalogue_is_not_believed(index: SearchIndex, chroma: Chroma) -> None:
    chroma.sync([index.snapshot("s")])
    index.close()
    (index.folder / "catalogue.sqlite").write_bytes(b"broken")
    again = SearchIndex.open(index.folder, writable=True)
    put(again, *range(30), version=2)  # the same segment numbers, other vectors
    assert ask(again, chroma).way == "exact"
    chroma.sync([again.snapshot("s")])
    assert ask(again, chroma).way == "chroma"


def test_a_space_that_is_no_longer_wanted_leaves_chroma(index: SearchIndex, chroma: Chroma) -> None:
    with index.batch() as batch:
        batch.put("v00", "q", {"t": (unit(1), np.arange(10))}, "")
    chroma.sync([index.snapshot("s"), index.snapshot("t")])
    assert chroma.propose(unit(1, 1), index.snapshot("t"), 3) == ["v00"]
    chroma.sync([index.snapshot("s")])
    with pytest.raises(ChromaUnavailableError, match="older"):
        chroma.propose(unit(1, 1), index.snapshot("t"), 3)


def test_one_process_owns_chroma_and_the_others_answer_the_same_by_exact_search(
    index: SearchIndex, chroma: Chroma
) -> None:
    chroma.sync([index.snapshot("s")])
    chroma.close()
    owners = [start("own", index.folder) for _ in range(2)]
    answers = [owner.stdout.readline().strip() for owner in owners if owner.stdout is not None]
    assert sorted(answer.split(" ")[0] for answer in answers) == ["chroma", "exact"], answers
    assert len({answer.split(" ")[1] for answer in answers}) == 1
    assert any("another process owns" in answer for answer in answers)
    with pytest.raises(ChromaUnavailableError, match="another process owns"):
        chroma.sync([index.snapshot("s")])
    for owner in owners:
        owner.communicate()
    assert ask(index, chroma).way == "chroma"


def truncate(folder: Path) -> None:
    for path in folder.rglob("data_level0.bin"):
        path.write_bytes(path.read_bytes()[:1000])
    (folder / "chroma.sqlite3").write_bytes((folder / "chroma.sqlite3").read_bytes()[:5000])


def scramble(folder: Path) -> None:
    database = folder / "chroma.sqlite3"
    database.write_bytes(random.Random(0).randbytes(database.stat().st_size))


def empty(folder: Path) -> None:
    (folder / "chroma.sqlite3").unlink()


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "damage", [truncate, remove, *(pytest.param(one, marks=pytest.mark.slow) for one in (scramble, empty))]
)
def test_broken_chroma_is_noticed_and_built_anew(index: SearchIndex, chroma: Chroma, damage: object) -> None:
    assert callable(damage)
    chroma.sync([index.snapshot("s")])
    chroma.close()
    (folder,) = (index.folder / "chroma").glob("c-*")
    damage(folder)
    found = ask(index, chroma)
    assert (found.way, "broken" in found.reason) == ("exact", True), found.reason
    chroma.sync([index.snapshot("s")])
    assert ask(index, chroma).way == "chroma"
    assert folder not in (index.folder / "chroma").iterdir()


@pytest.mark.parametrize("text", ["", "{}", '{"held": 3}', "[]", '{"clean": true, "held": {"s": [[1], [10]]}}'])
def test_a_state_that_cannot_be_understood_is_no_state(index: SearchIndex, chroma: Chroma, text: str) -> None:
    chroma.sync([index.snapshot("s")])
    (index.folder / "chroma" / "state.json").write_text(text)
    assert ask(index, chroma).way == "exact"
    chroma.sync([index.snapshot("s")])
    assert ask(index, chroma).way == "chroma"


def kill_syncs(folder: Path, kills: int) -> None:
    rng = random.Random(3)
    for turn in range(kills):
        process = start("churn", folder, turn)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        if turn % 2:
            process.stdout.readline()
        timer = threading.Timer(rng.uniform(0.0, 2.0), process.kill)
        timer.start()
        _, error = process.communicate(timeout=120)
        timer.cancel()
        assert process.returncode == -signal.SIGKILL, error
        index, chroma = SearchIndex.open(folder, writable=True), Chroma(folder)
        snapshot = index.snapshot("s") if index.parts() else None
        if snapshot is not None:
            chroma.sync([snapshot])
            query = snapshot.matrix[snapshot.live_rows[-1:]]
            found = recall(query, snapshot, chroma, "chroma")
            assert found.way == "chroma"
            assert found.similarities.best.max() == pytest.approx(1.0, abs=1e-4)
        chroma.close()


@pytest.mark.slow
def test_a_sync_killed_at_any_moment_is_made_good_by_the_next(tmp_path: Path) -> None:
    kill_syncs(tmp_path / "search", 12)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A Chroma server on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "served")]
    with subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                urlopen(f"{url}/api/v2/heartbeat", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
        process.terminate()


def test_a_server_takes_the_place_of_the_embedded_chroma(index: SearchIndex, server: str) -> None:
    first, second = Chroma(index.folder, server), Chroma(index.folder, server)
    first.sync([index.snapshot("s")])
    assert [ask(index, chroma).way for chroma in (first, second)] == ["chroma", "chroma"]  # nobody owns a server
    put(index, 4, 31, version=1)
    assert ask(index, second).way == "exact"
    second.sync([index.snapshot("s")])
    assert [ask(index, chroma, 8).way for chroma in (first, second)] == ["chroma", "chroma"]
    assert not list((index.folder / "chroma").glob("c-*"))
    import chromadb

    client = chromadb.HttpClient("127.0.0.1", int(server.rpartition(":")[2]))
    (collection,) = client.list_collections()
    client.delete_collection(collection.name)
    third = Chroma(index.folder, server)
    assert "lost rows" in ask(index, third).reason
    third.sync([index.snapshot("s")])
    assert ask(index, third).way == "chroma"


def test_a_server_that_is_not_there_is_replaced_by_exact_search(index: SearchIndex) -> None:
    chroma = Chroma(index.folder, "http://127.0.0.1:9")
    with pytest.raises(ChromaUnavailableError, match="Chroma failed"):
        chroma.sync([index.snapshot("s")])
    assert ask(index, chroma).way == "exact"
    with pytest.raises(TwinseekError, match="not the address"):
        Chroma(index.folder, "127.0.0.1:9").sync([index.snapshot("s")])


def test_searching_exactly_imports_no_chroma() -> None:
    code = "import sys, twins.search; sys.exit('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
