"""Run the command line as a user does, and see how long it takes and how much memory each of its processes had."""

import compileall
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.figures import SkippedError
from twinseek import PACKAGES

PROC = Path("/proc")
HOME = Path(__file__).resolve().parent.parent
TURN_SECONDS = 0.05


@dataclass(frozen=True)
class Finished:
    """A command that has ended well.

    Args:
        seconds: from start to exit, interpreter and imports included.
        own_megabytes: highest resident memory of the process that was started.
        worker_megabytes: the same of the largest of its children; 0 where it had none.
    """

    output: str
    seconds: float
    own_megabytes: float
    worker_megabytes: float


def twinseek(*arguments: str | Path) -> Finished:
    """Run ``twinseek`` with these arguments. Raises ``RuntimeError`` with its errors where it fails."""
    compile_packages()
    return run([sys.executable, "-m", "twinseek", *map(str, arguments)])


def run(command: Sequence[str]) -> Finished:
    """Run a command to its end; the memory of its processes is read from ``/proc`` as long as they live."""
    if not PROC.is_dir():
        raise SkippedError("needs /proc to see the memory of processes")
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watch = _Watch(process.pid)
        watch.start()
        output, errors = process.communicate()
        seconds = time.perf_counter() - began
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {errors[-2000:]}")
    own = watch.peaks.pop(process.pid, 0.0)
    return Finished(output, seconds, own, max(watch.peaks.values(), default=0.0))


@cache
def compile_packages() -> None:
    """Compile Twinseek's modules once, as pip does when it installs them.

    A checkout keeps them only after a first run, and not at all where PYTHONDONTWRITEBYTECODE is set: then every
    command would compile 150 modules anew, which no user waits for.
    """
    for name in ("twinseek", *PACKAGES):
        compileall.compile_dir(HOME / name, quiet=2)


class _Watch(threading.Thread):
    """Reads the high-water marks of a process and its descendants in turns."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._ended = threading.Event()
        self.peaks: dict[int, float] = {}

    def run(self) -> None:
        while True:
            for pid in _family(self._root):
                peak = _peak_megabytes(pid)
                if peak:
                    # The last reading, not the highest: between fork and exec a child shows its parent's mark.
                    self.peaks[pid] = peak
            if self._ended.wait(TURN_SECONDS):
                return

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(root: int) -> list[int]:
    """Return the ids of a process and all that descend from it."""
    found = [root]
    for pid in found:  # it grows meanwhile
        for thread in _threads(pid):
            found += [int(child) for child in _read(thread / "children").split()]
    return found


def _threads(pid: int) -> list[Path]:
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return []


def _peak_megabytes(pid: int) -> float:
    for line in _read(PROC / str(pid) / "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has just ended
        return ""
