"""How fast indexing with specialists that do nothing is, beside decoding the same files: by the clock, and in work."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

RATES: Mapping[float, Bar | None] = {2.0: at_least(0.8), 10.0: at_least(0.8)}
"""Samples a second, of the profile ``cpu``; of ``gpu`` and ``offline``."""
ROUNDS = 3
SIDE = 40


@dataclass(frozen=True)
class Spent:
    """Seconds that something took: by the clock, and of processors in all threads of this process."""

    clock: float
    processor: float


def measure(options: Options) -> Figures:
    """Yield how much of plain decoding's speed indexing reaches, and what the parts take; of some rounds the least."""
    clips = _clips(options)
    index_idle(clips[:1], 2.0, options)  # imports, and tables that are made once
    ways: dict[str, Callable[[], object]] = {"plain": partial(_each, _decode, clips)}
    ways["converted"] = partial(_each, _convert, clips)
    for rate in RATES:
        ways[f"sampled {rate:g}"] = partial(_each, partial(_sample, rate=rate), clips)
        ways[f"indexed {rate:g}"] = partial(index_idle, clips, rate, options)
    spent = _least(ways, 1 if options.quick else ROUNDS)
    plain, converted = spent["plain"], spent["converted"]
    yield Figure("plain decoding", plain.clock, "s", None, f"{len(clips)} clips; {_work(plain)}")
    yield Figure("decoding, and all frames to RGB", converted.clock, "s", None, _work(converted))
    for rate, bar in RATES.items():
        group, whole, alone = f"{rate:g} samples a second", spent[f"indexed {rate:g}"], spent[f"sampled {rate:g}"]
        calls = index_idle(clips, rate, options)
        said = ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))
        note = f"{whole.clock:.2f} s; {_work(whole)}"
        yield Figure("plain decoding / indexing, by the clock", plain.clock / whole.clock, "x", bar, note, group=group)
        yield Figure("the same in processor time", plain.processor / whole.processor, "x", None, group=group)
        yield Figure("decoding to RGB / indexing, processor", converted.processor / whole.processor, "x", group=group)
        yield Figure("plain decoding / sampling, processor", plain.processor / alone.processor, "x", group=group)
        yield Figure("calls of specialists a clip", sum(calls.values()) / len(clips), "", None, said, group=group)


def _least(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Spent]:
    """Return what each way took where least disturbed: in turns, so that what disturbs one disturbs the others."""
    spent: dict[str, list[Spent]] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            clock, processor = time.perf_counter(), time.process_time()
            way()
            taken = Spent(time.perf_counter() - clock, time.process_time() - processor)
            spent.setdefault(name, []).append(taken)
    return {
        name: Spent(min(each.clock for each in taken), min(each.processor for each in taken))
        for name, taken in spent.items()
    }


def _work(spent: Spent) -> str:
    return f"processors {spent.processor:.2f} s"


def _clips(options: Options) -> list[Path]:
    try:
        clips = sorted(options.shared("videos").glob("*.mp4"))
    except SkippedError:
        clips = [options.scratch / f"overhead-{seconds:.0f}.mp4" for seconds in (10.0, 20.0)]
        for clip, seconds in zip(clips, (10.0, 20.0), strict=True):
            if not clip.exists():
                film(clip, seconds)
    return clips[:1] if options.quick else clips


def _each(do: Callable[[Path], object], clips: Sequence[Path]) -> None:
    for clip in clips:
        do(clip)


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


def index_idle(clips: Sequence[Path], rate: float, options: Options) -> Counter[str]:
    """Index without vectors, in one process, and return the calls of each specialist."""
    import cv2

    calls: Counter[str] = Counter()
    nobody = Specialists(_Nobody("detector", calls), _Level("depth", calls), _Mute("describer", calls), _Square(calls))
    store = Store.open(options.fresh("overhead"), create=True)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    report = index_videos(store, clips, IndexOptions(rate, text=False), specialists=nobody)
    cv2.setNumThreads(threads)
    if report.failed:
        raise RuntimeError(f"not indexed: {report.failed}")
    return calls


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
        index_idle([Path(clip)], float(rate), Options(Path(scratch)))


if __name__ == "__main__":
    main(sys.argv[1:])
