"""Many processes on one library: killed at any moment, writing at once, reading while others write."""

import random
import runpy
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from twins.generations import Generation
from twins.store import Store

SCRIPT = Path(__file__).with_name("store_writer.py")
WRITER = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


def start(action: str, root: Path, *rest: object) -> "subprocess.Popen[str]":
    """Start a writer and wait until it has opened the library; a line on its standard input lets it go on."""
    command = [sys.executable, str(SCRIPT), action, str(root), *map(str, rest)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise AssertionError(process.communicate()[1])
    return process


def finish(processes: "list[subprocess.Popen[str]]") -> list[str]:
    """Let processes go on together and return what each wrote."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = []
    for process in processes:
        out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
        outputs.append(out)
    return outputs


def some_files(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    files = [folder / f"clip {n}.mp4" for n in range(count)]
    for n, file in enumerate(files):
        file.write_bytes(f"content {n}".encode())
    return files


def rubbish(root: Path) -> list[str]:
    """Return what is in the videos' folders and is neither live nor another whole generation."""
    store = Store.open(root)
    allowed = {"source.json", "current", "observations", "vectors"}
    names = [
        path.name for video in (root / "videos").iterdir() for path in video.iterdir() if not path.name.startswith("g-")
    ]
    stray = [name for name in names if name not in allowed]
    return stray + [path.name for path in (store.root / ".work").iterdir()]


def kill_writers(tmp_path: Path, kills: int, seed: int) -> None:
    moments = random.Random(seed)
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 4)
    Store.open(root, create=True)
    for version in range(1, kills + 1):
        writer = start("videos", root, version, *files)
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
        time.sleep(moments.uniform(0, 0.12))
        writer.kill()
        out, _ = writer.communicate()
        store = Store.open(root)
        versions = {video_id: WRITER.check_video(store, video_id) for video_id in store.video_ids()}
        assert all(versions[video_id] == version for video_id in out.split())
        assert all(0 < found <= version for found in versions.values())
        assert rubbish(root) == []
    finish([start("videos", root, kills + 1, *files)])
    store = Store.open(root, grace=0)
    assert [WRITER.check_video(store, video_id) for video_id in store.video_ids()] == [kills + 1] * len(files)
    store.sweep()
    assert all(len(list(video.glob("g-*"))) == 1 for video in (root / "videos").iterdir())


def test_after_kill_9_every_video_is_whole_or_absent_and_a_rerun_completes(tmp_path: Path) -> None:
    kill_writers(tmp_path, kills=4, seed=1)


def test_a_process_may_be_killed_before_any_of_its_touches_of_the_disk(tmp_path: Path) -> None:
    (file,) = some_files(tmp_path / "videos", 1)
    command = [sys.executable, str(SCRIPT), "crash", str(tmp_path / "library"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kills = {what: int(count) for what, count in (line.split() for line in done.stdout.splitlines())}
    assert set(kills) == {"add", "replace", "observe", "remove"}
    assert all(count > 4 for count in kills.values()), kills


@pytest.mark.slow
def test_after_many_kills_every_video_is_whole_or_absent(tmp_path: Path) -> None:
    for seed in range(4):
        (tmp_path / str(seed)).mkdir()
        kill_writers(tmp_path / str(seed), kills=50, seed=100 + seed)


def test_processes_that_write_the_same_and_other_videos_at_once_all_finish(tmp_path: Path) -> None:
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 6)
    writers = [
        start("videos", root, 1, *files[:4]),
        start("videos", root, 2, *files[:4]),
        start("videos", root, 3, *files[3:]),
    ]
    finish(writers)
    store = Store.open(root)
    versions = [WRITER.check_video(store, video_id) for video_id in store.video_ids()]
    assert len(versions) == 6
    assert set(versions[:3]) <= {1, 2}
    assert set(versions[4:]) == {3}
    assert rubbish(root) == []


def test_processes_that_create_a_library_at_once_agree_on_its_id(tmp_path: Path) -> None:
    opened = """import sys; from pathlib import Path; from twins.generations import Generation
from twins.store import Store
print(Store.open(Path(sys.argv[1]), create=True).library_id)"""
    command = [sys.executable, "-c", opened, str(tmp_path / "library")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ids = {process.communicate()[0] for process in processes}
    assert ids == {Store.open(tmp_path / "library").library_id + "\n"}


def test_equal_content_under_two_names_indexed_at_once_is_one_video(tmp_path: Path) -> None:
    files = some_files(tmp_path / "videos", 2)
    files[1].write_bytes(files[0].read_bytes())
    writers = [start("videos", tmp_path / "library", 1, file) for file in files]
    outputs = finish(writers)
    store = Store.open(tmp_path / "library")
    assert len(store.video_ids()) == 1
    assert {out.strip() for out in outputs} == set(store.video_ids())
    source = store.source(store.video_ids()[0])
    assert set(source.paths) == {str(file) for file in files}
    assert WRITER.check_video(store, source.video_id) == 1


def test_a_reader_sees_one_whole_version_while_others_replace_it(tmp_path: Path) -> None:
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 1)
    # No grace at all is the hardest case: generations vanish under the reader.
    store = Store.open(root, create=True, grace=0)
    video_id = WRITER.write_video(store, files[0], 1)
    stop, seen = threading.Event(), Counter[int]()
    failures: list[BaseException] = []

    def read() -> None:
        reader = Store.open(root)
        while not stop.is_set():
            try:
                known = reader.effective(video_id)
                version = len(known.twin.tracks)
                assert (known.twin.duration, known.geometry.area.min()) == (version, version)
                seen[version] += 1
            except BaseException as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for version in range(2, 40):
        WRITER.write_video(store, files[0], version)
        store.sweep()
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) > 2
    assert WRITER.check_video(store, video_id) == 39


def test_a_reader_whose_generation_vanishes_before_it_is_opened_reads_the_next(tmp_path: Path) -> None:
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 1)
    store = Store.open(root, create=True, grace=0)
    video_id = WRITER.write_video(store, files[0], 1)
    found: list[str] = []

    def read(generation: Generation) -> float:
        found.append(generation.name)
        if len(found) < 3:
            WRITER.write_video(store, files[0], len(found) + 1)
            store.sweep()
        return generation.twin().duration

    assert store._read(video_id, None, read) == 3
    assert len(set(found)) == 3


def test_a_reader_in_the_grace_period_finishes_with_the_generation_it_began_with(tmp_path: Path) -> None:
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 1)
    store = Store.open(root, create=True)
    video_id = WRITER.write_video(store, files[0], 1)
    began = store.effective(video_id)
    for version in range(2, 6):
        WRITER.write_video(store, files[0], version)
    assert len(store.components(video_id, began.generation)) == len(began.twin.tracks) == 1


def test_of_processes_that_make_one_observation_one_wins_and_all_return_it(tmp_path: Path) -> None:
    root, files = tmp_path / "library", some_files(tmp_path / "videos", 1)
    store = Store.open(root, create=True)
    video_id = WRITER.write_video(store, files[0], 1)
    keys = [f"k{n}" for n in range(15)]
    observers = [start("observe", root, video_id, *keys) for _ in range(4)]
    outputs = finish(observers)
    assert len(set(outputs)) == 1
    kept = {f"{o.key} {o.args['author']}" for o in store.observations(video_id)}
    assert kept == set(outputs[0].splitlines())
    assert rubbish(root) == []
