"""The pictures of a report: which moments of a hit are shown, and what is drawn on them."""

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twins.errors import TwinseekError
from twins.geometry import Doubles
from twins.queries import Hit, InstanceFrame, InstanceResult
from twinseek.overlays import Colour, Image, Mark, draw_marks, fit_image, ink_on
from twinseek.plain_text import clock
from twinseek.report import FrameSource

LONGEST_SIDE = 480
BYTES_PER_PICTURE = 48_000
"""Twenty pictures, in base64, stay well below 3 MB."""

QUALITIES = (82, 68, 50, 34)
END_OF_VIDEO = 1e9
"""A time after every video's end: sources answer it with the last frame."""

TAG_WIDTH, TAG_HEIGHT = 24.0, 11.0
"""Percent of a small picture that a label takes."""

PLAIN = (118, 124, 132)
"""Grey of the card where there is no picture; its marks are seen on light and on dark pages."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """The moments of a hit that are shown, the video's frames by their times, and the time of its last frame."""

    moments: tuple[float, ...]
    images: Mapping[float, Image]
    end: float | None


@dataclass(frozen=True)
class Tag:
    """The label of an instance over a picture, above its anchor or below it.

    ``left`` and ``top`` are the anchor's, in percent of the picture's sides.
    """

    text: str
    colour: str
    ink: str
    left: float
    top: float
    above: bool


@dataclass(frozen=True)
class Picture:
    """One key frame, ready to be shown; ``width`` and ``height`` in pixels."""

    uri: str
    width: int
    height: int
    seconds: float
    clock: str
    alt: str
    tags: tuple[Tag, ...]


def css_colour(colour: Colour) -> str:
    """Return ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def label_of(instance: InstanceResult) -> str:
    """Return how an instance is called in pictures: its category, where it has one, and its id."""
    return instance.id if instance.category == "object" else f"{instance.category} {instance.id}"


def look_at(hit: Hit, frames: FrameSource | None, most: int) -> Look:
    """Choose the moments of a hit and fetch them; an unreadable video has moments, but no images and no end."""
    moments = choose_moments(hit, None, most)
    # One call for all: a source may have to decode the clip up to the last moment asked for.
    images = _fetch(frames, hit.video_id, [*moments, END_OF_VIDEO])
    end = max(images, default=None)
    if end and not moments:
        moments = choose_moments(hit, end, most)
        images = _fetch(frames, hit.video_id, moments)
    return Look(tuple(moments), images, end)


def choose_moments(hit: Hit, end: float | None, most: int) -> list[float]:
    """Return at most ``most`` moments, rising.

    Grounded frames come first: of each stretch of them the one that shows most instances. A hit without instances is
    shown in the middle of its spans, one without spans at even steps through the video.
    """
    shown: dict[float, int] = {}
    for instance in hit.instances:
        for frame in instance.frames:
            shown[frame.seconds] = shown.get(frame.seconds, 0) + (2 if frame.mask else 1)
    if shown:
        stretches = np.array_split(np.array(sorted(shown)), min(most, len(shown)))
        return [max(map(float, part), key=lambda moment: shown[moment]) for part in stretches]
    spans = hit.spans or tuple(claim.span for claim in hit.trace if claim.span)
    if spans:
        return sorted({(start + stop) / 2 for start, stop in spans[:most]})
    return [end * (n + 0.5) / most for n in range(most)] if end else []


def picture_hit(hit: Hit, look: Look, colours: Mapping[str, Colour]) -> list[Picture]:
    """Return the hit's key frames; without images from the video its marks are drawn on a plain card."""
    masked = _masked_size(hit)
    if look.images:
        images = [_nearest(look.images, moment) for moment in look.moments]
        sizes = [masked or (image.shape[1], image.shape[0]) for image in images]
        shown = zip(look.moments, images, sizes, strict=True)
        return [_picture(hit, moment, image, size, colours) for moment, image, size in shown]
    size = masked or _size_around_boxes(hit)
    if size is None:
        return []
    card = _plain_card(size)
    return [_picture(hit, moment, card, size, colours) for moment in look.moments]


def picture_moment(video_id: str, seconds: float, frames: FrameSource | None) -> Picture | None:
    """Return one frame without marks, or none where the video cannot be read."""
    found = _fetch(frames, video_id, [seconds])
    if not found:
        return None
    image = fit_image(_nearest(found, seconds), LONGEST_SIDE)
    height, width = image.shape[:2]
    return Picture(_data_uri(image), width, height, seconds, clock(seconds), f"{video_id} at {clock(seconds)}", ())


def _fetch(frames: FrameSource | None, video_id: str, seconds: Sequence[float]) -> dict[float, Image]:
    """Return the frames by their own times; none where the video cannot be read: a report is written all the same."""
    if frames is None or not seconds:
        return {}
    try:
        return {frame.seconds: frame.image for frame in frames(video_id, list(seconds)) or ()}
    except (TwinseekError, OSError, ValueError, LookupError) as error:
        log.info("no frames of %r for the report: %s", video_id, error)
        return {}


def _nearest(found: Mapping[float, Image], moment: float) -> Image:
    return found[min(found, key=lambda seconds: abs(seconds - moment))]


def _masked_size(hit: Hit) -> tuple[int, int] | None:
    """Return (width, height) of the displayed frame, which masks tell."""
    masks = (frame.mask for instance in hit.instances for frame in instance.frames if frame.mask)
    return next(((mask.size[1], mask.size[0]) for mask in masks), None)


def _size_around_boxes(hit: Hit) -> tuple[int, int] | None:
    """Return (width, height) of a 16:9 frame, or one less wide, that has room for every box."""
    boxes = [frame.box for instance in hit.instances for frame in instance.frames]
    if not boxes:
        return None
    bottom = max(1.0, *(box[3] for box in boxes))
    width = max(bottom * 16 / 9, *(box[2] for box in boxes))
    return int(np.ceil(width)), int(np.ceil(max(bottom, width * 9 / 16)))


def _plain_card(size: tuple[int, int]) -> Image:
    scale = LONGEST_SIDE / max(size)
    return np.full((max(1, round(size[1] * scale)), max(1, round(size[0] * scale)), 3), PLAIN, np.uint8)


def _picture(
    hit: Hit, moment: float, image: Image, displayed: tuple[int, int], colours: Mapping[str, Colour]
) -> Picture:
    seen = [
        (instance, frame)
        for instance in hit.instances
        for frame in instance.frames
        if abs(frame.seconds - moment) < 1e-6
    ]
    marks = [Mark("", colours[instance.id], frame.box, _rle(frame)) for instance, frame in seen]
    drawn = draw_marks(fit_image(image, LONGEST_SIDE), marks, displayed)
    names = ", ".join(label_of(instance) for instance, _ in seen)
    alt = f"{hit.video_id} at {clock(moment)}" + (f", marked: {names}" if names else "")
    height, width = drawn.shape[:2]
    tags = place_tags(seen, displayed, colours)
    return Picture(_data_uri(drawn), width, height, moment, clock(moment), alt, tags)


def _rle(frame: InstanceFrame) -> dict[str, object] | None:
    return frame.mask.model_dump() if frame.mask else None


def place_tags(
    seen: Sequence[tuple[InstanceResult, InstanceFrame]], displayed: tuple[int, int], colours: Mapping[str, Colour]
) -> tuple[Tag, ...]:
    """Put each label beside its box, where it covers least of what is marked and of the labels already there."""
    boxes = [100 * np.array(frame.box) / (*displayed, *displayed) for _, frame in seen]
    placed: list[Rect] = []
    tags: list[Tag] = []
    for number in sorted(range(len(seen)), key=lambda n: (boxes[n][1], boxes[n][0])):
        places = [(_rect(*anchor), anchor) for anchor in _anchors(boxes[number])]
        rect, (left, top, above) = min(places, key=lambda place: _covers(place[0], boxes, placed))
        placed.append(rect)
        instance = seen[number][0]
        colour = colours[instance.id]
        tags.append(Tag(label_of(instance), css_colour(colour), css_colour(ink_on(colour)), left, top, above))
    return tuple(tags)


Rect = tuple[float, float, float, float]


def _anchors(box: Doubles) -> Iterator[tuple[float, float, bool]]:
    """Return where a label may hang on a box, the most usual place first: above, below, beside it, then farther off."""
    x1, y1, x2, y2 = map(float, box)
    for left in (x1, x2 - TAG_WIDTH):
        yield min(max(left, 0.0), 100 - TAG_WIDTH), y1, True
        yield min(max(left, 0.0), 100 - TAG_WIDTH), y2, False
    for left in (x2, x1 - TAG_WIDTH):
        yield left, min(y1, 100 - TAG_HEIGHT), False
    for step in range(1, 8):
        yield min(max(x1, 0.0), 100 - TAG_WIDTH), y2 + step * TAG_HEIGHT / 2, False
        yield min(max(x1, 0.0), 100 - TAG_WIDTH), y1 - step * TAG_HEIGHT / 2, True


def _rect(left: float, top: float, above: bool) -> Rect:
    start = top - TAG_HEIGHT if above else top
    return left, start, left + TAG_WIDTH, start + TAG_HEIGHT


def _covers(rect: Rect, boxes: Sequence[Doubles], placed: Sequence[Rect]) -> float:
    """Return how bad a place is: what it hides of each box (as a share of the box) and of labels, or of itself."""
    hidden = sum(_overlap(rect, tuple(map(float, box))) / max(_area(tuple(map(float, box))), 1e-6) for box in boxes)
    labels = sum(_overlap(rect, other) for other in placed) / (TAG_WIDTH * TAG_HEIGHT)
    outside = 1 - _overlap(rect, (0.0, 0.0, 100.0, 100.0)) / (TAG_WIDTH * TAG_HEIGHT)
    return round(hidden + 2 * labels + 4 * outside, 3)


def _area(rect: tuple[float, ...]) -> float:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def _overlap(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(width, 0.0) * max(height, 0.0)


def _data_uri(image: Image) -> str:
    """Encode as WebP, at a lower quality, then smaller, until it has at most :data:`BYTES_PER_PICTURE`."""
    import cv2

    for quality in QUALITIES:
        done, encoded = cv2.imencode(
            ".webp", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, quality]
        )
        if done and len(encoded) <= BYTES_PER_PICTURE:
            return "data:image/webp;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
    return _data_uri(fit_image(image, max(image.shape[:2]) * 3 // 4))
