"""Libraries of another version, that cannot be written, or whose disk is full."""

import json
import runpy
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from twins.durable import replace_file
from twins.errors import TwinseekError
from twins.layout import LIBRARY_FORMAT
from twins.migrations import upgrade
from twins.store import Store

SCRIPT = Path(__file__).with_name("store_writer.py")
WRITER = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.fixture
def library(tmp_path: Path) -> Store:
    """A library with two videos and an observation."""
    store = Store.open(tmp_path / "library", create=True)
    for n in range(2):
        (tmp_path / f"clip {n}.mp4").write_bytes(f"content {n}".encode())
        video_id = WRITER.write_video(store, tmp_path / f"clip {n}.mp4", n + 1)
        store.observe(video_id, WRITER.an_observation("k", "me"))
    return store


def in_own_mounts(script: str, *arguments: object) -> str:
    """Run a script that may mount things, which vanish with it; skip where that is not allowed."""
    if subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let tests mount file systems")
    code = PREAMBLE + textwrap.dedent(script)
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", code, str(SCRIPT)]
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


PREAMBLE = """
import os, runpy, subprocess, sys
from pathlib import Path
from types import SimpleNamespace
from twins.errors import TwinseekError
from twins.store import Store
WRITER = SimpleNamespace(**runpy.run_path(sys.argv[1]))
def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)
def error_of(action):
    try:
        action()
    except TwinseekError as error:
        return str(error)
    raise SystemExit("nothing was refused")
"""


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    everything = [root, *root.rglob("*")]
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in everything}


def read_everything(store: Store) -> None:
    for video_id in store.video_ids():
        store.resolve(video_id)
        store.resolve(store.source(video_id).paths[0])
        store.manifest(video_id)
        store.effective(video_id)
        store.components(video_id)
        store.damage(video_id)
        store.read_vectors(video_id, "minilm", str(store.current(video_id)))
        assert store.observation(video_id, "k") is not None
    store.missing()


def test_reading_writes_nothing_at_all(library: Store) -> None:
    before = snapshot(library.root)
    read_everything(Store.open(library.root))
    assert snapshot(library.root) == before


def test_a_library_on_a_read_only_disk_is_read_and_says_that_it_cannot_be_written(
    library: Store, tmp_path: Path
) -> None:
    (library.root / ".work" / "left-behind").mkdir()
    script = """
        root, clip = Path(sys.argv[2]), Path(sys.argv[3])
        mount("--bind", str(root), str(root))
        mount("-o", "remount,ro,bind", str(root))
        store = Store.open(root)
        assert not store.writable
        video_id = store.video_ids()[0]
        print(len(store.video_ids()), store.effective(video_id).folded[0])
        print(error_of(lambda: store.register(clip)))
        print(error_of(lambda: store.observe(video_id, WRITER.an_observation("new", "me"))))
        print(error_of(lambda: store.remove(video_id)))
        print(error_of(store.sweep))
        print(error_of(lambda: Store.open(root / "videos" / "new", create=True)))
    """
    lines = in_own_mounts(script, library.root, tmp_path / "clip 0.mp4").splitlines()
    assert lines[0] == "2 k"
    assert len(lines) == 6
    for line in lines[1:5]:
        assert line == f"{library.root} is read-only: change its permissions or name another library"
    assert "cannot be written (Read-only file system)" in lines[5]


def test_a_full_disk_leaves_what_was_finished_and_nothing_in_work(library: Store, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    script = """
        disk, clips = Path(sys.argv[2]), Path(sys.argv[3])
        mount("-t", "tmpfs", "-o", "size=3m", "none", str(disk))
        store = Store.open(disk / "library", create=True)
        done = WRITER.write_video(store, clips / "clip 0.mp4", 1)
        filler = (disk / "filler").open("wb", buffering=0)
        def fill():
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
        fill()
        filler.truncate(filler.tell() - 16 * 4096)
        left = store.root / ".work"
        def files():
            return sorted(str(path) for path in store.root.rglob("*") if "/paths" not in str(path))
        before = files()
        print(error_of(lambda: WRITER.write_video(store, clips / "clip 1.mp4", 50)))
        assert files() == before, files()
        print(error_of(lambda: WRITER.write_video(store, clips / "clip 0.mp4", 50)))
        assert files() == before, files()
        filler.seek(0, 2)
        fill()
        print(error_of(lambda: store.observe(done, WRITER.an_observation("k", "me"))))
        assert not list(left.iterdir())
        print(WRITER.check_video(store, done))
        filler.truncate(0)
        WRITER.write_video(store, clips / "clip 1.mp4", 3)
        print(len(store.video_ids()))
    """
    lines = in_own_mounts(script, tmp_path / "disk", tmp_path).splitlines()
    full = f"the disk of {tmp_path}/disk/library is full: free some space and run the same command again,"
    assert [line.startswith(full) for line in lines] == [True, True, True, False, False]
    assert lines[3:] == ["1", "2"]


def test_there_is_no_library_where_none_was_made(tmp_path: Path) -> None:
    with pytest.raises(TwinseekError, match=r"there is no library at .*: make one with `twinseek index PATH --library"):
        Store.open(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_library_is_not_made_among_other_things(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(TwinseekError, match="holds other things and no library"):
        Store.open(tmp_path, create=True)
    with pytest.raises(TwinseekError, match="is a file: name a folder"):
        Store.open(tmp_path / "holiday.jpg", create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_half_made_library_is_finished(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / ".work").mkdir()
    assert Store.open(tmp_path, create=True).video_ids() == []


def set_format(store: Store, version: object) -> None:
    (store.root / "library.toml").write_text(f'format = {version}\nid = "{store.library_id}"\n')


@pytest.mark.parametrize("create", [True, False])
def test_a_newer_library_is_refused_untouched(library: Store, create: bool) -> None:
    set_format(library, LIBRARY_FORMAT + 1)
    (library.root / ".work" / "theirs").mkdir()
    words = f"has format {LIBRARY_FORMAT + 1}, this Twinseek reads {LIBRARY_FORMAT}: install a newer Twinseek"
    with pytest.raises(TwinseekError, match=words):
        Store.open(library.root, create=create)
    with pytest.raises(TwinseekError, match=words):
        upgrade(library.root)
    assert (library.root / ".work" / "theirs").exists()


def test_an_older_library_is_sent_to_upgrade(library: Store) -> None:
    set_format(library, 0)
    with pytest.raises(TwinseekError, match="has format 0, this Twinseek reads 1: run `twinseek library upgrade`"):
        Store.open(library.root)
    with pytest.raises(TwinseekError, match=r"no way is known to upgrade .* from format 0"):
        upgrade(library.root)


@pytest.mark.parametrize("content", ["", "format = 'one'\nid = 'x'", "format = 1", "\x00", 'format = 1\nid = "x'])
def test_a_damaged_library_file_is_named(library: Store, content: str) -> None:
    (library.root / "library.toml").write_text(content)
    with pytest.raises(TwinseekError, match=r"library\.toml is damaged"):
        Store.open(library.root)


FILES = ["source.json", "g-*/twin.json", "g-*/components.json", "g-*/manifest.json", "observations/k.json"]


def read_all_records(store: Store, video_id: str) -> None:
    store.source(video_id)
    store.effective(video_id)
    store.components(video_id)
    store.manifest(video_id)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("version", "words"),
    [
        (2, "has schema_version 2, this Twinseek reads 1: install a newer Twinseek"),
        (0, "has schema_version 0, this Twinseek reads 1: run `twinseek library upgrade`"),
        ("x", "is damaged"),
    ],
)
def test_every_file_has_a_version_that_is_checked(library: Store, name: str, version: object, words: str) -> None:
    video_id = library.video_ids()[0]
    (path,) = (library.root / "videos" / video_id).glob(name)
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"schema_version": version, "later": 1}))
    with pytest.raises(TwinseekError, match=f"{path.name} {words}"):
        read_all_records(library, video_id)


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_named_with_what_to_do(library: Store, name: str) -> None:
    video_id = library.video_ids()[0]
    (path,) = (library.root / "videos" / video_id).glob(name)
    path.write_bytes(path.read_bytes()[:20])
    advice = "delete the file" if path.name == "k.json" else "index the video again"
    with pytest.raises(TwinseekError, match=rf"{path.name} is damaged \(.*\): {advice}"):
        read_all_records(library, video_id)


@pytest.mark.parametrize("name", ["source.json", "current", "g-*/twin.json", "g-*/geometry.npz", "g-*/manifest.json"])
def test_indexing_again_mends_a_damaged_video_and_others_are_not_affected(
    library: Store, tmp_path: Path, name: str
) -> None:
    first, second = library.video_ids()
    (path,) = (library.root / "videos" / first).glob(name)
    path.write_bytes(path.read_bytes()[:-3])
    again = Store.open(library.root)
    assert again.stages(second) == library.manifest(second).stages != {}
    assert name == "source.json" or again.stages(first) == {}
    assert again.register(tmp_path / "clip 1.mp4").video_id == second
    assert WRITER.write_video(again, tmp_path / "clip 0.mp4", 1) == first
    assert WRITER.check_video(again, first) == 1
    assert again.source(first).paths == (str(tmp_path / "clip 0.mp4"),)


@pytest.mark.parametrize("content", ["", "g-0000000000000000", "../../etc", "\x00\xff"])
def test_a_pointer_to_nowhere_is_told(library: Store, content: str) -> None:
    video_id = library.video_ids()[0]
    (library.root / "videos" / video_id / "current").write_text(content)
    with pytest.raises(TwinseekError, match="is incomplete: index the video again"):
        library.twin(video_id)


def make_version_0(store: Store) -> None:
    """Write the library as an imagined first format had it: a plain string instead of lists of names and paths."""
    for path in store.root.glob("videos/*/source.json"):
        old = json.loads(path.read_text())
        old["name"], old["path"] = old.pop("names")[0], old.pop("paths")[0]
        path.write_text(json.dumps(old | {"schema_version": 0}))
    set_format(store, 0)


def from_0_to_1(root: Path) -> None:
    for path in sorted(root.glob("videos/*/source.json")):
        old = json.loads(path.read_text())
        if old["schema_version"] == 0:
            old["names"], old["paths"] = [old.pop("name")], [old.pop("path")]
            replace_file(path, json.dumps(old | {"schema_version": 1}).encode(), root / ".work")


def test_an_older_library_is_upgraded_and_keeps_everything(library: Store) -> None:
    sources = [library.source(video_id) for video_id in library.video_ids()]
    make_version_0(library)
    assert upgrade(library.root, {0: from_0_to_1}) == [0]
    upgraded = Store.open(library.root)
    assert upgraded.library_id == library.library_id
    assert [upgraded.source(video_id) for video_id in upgraded.video_ids()] == sources
    read_everything(upgraded)
    assert upgrade(library.root, {0: from_0_to_1}) == []


def test_an_upgrade_that_was_killed_is_finished_by_the_next(library: Store) -> None:
    make_version_0(library)
    steps: list[int] = []

    def stops_half_way(root: Path) -> None:
        first = sorted(root.glob("videos/*/source.json"))[0]
        old = json.loads(first.read_text())
        old["names"], old["paths"] = [old.pop("name")], [old.pop("path")]
        first.write_text(json.dumps(old | {"schema_version": 1}))
        steps.append(0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upgrade(library.root, {0: stops_half_way})
    with pytest.raises(TwinseekError, match="twinseek library upgrade"):
        Store.open(library.root)
    assert upgrade(library.root, {0: from_0_to_1}) == [0]
    assert len(Store.open(library.root).video_ids()) == 2
    assert steps == [0]
