import mmap
import shutil
import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from twins.errors import TwinseekError
from twins.frames import VideoFile, frames_at, probe
from twins.sampling import Sampling


def write_video(
    path: Path,
    count: int = 30,
    size: tuple[int, int] = (64, 48),
    rate: int = 25,
    times: Sequence[int] | None = None,
    rotation: int = 0,
    moving: bool = False,
    step: int = 8,
) -> Path:
    """Encode a clip whose n-th frame has brightness ``step`` * n; ``times`` are milliseconds."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"g": "10", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
            stream.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            image = np.full((height, width, 3), min(255, step * number), np.uint8)
            if moving:
                image[:, (number * 7) % width :][:, :20] = 255 - image[0, 0]
            image[: height // 2, : width // 2, 0] = 255
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def brightness(image: np.ndarray) -> float:
    return float(image[-5:, -5:].mean())


def test_every_frame_has_its_number_and_its_exact_time(tmp_path: Path):
    with VideoFile(write_video(tmp_path / "a.mp4")) as video:
        frames = list(video.all())
    assert [frame.frame_index for frame in frames] == list(range(30))
    assert [frame.seconds for frame in frames] == pytest.approx([n / 25 for n in range(30)])
    assert brightness(frames[20].image) == pytest.approx(160, abs=6)
    assert video.warnings == []
    assert video.duration == pytest.approx(1.2)


def test_colours_are_red_green_and_blue_in_that_order_however_a_frame_is_had(tmp_path: Path):
    with VideoFile(write_video(tmp_path / "a.mp4", count=10, step=0)) as video:
        found = [next(each) for each in (video.all(), video.sample(), video.numbered([3]))]
        found += [*video.at([0.2]), next(iter(video.sample(max_side=32)))]
        found += [video.shown.at(None), video.shown.at(32)]
    for frame in found:
        height, width = frame.image.shape[:2]
        corner = frame.image[: height // 3, : width // 3].mean(axis=(0, 1))
        assert corner == pytest.approx([255, 0, 0], abs=12)


def test_times_of_a_variable_rate_come_from_the_frames(tmp_path: Path):
    times = [0, 40, 80, 500, 540, 1500, 1510, 2000]
    path = write_video(tmp_path / "a.mkv", count=8, times=times)
    with VideoFile(path) as video:
        assert [frame.seconds for frame in video.all()] == pytest.approx([t / 1000 for t in times], abs=0.0015)


def test_rotation_is_applied(tmp_path: Path):
    path = write_video(tmp_path / "a.mp4", rotation=90)
    info = probe(path)
    assert (info.width, info.height) == (48, 64)
    upright = frames_at(write_video(tmp_path / "b.mp4"), [0.4])[0].image
    turned = frames_at(path, [0.4])[0].image
    assert turned.shape == (64, 48, 3)
    # A display matrix of 90 degrees turns the picture counter-clockwise.
    assert np.abs(turned.astype(int) - np.rot90(upright)).mean() < 3


def test_seeking_finds_the_frames_that_scanning_finds(tmp_path: Path):
    path = write_video(tmp_path / "a.mp4", count=60)
    wanted = [2.2, 0.0, 1.013, 99.0, 1.013]
    with VideoFile(path) as video:
        frames = {frame.frame_index: frame for frame in video.all()}
        found = video.at(wanted)
    assert [frame.frame_index for frame in found] == [55, 0, 25, 59, 25]
    for frame in found:
        assert frame.seconds == pytest.approx(frames[frame.frame_index].seconds)
        assert np.array_equal(frame.image, frames[frame.frame_index].image)


def test_few_far_frames_are_reached_without_decoding_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_video(tmp_path / "a.mp4", count=60)
    with VideoFile(path) as video:
        monkeypatch.setattr(video, "_at_by_scanning", lambda seconds: pytest.fail("scanned"))
        assert video.at([2.0])[0].frame_index == 50


def test_more_is_sampled_while_more_moves(tmp_path: Path):
    still, busy = write_video(tmp_path / "a.mp4", 50, step=0), write_video(tmp_path / "b.mp4", 50, moving=True)
    sampling = Sampling(calm_rate=5, busy_rate=25, busy_change=12)
    with VideoFile(still) as calm, VideoFile(busy) as lively:
        few, many = list(calm.sample(sampling)), list(lively.sample(sampling))
    assert len(few) == 10
    assert len(many) > 20
    assert np.diff([frame.seconds for frame in many]).min() >= 1 / 25 - 1e-3


def decoders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "decoder"]


def test_no_decoder_is_left_at_work_when_a_pass_is_left_early(tmp_path: Path):
    path = write_video(tmp_path / "a.mp4", count=200, size=(640, 360))
    held = []
    with pytest.raises(RuntimeError), VideoFile(path) as video:
        held.append(video.sample())  # nobody ends it
        assert next(held[0]).frame_index == 0
        assert len(decoders()) == 1
        raise RuntimeError
    assert not decoders()


def test_a_pass_ends_those_that_were_begun_before(tmp_path: Path):
    path, each = write_video(tmp_path / "a.mp4", count=60, size=(640, 360)), Sampling(25, 25)
    with VideoFile(path) as video:
        passes = [video.all, lambda: video.numbered(range(60)), lambda: iter(video.at(range(3)))]
        for begin, more in zip(passes, (59, 59, 2), strict=True):
            before = video.sample(each)
            assert next(before).frame_index == 0
            after = begin()
            assert next(after).frame_index == 0
            assert not decoders()
            assert list(before) == []
            assert len(list(after)) == more
        before, after = video.sample(each), video.sample(each)
        assert next(before).frame_index == next(after).frame_index == 0
        before.close()
        assert len(list(after)) == 59


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_picture_has_pages_of_its_own_and_may_be_drawn_into(tmp_path: Path, rotation: int):
    with VideoFile(write_video(tmp_path / "a.mp4", count=3, rotation=rotation)) as video:
        frames = list(video.all())
    for frame in frames:
        owner = frame.image
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(owner, memoryview)
        assert isinstance(owner.obj, mmap.mmap)
        assert frame.image.flags.c_contiguous and frame.image.flags.writeable


def test_the_rate_falls_as_a_clip_gets_long(tmp_path: Path):
    path = write_video(tmp_path / "a.mp4", 200)
    with VideoFile(path) as video:
        seconds = [f.seconds for f in video.sample(Sampling(25, 25, 999, samples_at_full_rate=20))]
    assert len(seconds) < 100
    gaps = np.diff(seconds)
    assert gaps[:15].max() < 0.05
    assert gaps[25:35].min() > 0.07


def test_frames_are_scaled_to_the_side_asked_for_and_never_enlarged(tmp_path: Path):
    path = write_video(tmp_path / "a.mp4", 3, size=(640, 360))
    assert frames_at(path, [0], max_side=320)[0].image.shape == (180, 320, 3)
    assert frames_at(path, [0], max_side=2000)[0].image.shape == (360, 640, 3)
    with VideoFile(path, max_side=320) as video:
        assert next(video.sample(max_side=160)).image.shape == (90, 160, 3)
        assert next(video.sample()).image.shape == (180, 320, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"just some text, no video at all\n" * 50, "not a video"),
        (b"#EXTM3U\n/etc/passwd\n", "not a video"),
    ],
)
def test_what_is_no_video_is_refused_with_a_reason(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(TwinseekError, match=sentence):
        probe(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    for path in (tmp_path / "none.mp4", tmp_path):
        with pytest.raises(TwinseekError, match="is no file"):
            probe(path)


def test_a_picture_is_refused(tmp_path: Path):
    import cv2

    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(TwinseekError, match="not a video"):
        probe(path)


def test_sound_alone_is_refused(tmp_path: Path):
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        for number in range(20):
            frame.pts = number * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(TwinseekError, match="only sound"):
        probe(path)


def test_a_truncated_file_gives_what_is_there_and_a_warning(tmp_path: Path):
    whole = write_video(tmp_path / "a.mkv", 100, size=(160, 120), moving=True)
    data = whole.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) // 2])
    with VideoFile(cut) as video:
        frames = list(video.all())
    assert 10 < len(frames) < 90
    assert video.warnings


def test_damaged_frames_are_left_out_with_a_warning(tmp_path: Path):
    whole = write_video(tmp_path / "a.mkv", 100, size=(160, 120), moving=True)
    data = bytearray(whole.read_bytes())
    rng = np.random.default_rng(1)
    for at in rng.integers(len(data) // 3, len(data) - 2000, 40):
        data[at] ^= 0xFF
    bad = tmp_path / "bad.mkv"
    bad.write_bytes(data)
    with VideoFile(bad) as video:
        frames = list(video.all())
    assert frames
    assert len(frames) < 100
    assert video.warnings


@pytest.mark.parametrize(("count", "size"), [(1, (64, 48)), (10, (2, 2))])
def test_one_frame_and_tiny_frames_are_videos_too(tmp_path: Path, count: int, size: tuple[int, int]):
    with VideoFile(write_video(tmp_path / "a.mp4", count, size)) as video:
        frames = list(video.sample())
    assert frames[0].image.shape == (size[1], size[0], 3)
    assert frames[0].seconds == 0.0


def test_odd_names_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    whole = write_video(tmp_path / "a.mp4", 5)
    for name in ("-i.mp4", "concat:a.mp4|a.mp4", "two words\nand a line.mp4", "ünïcode.mp4"):
        shutil.copy(whole, tmp_path / name)
        assert probe(Path(name)).width == 64
