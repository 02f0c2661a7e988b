"""Models of the published sizes with random weights: time and memory of each stage, on a GPU where there is one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Figures, Options, SkippedError
from benchmarks.memory import film
from benchmarks.published_sizes import PUBLISHED, build
from graphs.index import IndexOptions, index_videos
from tools.specialists import OpenSpecialists
from twins.errors import TwinseekError
from twins.frames import Frame, VideoFile
from twins.specialists import Specialists, Spot
from twins.store import Store
from twinseek.settings import load_settings

GIB = 2**30
PROFILES: Mapping[str, Mapping[str, str]] = {
    "cuda": {
        "segmenter": "sam2.1-hiera-large",
        "depth": "depth-anything-v2-large",
        "labeller": "owlv2-large-patch14",
        "describer": "qwen2.5-vl-7b",
    },
    "cpu": {
        "segmenter": "sam2.1-hiera-tiny",
        "depth": "depth-anything-v2-small",
        "labeller": "owlv2-base-patch16",
        "describer": "qwen3-vl-2b",
    },
}
"""By device the models of the profile for it."""
NAMES = {"cuda": "gpu", "cpu": "cpu"}
RATES = {"cuda": 10.0, "cpu": 2.0}
"""Samples a second, of the same profiles."""
FRAMES = {"cuda": 32, "cpu": 2}
FOLLOWED = (1, 8, 32)
"""Things that are followed at once."""
TOKENS = {"cuda": 128, "cpu": 16}
"""Of one answer: random weights never come to an end."""
THINGS = {"cuda": 8, "cpu": 1}
THROUGH = {"predicted_iou": 0.0, "stability": 0.0, "box_nms": 1.0, "covered": 1.0, "largest": 1.0}
"""Settings that let random masks through, so that as many things are followed as ever are."""
ASKED: Mapping[str, Sequence[str]] = {
    "segmenter": ["shown"],
    "depth": ["nearness"],
    "labeller": ["detect"],
    "describer": ["describe", "names"],
}
"""By part the methods by which the index asks it."""


@dataclass
class Bench:
    """What the models are given, and where they run."""

    device: str
    folder: Path
    frames: Sequence[Frame]
    options: Options


def measure(options: Options) -> Figures:
    """Yield what each stage costs, and what a clip costs that goes through all of them."""
    device = _device()
    if device == "cpu" and not options.kept:
        raise SkippedError("without a GPU it takes ten minutes and 10 GB: name a --folder, where the models stay")
    bench = Bench(device, options.scratch / "published", _frames(options, device), options)
    height, width = bench.frames[0].image.shape[:2]
    yield Figure("frames", len(bench.frames), "", None, f"{width} x {height}, {_name(device)}", group="input")
    stages: Mapping[str, Callable[[Bench, Any], Iterator[Figure]]] = {
        "depth": _depth, "labeller": _labeller, "segmenter": _segmenter, "describer": _describer,
    }  # fmt: skip
    for part, stage in stages.items():
        yield from _stage(bench, part, stage)
    if device == "cuda":
        yield from _whole(bench)


def _stage(bench: Bench, part: str, stage: Callable[[Bench, Any], Iterator[Figure]]) -> Figures:
    model = PROFILES[bench.device][part]
    group = f"{part}, {model}"
    began = time.perf_counter()
    parameters = build(model, bench.folder / model, bench.device)
    made = time.perf_counter() - began
    yield Figure("parameters", parameters / 1e6, "M", None, f"saved in {made:.0f} s", group=group)
    opened = _opened(bench, [part])
    try:
        for figure in stage(bench, getattr(opened, part)):
            yield Figure(figure.name, figure.value, figure.unit, figure.bar, figure.note, group=group)
    except TwinseekError as error:
        yield Figure("not measured", float("nan"), "", None, str(error), group=group)
    getattr(opened, part).plugin.unload()


def _opened(bench: Bench, parts: Sequence[str], masks: Mapping[str, float] | None = None) -> Specialists:
    names = {part: PUBLISHED[PROFILES[bench.device][part]][0] for part in parts}
    sections = load_settings(profile=NAMES[bench.device]).plugins
    settings = {
        names[part]: sections[names[part]] | {"weights": str(bench.folder / PROFILES[bench.device][part])}
        for part in parts
    }
    if "segmenter" in parts:
        settings[names["segmenter"]] |= masks or {}
    if "describer" in parts:
        settings[names["describer"]] |= {"tokens": TOKENS[bench.device], "things": THINGS[bench.device]}
    return OpenSpecialists(names, settings, bench.device).all()


def _depth(bench: Bench, depth: Any) -> Iterator[Figure]:
    images = [frame.image for frame in bench.frames]
    yield from _loaded(bench, lambda: depth.nearness(images[:1]))
    depth.nearness(images[:8])
    yield _rate(bench, "pictures", len(images), lambda: depth.nearness(images))


def _labeller(bench: Bench, labeller: Any) -> Iterator[Figure]:
    yield from _loaded(bench, lambda: labeller.detect(bench.frames[:1]))
    labeller.detect(bench.frames[:8])
    yield _rate(bench, "pictures", len(bench.frames), lambda: labeller.detect(bench.frames))


def _segmenter(bench: Bench, segmenter: Any) -> Iterator[Figure]:
    one = bench.frames[:1]
    yield from _loaded(bench, lambda: segmenter.follow(one, [_spot(0, 1, one[0])]))
    segmenter.begin().segment(one)
    yield _rate(bench, "looks for new things", 1, lambda: segmenter.begin().segment(one))
    for count in FOLLOWED[: 1 if bench.device == "cpu" else None]:
        spots = [_spot(number, count, one[0]) for number in range(count)]
        segmenter.follow(bench.frames[:2], spots)  # the first time a GPU chooses its ways
        follow = partial(segmenter.follow, bench.frames, spots)
        yield _rate(bench, f"frames, {count} followed", len(bench.frames), follow)


def _describer(bench: Bench, describer: Any) -> Iterator[Figure]:
    some = bench.frames[:: max(1, len(bench.frames) // 8)][:8]
    things = THINGS[bench.device]
    boxes = [{f"t{number}": _spot(number, things, frame).box for number in range(things)} for frame in some]
    yield from _loaded(bench, lambda: describer.names(some[:1]))
    asked = 2 * (1 + things)  # random weights answer no JSON, so that each question is asked again
    note = f"{len(some)} frames, {things} things in each; answers of {TOKENS[bench.device]} tokens"
    yield _rate(bench, "questions", asked, lambda: describer.describe(some, boxes), note)


def _whole(bench: Bench) -> Figures:
    """Index a clip with all four: everything is loaded, and kept."""
    import torch

    clips = _clips(bench.options)[:2]
    seconds = sum(_length(clip) for clip in clips)
    parts = list(PROFILES[bench.device])
    opened, spent = _opened(bench, parts, THROUGH), dict.fromkeys(parts, 0.0)
    for part in parts:
        _timed(getattr(opened, part), spent, part)
    options = IndexOptions(RATES[bench.device], text=False)
    store = Store.open(bench.options.fresh("specialists"), create=True)
    torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    report = index_videos(store, clips, options, specialists=opened)
    took = time.perf_counter() - began
    if report.failed:
        yield Figure("not indexed", float("nan"), "", None, str(report.failed), group="all four")
        return
    peak = torch.cuda.max_memory_allocated() / GIB
    note = f"{seconds:.0f} s in {took:.0f} s, loading included"
    yield Figure("video / time", seconds / took, "x", None, note, group="all four")
    yield Figure("peak memory of the GPU", peak, "GiB", None, group="all four")
    for part, value in spent.items():
        yield Figure(f"of it {part}", value, "s", None, group="all four")


def _timed(specialist: Any, spent: dict[str, float], part: str) -> None:
    """Let what the index asks of a specialist be added up."""
    for name in ASKED[part]:
        setattr(specialist, name, partial(_added, getattr(specialist, name), spent, part))


def _added(asked: Callable[..., Any], spent: dict[str, float], part: str, *arguments: Any) -> Any:
    began = time.perf_counter()
    try:
        return asked(*arguments)
    finally:
        spent[part] += time.perf_counter() - began


def _loaded(bench: Bench, first: Callable[[], object]) -> Iterator[Figure]:
    """Yield how long a model takes to load and to answer first, and how much its weights take."""
    began = time.perf_counter()
    first()
    yield Figure("loading and the first answer", time.perf_counter() - began, "s")
    if bench.device == "cuda":
        import torch

        yield Figure("weights on the GPU", torch.cuda.memory_allocated() / GIB, "GiB")


def _rate(bench: Bench, what: str, count: int, do: Callable[[], object], note: str = "") -> Figure:
    if bench.device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    do()  # returns arrays, so that all is computed
    took = time.perf_counter() - began
    if bench.device == "cuda":
        note = ", ".join(filter(None, (f"peak {torch.cuda.max_memory_allocated() / GIB:.1f} GiB", note)))
    return Figure(f"{what} a second", count / took, "", None, note)


def _spot(number: int, count: int, frame: Frame) -> Spot:
    """Return one of so many boxes that stand side by side in a grid."""
    height, width = frame.image.shape[:2]
    columns = max(1, round(count**0.5 * 1.4))
    rows = -(-count // columns)
    x, y = number % columns * width / columns, number // columns * height / rows
    return Spot(0, (x + 2, y + 2, x + width / columns - 2, y + height / rows - 2))


def _frames(options: Options, device: str) -> list[Frame]:
    with VideoFile(_clips(options)[0]) as video:
        count = 1 if options.quick else FRAMES[device]
        return list(islice(video.sample(IndexOptions(RATES[device]).sampling), count))


def _clips(options: Options) -> list[Path]:
    with suppress(SkippedError):
        if clips := sorted(options.shared("videos").glob("*.mp4")):
            return clips
    clip = options.scratch / "specialists.mp4"
    if not clip.exists():
        film(clip, 10.0)
    return [clip]


def _length(clip: Path) -> float:
    with VideoFile(clip) as video:
        return float(video.info.duration or 0.0)


def _device() -> str:
    try:
        import torch
    except ImportError as error:
        raise SkippedError("needs torch, torchvision and transformers") from error
    return "cuda" if torch.cuda.is_available() else "cpu"


def _name(device: str) -> str:
    import torch

    return str(torch.cuda.get_device_name()) if device == "cuda" else "no GPU"
