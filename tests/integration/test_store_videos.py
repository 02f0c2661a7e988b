"""Videos come, are read, gain and lose paths, and go."""

import os
from pathlib import Path

import pytest

from twins.geometry import empty_geometry
from twins.schema import Component, Provenance, Twin
from twins.sources import SourceFile
from twins.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "library", create=True)


def a_file(path: Path, content: bytes = b"frames") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_000_000_000, 1_000_000_000))  # long unchanged
    return path


def a_twin(video_id: str, duration: float = 1.0, origin: str = "perceived") -> Twin:
    source = {"test": Provenance(specialist="test", version="1")}
    return Twin.model_validate(
        {
            "video_id": video_id,
            "duration": duration,
            "width": 64,
            "height": 48,
            "frame_count": 5,
            "origin": origin,
            "sources": source,
        }
    )


def commit(store: Store, file: SourceFile, duration: float = 1.0, stages: dict[str, str] | None = None) -> str:
    source = file.source(duration=duration, width=64, height=48)
    with store.draft(file.video_id, source) as draft:
        sentence = Component(kind="scene", text="a room", source="test")
        draft.write(a_twin(file.video_id, duration), empty_geometry(64, 48), [sentence])
        return draft.commit(stages or {"decode": "d1"})


def names_in_work(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / ".work").iterdir())


def test_what_was_committed_is_read_back(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "Dog runs.mp4"))
    name = commit(store, file, stages={"decode": "d1", "track": "t1"})
    assert file.video_id.startswith("dog-runs-")
    assert store.video_ids() == [file.video_id]
    assert store.current(file.video_id) == name
    assert store.manifest(file.video_id).stages == {"decode": "d1", "track": "t1"}
    assert store.twin(file.video_id) == a_twin(file.video_id)
    assert store.geometry(file.video_id).width == 64
    assert [c.text for c in store.components(file.video_id)] == ["a room"]
    assert store.source(file.video_id).paths == (str(tmp_path / "Dog runs.mp4"),)
    assert store.damage(file.video_id) == ()
    assert names_in_work(store) == []


def test_a_draft_without_a_commit_leaves_nothing(store: Store, tmp_path: Path) -> None:
    file = store.register(a_file(tmp_path / "a.mp4"))
    with (
        pytest.raises(KeyboardInterrupt),
        store.draft(file.video_id, file.source(duration=1, width=64, height=48)) as draft,
    ):
        draft.write(a_twin(file.video_id), empty_geometry(64, 48), ())
        raise KeyboardInterrupt
    assert store.video_ids() == []
    assert list((store.root / "videos").iterdir()) == []
    assert names_in_work(store) == []
