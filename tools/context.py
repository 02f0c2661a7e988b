"""What a tool is handed when it is built: looks at a video, at its twin, and at the models of the profile.

Plain callables, so that a plugin imports nothing of ours. Everything that goes wrong inside raises ``ToolException``
with a sentence for the model that called the tool.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import numpy as np

from twins.errors import TwinseekError
from twins.frames import frames_at
from twins.geometry import Bools, Bytes, Geometry, Visibility
from twins.instance_masks import open_masks
from twins.masks import decode_mask
from twins.observations import EffectiveTwin
from twins.predicates import PREDICATES, RELATIVE, evaluate
from twins.relinking import places
from twins.scaling import fit
from twins.schema import Track
from twins.sentences import FACT_KIND, scene_of, sentence
from twins.store import Store
from twins.widening import frame_index_at

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from tools.specialists import OpenSpecialists
    from twins.specialists import Depth, Detector, SpotSegmenter

API_VERSION = 1
"""Raised when something that a plugin may rely on changes its meaning."""

MOST_FRAMES = 64
MOST_BYTES = 400_000_000
"""Frames that one look returns at most, and their size in memory, however many are asked for."""
USUAL_FRAMES = 8
TRACK_BOXES = 5
"""Moments at which the twin's summary says where a track is."""

Box = tuple[float, float, float, float]


class FramesFunction(Protocol):
    """Decodes frames of a video."""

    def __call__(
        self,
        video_id: str,
        seconds: Sequence[float] | None = None,
        span: tuple[float, float] | None = None,
        max_frames: int = USUAL_FRAMES,
        max_side: int | None = None,
    ) -> tuple[list[float], list[Bytes]]:
        """Return exact times, and (height, width, 3) uint8 RGB images of the displayed size, in the order of time.

        With ``max_side`` they are no larger than that; coordinates in them are to be scaled.
        """


class EvaluateFunction(Protocol):
    """Computes a predicate."""

    def __call__(self, video_id: str, predicate: str, *instances: str) -> dict[str, Any]:
        """Return ``{"holds": spans, "fails": spans, "kind": of a fact, "text": a sentence}``.

        What neither the spans of ``holds`` nor those of ``fails`` cover is unknown.
        """


@dataclass(frozen=True)
class ToolContext:
    """What a tool may look at. A plugin can rely on every field for as long as ``api_version`` stays.

    Args:
        api_version: of this contract.
        frames: ``frames(video_id, seconds=[…])`` or ``frames(video_id, span=(start, end), max_frames=8)``.
        twin: ``twin(video_id)``, what is known about a video, as in docs/plugins.md.
        evaluate: ``evaluate(video_id, "follows", "t1", "t2")``.
        boxes: ``boxes(video_id, "t1", [0.5, 1.0])``, xyxy in displayed pixels at each moment; none where it is unknown.
        masks: ``masks(video_id, "t1", [0.5, 1.0])``, (height, width) bool of the displayed size; none where there is
            none.
        in_view: ``in_view(video_id, "t1", [0.5, 1.0])``, whether it is seen at each moment; a hidden thing may have a
            box too, which shows what hides it.
        sampled: ``sampled(video_id, 0.5, 1.0)``, the moments of a span at which the twin knows where things are.
        device: where models should run, ``cpu`` or ``cuda``.
        settings: this plugin's own section of the settings, ``[plugins.<name>]``.
        see: a LangChain chat model that takes pictures, or none where the profile has none.
        detector, segmenter, depth: those that the profile names for the index, for what is built in; or none.
    """

    api_version: int
    frames: FramesFunction
    twin: Callable[[str], dict[str, Any]]
    evaluate: EvaluateFunction
    boxes: Callable[[str, str, Sequence[float]], list[Box | None]]
    masks: Callable[[str, str, Sequence[float]], list[Bools | None]]
    in_view: Callable[[str, str, Sequence[float]], list[bool]]
    sampled: Callable[[str, float, float], list[float]]
    device: str = "cpu"
    settings: Mapping[str, Any] = field(default_factory=dict)
    see: "BaseChatModel | None" = None
    detector: "Detector | None" = None
    segmenter: "SpotSegmenter | None" = None
    depth: "Depth | None" = None


def make_context(
    store: Store,
    read: Callable[[str], EffectiveTwin],
    *,
    device: str = "cpu",
    see: "BaseChatModel | None" = None,
    specialists: "OpenSpecialists | None" = None,
) -> ToolContext:
    """Return the context of a library.

    Args:
        store: where the files of videos are found.
        read: returns the effective twin of a video; it may keep them in memory.
        device: where a tool's own model should run.
        see: the model that is shown pictures.
        specialists: those that the profile names.
    """
    look = _Looks(store, read)
    looks = (look.frames, look.twin, look.evaluate, look.boxes, look.masks, look.in_view, look.sampled)
    return ToolContext(API_VERSION, *looks, device=device, see=see, **_usable(specialists))


def context_without_library(
    see: "BaseChatModel | None" = None, specialists: "OpenSpecialists | None" = None
) -> ToolContext:
    """Return a context with which tools can be built, to see whether they can, and nothing can be looked at."""

    def nothing(*_given: object, **_named: object) -> NoReturn:
        _refuse("no library is open.")

    looks = (nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    return ToolContext(API_VERSION, *looks, see=see, **_usable(specialists))


def _usable(specialists: "OpenSpecialists | None") -> dict[str, Any]:
    """Return the specialists that tools may use; their weights are loaded by the first call."""
    if specialists is None:
        return {}
    return {
        "detector": specialists.detector(),
        "segmenter": specialists.segmenter(),
        "depth": specialists.depth(),
    }


_READ: ContextVar[Callable[[str], EffectiveTwin] | None] = ContextVar("read", default=None)


@contextmanager
def reading(read: Callable[[str], EffectiveTwin]) -> Iterator[None]:
    """Let the tools that are called in the block, and in threads that copy its context, read twins by this function.

    Tools are built once; what one question has found out, and nobody can keep, is known to that question alone.
    """
    token = _READ.set(read)
    try:
        yield
    finally:
        _READ.reset(token)


class _Looks:
    """The callables of a context, for one library."""

    def __init__(self, store: Store, read: Callable[[str], EffectiveTwin]) -> None:
        self._store = store
        self._read = read

    def frames(
        self,
        video_id: str,
        seconds: Sequence[float] | None = None,
        span: tuple[float, float] | None = None,
        max_frames: int = USUAL_FRAMES,
        max_side: int | None = None,
    ) -> tuple[list[float], list[Bytes]]:
        known = self._known(video_id)
        if (seconds is None) == (span is None):
            _refuse("give either seconds or a span, not both and not neither.")
        shown = fit(known.twin.width, known.twin.height, max_side)
        size = 3 * shown[0] * shown[1]
        limit = min(max(1, max_frames), MOST_FRAMES, max(1, MOST_BYTES // size))
        wanted = spread(known.geometry, *span, limit) if span is not None else list(seconds or ())[:limit]
        if not wanted or not np.isfinite(wanted).all():
            _refuse("name at least one moment of the video, in seconds.")
        last = known.twin.duration
        path = self._store.path(video_id)
        if path is None:
            _refuse("the file of this video is not there any more, so that its pictures cannot be looked at.")
        try:
            found = frames_at(path, sorted({min(max(0.0, float(second)), last) for second in wanted}), max_side)
        except TwinseekError as error:
            # No model and no client of a server need know in which folder the file lies.
            _refuse(f"the pictures of this video cannot be read: {str(error).replace(str(path), path.name)}")
        frames = {frame.frame_index: frame for frame in found}.values()  # near moments may show the same one
        return [frame.seconds for frame in frames], [frame.image for frame in frames]

    def twin(self, video_id: str) -> dict[str, Any]:
        known = self._known(video_id)
        return describe_twin(known)

    def evaluate(self, video_id: str, predicate: str, *instances: str) -> dict[str, Any]:
        known = self._known(video_id)
        if predicate not in PREDICATES:
            _refuse(f"there is no predicate {predicate!r}: choose one of {', '.join(sorted(PREDICATES))}.")
        if not 1 <= len(instances) <= 2:
            _refuse(f"{predicate} is said of one or two instances, not of {len(instances)}.")
        rows = [_row(known.geometry, name) for name in instances]
        try:
            truth = evaluate(predicate, scene_of(known.twin, known.geometry), *rows)
        except TwinseekError:
            _refuse(f"{predicate} is said of one instance, not of two: call it for each.")
        found = PREDICATES[RELATIVE.get(predicate, predicate) if len(rows) == 2 else predicate]
        text = sentence(found.name, *(known.twin.track(name) for name in instances))
        return {
            "holds": _rounded(truth.holds),
            "fails": _rounded(truth.fails),
            "kind": "event" if found.event else FACT_KIND[found.kind],
            "text": f"{text} something" if found.arity > len(rows) else text,
        }

    def boxes(self, video_id: str, instance: str, seconds: Sequence[float]) -> list[Box | None]:
        geometry = self._known(video_id).geometry
        row = _row(geometry, instance)
        return [
            _box(box) if np.isfinite(box).all() else None
            for box in places(geometry.seconds, geometry.boxes[row], np.asarray(seconds, np.float64))
        ]

    def masks(self, video_id: str, instance: str, seconds: Sequence[float]) -> list[Bools | None]:
        known = self._known(video_id)
        _row(known.geometry, instance)
        indices = [frame_index_at(known.geometry, float(moment)) for moment in seconds]
        try:
            with open_masks(self._store, known) as masks:
                found = [masks.rle(instance, index) if index is not None else None for index in indices]
        except TwinseekError as error:
            _refuse(f"the masks of this video cannot be read: {error}")
        return [decode_mask(rle) if rle is not None else None for rle in found]

    def in_view(self, video_id: str, instance: str, seconds: Sequence[float]) -> list[bool]:
        geometry = self._known(video_id).geometry
        visible = geometry.visibility[_row(geometry, instance)] == Visibility.VISIBLE
        columns = [int(np.abs(geometry.seconds - moment).argmin()) for moment in seconds if len(geometry.seconds)]
        return [bool(visible[column]) for column in columns]

    def sampled(self, video_id: str, start: float, end: float) -> list[float]:
        seconds = self._known(video_id).geometry.seconds
        return [float(moment) for moment in seconds[(seconds >= start) & (seconds <= end)]]

    def _known(self, video_id: str) -> EffectiveTwin:
        try:
            return (_READ.get() or self._read)(video_id)
        except TwinseekError as error:
            _refuse(f"the twin of this video cannot be read: {error}")


def describe_twin(known: EffectiveTwin) -> dict[str, Any]:
    """Return what is known about a video as plain JSON values, as documented for plugins."""
    twin = known.twin
    return {
        "video_id": twin.video_id,
        "duration": twin.duration,
        "width": twin.width,
        "height": twin.height,
        "tracks": [_describe_track(track, known.geometry) for track in twin.tracks],
        "shots": [list(shot.span) for shot in twin.shots],
        "facts": [
            {
                **fact.model_dump(mode="json", include={"about", "kind", "text", "confidence", "predicate"}),
                "others": list(fact.others),
                "span": list(fact.span) if fact.span else None,
            }
            for fact in twin.facts
        ],
    }


def spread(geometry: Geometry, start: float, end: float, most: int) -> list[float]:
    """Return at most ``most`` moments of a span: sampled ones where there are enough, else evenly spaced ones.

    What is found at a sampled moment needs no column of its own in the geometry.
    """
    if not start < end:
        return [start]
    sampled = geometry.seconds[(geometry.seconds >= start) & (geometry.seconds < end)]
    if len(sampled) < most:
        return [start + (end - start) * (n + 0.5) / most for n in range(most)]
    return [float(sampled[int((n + 0.5) * len(sampled) / most)]) for n in range(most)]


def _describe_track(track: Track, geometry: Geometry) -> dict[str, Any]:
    row = geometry.boxes[geometry.row(track.id)]
    columns = np.flatnonzero(np.isfinite(row).all(axis=1))
    shown = (
        columns[np.unique(np.linspace(0, len(columns) - 1, TRACK_BOXES).round().astype(int))] if len(columns) else []
    )
    return {
        "id": track.id,
        "category": track.category,
        "confidence": track.confidence,
        "salience": track.salience,
        "attributes": [a.model_dump(mode="json", include={"kind", "text", "confidence"}) for a in track.attributes],
        "first_seen": float(geometry.seconds[columns[0]]) if len(columns) else None,
        "last_seen": float(geometry.seconds[columns[-1]]) if len(columns) else None,
        "boxes": [{"seconds": float(geometry.seconds[n]), "box": list(_box(row[n]))} for n in shown],
    }


def _row(geometry: Geometry, instance: str) -> int:
    try:
        return geometry.row(instance)
    except KeyError:
        known = ", ".join(geometry.track_ids) or "none"
        _refuse(f"there is no instance {instance!r} in this video: choose one of {known}.")


def _box(box: Any) -> Box:
    x1, y1, x2, y2 = (round(float(value), 1) for value in box)
    return x1, y1, x2, y2


def _rounded(spans: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(max(0.0, start), 3), round(end, 3)] for start, end in spans]


def _refuse(text: str) -> NoReturn:
    from langchain_core.tools import ToolException

    raise ToolException(text)
