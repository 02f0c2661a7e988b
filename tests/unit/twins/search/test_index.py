from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import twins.search.index as search_index
from tests.search_rows import drop, put
from twins.errors import TwinseekError
from twins.search import HeldPart, SearchIndex, max_sim


def rows(*values: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors of two dimensions that point at these angles in degrees; their components count from 0."""
    angles = np.radians(values)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), np.arange(len(values))


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return SearchIndex.open(tmp_path / "search", writable=True)


def best(index: SearchIndex, angle: float) -> dict[str, float]:
    """The best cosine of each video to a direction."""
    snapshot = index.snapshot("s")
    found = max_sim(rows(angle)[0], snapshot).best[0]
    return dict(zip(snapshot.video_ids, np.round(found, 3).tolist(), strict=True))


def test_what_was_put_is_found_with_its_video_part_and_component(index: SearchIndex) -> None:
    put(index, "a", "g-1", {"s": rows(0, 90)}, "a cup")
    put(index, "b", "o-1", {"s": (rows(45, 60)[0], np.array([7, 3]))}, "a box")
    snapshot = index.snapshot("s")
    found = max_sim(rows(90)[0], snapshot)
    assert found.best.tolist() == [[1.0, pytest.approx(np.cos(np.radians(30)), abs=1e-5)]]
    assert [snapshot.locate(row) for row in found.rows[0]] == [("a", "g-1", 1), ("b", "o-1", 3)]


def test_putting_a_part_again_replaces_its_vectors_and_words(index: SearchIndex) -> None:
    put(index, "a", "g-1", {"s": rows(0), "other": rows(1)}, "a cup", stamp="one")
    put(index, "a", "g-1", {"s": rows(90, 90)}, "a box", stamp="two")
    assert best(index, 0) == {"a": 0.0}
    assert index.bm25(["cup"]) == {}
    assert set(index.bm25(["box"])) == {"a"}
    assert index.parts() == {("a", "g-1"): HeldPart("two", {"s": 2})}


def test_dropping_a_part_leaves_the_video_its_other_parts(index: SearchIndex) -> None:
    put(index, "a", "g-1", {"s": rows(0)}, "a cup")
    put(index, "a", "o-1", {"s": rows(90)}, "a box")
    drop(index, "a", "g-1")
    assert best(index, 0) == {"a": 0.0}
    assert (set(index.bm25(["cup"])), set(index.bm25(["box"]))) == (set(), {"a"})
    drop(index, "a")
    assert (best(index, 0), index.bm25(["box"]), index.parts()) == ({}, {}, {})


def test_the_sequence_rises_only_when_something_changes(index: SearchIndex) -> None:
    before = index.sequence
    drop(index, "nothing")
    index.compact()
    assert index.sequence == before
    put(index, "a", "p", {"s": rows(0)}, "")
    assert index.sequence == before + 1
    with index.batch() as batch:
        batch.put("b", "p", {"s": rows(0)}, "")
        batch.put("c", "p", {"s": rows(0)}, "")
    assert index.sequence == before + 2


def test_a_snapshot_is_the_same_object_until_the_sequence_changes(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0)}, "")
    snapshot = index.snapshot("s")
    assert index.snapshot("s") is snapshot
    put(index, "b", "p", {"other": rows(0)}, "")
    assert index.snapshot("s").video_ids == ("a", "b")
    assert snapshot.video_ids == ("a",)


def test_a_batch_that_raises_leaves_no_trace(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0)}, "cup")
    before = index.sequence
    with pytest.raises(RuntimeError, match="stop"), index.batch() as batch:
        batch.put("b", "p", {"s": rows(90)}, "box")
        batch.drop("a")
        raise RuntimeError("stop")
    assert (index.sequence, best(index, 0), index.bm25(["cup", "box"]).keys()) == (before, {"a": 1.0}, {"a"})
    put(index, "c", "p", {"s": rows(180)}, "")
    assert best(index, 0) == {"a": 1.0, "c": -1.0}


def test_compacting_drops_dead_rows_and_keeps_every_answer(index: SearchIndex) -> None:
    for turn in range(3):
        for angle, video in enumerate("abcd"):
            put(index, video, "p", {"s": rows(10.0 * angle + turn, 200)}, "")
            put(index, video, "q", {"s": rows(10.0 * angle + 5)}, "")
    drop(index, "b")
    old = index.snapshot("s")
    before = best(index, 33)
    index.compact()
    assert best(index, 33) == before
    assert (len(old.matrix), len(index.snapshot("s").matrix)) == (36, 9)
    assert old.locate(int(old.live_rows[0])) == ("a", "p", 0)  # the old file is gone, its rows are still mapped
    assert len(list((index.folder / "packed" / "s").iterdir())) == 1


def test_a_compaction_between_reading_the_catalogue_and_opening_the_file_is_survived(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, "a", "p", {"s": rows(0)}, "")
    put(index, "a", "p", {"s": rows(90)}, "")
    real, compacted = search_index.map_rows, []

    def late(*arguments: Any) -> Any:
        if not compacted:
            compacted.append(True)
            SearchIndex.open(index.folder, writable=True).compact()
        return real(*arguments)

    monkeypatch.setattr(search_index, "map_rows", late)
    assert best(SearchIndex.open(index.folder, writable=False), 90) == {"a": 1.0}
    assert compacted


def test_compacting_waits_until_enough_rows_are_dead(index: SearchIndex) -> None:
    for video in "abcd":
        put(index, video, "p", {"s": rows(0)}, "")
    drop(index, "a")
    index.compact(min_dead_share=0.5)
    assert len(index.snapshot("s").matrix) == 4
    index.compact(min_dead_share=0.25)
    assert len(index.snapshot("s").matrix) == 3


def test_a_video_without_rows_in_a_space_is_in_its_snapshot_and_scores_nothing(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": (np.empty((0, 2), np.float32), np.empty(0, np.int64))}, "silent")
    put(index, "b", "p", {"s": rows(0)}, "")
    assert best(index, 0) == {"a": -np.inf, "b": 1.0}
    drop(index, "b")
    assert best(index, 0) == {"a": -np.inf}


def test_half_precision_rows_keep_their_type(index: SearchIndex) -> None:
    vectors, components = rows(0, 90)
    put(index, "a", "p", {"words": (vectors.astype(np.float16), components)}, "")
    held, found = index.snapshot("words").rows_of("a")
    assert (held.dtype, held.tolist(), found.tolist()) == (np.float16, [[1, 0], [0, 1]], [0, 1])


def test_rows_of_another_width_or_type_are_refused_until_the_index_is_made_anew(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0)}, "cup")
    wide = np.ones((1, 3), np.float32), np.zeros(1, np.int64)
    with pytest.raises(TwinseekError, match="2 x float32 rows, not 3 x float32"):
        put(index, "b", "p", {"s": wide}, "")
    assert index.parts().keys() == {("a", "p")}
    index.renew()
    put(index, "a", "p", {"s": wide}, "cup")
    assert index.snapshot("s").matrix.shape == (1, 3)


@pytest.mark.parametrize("space", ["", "../s", "a/b", ".s", "s\0", "s" * 101])
def test_a_space_name_that_is_no_plain_file_name_is_refused(index: SearchIndex, space: str) -> None:
    with pytest.raises(TwinseekError, match="cannot name a vector space"):
        put(index, "a", "p", {space: rows(0)}, "")


def test_vectors_that_are_not_finite_are_refused(index: SearchIndex) -> None:
    broken = rows(0)[0]
    broken[0, 0] = np.nan
    with pytest.raises(TwinseekError, match="vectors of a are not finite"):
        put(index, "a", "p", {"s": (broken, np.zeros(1, np.int64))}, "")


def test_a_missing_index_says_how_to_make_it_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(TwinseekError, match="twinseek index"):
        SearchIndex.open(tmp_path / "search", writable=False)
    assert not (tmp_path / "search").exists()


def test_a_space_that_nothing_was_put_into_is_named(index: SearchIndex) -> None:
    with pytest.raises(TwinseekError, match="no video has 's' vectors"):
        index.snapshot("s")


def test_a_reader_cannot_write(index: SearchIndex) -> None:
    with pytest.raises(TwinseekError, match="open for reading"):
        put(SearchIndex.open(index.folder, writable=False), "a", "p", {}, "")


@pytest.mark.parametrize("damage", [b"", b"no database at all " * 400])
def test_a_damaged_catalogue_is_named_to_readers_and_begun_anew_by_writers(index: SearchIndex, damage: bytes) -> None:
    put(index, "a", "p", {"s": rows(0)}, "")
    before = index.sequence
    index.close()
    for name in ("catalogue.sqlite-wal", "catalogue.sqlite-shm"):
        (index.folder / name).unlink(missing_ok=True)
    (index.folder / "catalogue.sqlite").write_bytes(damage)
    with pytest.raises(TwinseekError, match="twinseek doctor"):
        SearchIndex.open(index.folder, writable=False)
    again = SearchIndex.open(index.folder, writable=True)
    assert again.parts() == {}
    assert again.sequence > before
    assert list(index.folder.glob("packed/*/*.rows")) == []


def test_a_packed_file_that_lost_rows_is_named_to_readers_and_begun_anew_by_writers(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0, 1, 2)}, "")
    (file,) = index.folder.glob("packed/s/*.rows")
    with file.open("r+b") as stream:
        stream.truncate(9)
    reader = SearchIndex.open(index.folder, writable=False)
    with pytest.raises(TwinseekError, match="twinseek doctor"):
        reader.snapshot("s")
    assert reader.problems()
    assert SearchIndex.open(index.folder, writable=True).parts() == {}
    assert reader.parts() == {}  # it notices that the catalogue is another one


def test_a_sound_index_has_no_problems(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0)}, "cup")
    assert index.problems() == []


def test_rows_that_a_killed_writer_left_are_written_over(index: SearchIndex) -> None:
    put(index, "a", "p", {"s": rows(0)}, "")
    (file,) = index.folder.glob("packed/s/*.rows")
    with file.open("ab") as stream:
        stream.write(b"\x01" * 37)
    put(index, "b", "p", {"s": rows(90)}, "")
    assert best(index, 90) == {"a": 0.0, "b": 1.0}


def test_a_library_folder_may_have_any_name(tmp_path: Path) -> None:
    index = SearchIndex.open(tmp_path / "what? 100% #1 ünï code" / "search", writable=True)
    put(index, "a", "p", {"s": rows(0)}, "")
    assert best(index, 0) == {"a": 1.0}
