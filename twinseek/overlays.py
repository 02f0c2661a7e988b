"""Masks, boxes and labels drawn over frames, in colours that colour-blind readers can tell apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.geometry import Bools
from twinseek.plain_text import plain_text

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

PALETTE: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
    (0, 114, 178),
)
"""Okabe and Ito, "Color Universal Design", 2008, without its black, which is lost on dark frames."""

FILL_OPACITY = 0.15
"""Light, since a question may be about the colour of what is marked."""
BOX_OPACITY = 0.10
LABEL_LENGTH = 28


@dataclass(frozen=True)
class Mark:
    """One instance in one frame.

    Args:
        label: what is written at the box; none where empty.
        colour: RGB.
        box: xyxy, half-open, displayed pixels.
        mask: COCO run-length form at the displayed size, or none: then the box is drawn.
    """

    label: str
    colour: Colour
    box: Box
    mask: Mapping[str, Any] | None = None


def instance_colours(instances: Iterable[str]) -> dict[str, Colour]:
    """Give each instance a colour of the palette, in order of first appearance."""
    distinct = dict.fromkeys(instances)
    return {name: PALETTE[n % len(PALETTE)] for n, name in enumerate(distinct)}


def ink_on(colour: Colour) -> Colour:
    """Return black or white, whichever reads better on this colour (relative luminance, WCAG 2.2)."""
    linear = [(part / 255) ** 2.2 for part in colour]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (17, 17, 17) if luminance > 0.18 else (255, 255, 255)


def fit_image(image: Image, longest: int) -> Image:
    """Shrink an image so that neither side is longer than ``longest`` pixels; smaller ones stay as they are."""
    import cv2

    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def draw_marks(image: Image, marks: Sequence[Mark], displayed: tuple[int, int] | None = None) -> Image:
    """Return a copy of a frame with every mark drawn on it, the largest lowest.

    Args:
        image: (h, w, 3) uint8 RGB, possibly smaller than the displayed frame.
        marks: what to draw, in displayed pixels.
        displayed: (width, height) of the displayed frame; by default the image's.
    """
    height, width = image.shape[:2]
    scale = (width / displayed[0], height / displayed[1]) if displayed else (1.0, 1.0)
    canvas = np.ascontiguousarray(image).copy()
    ordered = sorted(marks, key=lambda mark: -_area(mark.box))
    boxes = [_scaled(mark.box, scale, width, height) for mark in ordered]
    for mark, box in zip(ordered, boxes, strict=True):
        mask = _mask(mark, height, width)
        if mask is not None and mask.any():
            _draw_mask(canvas, mask, mark.colour)
        else:
            _draw_box(canvas, box, mark.colour)
    for mark, box in zip(ordered, boxes, strict=True):
        if mark.label:
            _draw_label(canvas, box, mark.label, mark.colour)
    return canvas


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _scaled(box: Box, scale: tuple[float, float], width: int, height: int) -> tuple[int, int, int, int]:
    xs = [int(np.clip(round(x * scale[0]), 0, width - 1)) for x in box[::2]]
    ys = [int(np.clip(round(y * scale[1]), 0, height - 1)) for y in box[1::2]]
    return xs[0], ys[0], xs[1], ys[1]


def _mask(mark: Mark, height: int, width: int) -> Bools | None:
    from twins.masks import decode_mask, resize_mask

    return None if mark.mask is None else resize_mask(decode_mask(mark.mask), height, width)


def _blend(canvas: Image, where: Bools, colour: Colour, opacity: float) -> None:
    canvas[where] = (canvas[where] * (1 - opacity) + np.array(colour) * opacity).astype(np.uint8)


def _line(canvas: Image) -> int:
    """Return a line width that looks the same at every picture size."""
    return max(1, int(max(canvas.shape[0], canvas.shape[1]) / 320 + 0.5))


def _draw_mask(canvas: Image, mask: Bools, colour: Colour) -> None:
    """Tint what is marked and draw a line around it, outside: of a small thing a line inside would leave nothing."""
    _blend(canvas, mask, colour, FILL_OPACITY)
    line = _widened(mask, _line(canvas))
    # A dark rim around the coloured line keeps yellow visible on snow.
    canvas[_widened(mask, _line(canvas) + 1) & ~line] = (20, 20, 20)
    canvas[line & ~mask] = colour


def _widened(mask: Bools, pixels: int) -> Bools:
    import cv2

    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1,) * 2)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc), np.bool_)


def _draw_box(canvas: Image, box: tuple[int, int, int, int], colour: Colour) -> None:
    import cv2

    x1, y1, x2, y2 = box
    inside = np.zeros(canvas.shape[:2], np.bool_)
    inside[y1:y2, x1:x2] = True
    _blend(canvas, inside, colour, BOX_OPACITY)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), (20, 20, 20), _line(canvas) + 2)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, _line(canvas))


def _draw_label(canvas: Image, box: tuple[int, int, int, int], label: str, colour: Colour) -> None:
    """Write the label above its box, or inside where there is no room."""
    import cv2

    # OpenCV's line font has ASCII only.
    text = plain_text(label).encode("ascii", "replace").decode()[:LABEL_LENGTH]
    size = max(canvas.shape[:2]) / 1000 + 0.1
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    tall = height + below + 4
    x = max(0, min(box[0], canvas.shape[1] - width - 6))
    y = box[1] - tall if box[1] >= tall else box[1]
    cv2.rectangle(canvas, (x, y), (x + width + 6, y + tall), colour, cv2.FILLED)
    cv2.putText(canvas, text, (x + 3, y + height + 2), cv2.FONT_HERSHEY_SIMPLEX, size, ink_on(colour), 1, cv2.LINE_AA)
