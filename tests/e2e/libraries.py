"""What tests of hard use share: a few unlike clips, and what can be seen of a library from outside."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.films import write_film
from twins.store import Store

QUESTION = "a red thing moves to the right"
ASK = ("ask", QUESTION, "--json", "--top", "50")
LIST = ("list", "--json")
SECONDS = 120.0
"""What takes longer than this does not end at all."""


def write_clip(path: Path, number: int) -> Path:
    """Encode a short clip unlike those of other numbers: another length, pace and orientation."""
    frames, step = 14 + 3 * number, 40 + 7 * (number % 5)
    return write_film(path, frames=frames, pts=[step * n for n in range(frames)], rotate=90 * (number % 2))


def write_clips(folder: Path, count: int) -> Path:
    """Encode clips 0 to ``count`` into a new folder."""
    folder.mkdir()
    for number in range(count):
        write_clip(folder / f"clip {number}.mp4", number)
    return folder


def indexing(clips: Path, *options: str) -> tuple[str | Path, ...]:
    """Return the words of ``twinseek index --json``.

    In one process, unless the options say otherwise: where nothing is tested of the others, they cost two starts.
    """
    return "index", clips, "--json", "--jobs", "1", *options


def outcomes(library: Path, *commands: Sequence[str | Path], **env: str) -> list[Any]:
    """Run commands on a library in one process; all must succeed. Return what each said, ``--json`` read."""
    said = []
    for words, done in zip(
        commands, in_turn(*([*each, "--library", library] for each in commands), **env), strict=True
    ):
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        said.append(json.loads(done.stdout) if "--json" in words else done.stdout)
    return said


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows of ``twinseek list`` by id."""
    return {row["video_id"]: row for row in rows}


def index(clips: Path, library: Path, *options: str, **env: str) -> dict[str, Any]:
    """Run ``twinseek index --json``, which must succeed, and return its report."""
    done = twinseek(*indexing(clips, *options), "--library", library, **env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listed(library: Path) -> dict[str, dict[str, Any]]:
    """Run ``twinseek list`` and return its rows by id."""
    done = twinseek(*LIST, "--library", library)
    assert done.returncode == 0, done.stderr
    return by_id(json.loads(done.stdout))


def ask(library: Path, *options: str | Path, **env: str) -> dict[str, Any]:
    """Run ``twinseek ask --json``, which must succeed, and return the record."""
    done = twinseek(*ASK, "--library", library, *options, **env)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def ask_exactly(library: Path) -> dict[str, Any]:
    """Ask a library that is opened only now, by exact search: what commands must answer too."""
    from twinseek.library import Library  # here, as scripts that never ask import this file too

    with Library.open(library, search={"path": "exact"}) as opened:
        return opened.ask(QUESTION, top=50).to_dict()


def essence(record: dict[str, Any]) -> Any:
    """Return what two answers to one question must agree on: the ranking, and of each hit scores, status and spans."""
    hits = [
        (hit["video_id"], round(hit["score"], 4), round(hit["coarse_score"], 4), hit["status"], hit["spans"])
        for hit in record["results"]
    ]
    return record["ranking"], hits


def check_whole(library: Path) -> list[str]:
    """Read every byte of every listed video; return their ids."""
    store = Store.open(library)
    for video_id in store.video_ids():
        assert store.damage(video_id) == ()
        assert store.effective(video_id).twin.video_id == video_id
    return store.video_ids()


def wait_for_empty_work(library: Path) -> None:
    """Open the library until no unfinished work is left in it; workers that outlive their parent may need a moment."""
    deadline = time.monotonic() + SECONDS
    while left := [path.name for path in (library / ".work").iterdir()]:
        assert time.monotonic() < deadline, left
        Store.open(library)
        time.sleep(0.1)
