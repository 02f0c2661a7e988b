"""Libraries on a full or read-only disk, and files and folders that cannot be read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.films import write_film
from tests.e2e.libraries import LIST, ask_exactly, essence, index, indexing, listed, outcomes, write_clips
from tests.e2e.mounts import in_own_mounts


@pytest.mark.parametrize(
    "kilobytes",
    [
        pytest.param("0 40", id="something"),
        pytest.param("4 8 16 24 32 60 90 130 200 300", id="much", marks=pytest.mark.slow),
    ],
)
def test_a_full_disk_is_named_keeps_what_was_finished_and_is_no_obstacle_to_a_rerun(tmp_path, kilobytes):
    # With another bit of room left something else fails: a lock, a twin, a vector, the catalogue.
    clips = write_clips(tmp_path / "clips", 4)
    (tmp_path / "disk").mkdir()
    script = """
        clips, disk, *rooms = sys.argv[1:]
        clips, disk = Path(clips), Path(disk)
        mount("-t", "tmpfs", "-o", "size=4m", "none", disk)
        library = disk / "library"
        first, *others = sorted(clips.iterdir())
        index(first, library)
        (name,) = check_whole(library)
        for room in map(int, rooms):
            filler = (disk / "filler").open("wb", buffering=0)
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
            filler.truncate(filler.tell() - room * 1024)
            filler.close()
            done = twinseek("index", clips, "--library", library, "--jobs", "2")
            said = done.stderr
            if done.returncode == 0:
                assert len(check_whole(library)) == 4  # there was room after all
                break
            assert done.returncode == 1, (room, said)
            full = f"the disk of {library} is full: free some space" in said
            assert full or f"{library}/search" in said and "see that the disk has room" in said, (room, said)
            assert "Traceback" not in said and "report it" not in said, (room, said)
            assert list((library / ".work").iterdir()) == [], room
            assert name in check_whole(library), room
            assert twinseek("ask", QUESTION, "--library", library).returncode == 0
            (disk / "filler").unlink()
        _, answer = outcomes(library, indexing(clips), ASK)
        assert len(check_whole(library)) == 4
        assert len(answer["ranking"]) == 4
    """
    in_own_mounts(script, clips, tmp_path / "disk", *kilobytes.split())


def test_a_library_is_not_begun_on_a_full_disk(tmp_path):
    clips = write_clips(tmp_path / "clips", 1)
    (tmp_path / "disk").mkdir()
    script = """
        clips, disk = map(Path, sys.argv[1:])
        mount("-t", "tmpfs", "-o", "size=1m", "none", disk)
        filler = (disk / "filler").open("wb", buffering=0)
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            pass
        done = twinseek("index", clips, "--library", disk / "library")
        assert done.returncode == 1
        assert "is full: free some space" in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert [path.name for path in disk.iterdir()] == ["filler"]
        filler.truncate(0)
        index(clips, disk / "library")
    """
    in_own_mounts(script, clips, tmp_path / "disk")


def test_a_read_only_library_is_asked_and_shown_and_index_says_what_to_do(tmp_path):
    clips = write_clips(tmp_path / "clips", 2)
    index(clips, tmp_path / "library")
    wanted = tmp_path / "answer"
    wanted.write_text(repr(essence(ask_exactly(tmp_path / "library"))))
    write_film(clips / "new.mp4", frames=12)
    script = """
        library, clips, elsewhere = map(Path, sys.argv[1:])
        mount("--bind", library, library)
        mount("-o", "remount,ro,bind", library)
        files = {path: path.stat().st_mtime_ns for path in library.rglob("*")}
        name, _ = check_whole(library)
        report = elsewhere / "report.html"
        rows, _, answer = outcomes(library, LIST, ["show", name], [*ASK, "--report", report])
        assert len(rows) == 2
        answers = [answer, ask(library, TWINSEEK_SEARCH__PATH="chroma")]
        assert {repr(essence(answer)) for answer in answers} == {(elsewhere / "answer").read_text()}
        commands = [["index", clips], ["remove", name], ["prune", "--yes"], ["doctor", "--repair"]]
        refused = in_turn(*([*words, "--library", library] for words in commands))
        assert report.stat().st_size > 1000
        for command, done in zip(commands, refused):
            assert done.returncode == 1, (command, done.stderr)
            assert done.stderr.count(" is read-only: change its permissions or name another library") == 1, done.stderr
            assert len(done.stderr.splitlines()) == 1, done.stderr
        assert {path: path.stat().st_mtime_ns for path in library.rglob("*")} == files
    """
    in_own_mounts(script, tmp_path / "library", clips, tmp_path)


def without_powers(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``twinseek`` as somebody whom permissions bind."""
    command = [sys.executable, "-m", "twinseek", *map(os.fspath, arguments)]
    if os.geteuid() == 0:
        # The superuser may read anything, unless it gives that up.
        if shutil.which("setpriv") is None:
            pytest.skip("the superuser cannot try unreadable files without setpriv")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_an_unreadable_file_is_named_and_its_neighbour_indexed(tmp_path):
    clips = write_clips(tmp_path / "clips", 2)
    locked = clips / "clip 0.mp4"
    locked.chmod(0)
    done = without_powers("index", clips, "--library", tmp_path / "library", "--jobs", "1")
    assert done.returncode == 1
    assert f"{locked} cannot be read (Permission denied): check the path and its permissions" in done.stderr
    assert "Traceback" not in done.stderr
    assert [row["path"] for row in listed(tmp_path / "library").values()] == [str(clips / "clip 1.mp4")]
    locked.chmod(0o644)
    _, rows = outcomes(tmp_path / "library", indexing(clips), LIST)
    assert len(rows) == 2


def test_an_unreadable_folder_below_is_named_and_its_neighbours_indexed(tmp_path):
    clips = write_clips(tmp_path / "clips", 1)
    write_clips(clips / "inner", 1)
    (clips / "inner").chmod(0)
    try:
        done = without_powers("index", clips, "--library", tmp_path / "library", "--jobs", "1")
    finally:
        (clips / "inner").chmod(0o755)
    assert done.returncode == 1
    assert f"{clips / 'inner'} cannot be read (Permission denied): check the path and its permissions" in done.stderr
    assert len(listed(tmp_path / "library")) == 1


@pytest.mark.parametrize("name", [None, "notes.txt"])
def test_a_folder_without_videos_is_said_before_any_work(tmp_path, name):
    clips = tmp_path / "clips"
    clips.mkdir()
    if name:
        (clips / name).write_text("no film")
    done = twinseek("index", clips, "--library", tmp_path / "library")
    assert done.returncode == 1
    assert done.stderr == f"error: {clips} holds no video files: name another folder, or the files themselves\n"


WITHOUT_VIDEO = [
    "index nowhere",
    "index empty",
    "index notes.txt",
    "import notes.txt",
    "import notes.txt --format sa-v",
]


@pytest.mark.parametrize("library", [[], ["--library", "deep/in/library"]], ids=["default", "named"])
def test_a_command_that_gets_no_video_leaves_nothing_behind(tmp_path, library):
    (tmp_path / "notes.txt").write_text("no film")
    (tmp_path / "empty").mkdir()
    ended = in_turn(*([*command.split(), *library] for command in WITHOUT_VIDEO), cwd=tmp_path)
    assert [done.returncode for done in ended] == [1] * len(WITHOUT_VIDEO)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "notes.txt"]


def test_a_library_that_may_not_be_made_says_so(tmp_path):
    clips = write_clips(tmp_path / "clips", 1)
    (tmp_path / "closed").mkdir(mode=0o555)
    done = without_powers("index", clips, "--library", tmp_path / "closed" / "library")
    assert done.returncode == 1
    assert "cannot be written (Permission denied): change its permissions or name another library" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_without_libgl_decodes_indexes_and_asks(tmp_path):
    # Bare servers have no libGL; where one is installed it is hidden behind an empty file.
    script = """
        import ctypes
        clips, library = map(Path, sys.argv[1:])
        names = {line.split(" => ")[1].strip() for line in subprocess.run(
            ["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True
        ).stdout.splitlines() if line.strip().startswith("libGL")}
        for name in names:
            mount("--bind", "/dev/null", Path(name).resolve())
        try:
            ctypes.CDLL("libGL.so.1")
        except OSError:
            pass
        else:
            raise AssertionError("libGL is not hidden")
        _, answer = outcomes(library, indexing(clips), ASK)
        assert len(answer["ranking"]) == 1
    """
    in_own_mounts(script, write_clips(tmp_path / "clips", 1), tmp_path / "library")
