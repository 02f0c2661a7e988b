"""What a benchmark hands over: figures with their bars, what it was told, and why it may be left out."""

import datetime
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from graphs.index_workers import cores

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
"""Real clips, annotations and captions, where they lie beside the checkout."""


class SkippedError(Exception):
    """A benchmark that cannot be run here; the message says why."""


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach."""

    way: Literal["at least", "at most"]
    value: float

    def met(self, value: float) -> bool:
        """Say whether a value reaches it. NaN reaches no bar."""
        return value >= self.value if self.way == "at least" else value <= self.value


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Args:
        value: in ``unit``; NaN where nothing could be measured.
        group: what it belongs to: a gallery, a set of questions.
        note: an interval, a count, a condition: one line.
        details: what went wrong, a line each; printed with ``--wrong``.
    """

    name: str
    value: float
    unit: str = ""
    bar: Bar | None = None
    note: str = ""
    details: tuple[str, ...] = ()
    group: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; none where there is no bar."""
        return self.bar.met(self.value) if self.bar else None

    def line(self) -> str:
        """Return one line for people."""
        bar = f"{self.bar.way} {self.bar.value:g}" if self.bar else ""
        met = {None: "", True: "met", False: "NOT MET"}[self.met]
        return f"  {self.name:44} {_short(self.value):>8} {self.unit:6} {bar:14} {met:8} {self.note}".rstrip()

    def record(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        return asdict(self) | {"met": self.met}


@dataclass
class Options:
    """How a benchmark is run.

    Args:
        scratch: a folder for libraries and clips.
        quick: the smallest run that goes through everything; its figures mean nothing.
        questions: a file of questions of one's own for the retrieval benchmark.
        pictures: a folder for pictures of the errors.
        seeds: of made-up worlds.
        made: what one benchmark made and another uses.
        kept: whether the scratch folder stays.
    """

    scratch: Path
    quick: bool = False
    questions: Path | None = None
    pictures: Path | None = None
    seeds: Sequence[int] = (101, 102, 103, 104, 105)
    made: dict[str, Any] = field(default_factory=dict)
    kept: bool = False

    def fresh(self, name: str) -> Path:
        """Return a path at which nothing is, so that nothing that an earlier run left there speeds this one up."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch)) / name

    def shared(self, *parts: str) -> Path:
        """Return a path in the folder beside the checkout. Raises :class:`SkippedError` where it is not there."""
        path = SHARED.joinpath(*parts)
        if not path.exists():
            raise SkippedError(f"needs {'/'.join(('../shared', *parts))}, which is not beside the checkout")
        return path


Figures = Iterator[Figure]


def at_least(value: float) -> Bar:
    """Return a bar from below."""
    return Bar("at least", value)


def at_most(value: float) -> Bar:
    """Return a bar from above."""
    return Bar("at most", value)


def describe_machine() -> dict[str, Any]:
    """Say when, on what and of which commit figures are."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD") or "unknown",
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "cpu": _first_value(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1),
    }


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _first_value(path: Path, key: str) -> str:
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
