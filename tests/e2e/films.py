"""Small real video files for tests, and spoilt ones."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def picture(number: int, width: int = 160, height: int = 120) -> np.ndarray:
    """Draw a bright square on a dark, textured ground; it goes to the right from frame to frame."""
    rng = np.random.default_rng(0)
    image = rng.integers(20, 60, (height, width, 3), dtype=np.uint8)
    left = 10 + 4 * number % max(width - 40, 1)
    image[height // 3 : height // 3 + 30, left : left + 30] = (230, 40, 40)
    return image


def write_film(
    path: Path,
    *,
    frames: int = 30,
    size: tuple[int, int] = (160, 120),
    pts: list[int] | None = None,
    rotate: int = 0,
    preset: str = "medium",
) -> Path:
    """Encode ``frames`` pictures at 25 per second (or at the given times in milliseconds)."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": preset})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p" if size[0] % 2 == 0 and size[1] % 2 == 0 else "yuv444p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotate:
            stream.set_display_rotation(rotate)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number, *size), format="rgb24")
            frame.pts, frame.time_base = (pts[number] if pts else 40 * number), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_squares(path: Path, frames: int = 40) -> Path:
    """Encode a clip in which a red square goes to the right, and a blue one of its size beside it, as far down."""
    (width, height), red, blue = (200, 120), (230, 40, 40), (40, 60, 230)
    ground = np.random.default_rng(0).integers(20, 60, (height, width, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "15"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            image = ground.copy()
            left = 10 + 2 * number
            image[50:76, left : left + 26] = red
            image[50:76, left + 60 : left + 86] = blue
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def write_shots(path: Path, lengths: tuple[int, ...]) -> Path:
    """Encode a clip of shots of so many frames; in each of them a red square goes to the right over another ground."""
    width, height = 200, 120
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "15"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for shot, length in enumerate(lengths):
            rng = np.random.default_rng(shot)
            ground = rng.integers(*((0, 30), (90, 120))[shot % 2], (height, width, 3), dtype=np.uint8)
            for number in range(length):
                image = ground.copy()
                image[50:76, 10 + number : 36 + number] = (230, 40, 40)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def write_sound(path: Path) -> Path:
    """Encode one second of silence and no picture."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=16_000)
        for number in range(16):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, 1024 * number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
