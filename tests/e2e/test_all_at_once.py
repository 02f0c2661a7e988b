"""The server, ``ask`` and ``index`` on one library at once: nothing fails, and every answer equals exact search."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langgraph_api", reason="the development server is an extra: twinseek[serve]")

from tests.e2e.libraries import (
    ASK,
    QUESTION,
    SECONDS,
    ask,
    ask_exactly,
    check_whole,
    essence,
    index,
    indexing,
    outcomes,
    write_clip,
    write_clips,
)
from tests.e2e.served import ask_server, served
from twins.layout import video_id_of


@dataclass
class History:
    """Which videos came and went, as far as an answer at any moment can know.

    Args:
        stays: nobody touches them.
        shown: of those, which ones an answer shows.
        may: each is added before it can be in the library.
        gone: each is added when it is no longer there.
    """

    stays: set[str]
    shown: set[str]
    may: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def faults(self, record: dict[str, Any], gone: set[str]) -> list[str]:
        """Say what is wrong with an answer to a question that was asked when these videos were gone."""
        ranking, shown = record["ranking"], {hit["video_id"] for hit in record["results"]}
        found = {
            "ranked twice": len(ranking) - len(set(ranking)),
            "not ranked": self.stays - set(ranking),
            "not shown": self.shown - shown,
            "ranked although gone": set(ranking) & gone,
            "ranked although never there": set(ranking) - self.stays - self.may,
        }
        return [f"{fault}: {videos}" for fault, videos in found.items() if videos]


@dataclass
class Witness:
    """Asks again and again, beside changes, and keeps what must not be."""

    history: History
    answer: Callable[[], dict[str, Any]]
    asked: int = 0
    faults: list[str] = field(default_factory=list)

    def watch(self, stop: threading.Event) -> None:
        while not stop.is_set() and not self.faults:
            gone = set(self.history.gone)
            try:
                self.faults += self.history.faults(self.answer(), gone)
            except BaseException as error:
                self.faults.append(repr(error))
            self.asked += 1


@contextmanager
def asked_meanwhile(history: History, *answers: Callable[[], dict[str, Any]]) -> Iterator[None]:
    """Ask in so many threads while the block runs; every answer must be right, and there must be two of each."""
    stop = threading.Event()
    witnesses = [Witness(history, answer) for answer in answers]
    threads = [threading.Thread(target=witness.watch, args=(stop,)) for witness in witnesses]
    for thread in threads:
        thread.start()
    try:
        yield
        deadline = time.monotonic() + SECONDS
        while any(witness.asked < 2 and not witness.faults for witness in witnesses):
            assert time.monotonic() < deadline, "questions take too long"
            time.sleep(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS)
    assert [fault for witness in witnesses for fault in witness.faults] == []


def change(clips: Path, library: Path, history: History, number: int) -> None:
    """Add a clip, then put other content in its place; each time forget what is gone."""
    names = []
    for content in (10 + 2 * number, 11 + 2 * number):
        clip = write_clip(clips / "changing.mp4", content)
        names.append(video_id_of(clip, hashlib.sha256(clip.read_bytes()).hexdigest()))
        history.may.add(names[-1])
        outcomes(library, indexing(clips), ("prune", "--yes"))
    history.gone.add(names[0])


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_answers_are_right_while_videos_come_and_change_and_go(tmp_path, rounds):
    clips, library = write_clips(tmp_path / "clips", 4), tmp_path / "library"
    _, first = outcomes(library, indexing(clips), ASK)
    history = History(set(first["ranking"]), {hit["video_id"] for hit in first["results"]})
    assert len(history.stays) == 4
    with served(library, tmp_path / "log") as url:

        def by_server() -> dict[str, Any]:
            return ask_server(url, QUESTION)

        def by_command() -> dict[str, Any]:
            return ask(library)

        for number in range(rounds):
            if number:
                (clips / "changing.mp4").unlink()
                outcomes(library, ("prune", "--yes"))
                history.gone |= history.may
            with asked_meanwhile(history, by_server, by_server, by_command):
                change(clips, library, history, number)
            answers = [by_server(), by_command(), ask_exactly(library)]
            assert set(answers[0]["ranking"]) == set(check_whole(library))
            assert [answer["warnings"] for answer in answers] == [[], [], []]
            assert essence(answers[0]) == essence(answers[1]) == essence(answers[2])
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_two_runs_of_the_index_on_one_library_do_not_disturb_each_other(tmp_path):
    clips, others = write_clips(tmp_path / "clips", 4), tmp_path / "others"
    shutil.copytree(clips, others)
    for number in (4, 5):
        write_clip(others / f"clip {number}.mp4", number)
    words = [(folder, tmp_path / "library", "--jobs", "2") for folder in (clips, others)]
    runs = [threading.Thread(target=index, args=run) for run in words]
    for run in runs:
        run.start()
    for run in runs:
        run.join(SECONDS)
    assert len(check_whole(tmp_path / "library")) == 6
    answer = ask(tmp_path / "library")
    assert answer["warnings"] == []
    shutil.copytree(others, clips, dirs_exist_ok=True)
    index(clips, tmp_path / "in peace")
    assert essence(answer) == essence(ask_exactly(tmp_path / "in peace"))
