"""The index on real encoded files: what is found, what is run again, what goes wrong."""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from graphs import index_fingerprints, index_stages
from graphs.index import NO_READER, IndexOptions, find_videos, index_videos
from tools import appearance
from twins.decoding import Decoding
from twins.errors import TwinseekError
from twins.geometry import Visibility
from twins.schema import Provenance
from twins.specialists import Label, Specialists
from twins.store import Store


def film(path: Path, frames: int = 75, seed: int = 1) -> Path:
    """Encode a clip in which a red disc crosses a rough ground from left to right, behind a grey wall in the middle."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.random((20, 36, 3)).astype(np.float32), (320, 180), interpolation=cv2.INTER_CUBIC)
    ground = np.clip(90 + 70 * ground, 0, 255).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(frames):
            image = ground.copy()
            cv2.circle(image, (30 + round(260 * number / frames), 90), 16, (205, 40, 40), -1)
            image[40:140, 125:195] = (90, 90, 95)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return film(folder / "disc.mp4")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "library", create=True)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one for every frame that is decoded."""
    frames: list[int] = []
    original = Decoding.__iter__

    def counting(self: Decoding):
        for item in original(self):
            frames.append(1)
            yield item

    monkeypatch.setattr(Decoding, "__iter__", counting)
    return frames


def work_left(store: Store) -> list[str]:
    return [entry.name for entry in (store.root / ".work").iterdir() if entry.suffix != ".lock"]


def test_a_disc_that_passes_behind_a_wall_becomes_one_red_round_track(store: Store, clip: Path):
    report = index_videos(store, [clip])
    (video_id,) = report.indexed
    twin, geometry = store.twin(video_id), store.geometry(video_id)
    red = [t for t in twin.tracks if any(a.text == "red" for a in t.attributes)]
    assert len(red) == 1
    assert {"red", "circle"} <= {attribute.text for attribute in red[0].attributes}
    assert (red[0].category, red[0].confidence) == ("object", pytest.approx(0.2))
    row = geometry.row(red[0].id)
    middle = int(np.abs(geometry.seconds - 1.5).argmin())
    assert geometry.visibility[row, middle] == Visibility.OCCLUDED
    assert geometry.visibility[row, 1] == Visibility.VISIBLE
    assert geometry.boxes[row, 0] == pytest.approx([14, 74, 47, 107], abs=5)
    with store.masks(video_id) as masks:
        mask = masks.mask(red[0].id, int(geometry.frame_index[1]))
    assert mask.shape == (180, 320)
    assert mask.sum() == pytest.approx(np.pi * 16**2, rel=0.2)
    assert any(fact.text == "the camera is still" for fact in twin.facts)
    assert any(fact.predicate == "moves_right" for fact in twin.facts)
    assert store.components(video_id)
    assert twin.duration == pytest.approx(3.0)


def test_an_indexed_video_is_left_alone(store: Store, clip: Path, decoded: list[int]):
    index_videos(store, [clip])
    generation, before = store.current(store.video_ids()[0]), len(decoded)
    report = index_videos(store, [clip])
    assert report.skipped == store.video_ids()
    assert len(decoded) == before
    assert store.current(store.video_ids()[0]) == generation


def test_a_change_of_components_decodes_no_frame(
    store: Store, clip: Path, decoded: list[int], monkeypatch: pytest.MonkeyPatch
):
    index_videos(store, [clip])
    before = len(decoded)
    monkeypatch.setattr(index_fingerprints, "COMPONENTS_VERSION", "another")
    events: list[dict[str, object]] = []
    index_videos(store, [clip], on_event=events.append)
    assert [e["stages"] for e in events if e["event"] == "indexed"] == [["components"]]
    assert len(decoded) == before


def test_changed_attributes_look_at_a_few_frames_and_keep_the_tracks(
    store: Store, clip: Path, monkeypatch: pytest.MonkeyPatch
):
    (video_id,) = index_videos(store, [clip]).indexed
    old = store.twin(video_id)
    monkeypatch.setattr(appearance, "VERSION", "another")
    monkeypatch.setattr(index_stages, "Perceiver", lambda: pytest.fail("segmented again"))
    index_videos(store, [clip])
    new = store.twin(video_id)
    assert [track.id for track in new.tracks] == [track.id for track in old.tracks]
    assert any(a.text == "red" for track in new.tracks for a in track.attributes)
    with store.masks(video_id) as masks:
        assert masks.track_ids()


class Namer:
    """Calls everything in the left half of the first frame it sees a disc, and says nothing of the rest."""

    provenance = Provenance(specialist="namer", version="1")

    def label(self, frame, boxes):
        return {name: Label("disc", 0.8) for name, box in boxes.items() if box[2] < frame.image.shape[1] / 2}


def test_a_labeller_names_tracks_without_another_segmentation(
    store: Store, clip: Path, monkeypatch: pytest.MonkeyPatch
):
    (video_id,) = index_videos(store, [clip]).indexed
    monkeypatch.setattr(index_stages, "Perceiver", lambda: pytest.fail("segmented again"))
    index_videos(store, [clip], specialists=Specialists(labeller=Namer()))
    twin = store.twin(video_id)
    named = [track for track in twin.tracks if track.category == "disc"]
    assert named
    assert named[0].source in twin.sources
    index_videos(store, [clip])
    assert {track.category for track in store.twin(video_id).tracks} == {"object"}


def test_a_bad_file_is_reported_and_its_neighbours_are_indexed(store: Store, clip: Path):
    (clip.parent / "bad.mp4").write_bytes(b"nothing of a video")
    (clip.parent / "empty.mp4").write_bytes(b"")
    report = index_videos(store, [clip.parent])
    assert len(report.indexed) == 1
    assert sorted(Path(path).name for path in report.failed) == ["bad.mp4", "empty.mp4"]
    assert all(": " in reason for reason in report.failed.values())
    assert work_left(store) == []


def test_two_processes_do_what_one_does(store: Store, clip: Path, tmp_path: Path):
    film(clip.parent / "other.mp4", frames=30, seed=2)
    events: list[dict[str, object]] = []
    report = index_videos(store, [clip.parent], jobs=2, on_event=events.append)
    assert len(report.indexed) == 2
    alone = Store.open(tmp_path / "alone", create=True)
    index_videos(alone, [clip.parent])
    for video_id in alone.video_ids():
        assert store.twin(video_id) == alone.twin(video_id)
    assert {e["event"] for e in events} >= {"started", "indexed"}
    assert all("rate" in e for e in events if e["event"] == "indexed")
    assert work_left(store) == []


def test_the_same_content_under_two_names_is_one_video(store: Store, clip: Path):
    (clip.parent / "copy.mp4").write_bytes(clip.read_bytes())
    index_videos(store, [clip.parent])
    (video_id,) = store.video_ids()
    assert len(store.source(video_id).paths) == 2


def test_an_interrupted_run_leaves_finished_videos_and_nothing_else(store: Store, clip: Path):
    film(clip.parent / "second.mp4", frames=30, seed=2)

    def stop_at_second(event: dict[str, object]) -> None:
        if event["event"] == "progress" and "second" in str(event["path"]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_videos(store, [clip.parent], on_event=stop_at_second)
    assert len(store.video_ids()) == 1
    assert work_left(store) == []
    assert len(index_videos(store, [clip.parent]).indexed) == 1


def test_options_are_part_of_what_makes_a_twin_stale(store: Store, clip: Path):
    index_videos(store, [clip])
    report = index_videos(store, [clip], IndexOptions(samples_per_second=5.0))
    assert report.indexed
    assert len(store.geometry(store.video_ids()[0]).seconds) <= 18


def test_without_a_reader_of_text_videos_are_indexed_with_one_warning(
    store: Store, clip: Path, monkeypatch: pytest.MonkeyPatch
):
    film(clip.with_name("other.mp4"), frames=20, seed=2)
    with monkeypatch.context() as hidden:
        hidden.setitem(sys.modules, "rapidocr_onnxruntime", None)
        without = index_videos(store, [clip.parent])
    assert len(without.indexed) == 2
    assert [text for texts in without.warnings.values() for text in texts] == [NO_READER]
    with_reader = index_videos(store, [clip.parent])
    assert len(with_reader.indexed) == 2 and not with_reader.warnings, "what was not read is read once it can be"


def test_folders_are_searched_and_loops_of_links_end(clip: Path):
    deep = clip.parent / "deep"
    deep.mkdir()
    film(deep / "b.MP4", frames=3)
    (deep / "notes.txt").write_text("no video")
    (deep / "loop").symlink_to(clip.parent)
    assert [path.name for path in find_videos([clip.parent, clip])] == ["b.MP4", "disc.mp4"]


def test_what_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(TwinseekError, match=r"there is no .*none\.mp4"):
        list(find_videos([tmp_path / "none.mp4"]))
    with pytest.raises(TwinseekError, match="holds no video"):
        list(find_videos([tmp_path]))


def test_a_video_too_small_to_see_anything_in_still_becomes_a_twin(store: Store, tmp_path: Path):
    path = tmp_path / "tiny.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 1, 1, "bgr0"
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((1, 1, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    report = index_videos(store, [path])
    assert report.failed == {}
    twin = store.twin(report.indexed[0])
    assert (twin.width, twin.height, twin.tracks) == (1, 1, ())
