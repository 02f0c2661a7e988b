"""What is done already is not done again: frames decoded and sentences embedded are counted."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import pytest

from encoders.minilm import MiniLM
from tests.e2e.films import write_film
from tools import appearance, text_seen
from twinseek.library import Library

CLIPS = 2


class Counted:
    """Counts what passes through the product's only doors to frames and to vectors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames: list[object] = []
        self.texts: list[str] = []
        open_file, encode_both = av.open, MiniLM.encode_both

        def opened(file: Any, *args: Any, **kwargs: Any) -> Any:
            self.frames.append(file)
            return open_file(file, *args, **kwargs)

        def encoded(encoder: MiniLM, texts: Sequence[str]) -> Any:
            self.texts.extend(texts)
            return encode_both(encoder, texts)

        monkeypatch.setattr(av, "open", opened)
        monkeypatch.setattr(MiniLM, "encode_both", encoded)

    def forget(self) -> None:
        self.frames.clear()
        self.texts.clear()


@pytest.fixture
def counted(monkeypatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def clips(tmp_path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in range(CLIPS):
        write_film(folder / f"clip {number}.mp4", frames=20 + 4 * number)
    return folder


@pytest.fixture
def run(clips, tmp_path, counted) -> Callable[..., dict[str, list[str]]]:
    """Return a function that indexes the clips and returns the stages that ran, by video; the first time is done."""

    def run(**settings: Any) -> dict[str, list[str]]:
        counted.forget()
        events: list[dict[str, Any]] = []
        with Library.open(tmp_path / "library", create=True, **settings) as library:
            library.index([clips], jobs=1, on_event=events.append)
        return {event["video"]: event["stages"] for event in events if event["event"] == "indexed"}

    assert len(run()) == CLIPS
    assert len(counted.frames) >= CLIPS
    assert counted.texts
    return run


def vectors(library: Path) -> dict[Path, bytes]:
    return {path.relative_to(library): path.read_bytes() for path in library.glob("videos/*/vectors/*/*.npy")}


def test_an_unchanged_folder_is_neither_decoded_nor_embedded(run, counted, tmp_path):
    before = vectors(tmp_path / "library")
    assert run() == {}
    assert counted.frames == []
    assert counted.texts == []
    assert vectors(tmp_path / "library") == before


def test_another_encoder_decodes_nothing_and_embeds_everything(run, counted, tmp_path, monkeypatch):
    before = vectors(tmp_path / "library")
    first = set(counted.texts)
    monkeypatch.setattr(MiniLM, "fingerprint", "0123456789abcdef" * 2)
    assert run() == {}
    assert counted.frames == []
    assert set(counted.texts) == first
    after = vectors(tmp_path / "library")
    assert len(after) == 2 * len(before)
    assert before.items() <= after.items()


def test_a_lost_search_index_decodes_and_embeds_nothing(run, counted, tmp_path):
    with Library.open(tmp_path / "library") as library:
        counted.forget()
        assert library.gallery.sync(anew=True) == CLIPS
    assert counted.frames == []
    assert counted.texts == []


def test_other_components_decode_nothing(run, counted, monkeypatch):
    monkeypatch.setattr("graphs.index_fingerprints.COMPONENTS_VERSION", "another")
    assert set(map(tuple, run().values())) == {("components",)}
    assert counted.frames == []


def test_other_predicates_decode_nothing(run, counted, monkeypatch):
    from graphs import index_fingerprints as wanted

    monkeypatch.setattr(wanted, "PREDICATES", wanted.PREDICATES.model_copy(update={"version": "another"}))
    assert set(map(tuple, run().values())) == {("facts", "components")}
    assert counted.frames == []


def test_without_text_only_what_needs_it_is_done_again(run, counted, monkeypatch):
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)  # nothing is segmented or followed again
    assert set(map(tuple, run(index={"text": False}).values())) == {("text", "components")}
    assert counted.frames == []


def test_another_reader_of_text_looks_at_a_few_frames_and_follows_nothing(run, counted, monkeypatch):
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)
    monkeypatch.setattr(text_seen, "VERSION", "another")
    assert set(map(tuple, run().values())) == {("text", "components")}
    assert len(counted.frames) == CLIPS


def test_another_look_cuts_things_out_again_and_follows_nothing(run, counted, monkeypatch):
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)
    monkeypatch.setattr(appearance, "VERSION", "another")
    assert set(map(tuple, run().values())) == {("attributes", "facts", "components")}
    assert len(counted.frames) == CLIPS


def test_a_twin_names_the_version_that_its_looks_came_from(run, tmp_path, monkeypatch):
    monkeypatch.setattr(appearance, "VERSION", "another")
    run()
    with Library.open(tmp_path / "library") as library:
        versions = {library.store.twin(name).sources[appearance.SOURCE].version for name in library.video_ids()}
    assert versions == {"another"}


def test_another_sampling_does_everything_again(run, counted):
    stages = run(index={"samples_per_second": 5.0})
    assert len(stages) == CLIPS
    assert all("tracks" in done for done in stages.values())
    assert len(counted.frames) >= CLIPS


def _cut_short(data: bytes) -> bytes:
    return data[:-3]


def _flip_a_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("name", ["twin.json", "geometry.npz", "masks.zip"])
@pytest.mark.parametrize("damage", [_cut_short, _flip_a_bit])
def test_a_damaged_video_is_done_again_and_its_neighbour_is_not(run, counted, tmp_path, name, damage):
    file = sorted((tmp_path / "library").glob(f"videos/*/g-*/{name}"))[0]
    file.write_bytes(damage(file.read_bytes()))
    assert list(run()) == [file.parents[1].name]
    assert {Path(str(file)).name for file in counted.frames} == {"clip 0.mp4"}


def test_a_clip_that_joins_is_the_only_one_that_is_decoded_and_embedded(run, counted, clips):
    write_film(clips / "new.mp4", frames=33, size=(200, 120))
    (name,) = run()
    assert name.startswith("new-")
    assert {Path(str(file)).name for file in counted.frames} == {"new.mp4"}
