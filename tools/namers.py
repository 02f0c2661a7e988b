"""Labellers and detectors that came through the door, made into what the index takes.

A plugin imports nothing of ours: it takes NumPy arrays and returns tuples, which are checked here.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from tools.deadlines import CallError, LateError, call_within
from tools.door import DETECTORS, LABELLERS, RefusedError, about, build, find_plugins, version_of
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.geometry import Bytes
from twins.relinking import box_inside
from twins.schema import Provenance
from twins.specialists import Boxes, Detection, Label, Namer

API_VERSION = 1

FRAME_SECONDS = 60.0
"""A plugin may take this long for one frame; the first one includes its weights."""
MOST_DETECTIONS = 100
LONGEST_NAME = 60
"""Detections of a frame, and letters of a category, that are taken over."""
WEIGHTS = "weights"
"""The setting that names a file of weights: what counts is its content, not where it lies."""


@dataclass(frozen=True)
class SpecialistContext:
    """What an index-time plugin is handed when it is built.

    Args:
        api_version: of this contract.
        device: where its model should run, ``cpu`` or ``cuda``.
        settings: its own section of the settings, ``[plugins.<name>]``.
    """

    api_version: int
    device: str
    settings: Mapping[str, Any]


def open_namer(name: str, settings: Mapping[str, Any], device: str = "cpu") -> Namer:
    """Load a labeller or detector and build it, so that what is wrong with it is known before any work starts.

    Raises:
        TwinseekError: it is not installed, or cannot be used; the sentence says why.
    """
    point = _find(name)
    weights = settings.get(WEIGHTS)
    try:
        digest = _hash(Path(str(weights))) if weights is not None else None
        others = {key: value for key, value in settings.items() if key != WEIGHTS}
        plugin = _build(point, SpecialistContext(API_VERSION, device, settings))
        version = version_of(about(point), getattr(plugin, "version", None), others)
    except RefusedError as error:
        raise TwinseekError(f"the plugin {name} of {about(point).distribution} cannot be used: {error}") from error
    except OSError as error:
        raise TwinseekError(
            f"the weights {weights} of the plugin {name} cannot be read ({error.strerror}): set [plugins.{name}]"
        ) from error
    provenance = Provenance(specialist=name, version=version, weights=digest or getattr(plugin, WEIGHTS, None))
    kind = PluggedDetector if point.group == DETECTORS else PluggedLabeller
    return kind(name, dict(settings), device, provenance)


@dataclass(frozen=True)
class _Plugged:
    """A plugin by name: each process that it is sent to builds its own."""

    name: str
    settings: Mapping[str, Any]
    device: str
    provenance: Provenance

    @cached_property
    def plugin(self) -> Any:
        """The plugin itself."""
        try:
            return _build(_find(self.name), SpecialistContext(API_VERSION, self.device, self.settings))
        except RefusedError as error:
            raise TwinseekError(f"the plugin {self.name} cannot be used: {error}") from error

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "plugin"}

    def _call(self, function: Callable[[], Any]) -> Any:
        try:
            return call_within(FRAME_SECONDS, function, f"plugin {self.name}")
        except LateError as error:
            raise TwinseekError(f"the plugin {self.name} {error}: leave it out, or give it a smaller model") from error
        except CallError as error:
            cause = error.__cause__
            raise TwinseekError(f"the plugin {self.name} failed ({type(cause).__name__}: {cause})") from cause

    def _confidence(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong("a confidence", value)
        return min(1.0, max(0.0, number))

    def _category(self, value: Any) -> str:
        letters = value[:1000] if isinstance(value, str) else ""
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())
        if not text or len(text) > LONGEST_NAME:
            raise self._wrong("a category", value)
        return text

    def _wrong(self, what: str, value: object) -> TwinseekError:
        return TwinseekError(f"the plugin {self.name} returned {value!r:.80} for {what}: see docs/plugins.md")


class PluggedDetector(_Plugged):
    """A detector: ``detect(image)`` returns ``(category, confidence, (x1, y1, x2, y2))`` tuples."""

    def detect(self, frame: Frame) -> Sequence[Detection]:
        """See :class:`twins.specialists.Detector`."""
        height, width = frame.image.shape[:2]
        found = self._call(lambda: list(self.plugin.detect(_own(frame.image))))
        detections = []
        for entry in sorted(found, key=self._sureness)[:MOST_DETECTIONS]:
            category, confidence, box = entry
            inside = _box(box, width, height)
            if inside is not None:
                detections.append(Detection(self._category(category), self._confidence(confidence), inside))
        return detections

    def _sureness(self, entry: Any) -> float:
        if not isinstance(entry, list | tuple) or len(entry) != 3:
            raise self._wrong("a detection", entry)
        return -self._confidence(entry[1])


class PluggedLabeller(_Plugged):
    """A labeller: ``label(image, boxes)`` returns ``{id: (category, confidence)}``."""

    def label(self, frame: Frame, boxes: Boxes) -> Mapping[str, Label]:
        """See :class:`twins.specialists.Labeller`."""
        found = self._call(lambda: self.plugin.label(_own(frame.image), dict(boxes)))
        if not isinstance(found, Mapping):
            raise self._wrong("labels", found)
        labels = {}
        for name, entry in found.items():
            if name not in boxes:
                continue
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                raise self._wrong("a label", entry)
            labels[str(name)] = Label(self._category(entry[0]), self._confidence(entry[1]))
        return labels


def _find(name: str) -> EntryPoint:
    found = [*find_plugins(LABELLERS), *find_plugins(DETECTORS)]
    these = [(point, clash) for point, clash in found if point.name == name]
    if not these:
        known = ", ".join(sorted({point.name for point, _ in found})) or "none"
        raise TwinseekError(
            f"no plugin names things by the name of {name!r} (installed: {known}): install it, or choose"
        )
    if these[0][1] or len(these) > 1:
        owners = " and ".join(sorted(about(point).distribution for point, _ in these))
        raise TwinseekError(f"the plugin {name} cannot be used: {these[0][1] or f'{owners} both have a {name}'}")
    return these[0][0]


def _build(point: EntryPoint, context: SpecialistContext) -> Any:
    plugin = build(point, context)
    wanted = "detect" if point.group == DETECTORS else "label"
    if not callable(getattr(plugin, wanted, None)):
        raise RefusedError(f"build(context) returned {type(plugin).__name__}, which has no method {wanted}")
    return plugin


def _own(image: Bytes) -> Bytes:
    return image.copy()  # a plugin may draw into it


def _box(value: Any, width: int, height: int) -> tuple[float, float, float, float] | None:
    try:
        x1, y1, x2, y2 = (float(side) for side in value)
    except (TypeError, ValueError):
        return None
    return box_inside((x1, y1, x2, y2), width, height)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
