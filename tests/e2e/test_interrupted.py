"""``twinseek index`` killed at any moment, or stopped by Ctrl-C: videos are whole or absent, and a rerun completes."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.libraries import (
    LIST,
    SECONDS,
    ask_exactly,
    by_id,
    check_whole,
    essence,
    index,
    outcomes,
    wait_for_empty_work,
    write_clips,
)

CLIPS = 6


@dataclass(frozen=True)
class Undisturbed:
    """A folder of clips, how long it takes to index them, and what the library answers that is made in peace."""

    clips: Path
    seconds: float
    answer: object


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    clips = write_clips(folder / "clips", CLIPS)
    began = time.monotonic()
    index(clips, folder / "library", "--jobs", "2")
    return Undisturbed(clips, time.monotonic() - began, essence(ask_exactly(folder / "library")))


def start_index(clips: Path, library: Path) -> subprocess.Popen:
    """Start ``twinseek index`` at the head of a process group, as a terminal does."""
    command = [sys.executable, "-m", "twinseek", "index", str(clips), "--library", str(library), "--jobs", "2"]
    return subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background has the signal ignored, and children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def members(group: int) -> list[str]:
    """Return the command lines of the living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(line)
    return found


def wait_for_end(group: int) -> None:
    """Wait until no process of a group is alive."""
    deadline = time.monotonic() + SECONDS
    while alive := members(group):
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)


def kill_at_random_moments(undisturbed: Undisturbed, library: Path, kills: int, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    for number in range(kills):
        process = start_index(undisturbed.clips, library)
        time.sleep(chance.uniform(0, undisturbed.seconds))
        # In turn the whole group, as when a machine goes down, and the parent alone, whose workers must end themselves.
        if number % 2:
            os.kill(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        _, said = process.communicate(timeout=SECONDS)
        assert "Traceback" not in said
        if not (library / "library.toml").exists():
            continue  # killed before anything was made
        there = sorted(path.parent.name for path in (library / "videos").glob("*/current"))[:1]
        rows, *_ = outcomes(library, LIST, *(("show", video_id) for video_id in there))
        wait_for_end(process.pid)
        wait_for_empty_work(library)
        assert set(there) <= set(by_id(rows)) <= set(check_whole(library))
    assert index(undisturbed.clips, library)["failed"] == {}
    assert len(check_whole(library)) == CLIPS
    assert list((library / ".work").iterdir()) == []
    assert essence(ask_exactly(library)) == undisturbed.answer


def test_an_index_that_was_killed_leaves_whole_videos_and_is_completed_by_a_rerun(undisturbed, tmp_path):
    kill_at_random_moments(undisturbed, tmp_path / "library", kills=3, seed=random.randrange(10**9))


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(5))
def test_an_index_that_was_killed_many_times_answers_like_one_that_was_not(undisturbed, tmp_path, attempt):
    kill_at_random_moments(undisturbed, tmp_path / "library", kills=5, seed=random.randrange(10**9))


def wait_for_start(process: subprocess.Popen, library: Path) -> str:
    """Wait until the library is made: then the workers are about to start."""
    deadline = time.monotonic() + SECONDS
    while not (library / "library.toml").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return ""


def wait_for_a_clip(process: subprocess.Popen, library: Path) -> str:
    """Wait until a clip is indexed; return what was said of it."""
    return process.stderr.readline()


@pytest.mark.parametrize("wait", [wait_for_start, wait_for_a_clip])
def test_ctrl_c_keeps_what_was_finished_and_says_so_in_one_sentence(undisturbed, tmp_path, wait):
    library = tmp_path / "library"
    process = start_index(undisturbed.clips, library)
    said = wait(process, library)
    time.sleep(random.uniform(0, 0.3))
    os.killpg(process.pid, signal.SIGINT)
    said += process.communicate(timeout=SECONDS)[1]
    wait_for_end(process.pid)
    finished = [line for line in said.splitlines() if line.startswith("indexed ")]
    rest = [line for line in said.splitlines() if line and not line.startswith("indexed ")]
    assert rest == ["interrupted: what was finished is kept; the same command goes on"]
    # 130 to a shell either way: CPython ends itself by the signal where it came while an import executed a text.
    assert process.returncode in (130, -signal.SIGINT)
    assert list((library / ".work").iterdir()) == []
    assert CLIPS > len(check_whole(library)) >= len(finished)
    assert index(undisturbed.clips, library)["failed"] == {}
    assert essence(ask_exactly(library)) == undisturbed.answer


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_ended_leaves_no_process_behind(tmp_path, by):
    process = subprocess.Popen(
        [sys.executable, "-m", "twinseek", "demo", "--folder", str(tmp_path)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + SECONDS
    while not list((tmp_path / "clips").glob("*.mp4")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, by)
    process.wait(timeout=SECONDS)
    wait_for_end(process.pid)


LOST = """
import os, signal, time, weakref
from twinseek import cli

class Thing:
    def __del__(self):
        interrupt()

def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.001)  # a place at which Python looks for signals

def work(*args, **options):
    thing = Thing()
    reference = weakref.ref(thing, interrupt)
    del thing
    time.sleep(5)

signal.signal(signal.SIGINT, signal.default_int_handler)
cli.cli.main = work
cli.main()
"""


def test_ctrl_c_is_not_lost_in_a_callback_that_cannot_raise():
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stderr == "interrupted: what was finished is kept; the same command goes on\n"
    assert done.returncode == 130
