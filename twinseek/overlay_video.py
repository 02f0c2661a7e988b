"""An mp4 that shows what a twin says of its video: masks, ids and trails, drawn over the sampled frames."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.errors import TwinseekError
from twins.excerpt import Excerpt, Sighting
from twins.frames import VideoFile
from twins.layout import display
from twins.masks import decode_mask, resize_mask
from twins.schema import Track
from twinseek.overlays import LABEL_LENGTH, PALETTE, ink_on
from twinseek.plain_text import plain_text

Image = NDArray[np.uint8]

TICKS = 90_000
"""Ticks a second of the file's clock: whole for 24, 25, 30 and 30000/1001 frames a second, and for milliseconds."""
TRAIL = 30
"""Sampled frames that a trail is long: about three seconds."""
OPACITY = 0.3
"""Light, so that a thing's own colour is seen under its mask."""
QUALITY = {"crf": "20", "preset": "veryfast", "bf": "0"}
"""Without frames that point forward, so that packets come in the order of their times, which are uneven."""


def write_overlay(path: Path, excerpt: Excerpt, video: Path, on_frame: Callable[[int], None] | None = None) -> None:
    """Write the excerpt's frames with its tracks drawn on them.

    Every frame is shown until the next sampled one. The first starts at 0, and what lies between two spans is left out;
    within a span times are kept. An odd side gets one more row or column of pixels, which H.264 needs.

    Args:
        path: the mp4 to write.
        excerpt: what is drawn.
        video: the file from which the frames come; scaled tracks are drawn where it has another size than the twin.
        on_frame: told how many frames are done.

    Raises:
        TwinseekError: the video cannot be read, or holds none of the frames.
    """
    import av

    starts, lasts = _clock(excerpt)
    shown_for = dict(zip(starts, lasts, strict=True))
    position = {index: n for n, index in enumerate(excerpt.frame_index)}
    with VideoFile(video) as file, excerpt.masks() as masks, av.open(str(path), "w", format="mp4") as container:
        drawing = _Drawing(excerpt.tracks, file.info.width, file.info.height)
        scale = (file.info.width / excerpt.twin.width, file.info.height / excerpt.twin.height)
        container.metadata["title"] = plain_text(excerpt.video_id)
        container.metadata["comment"] = f"begins at {excerpt.seconds[0] if excerpt.seconds else 0.0} s of the video"
        stream = _stream(container, file.info.width, file.info.height, lasts)
        done = 0
        for frame in file.numbered(position):
            n = position[frame.frame_index]
            seen = [(k, excerpt.sighting(masks, track.id, n)) for k, track in enumerate(excerpt.tracks)]
            image = drawing.draw(frame.image, [(k, there) for k, there in seen if there is not None], scale)
            _write(container, stream, _picture(image, starts[n]), shown_for)
            done += 1
            if on_frame:
                on_frame(done)
        if not done:
            raise TwinseekError(f"{display(video)} holds none of the frames of {excerpt.video_id}: index it again")
        _write(container, stream, None, shown_for)


def _clock(excerpt: Excerpt) -> tuple[list[int], list[int]]:
    """Return when each frame is shown, and for how long, in ticks."""
    every = excerpt.geometry.seconds
    ends = np.append(every[1:], max(excerpt.twin.duration, every[-1] if len(every) else 0.0))
    starts: list[int] = []
    lasts: list[int] = []
    shift, previous = 0.0, None
    for column in excerpt.columns:
        if previous is None:
            shift = float(every[column])
        elif column != previous + 1:
            shift += float(every[column] - ends[previous])
        starts.append(round((every[column] - shift) * TICKS))
        lasts.append(max(1, round((ends[column] - every[column]) * TICKS)))
        previous = int(column)
    return starts, lasts


def _stream(container: Any, width: int, height: int, lasts: list[int]) -> Any:
    # The rate only guides the encoder; what counts are the frames' own times.
    typical = Fraction(TICKS, int(np.median(lasts))) if lasts else Fraction(10)
    stream = container.add_stream("libx264", rate=typical.limit_denominator(1001), options=QUALITY)
    stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = BT709
    stream.codec_context.color_range = 1
    return stream


BT709 = 1
"""FFmpeg's number for the colours of high definition: a file that does not say which are meant looks pale."""


def _write(container: Any, stream: Any, picture: Any, shown_for: dict[int, int]) -> None:
    for packet in stream.encode(picture):
        # The encoder guesses from the rate; of the last frame nothing else says how long it is shown.
        packet.duration = shown_for.get(packet.pts, packet.duration)
        container.mux(packet)


def _picture(image: Image, start: int) -> Any:
    import av
    from av.video.reformatter import Colorspace

    height, width = image.shape[:2]
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    frame = av.VideoFrame.from_ndarray(even, format="bgr24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    frame.pts, frame.time_base = start, Fraction(1, TICKS)
    return frame


class _Drawing:
    """Draws the tracks of one video frame after frame; trails remember where things were."""

    def __init__(self, tracks: tuple[Track, ...], width: int, height: int) -> None:
        import supervision as sv

        line = max(1, round(max(width, height) / 400))
        colours = sv.ColorPalette([sv.Color(*colour) for colour in PALETTE])
        inks = sv.ColorPalette([sv.Color(*ink_on(colour)) for colour in PALETTE])
        self._sv = sv
        self._labels = [_label(track) for track in tracks]
        self._fill = sv.MaskAnnotator(opacity=OPACITY, color=colours)
        self._outline = sv.PolygonAnnotator(thickness=line, color=colours)
        self._box = sv.BoxAnnotator(thickness=line, color=colours)
        self._trail = sv.TraceAnnotator(trace_length=TRAIL, thickness=line, color=colours)
        self._text = sv.LabelAnnotator(
            text_color=inks,
            text_scale=max(width, height) / 1600 + 0.1,
            text_padding=max(2, 2 * line),
            smart_position=True,
            color=colours,
        )

    def draw(self, image: Image, seen: list[tuple[int, Sighting]], scale: tuple[float, float]) -> Image:
        """Return the frame as BGR, which supervision draws in, with what is seen of each track, by its number."""
        canvas: Image = np.ascontiguousarray(image[:, :, ::-1])
        size = canvas.shape[:2]
        everything = self._sv.Detections.merge(list(self._detections(seen, scale, size, masks=False)))
        canvas = self._trail.annotate(canvas, everything)
        # One at a time: all masks of a large frame together would take too much memory.
        for one in self._detections(sorted(seen, key=lambda entry: -entry[1].area), scale, size, masks=True):
            if one.mask is None:
                canvas = self._box.annotate(canvas, one)
            else:
                canvas = self._outline.annotate(self._fill.annotate(canvas, one), one)
        return np.asarray(self._text.annotate(canvas, everything, [self._labels[k] for k, _ in seen]), np.uint8)

    def _detections(
        self, seen: list[tuple[int, Sighting]], scale: tuple[float, float], size: tuple[int, ...], *, masks: bool
    ) -> Iterator[Any]:
        for number, there in seen:
            mask = resize_mask(decode_mask(there.mask), *size[:2])[None] if masks and there.mask is not None else None
            yield self._sv.Detections(
                xyxy=np.array([there.box], np.float64) * (*scale, *scale),
                mask=mask,
                class_id=np.array([number]),
                tracker_id=np.array([number]),
            )


def _label(track: Track) -> str:
    # OpenCV's line font has ASCII only; a thing without a name is called by its id alone.
    name = "" if track.category == "object" else f" {track.category}"
    return plain_text(track.id + name).encode("ascii", "replace").decode()[:LABEL_LENGTH]
