"""Print how fast videos are indexed, start-up included, and in how much memory: ``python -m benchmarks.indexing``."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"

WORK = """
import sys
from pathlib import Path
from graphs.index import index_videos
from twins.store import Store
if __name__ == "__main__":
    library, jobs, *paths = sys.argv[1:]
    report = index_videos(Store.open(Path(library), create=True), map(Path, paths), jobs=int(jobs))
    print(report.video_seconds)
"""


def index_in_process(paths: list[Path], jobs: int) -> tuple[float, float, float]:
    """Index into an empty library in a fresh process; return seconds of video, wall seconds, CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "work.py"
        script.write_text(WORK)
        command = [sys.executable, str(script), str(Path(folder) / "library"), str(jobs), *map(str, paths)]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(done.stdout), wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, nargs="*", default=[SHARED / "videos"])
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    seconds, wall, cpu = index_in_process(given.videos, given.jobs)
    # The largest of the processes that have ended: a worker, with everything it loads.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{seconds:.0f} s of video in {wall:.1f} s with {given.jobs} jobs: {seconds / wall:.2f}x real time, aim 2x")
    print(f"{cpu:.0f} s of CPU: {seconds / cpu:.2f} s of video a CPU second; peak memory {peak:.0f} MB, aim 1500 MB")
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
