"""Labellers and detectors that came through the door, made into what the index takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.door import DETECTORS, LABELLERS
from tools.plugged import Plugged, open_plugged, own, tidy
from twins.frames import Frame
from twins.relinking import box_inside
from twins.specialists import Boxes, Detection, Label, Namer

MOST_DETECTIONS = 100
LONGEST_NAME = 60
"""Detections of a frame, and letters of a category, that are taken over."""


class _Naming(Plugged):
    DOES = "names things"

    def _category(self, value: Any) -> str:
        text = tidy(value[:1000]) if isinstance(value, str) else ""
        if not text or len(text) > LONGEST_NAME:
            raise self.wrong("a category", value)
        return text


class PluggedDetector(_Naming):
    """A detector: ``detect(image)`` returns ``(category, confidence, (x1, y1, x2, y2))`` tuples."""

    GROUP, METHOD = DETECTORS, "detect"

    def detect(self, frame: Frame) -> Sequence[Detection]:
        """See :class:`twins.specialists.Detector`."""
        height, width = frame.image.shape[:2]
        found = self.call(lambda: list(self.plugin.detect(own(frame.image))))
        detections = []
        for entry in sorted(found, key=self._sureness)[:MOST_DETECTIONS]:
            category, confidence, box = entry
            inside = _box(box, width, height)
            if inside is not None:
                detections.append(Detection(self._category(category), self.confidence(confidence), inside))
        return detections

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


def _box(value: Any, width: int, height: int) -> tuple[float, float, float, float] | None:
    try:
        x1, y1, x2, y2 = (float(side) for side in value)
    except (TypeError, ValueError):
        return None
    return box_inside((x1, y1, x2, y2), width, height)
