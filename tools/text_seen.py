"""Letters in the picture, read by RapidOCR (its models come with the package)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np

from twins.geometry import Bytes

SOURCE = "text"
VERSION = "1"
MIN_CONFIDENCE = 0.75
MAX_SIDE = 736
"""The longer side of what is read; more costs seconds and finds little more."""
MIN_STROKES = 0.004
"""Share of the picture that must look like strokes before it is read at all."""


@dataclass(frozen=True)
class SeenText:
    """A line of text in one frame: ``box`` is xyxy in pixels of the image given."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]


def may_hold_text(image: Bytes) -> bool:
    """Tell, in a millisecond, whether an (h, w, 3) RGB image has rows of strokes at all."""
    scale = 320 / max(image.shape[:2])
    grey = cv2.cvtColor(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 60
    joined = cv2.morphologyEx(edges.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    rows = [s for s in stats[1:count] if 5 <= s[cv2.CC_STAT_HEIGHT] <= 60 and s[cv2.CC_STAT_WIDTH] >= 8]
    return sum(int(s[cv2.CC_STAT_AREA]) for s in rows) >= MIN_STROKES * grey.size


def can_read() -> bool:
    """Tell whether RapidOCR is installed: there are Pythons that it has no wheel for."""
    return find_spec("rapidocr_onnxruntime") is not None


def read_text(image: Bytes) -> list[SeenText]:
    """Read the text in an (h, w, 3) RGB image. Raises ``ImportError`` where RapidOCR is not installed."""
    height, width = image.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    lines, _ = _reader()(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), use_cls=False)
    found = []
    for corners, text, confidence in lines or []:
        xs, ys = np.asarray(corners, np.float64).T / scale
        box = (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
        if float(confidence) >= MIN_CONFIDENCE and _readable(text):
            found.append(SeenText(text.strip(), float(confidence), box))
    return found


def merge_readings(readings: Sequence[tuple[float, Sequence[SeenText]]]) -> list[tuple[str, float, float, float]]:
    """Join equal lines over several frames into (text, confidence, first seconds, last seconds)."""
    merged: dict[str, tuple[str, float, float, float]] = {}
    for seconds, lines in readings:
        for line in lines:
            key = line.text.casefold()
            text, confidence, first, _ = merged.get(key, (line.text, 0.0, seconds, seconds))
            merged[key] = (text, max(confidence, line.confidence), first, seconds)
    return list(merged.values())


def _readable(text: str) -> bool:
    # One or two lone characters are mostly window frames and leaves.
    return len(re.findall(r"\w", text)) >= 2 and len(re.findall(r"[^\W_]", text)) >= 0.6 * len(text.strip())


@lru_cache(maxsize=1)
def _reader() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1, det_limit_side_len=MAX_SIDE, det_limit_type="max")
