"""Bad input, a row a case: exit status, cause and next step in a sentence, neighbours indexed, nothing left behind."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.films import write_film, write_sound


@dataclass(frozen=True)
class Case:
    """What is put beside a good clip, how ``index`` must end, what it must say, and how many videos come of it."""

    name: str
    make: Callable[[Path], object]
    status: int = 1
    says: str = ""
    videos: int = 0


def _truncated(folder: Path) -> None:
    # The index of an mp4 lies at its end: without it nothing can be decoded.
    film = write_film(folder / "bad.mp4", frames=60)
    film.write_bytes(film.read_bytes()[:-2000])


def _corrupt(folder: Path) -> None:
    film = write_film(folder / "bad.mp4", frames=60)
    data = bytearray(film.read_bytes())  # its first half is the one key frame
    for place in range(3 * len(data) // 4, 5 * len(data) // 6, 7):
        data[place] ^= 0xFF
    film.write_bytes(data)


def _lying_header(folder: Path) -> None:
    film = write_film(folder / "bad.mp4", frames=30)
    data = film.read_bytes()
    at = data.index(b"mvhd") + 4 + 16  # version and flags, two dates, time scale; then the duration
    film.write_bytes(data[:at] + b"\x7f\xff\xff\xff" + data[at + 4 :])


def _playlist(folder: Path) -> None:
    os.mkfifo(folder / "pipe")  # whoever opened it would wait for ever
    (folder / "bad.mp4").write_text("ffconcat version 1.0\nfile 'pipe'\n")


def _twice(folder: Path) -> None:
    film = write_film(folder / "one.mp4", frames=20)
    shutil.copy(film, folder / "two.mp4")


def _loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder.parent, target_is_directory=True)
    (folder / "self.mp4").symlink_to(folder / "self.mp4")


def _named(name: str) -> Callable[[Path], object]:
    # Of another length each: what is the same is indexed once.
    return lambda folder: write_film(folder / name, frames=30 + len(os.fsencode(name)))


CASES = [
    Case("truncated", _truncated, says=r"bad\.mp4.*cannot|not a video"),
    Case("corrupt", _corrupt, status=0, says=r"bad\.mp4.*(damaged|corrupt)", videos=1),
    Case("empty file", lambda f: (f / "bad.mp4").touch(), says=r"bad\.mp4.*empty"),
    Case("audio only", lambda f: write_sound(f / "bad.mp4"), says=r"bad\.mp4 holds only sound: name a file with a"),
    Case("one frame", lambda f: write_film(f / "bad.mp4", frames=1), status=0, videos=1),
    Case("1x1", lambda f: write_film(f / "bad.mp4", frames=5, size=(1, 1)), status=0, videos=1),
    Case(
        "8K", lambda f: write_film(f / "bad.mp4", frames=2, size=(7680, 4320), preset="ultrafast"), status=0, videos=1
    ),
    Case("rotated", lambda f: write_film(f / "bad.mp4", frames=10, rotate=90), status=0, videos=1),
    Case(
        "variable rate",
        lambda f: write_film(f / "bad.mp4", frames=6, pts=[0, 10, 500, 510, 1500, 1501]),
        status=0,
        videos=1,
    ),
    Case("lying header", _lying_header, status=0, videos=1),
    Case("not a video", lambda f: (f / "bad.mp4").write_text("shopping list\n" * 50), says=r"bad\.mp4.*not a video"),
    Case("a playlist that names a pipe", _playlist, says=r"bad\.mp4.*not a video"),
    Case("spaces", _named("my film.mp4"), status=0, videos=1),
    Case("newline", _named("two\nlines.mp4"), status=0, videos=1),
    Case("unicode", _named("фильм 🎬.mp4"), status=0, videos=1),
    Case("leading dash", _named("-rf.mp4"), status=0, videos=1),
    Case("undecodable name", _named(os.fsdecode(b"bad\xff.mp4")), status=0, videos=1),
    Case("symlink loop", _loop, says=r"self\.mp4"),
    Case("the same content twice", _twice, status=0, videos=1),
]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Return by exit status how a good clip and all cases that end so were indexed, from which folder, what is listed.

    What is taken and what is refused lie apart: one refused file makes the exit status of all.
    """
    found = {}
    for status in (0, 1):
        folder, library = tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("made") / "library"
        write_film(folder / "good.mp4", frames=25)
        for number, case in enumerate(CASES):
            if case.status == status:
                (folder / str(number)).mkdir()
                case.make(folder / str(number))
        words = ("index", folder, "--jobs", "1"), ("list", "--json")
        done, listed = in_turn(*([*each, "--library", library] for each in words))
        rows = json.loads(listed.stdout)
        found[status] = done, folder, [(row["video_id"], unquote(row["path"])) for row in rows]
        assert list((library / ".work").iterdir()) == []
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_is_named_and_its_neighbour_indexed(case, indexed):
    done, folder, listed = indexed[case.status]
    assert done.returncode == case.status, done.stderr
    assert "Traceback" not in done.stderr
    place = f"{folder / str(CASES.index(case))}/"
    lines = [line for line in done.stderr.splitlines() if place in line]
    assert [line.split()[0] for line in lines].count("failed") == case.status, lines
    assert re.search(case.says, "\n".join(lines)), lines
    assert done.stderr == re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", done.stderr), "control characters reach the terminal"
    assert [place in path for _, path in listed].count(True) == case.videos
    assert [name.startswith("good-") for name, _ in listed].count(True) == 1


def test_a_path_that_is_not_there_is_named_before_any_work(tmp_path):
    good = write_film(tmp_path / "good.mp4", frames=10)
    done = twinseek("index", good, tmp_path / "nowhere.mp4", "--library", tmp_path / "library")
    assert done.returncode == 1
    assert "nowhere.mp4" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["good.mp4"]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return a small indexed library and the folder of its clips."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "clips").mkdir()
    write_film(folder / "clips" / "good.mp4", frames=40)
    done = twinseek("index", folder / "clips", "--library", folder / "library", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return folder


QUESTIONS = [
    ("empty", "", 2, "empty"),
    ("blank", "  \n", 2, "empty"),
    ("ten thousand words", "a red thing moves to the right " * 1500, 0, "long"),
    ("not English", "Wo bewegt sich etwas Rotes nach rechts und verschwindet hinter der Mauer?", 0, "English"),
    ("nonsense", "qwx zzkrt vbnm plok", 0, ""),
    ("operators", "\" OR NEAR(a* b) -- ' ; DROP TABLE videos", 0, ""),
    ("NUL and control characters", "red\x01thing\x1b[31m moves", 0, ""),
]


@pytest.fixture(scope="module")
def answers(library):
    """Return by name how each question ended."""
    done = in_turn(*(("ask", question, "--library", library / "library") for _, question, _, _ in QUESTIONS))
    return dict(zip((name for name, *_ in QUESTIONS), done, strict=True))


@pytest.mark.parametrize(("name", "question", "status", "says"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_a_strange_question_gets_an_answer_or_a_reason(name, question, status, says, answers):
    done = answers[name]
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert says.lower() in (done.stdout + done.stderr).lower()
    assert "\x1b" not in done.stdout


def test_a_question_without_quotation_marks_is_one_question(library):
    asked = in_turn(
        *(
            ("ask", *words, "--json", "--library", library / "library")
            for words in (("a red", "thing"), ("a red thing",))
        )
    )
    assert [json.loads(done.stdout)["query"] for done in asked] == ["a red thing"] * 2


def test_serving_no_library_is_said_before_the_server_starts(tmp_path):
    done = twinseek("serve", "--library", tmp_path / "none")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: there is no library at {tmp_path / 'none'}: make one with")


def test_a_bad_file_alone_leaves_no_library_behind(tmp_path):
    (tmp_path / "bad.mp4").touch()
    assert twinseek("index", tmp_path / "bad.mp4", "--library", tmp_path / "library").returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_no_library_says_how_to_make_one(tmp_path):
    done = twinseek("ask", "a red thing", "--library", tmp_path / "none")
    assert done.returncode == 1
    assert "twinseek index" in done.stderr


def test_an_empty_library_says_so(tmp_path):
    film = write_film(tmp_path / "good.mp4", frames=5)
    commands = ("index", film), ("remove", "good"), ("ask", "a red thing")
    *before, done = in_turn(*((*words, "--library", tmp_path / "library") for words in commands))
    assert [each.returncode for each in before] == [0, 0]
    assert done.returncode == 0, done.stderr
    assert "empty" in done.stdout


def test_a_library_of_another_version_is_refused_by_name(library, tmp_path):
    other = shutil.copytree(library / "library", tmp_path / "library")
    text = (other / "library.toml").read_text()
    (other / "library.toml").write_text(re.sub(r"(format\s*=\s*)\d+", r"\g<1>999", text, count=1))
    done = twinseek("ask", "a red thing", "--library", other)
    assert done.returncode == 1
    assert "999" in done.stderr


def test_a_source_that_moved_keeps_its_id_and_a_deleted_one_is_missing_until_pruned(library, tmp_path):
    copy = shutil.copytree(library, tmp_path / "copy")
    shutil.rmtree(copy / "library")
    here, listing = ("--library", copy / "library"), ("list", "--json", "--library", copy / "library")
    before = copy / "clips" / "good.mp4"
    indexed, listed = in_turn(("index", before, *here), listing)
    assert indexed.returncode == 0, indexed.stderr
    (name,) = [row["video_id"] for row in json.loads(listed.stdout)]
    moved = before.rename(copy / "elsewhere.mp4")
    indexed, listed = in_turn(("index", moved, *here), listing)
    assert indexed.returncode == 0, indexed.stderr
    (row,) = json.loads(listed.stdout)
    assert (row["video_id"], row["missing"]) == (name, False)
    moved.unlink()
    asked = ("ask", "a red thing", *here, "--report", copy / "report.html")
    listed, answered, pruned, left = in_turn(listing, asked, ("prune", "--yes", *here), listing)
    (row,) = json.loads(listed.stdout)
    assert row["missing"]
    assert answered.returncode == 0, answered.stderr
    assert pruned.returncode == 0, pruned.stderr
    assert json.loads(left.stdout) == []


def test_a_misspelt_setting_is_refused(library):
    done = twinseek("list", "--library", library / "library", TWINSEEK_LIBARY="x")
    assert done.returncode == 1
    assert "TWINSEEK_LIBRARY" in done.stderr


def test_wrong_use_exits_with_2():
    assert [done.returncode for done in in_turn(("ask",), ("aks",), ("ask", "x", "--top", "0"))] == [2, 2, 2]
