"""Frames of a video file with their exact times, one decode pass, whatever state the file is in.

What a file says of itself (length, frame rate, number of frames, size) is a hint at most: times come from the frames.
Pixels are taken as they are stored, after rotation; a pixel that is not square is not stretched.
"""

import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.ahead import Ahead
from twins.containers import open_container, picture_stream
from twins.decoding import Decoding, time_table
from twins.errors import TwinseekError
from twins.pages import own_pages
from twins.sampling import Sampler, Sampling
from twins.scaling import fit, luma_thumbnail

logger = logging.getLogger(__name__)

Image = NDArray[np.uint8]

AHEAD_PIXELS = 8 * 1920 * 1088
"""Sampled pictures are decoded ahead until so many pixels wait; …"""
AHEAD_COUNTED = 1280 * 720
"""… a small picture counts as so many, for 18 of them keep a decoder at work as well as hundreds."""


@dataclass(frozen=True)
class VideoInfo:
    """What a file says of itself, before any frame is decoded.

    ``width`` and ``height`` are of the displayed frame, after rotation. ``duration`` (seconds), ``frame_rate`` and
    ``frame_count`` are none where the file does not say; they may be wrong where it does.
    """

    width: int
    height: int
    rotation: int
    duration: float | None
    frame_rate: float | None
    frame_count: int | None
    codec: str


@dataclass(frozen=True)
class Frame:
    """A decoded frame.

    Args:
        frame_index: n-th decoded frame in presentation order.
        seconds: its exact time since the stream's first frame.
        image: (h, w, 3) uint8 RGB, rotated as displayed; smaller than displayed where that was asked for.
    """

    frame_index: int
    seconds: float
    image: Image


class Shown:
    """A frame of a pass that can be had at any size for as long as this is held: it holds the decoder's picture.

    Args:
        frame_index, seconds: as in :class:`Frame`.
        pixels: of the decoder's picture; it takes one and a half bytes each in most files, up to eight in others.
    """

    def __init__(self, frame_index: int, seconds: float, raw: Any, convert: Callable[[Any, int | None], Image]) -> None:
        self.frame_index, self.seconds = frame_index, seconds
        self.pixels: int = raw.width * raw.height
        self._raw, self._convert = raw, convert

    def at(self, max_side: int | None) -> Frame:
        """Return the frame with at most so many pixels on its longer side; its colours are converted anew."""
        return Frame(self.frame_index, self.seconds, self._convert(self._raw, max_side))


class VideoFile:
    """An opened video. Use as a context manager; each call that decodes starts at the beginning.

    One pass at a time: a call that decodes ends the passes that were begun before.

    After a pass, ``warnings`` says what was wrong with the file, and ``decoded`` and ``duration`` what was truly there.

    Args:
        path: the file. It may be hostile: sizes, times and counts are bounded, other files are never opened.
        max_side: frames are scaled down so that their longer side has at most this many pixels.

    Raises:
        TwinseekError: the file cannot be read as a video; the sentence says why.
    """

    def __init__(self, path: Path, max_side: int | None = None) -> None:
        self.path = path
        self.max_side = max_side
        self.warnings: list[str] = []
        self.decoded = 0
        self.duration = 0.0
        self._shown: Shown | None = None
        self._ahead: Ahead[Shown] | None = None
        self._begun: Sampling | None = None
        """What a pass that nobody has asked for yet was begun with."""
        self._scalers: dict[tuple[int, int], Any] = {}
        self._container = open_container(path)
        try:
            self._stream = picture_stream(path, self._container)
            self.info, self._turns = self._first_look()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> "VideoFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a pass that goes on ends."""
        # Where waiting for it is interrupted the file stays open: closed under a decoder at work, it takes the process.
        self._stop_ahead()
        self._container.close()

    def sample(self, sampling: Sampling | None = None, max_side: int | None = None) -> Iterator[Frame]:
        """Yield frames at an adaptive rate, rising in time: more while much moves, fewer the longer the clip.

        The next ones are decoded in a thread while the caller is at one. ``warnings``, ``decoded`` and ``duration``
        tell of the whole file when the last one has come.

        Args:
            sampling: which frames are kept.
            max_side: of these frames; that of the file where none.
        """
        wanted, side = sampling or Sampling(), max_side or self.max_side
        ahead = self._ahead
        if ahead is None or self._begun != wanted:
            ahead = self._begin(wanted)
        self._begun = None
        try:
            for self._shown in ahead:
                yield self._shown.at(side)
        finally:
            ahead.close()

    def begin(self, sampling: Sampling | None = None) -> None:
        """Decode the first frames of a pass by :meth:`sample` before that is called, with the same sampling."""
        self._begin(sampling or Sampling())

    def _begin(self, sampling: Sampling) -> Ahead[Shown]:
        self._stop_ahead()
        self._begun = sampling
        self._ahead = Ahead(
            self._sampled(sampling), lambda shown: max(shown.pixels, AHEAD_COUNTED), AHEAD_PIXELS, "decoder"
        )
        return self._ahead

    def _sampled(self, sampling: Sampling) -> Generator[Shown, None, None]:
        sampler = Sampler(sampling)
        for index, seconds, raw in self._decode(sampler.may_keep):
            if sampler.keeps(seconds, partial(luma_thumbnail, raw)):
                yield Shown(index, seconds, raw, self._image)

    def _stop_ahead(self) -> None:
        """Wait until nobody else uses the container."""
        self._begun = None
        if self._ahead is not None:
            self._ahead.close()

    @property
    def shown(self) -> Shown:
        """The frame that :meth:`sample` has yielded last, to be had at other sizes, also later."""
        if self._shown is None:
            raise ValueError("no frame has been sampled yet")
        return self._shown

    def all(self) -> Iterator[Frame]:
        """Yield every frame."""
        self._stop_ahead()
        for index, seconds, raw in self._decode():
            yield Frame(index, seconds, self._image(raw, self.max_side))

    def numbered(self, wanted: Collection[int]) -> Iterator[Frame]:
        """Yield the frames with these numbers as they come; numbers that the file has not are passed over."""
        self._stop_ahead()
        left = set(wanted)
        for index, seconds, raw in self._decode():
            if index in left:
                yield Frame(index, seconds, self._image(raw, self.max_side))
                left.remove(index)
            if not left:
                return

    def at(self, seconds: Sequence[float]) -> list[Frame]:
        """Return the frame on display at each of these times, in the order asked; the last one for later times.

        Seeks where the wanted frames are few and far apart, and scans otherwise.
        """
        if not seconds:
            return []
        self._stop_ahead()
        self._rewind()
        table = time_table(self._container, self._stream)
        found = self._at_by_seeking(seconds, *table) if table else None
        return found if found is not None else self._at_by_scanning(seconds)

    def _first_look(self) -> tuple[VideoInfo, int]:
        # The rotation is only known from a decoded frame, and a header may lie about the size.
        frame = next((raw for _, _, raw in self._decode()), None)
        if frame is None:
            raise TwinseekError(f"{self.path} holds no picture that can be decoded: convert it again from its source")
        self.warnings.clear()
        turns = round(frame.rotation / 90) % 4
        width, height = (frame.width, frame.height) if turns % 2 == 0 else (frame.height, frame.width)
        stream = self._stream
        duration = _seconds(stream.duration, stream.time_base) or _seconds(self._container.duration, Fraction(1, 10**6))
        info = VideoInfo(
            width=width,
            height=height,
            rotation=turns * 90,
            duration=duration,
            frame_rate=float(stream.average_rate) if stream.average_rate else None,
            frame_count=stream.frames or None,
            codec=str(stream.codec_context.name),
        )
        return info, turns

    def _decode(self, wanted: Callable[[float], bool] | None = None) -> Iterator[tuple[int, float, Any]]:
        """Yield (frame_index, seconds, raw frame) from the beginning; damage ends the pass with a warning.

        Args:
            wanted: asked of frames in the order in which they are decoded, with their seconds; those of which it says
                no may be missing.
        """
        import av

        self._rewind()
        first: float | None = None
        last, tick = -1.0, self._tick()

        def asked(time: float) -> bool:
            return wanted is None or first is None or wanted(time - first)

        decoding = Decoding(self._container, self._stream, asked if wanted is not None else None)
        try:
            for index, raw in decoding:
                # A frame without a time stamp is put one frame after its neighbour.
                time = raw.time if raw.time is not None else (first or 0.0) + last + tick
                first = time if first is None else first
                seconds = time - first
                if raw.is_corrupt:
                    self._warn("parts of it are damaged; damaged frames were left out")
                    continue
                if seconds <= last:
                    self._warn("its time stamps do not rise; frames out of order were left out")
                    continue
                last = seconds
                self.decoded, self.duration = index + 1, seconds + tick
                yield index, seconds, raw
        except (av.FFmpegError, ValueError, MemoryError) as error:
            self._warn(f"it ends early or is damaged ({type(error).__name__}); what comes before was kept")
        if first is not None and decoding.last is not None and decoding.last - first > last:
            self.decoded, self.duration = decoding.count, decoding.last - first + tick
        self._check_length()

    def _rewind(self) -> None:
        import av

        start = self._stream.start_time
        try:
            self._container.seek(start if start is not None else 0, stream=self._stream, backward=True)
        except av.FFmpegError:
            # Some formats cannot seek: open the file anew.
            self._container.close()
            self._container = open_container(self.path)
            self._stream = picture_stream(self.path, self._container)

    def _tick(self) -> float:
        rate = self._stream.average_rate or self._stream.base_rate
        return 1.0 / float(rate) if rate and 0.1 <= float(rate) <= 1000 else 0.04

    def _check_length(self) -> None:
        info = getattr(self, "info", None)
        if info is None or info.duration is None or self.decoded == 0:
            return
        if abs(info.duration - self.duration) > max(1.0, 0.2 * self.duration):
            self._warn(f"it says that it lasts {info.duration:.1f} s, but {self.duration:.1f} s of pictures were found")

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _image(self, raw: Any, max_side: int | None) -> Image:
        from av.video.reformatter import VideoReformatter

        width, height = fit(self.info.width, self.info.height, max_side)
        if self._turns % 2:
            width, height = height, width
        # One scaler a size: to set one up takes as long as to use it. It notices where the pictures change.
        if (width, height) not in self._scalers:
            self._scalers[width, height] = VideoReformatter()
        scaler = self._scalers[width, height]
        if (width, height) == (raw.width, raw.height):
            image: Image = scaler.reformat(raw, format="rgb24", threads=1).to_ndarray()
        else:
            image = scaler.reformat(raw, width, height, "rgb24", interpolation="AREA", threads=1).to_ndarray()
        return own_pages(np.rot90(image, self._turns))

    def _at_by_seeking(self, seconds: Sequence[float], times: list[float], keys: list[float]) -> list[Frame] | None:
        """Return the frames by jumping to key frames; none where scanning is as good, or the table proves wrong."""
        origin = times[0]
        wanted = [max(0, bisect_right(times, origin + s + 1e-6) - 1) for s in seconds]
        jumps: dict[float, set[int]] = {}
        for index in wanted:
            jumps.setdefault(keys[max(0, bisect_right(keys, times[index]) - 1)], set()).add(index)
        effort = sum(max(ids) - bisect_right(times, key) + 1 for key, ids in jumps.items())
        if effort > 0.8 * max(wanted):
            return None
        found: dict[int, Frame] = {}
        for key, indices in jumps.items():
            for frame in self._decode_from(key, times, indices):
                found[frame.frame_index] = frame
        return [found[index] for index in wanted] if all(index in found for index in wanted) else None

    def _decode_from(self, key: float, times: list[float], indices: set[int]) -> Iterator[Frame]:
        import av

        def wanted(time: float) -> bool:
            return bisect_right(times, time + 1e-6) - 1 in indices

        base = self._stream.time_base
        try:
            self._container.seek(round(key / float(base)), stream=self._stream, backward=True)
            for _, raw in Decoding(self._container, self._stream, wanted):
                if raw.time is None:
                    return
                index = bisect_right(times, raw.time + 1e-6) - 1
                if index in indices and abs(times[index] - raw.time) < 1e-6 and not raw.is_corrupt:
                    yield Frame(index, raw.time - times[0], self._image(raw, self.max_side))
                if index >= max(indices):
                    return
        except av.FFmpegError as error:
            logger.info("seeking in %s failed: %s", self.path, error)

    def _at_by_scanning(self, seconds: Sequence[float]) -> list[Frame]:
        order = np.argsort(np.asarray(seconds, np.float64), kind="stable")
        found: dict[int, Frame] = {}
        waiting = [int(n) for n in order]
        previous: tuple[int, float, Any] | None = None
        for current in self._decode():
            while waiting and previous is not None and seconds[waiting[0]] + 1e-6 < current[1]:
                found[waiting.pop(0)] = Frame(previous[0], previous[1], self._image(previous[2], self.max_side))
            if not waiting:
                break
            previous = current
        if waiting and previous is not None:
            last = Frame(previous[0], previous[1], self._image(previous[2], self.max_side))
            found.update(dict.fromkeys(waiting, last))
        return [found[n] for n in range(len(seconds))]


def probe(path: Path) -> VideoInfo:
    """Return what a file says of itself. Raises :class:`TwinseekError` where it is no video that can be decoded."""
    with VideoFile(path) as video:
        return video.info


def frames_at(path: Path, seconds: Sequence[float], max_side: int | None = None) -> list[Frame]:
    """Return the frame on display at each of these times, in the order asked.

    Args:
        path: the video.
        seconds: times since the stream's first frame; later ones than the last frame give the last frame.
        max_side: scale down so that the longer side has at most this many pixels; none keeps the displayed size.

    Raises:
        TwinseekError: the file is no video that can be decoded.
    """
    with VideoFile(path, max_side) as video:
        return video.at(seconds)


def _seconds(ticks: int | None, base: Fraction | None) -> float | None:
    value = float(ticks * base) if ticks and base else None
    return value if value is not None and value > 0 else None
