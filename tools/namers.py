"""Labellers and detectors that came through the door, made into what the index takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tools.batches import Batched
from tools.door import DETECTORS, LABELLERS
from tools.plugged import Plugged, open_plugged, own, tidy
from tools.vocabulary import LONGEST_NAME
from twins.frames import Frame
from twins.overlap import iou
from twins.relinking import box_inside
from twins.schema import Alternative
from twins.specialists import Boxes, Detection, Label, Namer

MOST_DETECTIONS = 100
MOST_NAMES = 400
"""Things in a frame, and names for them in all, that are taken over."""
MOST_WORDS = 64
"""Words that a detector is given besides those that it knows."""
ONE_IOU = 0.7
"""Overlap from which two detections of a frame, of whatever categories, are two names for one thing."""
MOST_ALTERNATIVES = 3


class _Naming(Plugged):
    DOES = "names things"

    def _category(self, value: Any) -> str:
        text = tidy(value[:1000]) if isinstance(value, str) else ""
        if not text or len(text) > LONGEST_NAME:
            raise self.wrong("a category", value)
        return text


class PluggedDetector(_Naming, Batched):
    """A detector: ``detect(image)`` returns ``(category, confidence, (x1, y1, x2, y2))`` tuples.

    ``detect_batch(images)``, where it has that, is called instead. One whose vocabulary is open also has
    ``find(images, names)``, and may say what it looks for by itself: ``vocabulary``. One whose scores are no shares of
    being right says from which on they count: ``sure``.
    """

    GROUP, METHOD, MANY = DETECTORS, "detect", "detect_batch"

    @property
    def open(self) -> bool:
        """See :class:`twins.specialists.Detector`."""
        return callable(getattr(self.plugin, "find", None))

    @property
    def sure(self) -> float | None:
        """See :class:`twins.specialists.Detector`."""
        said = getattr(self.plugin, "sure", None)
        return None if said is None else self.confidence(said)

    def detect(self, frames: Sequence[Frame], words: Sequence[str] = ()) -> list[list[Detection]]:
        """See :class:`twins.specialists.Detector`."""
        known = [str(name) for name in getattr(self.plugin, "vocabulary", ())]
        more = named(words, known)
        if more and known and self.open:
            return self._found(frames, [*known, *more])
        images = [frame.image for frame in frames]
        return self._detections(self.of_each(images, list), frames)

    def find(self, frames: Sequence[Frame], names: Sequence[str]) -> list[list[Detection]]:
        """See :class:`twins.specialists.Detector`."""
        if self.open:
            return self._found(frames, named(names))
        wanted = {name.casefold() for name in named(names)}
        return [[each for found in these for each in _called(found, wanted)] for these in self.detect(frames)]

    def _found(self, frames: Sequence[Frame], names: Sequence[str]) -> list[list[Detection]]:
        images = [frame.image for frame in frames]
        answers = self.in_batches(images, lambda some: self.plugin.find(some, list(names)), list) if names else []
        return self._detections(answers or [[] for _ in frames], frames)

    def _detections(self, answers: Sequence[Sequence[Any]], frames: Sequence[Frame]) -> list[list[Detection]]:
        found = []
        for answer, frame in zip(answers, frames, strict=True):
            height, width = frame.image.shape[:2]
            taken = [self._detection(entry, width, height) for entry in sorted(answer, key=self._sureness)[:MOST_NAMES]]
            found.append(_distinct([detection for detection in taken if detection])[:MOST_DETECTIONS])
        return found

    def _detection(self, entry: Any, width: int, height: int) -> Detection | None:
        category, confidence, box = entry
        inside = _box(box, width, height)
        return Detection(self._category(category), self.confidence(confidence), inside) if inside else None

    def _sureness(self, entry: Any) -> float:
        if not isinstance(entry, list | tuple) or len(entry) != 3:
            raise self.wrong("a detection", entry)
        return -self.confidence(entry[1])


class PluggedLabeller(_Naming):
    """A labeller: ``label(image, boxes)`` returns ``{id: (category, confidence)}``."""

    GROUP, METHOD = LABELLERS, "label"

    def label(self, frame: Frame, boxes: Boxes) -> Mapping[str, Label]:
        """See :class:`twins.specialists.Labeller`."""
        found = self.call(lambda: self.plugin.label(own(frame.image), dict(boxes)))
        if not isinstance(found, Mapping):
            raise self.wrong("labels", found)
        labels = {}
        for name, entry in found.items():
            if name not in boxes:
                continue
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                raise self.wrong("a label", entry)
            labels[str(name)] = Label(self._category(entry[0]), self.confidence(entry[1]))
        return labels


def open_namer(name: str, settings: Mapping[str, Any], device: str = "cpu") -> Namer:
    """Load a labeller or detector; see :func:`tools.plugged.open_plugged`."""
    kinds: list[type[PluggedLabeller] | type[PluggedDetector]] = [PluggedLabeller, PluggedDetector]
    return open_plugged(kinds, name, settings, device)


def named(names: Sequence[str], known: Sequence[str] = ()) -> list[str]:
    """Return names that can be looked for: tidy, none twice or among those that are known, not too long or many."""
    seen = {name.casefold() for name in known}
    kept: dict[str, str] = {}
    for name in names:
        text = tidy(name[:1000])
        if text and len(text) <= LONGEST_NAME and text.casefold() not in seen:
            kept.setdefault(text.casefold(), text)
    return list(kept.values())[:MOST_WORDS]


def _called(found: Detection, wanted: set[str]) -> list[Detection]:
    """Return a detection by the surest of its names that is wanted."""
    names = [(found.category, found.confidence), *((other.category, other.confidence) for other in found.alternatives)]
    matching = [(name, confidence) for name, confidence in names if name.casefold() in wanted]
    return [replace(found, category=name, confidence=sure, alternatives=()) for name, sure in matching[:1]]


def _distinct(detections: Sequence[Detection]) -> list[Detection]:
    """Return things, the surest first, each with the less sure names for it as alternatives."""
    kept: list[Detection] = []
    others: list[dict[str, float]] = []
    boxes = np.empty((0, 4), np.float32)
    for detection in sorted(detections, key=lambda d: (-d.confidence, d.category, d.box)):
        box = np.array([detection.box], np.float32)
        overlaps = iou(box, boxes)
        if len(overlaps) and overlaps.max() >= ONE_IOU:
            others[int(overlaps.argmax())].setdefault(detection.category, detection.confidence)
        else:
            kept.append(detection)
            others.append({})
            boxes = np.concatenate([boxes, box])
    return [replace(each, alternatives=_alternatives(each, names)) for each, names in zip(kept, others, strict=True)]


def _alternatives(detection: Detection, names: Mapping[str, float]) -> tuple[Alternative, ...]:
    less = [(name, sure) for name, sure in names.items() if name != detection.category][:MOST_ALTERNATIVES]
    return tuple(Alternative(category=name, confidence=round(sure, 3)) for name, sure in less)


def _box(value: Any, width: int, height: int) -> tuple[float, float, float, float] | None:
    try:
        x1, y1, x2, y2 = (float(side) for side in value)
    except (TypeError, ValueError):
        return None
    return box_inside((x1, y1, x2, y2), width, height)
