import time
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from twins.containers import open_container, picture_stream
from twins.decoding import Decoding
from twins.frames import VideoFile
from twins.sampling import Sampler, Sampling
from twins.scaling import luma_thumbnail

STRICT = "bframes=3:b-adapt=0:keyint=24"
SAMPLINGS = [Sampling(4, 4), Sampling(8, 12), Sampling(3.2, 4.8), Sampling(1, 1), Sampling(20, 30, 1.0, 6)]


def film(
    path: Path, count: int = 90, codec: str = "libx264", x264: str = STRICT, times: Sequence[int] | None = None
) -> Path:
    """Encode noise that drifts and holds still in turns, 30 frames a second or at ``times`` in milliseconds."""
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (96, 256, 3), np.uint8)
    options = {"x264-params": x264} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        if times is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for number in range(count):
            left = 3 * min(number % 40, 20)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(noise[:, left : left + 128]), format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def decoded(path: Path, wanted: Sequence[float]) -> tuple[list[tuple[int, float]], int]:
    """Return numbers and times of the frames that were decoded where only these times are wanted, and the count."""
    with open_container(path) as container:
        stream = picture_stream(path, container)
        decoding = Decoding(container, stream, lambda time: any(abs(time - each) < 1e-6 for each in wanted))
        return [(number, raw.time) for number, raw in decoding], decoding.count


Sampled = tuple[list[tuple[int, float, bytes]], int, float]
"""Numbers, times and pixels of frames; how many frames the file has, and its length."""


def sampled(path: Path, sampling: Sampling) -> Sampled:
    with VideoFile(path) as video:
        frames = [(frame.frame_index, frame.seconds, frame.image.tobytes()) for frame in video.sample(sampling)]
        assert len(frames) > 2
        return frames, video.decoded, video.duration


def sampled_as_if_all_were_decoded(path: Path, sampling: Sampling) -> Sampled:
    """Sample by a pass that leaves nothing out."""
    sampler = Sampler(sampling)
    with VideoFile(path) as video:
        chosen = []
        for index, seconds, raw in video._decode():
            if sampler.keeps(seconds, partial(luma_thumbnail, raw)):
                chosen.append((index, seconds, video._image(raw, None).tobytes()))
        return chosen, video.decoded, video.duration


def test_frames_that_nobody_wants_are_not_decoded_and_keep_their_numbers(tmp_path: Path):
    frames, count = decoded(film(tmp_path / "a.mp4"), [1.0])
    assert count == 90
    assert len(frames) < 60
    assert (30, pytest.approx(1.0)) in frames
    assert all(time == pytest.approx(number / 30, abs=1e-4) for number, time in frames)


def test_frames_from_which_others_are_made_are_decoded_whether_wanted_or_not(tmp_path: Path):
    frames, count = decoded(film(tmp_path / "a.mp4", x264="bframes=0"), [1.0])
    assert len(frames) == count == 90


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize(
    "x264", [STRICT, "bframes=3:b-pyramid=strict:open-gop=1:keyint=20", "bframes=16:b-adapt=2:rc-lookahead=60:ref=8"]
)
def test_the_same_frames_are_sampled_as_where_all_are_decoded(tmp_path: Path, x264: str, sampling: Sampling):
    path = film(tmp_path / "a.mp4", x264=x264)
    assert sampled(path, sampling) == sampled_as_if_all_were_decoded(path, sampling)


@pytest.mark.parametrize(
    ("name", "codec", "x264"),
    [
        ("a.mkv", "libx264", STRICT),
        ("a.ts", "libx264", STRICT),
        ("a.avi", "libx264", STRICT),
        ("interlaced.mp4", "libx264", STRICT + ":interlaced=1"),
        ("a.avi", "mpeg4", ""),
        ("a.webm", "libvpx-vp9", ""),
        ("a.mp4", "libx265", ""),
    ],
)
def test_whatever_the_container_and_the_codec(tmp_path: Path, name: str, codec: str, x264: str):
    path = film(tmp_path / name, 60, codec, x264)
    sampling = Sampling(4, 6)
    assert sampled(path, sampling) == sampled_as_if_all_were_decoded(path, sampling)


def test_times_that_jump_change_nothing(tmp_path: Path):
    times = np.cumsum(np.random.default_rng(3).choice([20, 40, 45, 130, 700], 90)).tolist()
    path = film(tmp_path / "a.mkv", times=times)
    for sampling in SAMPLINGS:
        assert sampled(path, sampling) == sampled_as_if_all_were_decoded(path, sampling)


def test_what_an_edit_list_throws_away_is_no_frame(tmp_path: Path):
    path = film(tmp_path / "a.mp4", times=[40 * number - 1100 for number in range(90)])
    with open_container(path) as container:
        assert any(packet.is_discard for packet in container.demux(picture_stream(path, container)))
    for sampling in SAMPLINGS:
        assert sampled(path, sampling) == sampled_as_if_all_were_decoded(path, sampling)


def test_what_is_left_out_at_the_end_counts(tmp_path: Path):
    path = film(tmp_path / "a.mp4", 91, x264="bframes=2:b-adapt=0:keyint=300")
    with VideoFile(path) as video:
        assert len(list(video.sample(Sampling(0.2, 0.2)))) == 1
        assert video.decoded == 91
        assert video.duration == pytest.approx(91 / 30, abs=1e-3)


def test_of_a_file_that_breaks_off_the_rest_is_sampled(tmp_path: Path):
    whole = film(tmp_path / "a.mkv").read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole[: len(whole) // 2])
    assert sampled(cut, Sampling(4, 6)) == sampled_as_if_all_were_decoded(cut, Sampling(4, 6))


def test_from_the_first_sign_of_damage_on_nothing_is_left_out(tmp_path: Path):
    whole = film(tmp_path / "a.mkv")
    data = bytearray(whole.read_bytes())
    for at in np.random.default_rng(1).integers(len(data) // 4, len(data) // 3, 10):
        data[at] ^= 0xFF
    bad = tmp_path / "bad.mkv"
    bad.write_bytes(data)
    with open_container(bad) as container:
        corrupt = [raw.pts for raw in container.decode(picture_stream(bad, container)) if raw.is_corrupt]
    assert corrupt
    frames, _ = decoded(bad, [])
    whole_frames, _ = decoded(whole, [])
    assert len(frames) > len(whole_frames) + 10
    numbers = [number for number, time in frames if time > corrupt[0] / 1000 + 0.3]
    assert numbers == [*range(numbers[0], numbers[-1] + 1)]


def test_stamps_that_jump_back_or_lie_close_take_no_longer(tmp_path: Path):
    sampler = Sampler(Sampling(4, 4))
    assert sampler.keeps(10.0, lambda: np.zeros((2, 2), np.int16))
    began = time.process_time()
    assert not any(sampler.may_keep(number / 2000) for number in range(20_000))
    assert any(sampler.may_keep(10 + number / 100_000) for number in range(20_000))
    assert time.process_time() - began < 2


def test_a_pass_that_leaves_frames_out_harms_none_after_it(tmp_path: Path):
    with VideoFile(film(tmp_path / "a.mp4")) as video:
        for _ in range(2):
            next(video.sample(Sampling(1, 1)))
            assert len(list(video.all())) == 90


@pytest.mark.parametrize("seed", range(40))
def test_what_may_be_kept_holds_all_that_is_kept(seed: int):
    rng = np.random.default_rng(seed)
    calm = float(rng.choice([1, 3.2, 8, 24]))
    sampling = Sampling(calm, calm * float(rng.choice([1, 1.5, 4])), 4.0, int(rng.choice([5, 2400])))
    sampler, lag, group = Sampler(sampling), int(rng.integers(1, 12)), int(rng.integers(1, 6))
    times = np.cumsum(rng.choice([0.02, 1 / 30, 1 / 30, 0.1, rng.uniform(0.01, 0.5)], 300)).tolist()
    pictures = rng.choice([0, 0, 200], 300).cumsum().astype(np.int16)
    # The last of each group is decoded first, for the others are made from it: they alone may be left out.
    groups = [range(start, min(300, start + group)) for start in range(0, 300, group)]
    order = [number for each in groups for number in (each[-1], *each[:-1])]
    may = {each[-1] for each in groups}
    kept: list[int] = []
    looked = 0
    for place, number in enumerate(order):
        if sampler.may_keep(times[number]):
            may.add(number)
        while looked <= place - group - lag:
            if sampler.keeps(times[looked], partial(np.full, (2, 2), pictures[looked], np.int16)):
                kept.append(looked)
            looked += 1
    assert kept
    assert may.issuperset(kept)
