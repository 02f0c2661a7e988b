import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from twins.search import Snapshot, exact, max_sim


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Segments in any order, with tombstones between, before and after them, of few videos or many."""
    videos = draw(st.integers(1, 6))
    lengths = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40)), max_size=14))
    starts, counts, at = [], [], 0
    for gap, count in lengths:
        starts.append(at + gap)
        counts.append(count)
        at += gap + count
    rows = at + draw(st.integers(0, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    # Few distinct values, so that ties between rows and videos are common.
    matrix = rng.integers(-2, 3, (rows, 3)).astype(draw(st.sampled_from([np.float32, np.float16])))
    return Snapshot(
        space="s",
        sequence=1,
        identity="i",
        video_ids=tuple(f"v{number}" for number in range(videos)),
        matrix=matrix,
        segments=np.arange(len(starts), dtype=np.int64),
        starts=np.array(starts, np.int64),
        counts=np.array(counts, np.int64),
        ordinals=rng.integers(0, videos, len(starts)),
        parts=tuple("p" for _ in starts),
        packed_components=tuple(np.arange(count, dtype="<i4").tobytes() for count in counts),
    )


def naive(queries: NDArray[np.float32], snapshot: Snapshot, wanted: set[str]) -> NDArray[np.float32]:
    best = np.full((len(queries), len(snapshot.video_ids)), -np.inf, np.float32)
    for segment, (start, count) in enumerate(zip(snapshot.starts, snapshot.counts, strict=True)):
        video = snapshot.ordinals[segment]
        if snapshot.video_ids[video] in wanted:
            for row in range(start, start + count):
                for number, query in enumerate(queries):
                    best[number, video] = max(best[number, video], float(query @ snapshot.matrix[row]))
    return best


@settings(max_examples=150)
@given(snapshots(), st.integers(1, 4), st.sampled_from([1, 7, 16_384]), st.data())
def test_max_sim_equals_a_loop_over_every_row(
    snapshot: Snapshot, queries: int, block: int, data: st.DataObject
) -> None:
    asked = np.random.default_rng(queries).integers(-2, 3, (queries, 3)).astype(np.float32)
    videos = data.draw(st.none() | st.lists(st.sampled_from([*snapshot.video_ids, "unknown"]), unique=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "BLOCK_ROWS", block)
        patch.setattr(exact, "COPIED_ROWS", block)
        found = max_sim(asked, snapshot, videos)
    expected = naive(asked, snapshot, set(snapshot.video_ids if videos is None else videos))
    np.testing.assert_allclose(found.best, expected, atol=2e-5)
    for (query, video), row in np.ndenumerate(found.rows):
        if row < 0:
            assert expected[query, video] == -np.inf
        else:
            assert snapshot.videos[row] == video
            assert snapshot.locate(int(row))[0] == snapshot.video_ids[video]
            assert asked[query] @ snapshot.matrix[row] == pytest.approx(expected[query, video], abs=2e-5)


@settings(max_examples=50)
@given(snapshots())
def test_a_row_is_located_where_the_arrays_say_and_a_tombstone_nowhere(snapshot: Snapshot) -> None:
    for row, (video, component) in enumerate(zip(snapshot.videos, snapshot.components, strict=True)):
        if video < 0:
            with pytest.raises(KeyError):
                snapshot.locate(row)
        else:
            assert snapshot.locate(row) == (snapshot.video_ids[video], "p", component)


def test_equal_sentences_tie_wherever_their_rows_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    # The last row is a product of its own, which BLAS adds up in another order than a long one.
    monkeypatch.setattr(exact, "BLOCK_ROWS", 1000)
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((5001, 384), np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    equal = [0, 17, 1234, 5000]
    matrix[equal] = matrix[0]
    every = np.arange(5001)
    snapshot = Snapshot(
        space="s",
        sequence=1,
        identity="i",
        video_ids=tuple(f"{number:04}" for number in every),
        matrix=matrix,
        segments=every,
        starts=every,
        counts=np.ones_like(every),
        ordinals=every,
        parts=("p",) * 5001,
        packed_components=(bytes(4),) * 5001,
    )
    queries = rng.standard_normal((5, 384), np.float32)
    best = max_sim(queries / np.linalg.norm(queries, axis=1, keepdims=True), snapshot).best[:, equal]
    assert (best == best[:, :1]).all()


def test_queries_of_the_wrong_width_or_with_nan_are_refused() -> None:
    nothing = np.empty(0, np.int64)
    snapshot = Snapshot(
        "s", 1, "i", ("a",), np.empty((0, 3), np.float32), nothing, nothing, nothing, nothing, (), ()
    )  # fmt: skip
    with pytest.raises(ValueError, match="shape"):
        max_sim(np.ones((1, 4), np.float32), snapshot)
    with pytest.raises(ValueError, match="finite"):
        max_sim(np.full((1, 3), np.nan, np.float32), snapshot)
    assert max_sim(np.ones((2, 3), np.float32), snapshot).best.tolist() == [[-np.inf], [-np.inf]]
