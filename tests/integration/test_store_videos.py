"""Videos come, are read, gain and lose paths, and go."""

import os
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import twins.seen
from twins.errors import TwinseekError
from twins.layout import path_text
from twins.masks import MaskWriter
from twins.schema import Fact, Source
from twins.store import Store

WRITER = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("store_writer.py"))))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "library", create=True)


def a_file(path: Path, content: bytes = b"frames") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_000_000_000, 1_000_000_000))  # long unchanged
    return path


def index(store: Store, path: Path, version: int = 1) -> str:
    video_id: str = WRITER.write_video(store, path, version)
    return video_id


def generations(store: Store, video_id: str) -> set[str]:
    return {path.name for path in (store.root / "videos" / video_id).glob("g-*")}


def names_in_work(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / ".work").iterdir())


def test_what_was_committed_is_read_back(store: Store, tmp_path: Path) -> None:
    video_id = index(store, a_file(tmp_path / "Dog runs.mp4"), version=3)
    assert video_id.startswith("dog-runs-")
    assert store.video_ids() == [video_id]
    assert store.manifest(video_id).stages == {"decode": "d3", "track": "t3"}
    assert store.twin(video_id) == WRITER.a_twin(video_id, 3)
    assert store.geometry(video_id).area.tolist() == WRITER.a_geometry(3).area.tolist()
    assert [c.text for c in store.components(video_id)] == ["thing 0", "thing 1", "thing 2"]
    assert store.source(video_id).paths == (str(tmp_path / "Dog runs.mp4"),)
    assert store.damage(video_id) == ()
    assert names_in_work(store) == []


def test_a_draft_without_a_commit_leaves_nothing(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "a.mp4"))
    source = file.source(duration=1, width=64, height=48)
    with pytest.raises(KeyboardInterrupt), store.draft(file.video_id, source) as draft:
        draft.write(WRITER.a_twin(file.video_id, 1), WRITER.a_geometry(1), ())
        raise KeyboardInterrupt
    assert store.video_ids() == []
    assert list((store.root / "videos").iterdir()) == []
    assert names_in_work(store) == []


def test_an_incomplete_or_mixed_up_draft_is_not_committed(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "a.mp4"))
    with store.draft(file.video_id, file.source(duration=1, width=64, height=48)) as draft:
        with pytest.raises(ValueError, match=r"without twin.json, geometry.npz, components.json"):
            draft.commit({})
        with pytest.raises(ValueError, match="the twin is of 'other'"):
            draft.write(WRITER.a_twin("other", 1), WRITER.a_geometry(1), ())
        with pytest.raises(ValueError, match=r"rows of tracks that the twin has not: \['t1'\]"):
            draft.write(WRITER.a_twin(file.video_id, 1), WRITER.a_geometry(2), ())
    assert store.video_ids() == []


def test_masks_are_read_where_there_are_some_and_named_where_not(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "a.mp4"))
    source = file.source(duration=1, width=64, height=48)
    with store.draft(file.video_id, source) as draft:
        draft.write(WRITER.a_twin(file.video_id, 1), WRITER.a_geometry(1), ())
        draft.commit({"decode": "without"})
    assert not store.has_masks(file.video_id)
    with pytest.raises(TwinseekError, match="has no masks"):
        store.masks(file.video_id)
    mask = np.zeros((48, 64), bool)
    mask[4:8, 5:9] = True
    with store.draft(file.video_id, source) as draft:
        draft.write(WRITER.a_twin(file.video_id, 1), WRITER.a_geometry(1), ())
        with MaskWriter(draft.masks_path, 48, 64) as masks:
            masks.add("t0", 3, mask)
        draft.commit({"decode": "with"})
    with store.masks(file.video_id) as reader:
        assert (reader.mask("t0", 3) == mask).all()


def test_a_reused_file_is_the_live_generations_unchanged(store: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.mp4")
    video_id = index(store, path, version=2)
    first = store.current(video_id)
    with store.draft(video_id, store.source(video_id)) as draft:
        draft.write(WRITER.a_twin(video_id, 2), WRITER.a_geometry(2), [])
        reused = draft.reuse("masks.zip")
        draft.commit({"decode": "d2", "components": "c2"})
    assert reused == draft.masks_path
    assert store.current(video_id) != first
    assert store.damage(video_id) == ()
    masks = {(store.root / "videos" / video_id / g / "masks.zip").read_bytes() for g in generations(store, video_id)}
    assert masks == {bytes([2]) * 100_000}


def test_equal_content_is_one_generation_and_a_damaged_one_is_made_whole_again(store: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.mp4")
    video_id = index(store, path, version=2)
    index(store, path, version=2)
    assert generations(store, video_id) == {store.current(video_id)}
    geometry = store.root / "videos" / video_id / str(store.current(video_id)) / "geometry.npz"
    geometry.write_bytes(geometry.read_bytes()[:-100])
    assert store.damage(video_id) == ("geometry.npz",)
    with pytest.raises(TwinseekError, match="damaged"):
        store.geometry(video_id)
    index(store, path, version=2)
    assert WRITER.check_video(store, video_id) == 2


def test_a_replaced_generation_stays_until_the_grace_period_is_over(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "library", create=True, grace=100)
    path = a_file(tmp_path / "a.mp4")
    video_id = index(store, path, version=1)
    old = str(store.current(video_id))
    index(store, path, version=2)
    store.write_vectors(video_id, "minilm", old, np.ones((1, 3), np.float32))
    assert store.sweep() == 0
    assert store.twin(video_id, old).duration == 1
    current = store.root / "videos" / video_id / "current"
    os.utime(current, (current.stat().st_mtime - 101,) * 2)
    assert store.sweep() == 1
    assert generations(store, video_id) == {store.current(video_id)}
    assert store.read_vectors(video_id, "minilm", old) is None
    assert store.twin(video_id).duration == 2
    with pytest.raises(TwinseekError, match="is incomplete"):
        store.twin(video_id, old)


def test_equal_content_is_one_video_with_several_paths(store: Store, tmp_path: Path) -> None:
    first, second = a_file(tmp_path / "a.mp4"), a_file(tmp_path / "sub" / "b.mp4")
    ids = {store.register(first).video_id, store.register(second).video_id}
    assert len(ids) == 1
    video_id = index(store, first)
    assert store.register(second).video_id == video_id
    assert store.source(video_id).paths == (str(first), str(second))
    assert store.source(video_id).names == ("a.mp4", "b.mp4")
    assert store.resolve(str(second)) == store.resolve(str(first)) == video_id


def test_a_moved_file_keeps_its_id_and_gains_a_path(store: Store, tmp_path: Path) -> None:
    video_id = index(store, a_file(tmp_path / "a.mp4"))
    (tmp_path / "a.mp4").rename(tmp_path / "b.mp4")
    assert store.register(tmp_path / "b.mp4").video_id == video_id
    assert store.path(video_id) == tmp_path / "b.mp4"
    assert store.missing() == []
    assert len(list((store.root / "paths").iterdir())) == 2
    assert store.missing_paths() == {video_id: (str(tmp_path / "a.mp4"),)}
    assert store.prune() == []
    assert store.source(video_id).paths == (str(tmp_path / "b.mp4"),)
    assert len(list((store.root / "paths").iterdir())) == 1


def test_a_changed_file_is_a_new_video_and_the_old_one_is_missing_until_prune(store: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.mp4")
    old = index(store, path)
    new = index(store, a_file(path, b"other frames"))
    assert old != new
    assert store.resolve(str(path)) == new
    assert store.source(old).paths == ()
    assert store.missing() == [old]
    assert store.path(old) is None
    assert store.video_ids() == sorted([old, new])
    assert store.prune() == [old]
    assert store.video_ids() == [new]


def test_an_imported_twin_without_its_file_survives_prune(store: Store, tmp_path: Path) -> None:
    source = Source(video_id="01_dog", names=("01_dog",), sha256="1" * 64, size=1, duration=1, width=64, height=48)
    with store.draft("01_dog", source) as draft:
        twin = WRITER.a_twin("01_dog", 1).model_copy(update={"origin": "imported"})
        draft.write(twin, WRITER.a_geometry(1), ())
        draft.commit({"import": "i"})
    assert store.missing() == ["01_dog"]
    assert store.prune() == []
    assert store.video_ids() == ["01_dog"]


def test_an_unchanged_file_is_not_hashed_again(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Path] = []
    real = twins.seen._hash
    monkeypatch.setattr(twins.seen, "_hash", lambda path: hashed.append(path) or real(path))
    path = a_file(tmp_path / "a.mp4")
    store.register(path)
    again = Store.open(store.root)
    again.register(path)
    assert hashed == [path]
    again.register(a_file(path, b"FRAMES!"))
    os.utime(path, (1_000_000_001, 1_000_000_001))
    again.register(path)
    assert hashed == [path] * 3


def test_a_file_that_changed_just_now_is_hashed_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"one")
    first = store.register(path)
    state = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # changed within one tick of the clock
    assert store.register(path).sha256 != first.sha256


def test_a_file_that_changed_after_registration_is_told(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "a.mp4"))
    file.check_unchanged()
    a_file(tmp_path / "a.mp4", b"more frames")
    with pytest.raises(TwinseekError, match=r"a\.mp4 changed while it was read"):
        file.check_unchanged()


@pytest.mark.parametrize("name", ["new\nline.mp4", " spaces .mp4", "kočka 猫.mp4", "-rf", os.fsdecode(b"\xff\xfe.mp4")])
def test_any_file_name_can_be_indexed_found_and_kept(store: Store, tmp_path: Path, name: str) -> None:
    path = a_file(tmp_path / name)
    video_id = index(store, path)
    assert store.resolve(str(path)) == video_id
    assert store.source(video_id).paths == (path_text(path),)
    assert store.path(video_id) == path
    assert Store.open(store.root).register(path).video_id == video_id
    assert store.missing() == []


def test_what_is_no_readable_file_is_refused_with_its_name(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, words in [("none.mp4", "No such file"), ("loop", "symbolic links"), ("pipe", "no regular file")]:
        with pytest.raises(TwinseekError, match=f"{name} .*{words}"):
            store.register(tmp_path / name)
    with pytest.raises(TwinseekError, match="no regular file"):
        store.register(tmp_path)


def test_a_video_is_known_by_its_files_name_and_the_beginning_of_it(store: Store, tmp_path: Path) -> None:
    first, tenth = (index(store, a_file(tmp_path / f"My_clip {n}.mp4", str(n).encode())) for n in ("1", "10"))
    assert store.resolve("My_clip 1") == store.resolve("My_clip 1.mp4") == first
    assert store.resolve("My_clip 10.m") == tenth
    with pytest.raises(TwinseekError, match="'My_c' stands for 2 videos"):
        store.resolve("My_c")
    with pytest.raises(TwinseekError, match=rf"no video 'my_clp_10.mp4' in .*did you mean {tenth}, {first}\?"):
        store.resolve("my_clp_10.mp4")


def test_a_library_that_got_no_video_is_withdrawn_by_whoever_made_it(tmp_path: Path) -> None:
    place = tmp_path / "new" / "library"
    made = Store.open(place, create=True)
    assert not Store.open(place).withdraw()
    assert not Store.open(place, create=True).withdraw()
    with pytest.raises(TwinseekError):
        made.register(tmp_path / "none.mp4")
    made.register(a_file(tmp_path / "dog.mp4"))
    assert made.withdraw()
    assert [path.name for path in tmp_path.iterdir()] == ["dog.mp4"]


def test_a_new_library_in_which_somebody_works_or_has_put_a_video_is_not_withdrawn(tmp_path: Path) -> None:
    made = Store.open(tmp_path / "library", create=True)
    other = Store.open(tmp_path / "library")
    file = other.register(a_file(tmp_path / "dog.mp4"))
    with other.draft(file.video_id, file.source(duration=1.0, width=8, height=8)):
        assert not made.withdraw()
    video_id = index(other, tmp_path / "dog.mp4")
    assert not made.withdraw()
    assert made.video_ids() == [video_id]


def test_a_library_inside_the_named_folder_is_pointed_at(store: Store, tmp_path: Path) -> None:
    with pytest.raises(TwinseekError, match=rf"no library at {tmp_path} \(did you mean {store.root}\?\): make one"):
        Store.open(tmp_path)
    with pytest.raises(TwinseekError, match=rf"no library at {tmp_path / 'none'}: make one"):
        Store.open(tmp_path / "none")


def test_a_folder_that_was_there_before_the_library_stays(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    assert Store.open(tmp_path / "library", create=True).withdraw()
    assert list((tmp_path / "library").iterdir()) == []


def test_a_reference_is_an_id_the_beginning_of_one_or_a_path(store: Store, tmp_path: Path) -> None:
    dog, cat = index(store, a_file(tmp_path / "dog.mp4", b"1")), index(store, a_file(tmp_path / "cat.mp4", b"2"))
    second = index(store, a_file(tmp_path / "dogs.mp4", b"3"))
    assert store.resolve(cat) == store.resolve("c") == store.resolve(str(tmp_path / "x" / ".." / "cat.mp4")) == cat
    assert (store.resolve("dog"), store.resolve("dogs")) == (dog, second)
    with pytest.raises(TwinseekError, match=f"'do' stands for 2 videos: name one of {dog}, {second}"):
        store.resolve("do")
    with pytest.raises(TwinseekError, match=rf"no video 'cta' in .*did you mean {cat}\?.*index the file first"):
        store.resolve("cta")
    with pytest.raises(TwinseekError, match="no video ''"):
        store.resolve("")


def test_a_removed_video_is_gone_whole_and_can_come_back(store: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.mp4")
    video_id = index(store, path)
    store.observe(video_id, WRITER.an_observation("k", "me"))
    store.remove(video_id)
    assert store.video_ids() == []
    assert store.current(video_id) is None
    assert not (store.root / "videos" / video_id).exists()
    for use in (store.twin, store.source, store.remove, store.effective, store.damage):
        with pytest.raises(TwinseekError, match="no video"):
            use(video_id)
    with pytest.raises(TwinseekError, match="no video"):
        store.write_vectors(video_id, "minilm", "g-0", np.ones((1, 2)))
    assert path.exists()
    assert index(store, path) == video_id
    assert store.observations(video_id) == ()


def test_observations_are_kept_once_and_folded_in_through_generations(store: Store, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.mp4")
    video_id = index(store, path, version=1)
    fact = Fact(about="t0", kind="state", text="asleep", source="look")
    mine = WRITER.an_observation("b", "me").model_copy(update={"facts": (fact,)})
    kept = store.observe(video_id, mine)
    assert kept.tracks[0].id == "o-b-0"
    assert store.observe(video_id, WRITER.an_observation("b", "another")) == kept
    assert store.observation(video_id, "b") == kept
    assert store.observation(video_id, "c") is None
    later = WRITER.an_observation("a", "me").model_copy(update={"created": "2026-02-01"})
    store.observe(video_id, later)
    assert [o.key for o in store.observations(video_id)] == ["b", "a"]
    index(store, path, version=2)
    known = store.effective(video_id)
    assert known.folded == ("b", "a")
    assert known.generation == store.current(video_id)
    assert [(f.about, f.text, f.source) for f in known.twin.facts] == [("t0", "asleep", "o-b")]
    assert store.twin(video_id).facts == ()


def test_vectors_are_kept_a_part_each(store: Store, tmp_path: Path) -> None:
    video_id = index(store, a_file(tmp_path / "a.mp4"))
    part = str(store.current(video_id))
    assert store.read_vectors(video_id, "minilm", part) is None
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    store.write_vectors(video_id, "minilm", part, vectors)
    read = store.read_vectors(video_id, "minilm", part)
    assert read is not None
    assert read.dtype == np.float32
    assert np.array_equal(read, vectors)
    path = store.vectors_path(video_id, "minilm", part)
    assert path == store.root / "videos" / video_id / "vectors" / "minilm" / f"{part}.npy"
    path.write_bytes(path.read_bytes()[:-4])
    assert store.read_vectors(video_id, "minilm", part) is None
    with pytest.raises(ValueError, match="cannot name a file"):
        store.vectors_path(video_id, "../../x", part)


def test_a_library_can_be_moved(store: Store, tmp_path: Path) -> None:
    video_id = index(store, a_file(tmp_path / "a.mp4"), version=2)
    shutil.move(store.root, tmp_path / "elsewhere")
    moved = Store.open(tmp_path / "elsewhere")
    assert moved.library_id == store.library_id
    assert WRITER.check_video(moved, video_id) == 2
