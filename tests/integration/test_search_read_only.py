"""Libraries that may be read but not written."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from twins.errors import TwinseekError
from twins.search import SearchIndex

READ = """
import os, sys
from pathlib import Path
from twins.search import SearchIndex, max_sim
folder = Path(sys.argv[1])
assert not os.access(folder, os.W_OK), "the folder can be written after all"
index = SearchIndex.open(folder, writable=False)
for line in sys.stdin:
    snapshot = index.snapshot("s")
    best = max_sim(snapshot.matrix[:1], snapshot).best
    print(index.sequence, len(index.parts()), sorted(index.bm25(["cup"])), best.shape[1], flush=True)
"""

WRITE_AND_DIE = """
import os, sys
import numpy as np
from pathlib import Path
from twins.search import SearchIndex
index = SearchIndex.open(Path(sys.argv[1]), writable=True)
index.sequence  # a reader keeps the log from being folded in
with index.batch() as batch:
    batch.put("b", "p", {"s": (np.ones((1, 2), np.float32), np.arange(1))}, "cup")
os._exit(9)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A search index with one video, cleanly closed."""
    folder = tmp_path / "search"
    with SearchIndex.open(folder, writable=True) as index:
        put(index, "a")
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def put(index: SearchIndex, video: str) -> None:
    with index.batch() as batch:
        batch.put(video, "p", {"s": (np.ones((1, 2), np.float32), np.arange(1))}, "a cup")


def lock(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def reader(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", READ, str(folder)]
    if os.geteuid() == 0:
        # The superuser may write anywhere, unless it gives that up.
        if shutil.which("setpriv") is None:
            pytest.skip("the superuser cannot try read-only folders without setpriv")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read(folder: Path) -> str:
    out, error = reader(folder).communicate("\n", timeout=60)
    assert out, error
    return out.split(" ", 1)[1].strip()


def leave_log(folder: Path) -> None:
    died = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(folder)], check=False)
    assert died.returncode == 9
    assert (folder / "catalogue.sqlite-wal").stat().st_size > 0


def test_a_read_only_library_is_read(folder: Path) -> None:
    assert list(folder.glob("catalogue.sqlite-*")) == []
    lock(folder)
    assert read(folder) == "1 ['a'] 1"


def test_what_a_killed_writer_committed_is_read_from_a_read_only_library(folder: Path) -> None:
    leave_log(folder)
    lock(folder)
    assert read(folder) == "2 ['a', 'b'] 2"


def test_a_log_without_its_shared_memory_is_read_too(folder: Path) -> None:
    leave_log(folder)
    (folder / "catalogue.sqlite-shm").unlink()
    lock(folder)
    assert read(folder) == "2 ['a', 'b'] 2"


def test_a_reader_that_may_not_write_sees_what_others_write(folder: Path) -> None:
    assert list(folder.glob("catalogue.sqlite-*")) == []
    lock(folder)
    process = reader(folder)
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for video in ("b", "c", "d"):
        process.stdin.write("\n")
        process.stdin.flush()
        answers.append(process.stdout.readline().split(" ")[1])
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        with SearchIndex.open(folder, writable=True) as index:
            put(index, video)
        lock(folder)
    _, error = process.communicate()
    assert answers == ["1", "2", "3"], error


def test_a_folder_that_cannot_be_written_is_named_to_writers(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.touch()
    with pytest.raises(TwinseekError, match="cannot be written"):
        SearchIndex.open(blocker / "search", writable=True)
