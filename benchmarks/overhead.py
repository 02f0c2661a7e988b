"""Processor time of indexing with specialists that do nothing, beside that of decoding the same files."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.figures import Bar, Figure, Figures, Options, SkippedError, at_least
from benchmarks.memory import film
from graphs.index import IndexOptions, index_videos
from twins.containers import open_container, picture_stream
from twins.frames import Frame, VideoFile
from twins.geometry import Bools, Bytes, Floats
from twins.schema import Provenance
from twins.specialists import Boxes, Detection, Phrase, SegmentedTrack, Specialists
from twins.store import Store

RATES: Mapping[float, Bar | None] = {4.0: at_least(0.8), 10.0: at_least(0.8)}
"""Samples a second, of the profiles ``cpu`` and ``offline``."""
SIDE = 40


def measure(options: Options) -> Figures:
    """Yield how much of plain decoding's speed indexing reaches, and what the parts take."""
    clips = _clips(options)
    _indexed(clips[:1], 4.0, options)  # imports, and tables that are made once
    plain, converted = _seconds(_decode, clips), _seconds(_convert, clips)
    yield Figure("plain decoding", plain, "s", None, f"{len(clips)} clips, processor time")
    yield Figure("decoding, and all frames to RGB", converted, "s")
    for rate, bar in RATES.items():
        sampled = _seconds(partial(_sample, rate=rate), clips)
        seconds, calls = _indexed(clips, rate, options)
        group = f"{rate:g} samples a second"
        said = ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))
        yield Figure("plain decoding / indexing", plain / seconds, "x", bar, f"{seconds:.2f} s", group=group)
        yield Figure("decoding to RGB / indexing", converted / seconds, "x", None, group=group)
        yield Figure("plain decoding / sampling alone", plain / sampled, "x", None, f"{sampled:.2f} s", group=group)
        yield Figure("calls of specialists a clip", sum(calls.values()) / len(clips), "", None, said, group=group)


def _clips(options: Options) -> list[Path]:
    try:
        clips = sorted(options.shared("videos").glob("*.mp4"))
    except SkippedError:
        clips = [options.scratch / f"overhead-{seconds:.0f}.mp4" for seconds in (10.0, 20.0)]
        for clip, seconds in zip(clips, (10.0, 20.0), strict=True):
            if not clip.exists():
                film(clip, seconds)
    return clips[:1] if options.quick else clips


def _seconds(do: Callable[[Path], object], clips: Sequence[Path]) -> float:
    began = time.process_time()
    for clip in clips:
        do(clip)
    return time.process_time() - began


def _raw(clip: Path) -> Iterator[object]:
    with open_container(clip) as container:
        yield from container.decode(picture_stream(clip, container))


def _decode(clip: Path) -> None:
    for _ in _raw(clip):
        pass


def _convert(clip: Path) -> None:
    with VideoFile(clip) as video:
        for _ in video.all():
            pass


def _sample(clip: Path, rate: float) -> None:
    with VideoFile(clip) as video:
        for _ in video.sample(IndexOptions(rate).sampling, 512):
            pass


def _indexed(clips: Sequence[Path], rate: float, options: Options) -> tuple[float, Counter[str]]:
    """Return the processor time that indexing takes, without vectors, and the calls of each specialist."""
    import cv2

    calls: Counter[str] = Counter()
    nobody = Specialists(_Nobody("detector", calls), _Level("depth", calls), _Mute("describer", calls), _Square(calls))
    store = Store.open(options.fresh("overhead"), create=True)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    began = time.process_time()
    report = index_videos(store, clips, IndexOptions(rate, text=False), specialists=nobody)
    seconds = time.process_time() - began
    cv2.setNumThreads(threads)
    if report.failed:
        raise RuntimeError(f"not indexed: {report.failed}")
    return seconds, calls


class _Idle:
    def __init__(self, name: str, calls: Counter[str]) -> None:
        self.provenance = Provenance(specialist=f"idle-{name}", version="1")
        self._name, self._calls = name, calls

    def _called(self) -> None:
        self._calls[self._name] += 1


class _Square(_Idle):
    """Finds one square that stays where it is, so that the stages after it have something to look at."""

    def __init__(self, calls: Counter[str]) -> None:
        super().__init__("segmenter", calls)

    def begin(self) -> None:
        return None

    def segment(self, frames: Sequence[Frame]) -> Sequence[SegmentedTrack]:
        self._called()
        mask: Bools = np.zeros(frames[0].image.shape[:2], bool)
        mask[SIDE : 2 * SIDE, SIDE : 2 * SIDE] = True
        return [SegmentedTrack(dict.fromkeys(range(len(frames)), mask))]


class _Level(_Idle):
    scale = "relative"

    def nearness(self, images: Sequence[Bytes]) -> Sequence[Floats]:
        self._called()
        return [np.ones(image.shape[:2], np.float32) for image in images]


class _Nobody(_Idle):
    open = True
    sure: float | None = None

    def detect(self, frames: Sequence[Frame], words: Sequence[str] = ()) -> Sequence[Sequence[Detection]]:
        self._called()
        return [[] for _ in frames]

    def find(self, frames: Sequence[Frame], names: Sequence[str]) -> Sequence[Sequence[Detection]]:
        return [[] for _ in frames]


class _Mute(_Idle):
    suggests = True

    def describe(self, frames: Sequence[Frame], boxes: Sequence[Boxes]) -> Mapping[str, Sequence[Phrase]]:
        self._called()
        return {}

    def names(self, frames: Sequence[Frame]) -> Sequence[str]:
        self._called()
        return []


def main(arguments: Sequence[str]) -> None:
    """Index one clip at so many samples a second, for whoever watches the memory of this process."""
    clip, rate = arguments
    with tempfile.TemporaryDirectory() as scratch:
        _indexed([Path(clip)], float(rate), Options(Path(scratch)))


if __name__ == "__main__":
    main(sys.argv[1:])
