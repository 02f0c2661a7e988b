"""A disk that fills up while vectors are written."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.search_rows import put
from twins.search import SearchIndex

# A limit on file size stops writes as a full disk does, and needs no file system of its own.
FILL = """
import resource, signal, sys
import numpy as np
from pathlib import Path
from twins.errors import TwinseekError
from twins.search import SearchIndex
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
index = SearchIndex.open(Path(sys.argv[1]), writable=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
done = 0
try:
    while True:
        with index.batch() as batch:
            batch.put(f"v{done:03}", "p", {"s": (np.full((20, 64), done, np.float32), np.arange(20))}, "cup " * 20)
        done += 1
except TwinseekError as error:
    print(error)
print(done)
"""


def test_a_full_disk_is_said_and_leaves_what_was_committed(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] in (resource.RLIM_INFINITY, -1)
    folder = tmp_path / "search"
    filled = subprocess.run(
        [sys.executable, "-c", FILL, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    said, done = filled.stdout.strip().rsplit("\n", 1)
    assert "see that the disk has room" in said
    index = SearchIndex.open(folder, writable=True)
    assert index.problems() == []
    assert sorted(video for video, _ in index.parts()) == [f"v{n:03}" for n in range(int(done))]
    assert int(done) > 5
    put(index, "more", "p", {"s": (np.ones((20, 64), np.float32), np.arange(20))}, "cup")
    assert index.snapshot("s").rows_of("more")[0].shape == (20, 64)
    assert index.snapshot("s").rows_of("v003")[0].tolist() == [[3.0] * 64] * 20
