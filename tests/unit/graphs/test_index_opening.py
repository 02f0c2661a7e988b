import threading
import time
from pathlib import Path

import av
import numpy as np
import pytest

from graphs.index_opening import Opening
from graphs.index_options import IndexOptions
from twins.errors import TwinseekError
from twins.seen import state_of
from twins.sources import SourceFile


def write(path: Path, shade: int, count: int = 12) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(count):
            image = np.full((48, 64, 3), shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def registered(path: Path) -> SourceFile:
    return SourceFile(path, path.stem, "0" * 64, state_of(path))


def helpers() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"decoder", "opener"}


def shades(opening: Opening, path: Path) -> list[int]:
    with opening.open(registered(path)) as video:
        return [round(float(frame.image.mean())) for frame in opening.frames(video)]


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Return the names of the files that are opened, as they are."""
    names: list[str] = []
    original = av.open
    monkeypatch.setattr(av, "open", lambda file, *a, **k: (names.append(Path(file).name), original(file, *a, **k))[1])
    return names


def test_the_next_video_is_opened_once_and_before_its_turn(tmp_path: Path, opened: list[str]):
    paths = [write(tmp_path / f"{shade}.mp4", shade) for shade in (50, 200)]
    opened.clear()
    opening = Opening(paths, IndexOptions())
    assert shades(opening, paths[0]) == pytest.approx([50] * 12, abs=3)
    opening.begin_after(paths[0])
    video = opening.open(registered(paths[1]))
    assert opened == ["50.mp4", "200.mp4"]
    assert "decoder" in helpers() or video.decoded  # it is at work, or has been
    found = [round(float(frame.image.mean())) for frame in opening.frames(video)]
    assert found == pytest.approx([200] * 12, abs=3)
    assert video.decoded == 12
    video.close()
    opening.begin_after(paths[1])  # none is left
    opening.close()
    assert opened == ["50.mp4", "200.mp4"]
    assert not helpers()


def test_a_file_that_was_replaced_meanwhile_is_opened_anew(tmp_path: Path, opened: list[str]):
    paths = [write(tmp_path / f"{shade}.mp4", shade) for shade in (50, 200)]
    opening = Opening(paths, IndexOptions())
    other = write(tmp_path / "other.mp4", 120, count=5)
    opened.clear()
    opening.begin_after(paths[0])
    while not opened:
        time.sleep(0.01)
    other.replace(paths[1])
    assert shades(opening, paths[1]) == pytest.approx([120] * 5, abs=3)
    assert opened == ["200.mp4"] * 2
    opening.close()
    assert not helpers()


def test_what_is_done_already_or_never_asked_for_is_not_left_open(tmp_path: Path, opened: list[str]):
    paths = [write(tmp_path / f"{shade}.mp4", shade) for shade in (50, 200)]
    opened.clear()
    opening = Opening(paths, IndexOptions(), done=lambda path: path == paths[1])
    opening.begin_after(paths[0])
    opening.close()
    assert opened == []
    opening = Opening(paths, IndexOptions())
    opening.begin_after(paths[0])
    opening.close()
    assert not helpers()


def test_what_is_wrong_with_a_file_is_told_in_its_turn(tmp_path: Path):
    paths = [write(tmp_path / "a.mp4", 50), tmp_path / "b.mp4"]
    paths[1].write_bytes(b"no video")
    opening = Opening(paths, IndexOptions())
    opening.begin_after(paths[0])
    with pytest.raises(TwinseekError, match="not a video"):
        opening.open(registered(paths[1]))
    assert not helpers()
