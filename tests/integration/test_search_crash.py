"""Writers that are killed and readers beside them, as real processes."""

import random
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.search_rows import drop, put
from twins.errors import TwinseekError
from twins.search import SearchIndex

PROCESSES = Path(__file__).with_name("search_processes.py")


def start(what: str, folder: Path, *rest: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(PROCESSES), what, str(folder), *map(str, rest)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def finished(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out


def kill_one_writer(folder: Path, delay: float) -> int:
    """Let a writer run for a moment, kill -9 it, and return the last version that it said was committed."""
    writer = start("write", folder)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    assert first.startswith("open"), writer.communicate()[1]
    timer = threading.Timer(delay, writer.kill)
    timer.start()
    lines = [first.removeprefix("open "), *writer.stdout]
    writer.wait()
    timer.cancel()
    writer.communicate()
    # The kill may cut the last line.
    return int([line for line in lines if line.endswith("\n")][-1])


def held_version(folder: Path) -> int:
    """Return the version that an index holds, read by this process; 0 for an empty one."""
    check = runpy.run_path(str(PROCESSES))["check"]
    with SearchIndex.open(folder, writable=False) as index:
        assert index.problems() == []
        return int(check(index)) if index.parts() else 0


def kill_and_check(folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    progress = 0
    for _ in range(kills):
        said = kill_one_writer(folder, rng.uniform(0.0, 0.15))
        version = held_version(folder)
        assert version in (said, said + 1)
        assert version >= progress
        progress = version
    assert progress > kills
    SearchIndex.open(folder, writable=True).compact()
    assert held_version(folder) == progress
    assert len(list(folder.glob("packed/s/*"))) == 1


def test_a_killed_writer_leaves_the_previous_state_or_the_next(tmp_path: Path) -> None:
    kill_and_check(tmp_path / "search", kills=4, seed=1)


@pytest.mark.slow
def test_many_killed_writers_leave_the_previous_state_or_the_next(tmp_path: Path) -> None:
    kill_and_check(tmp_path / "search", kills=60, seed=2)


def read_beside_writers(folder: Path, seconds: float) -> None:
    writer = start("write", folder)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.stdout.readline()
    drain = threading.Thread(target=writer.stdout.read)
    drain.start()
    readers = [start("read", folder, seconds) for _ in range(2)]
    seen = [int(finished(reader)) for reader in readers]
    writer.kill()
    drain.join()
    writer.communicate()
    assert min(seen) > 5


def test_readers_beside_a_writer_see_whole_states_only(tmp_path: Path) -> None:
    read_beside_writers(tmp_path / "search", 1.0)


@pytest.mark.slow
def test_readers_beside_a_writer_see_whole_states_only_for_long(tmp_path: Path) -> None:
    read_beside_writers(tmp_path / "search", 20.0)


def test_writers_in_several_processes_take_turns(tmp_path: Path) -> None:
    code = (
        "import sys; import numpy as np; from pathlib import Path; from twins.search import SearchIndex\n"
        "index = SearchIndex.open(Path(sys.argv[1]), writable=True)\n"
        "for n in range(20):\n"
        "    rows = {'s': (np.full((3, 4), n, np.float32), np.arange(3))}\n"
        "    with index.batch() as batch: batch.put(f'{sys.argv[2]}-{n}', 'p', rows, 'cup')\n"
        "    if n % 5 == 0: index.compact()\n"
    )
    folder = tmp_path / "search"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(folder), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    index = SearchIndex.open(folder, writable=False)
    assert set(index.parts()) == {(f"{name}-{n}", "p") for name in "abc" for n in range(20)}
    for n in range(20):
        assert index.snapshot("s").rows_of(f"b-{n}")[0].tolist() == [[n] * 4] * 3
    assert len(index.bm25(["cup"])) == 60


def test_threads_share_an_index(tmp_path: Path) -> None:
    index = SearchIndex.open(tmp_path / "search", writable=True)
    put(index, "start", "p", {"s": (np.ones((1, 4), np.float32), np.arange(1))}, "cup")
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(10):
                put(index, f"{name}{n}", "p", {"s": (np.ones((2, 4), np.float32), np.arange(2))}, "cup")
                assert f"{name}{n}" in index.snapshot("s").video_ids
                assert len(index.bm25(["cup"])) > n
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(index.parts()) == 41


def test_a_writer_waits_for_another_and_then_says_so(tmp_path: Path) -> None:
    first = SearchIndex.open(tmp_path / "search", writable=True)
    second = SearchIndex.open(tmp_path / "search", writable=True, patience=0.1)
    began = time.monotonic()
    with first.batch(), pytest.raises(TwinseekError, match="another process has been writing"):
        drop(second, "a")
    assert 0.1 <= time.monotonic() - began < 5
