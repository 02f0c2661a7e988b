"""The stage that looks at every sampled frame: shots, camera, moving things, tracks. One pass, bounded memory.

Frames are gathered into stretches of one shot, because a background is only known from frames before and after. A
stretch ends at a cut, when it is long, or when the camera has turned far away from where it began.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from tools.camera_motion import QUICK, THOROUGH, CameraMove, CameraTracker, describe_moves, to_affine
from tools.coarse_scene import coarse_scene
from tools.colour_regions import ColourTracker
from tools.colours import mean_lightness
from tools.coming_to_rest import follow_to_rest
from tools.followed_twice import merge_tracks
from tools.fragments import join_pieces, join_returns, without_scraps
from tools.importance import importance
from tools.moving_objects import FlowEstimator, Stretch
from tools.resting import complete_resting
from tools.segmenting import AT_ONCE, SegmentFollower
from tools.shots import LAG, ShotFinder
from tools.takeovers import undo_takeovers
from tools.tracking import MIN_SAMPLES, Tracker
from tools.tracks import RawTrack
from twins.frames import Frame
from twins.geometry import Bytes, Doubles, Floats
from twins.specialists import Segmenter

WORK_SIDE = 512
"""Longer side, in pixels, of the pictures in which things are found."""
UNSCALED_SIDE = 640
"""Frames up to this size are taken as they are: in so small a picture every pixel counts."""
STRETCH_FRAMES = 96
SEGMENTED_FRAMES = 2 * AT_ONCE
"""… where a segmenter finds the things, and nobody needs a background to tell them from: they wait in memory."""
STRETCH_PAN = 0.6
"""Share of the frame's width by which the camera may turn within a stretch."""
MIN_STRETCH = 12
MIN_SIDE = 24
"""In a smaller picture nothing is looked for."""
MIN_SECONDS = 0.4
"""Shorter tracks are noise."""
KEY_FRAMES = 8
"""Frames kept for whoever reads text; spread over the clip."""
CAMERA_LAG = 8
"""Frames by which the camera may be followed later than things are, in a thread of its own."""
GROUND_STEP = 4
"""Every n-th pixel, across and down, is kept of the empty scene."""


@dataclass
class ShotSeen:
    """What was seen in one shot.

    Args:
        start, end: numbers of its first sampled frame and of the first one after it.
        tracks: the things followed, boxes and masks in pixels of the working size.
        camera: (frames, 2, 3) affine maps to the shot's first frame, working pixels.
    """

    start: int
    end: int
    tracks: list[RawTrack]
    camera: Floats
    moves: list[CameraMove]


@dataclass
class Seen:
    """What one pass over a video found; boxes and masks in pixels of the working size."""

    frame_index: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    shots: list[ShotSeen] = field(default_factory=list)
    key_frames: list[Frame] = field(default_factory=list)
    lightness: list[float] = field(default_factory=list)
    grounds: list[Bytes] = field(default_factory=list)
    work_size: tuple[int, int] = (0, 0)


class Perceiver:
    """Takes sampled frames one by one and keeps only what it must. Call :meth:`finish` for the result.

    Args:
        on_frame: told how many frames were taken in.
        segmenter: finds and follows things, in place of what is built in.
        key_frames: whether frames are kept for whoever reads text.
    """

    def __init__(
        self,
        on_frame: Callable[[int], None] | None = None,
        segmenter: Segmenter | None = None,
        *,
        key_frames: bool = True,
    ) -> None:
        self.seen = Seen()
        self._on_frame = on_frame
        self._segmenter = segmenter
        self._stretch_frames = STRETCH_FRAMES if segmenter is None else SEGMENTED_FRAMES
        # A segmenter's model leaves the processor to others; what is built in would only be interrupted.
        self._beside = None if segmenter is None else ThreadPoolExecutor(1, "camera")
        self._key_frames = key_frames
        self._shots = ShotFinder()
        self._buffer: list[Bytes] = []
        self._greys: list[Bytes] = []
        self._buffer_start = 0
        self._cuts: list[int] = []
        self._key_step = 4
        self._begin_shot(0)

    def add(self, frame: Frame, larger: Callable[[], Frame] | None = None) -> None:
        """Take in the next sampled frame; ``larger`` returns it at the size that is kept of key frames."""
        number = len(self.seen.seconds)
        self.seen.frame_index.append(frame.frame_index)
        self.seen.seconds.append(frame.seconds)
        image = working_image(frame.image)
        self.seen.work_size = (image.shape[1], image.shape[0])
        if self._key_frames and number % self._key_step == 0:
            self._keep(larger() if larger else frame)
        self._buffer.append(image)
        if (cut := self._shots.step(number, image)) is not None:
            self._flush(cut)
            self._end_shot(cut)
        elif len(self._buffer) >= self._stretch_frames + LAG:
            self._flush(number + 1 - LAG)
        else:
            # Frame by frame, not stretch by stretch: meanwhile the next ones are decoded, and never many ahead.
            self._follow_camera(number + 1 - LAG)
        if self._on_frame is not None:
            self._on_frame(number + 1)

    @property
    def shot_start(self) -> int:
        """The number of the first frame of the shot that is on, as far as is known by now."""
        return self._shot_start

    def finish(self) -> Seen:
        """Return everything that was found."""
        end = len(self.seen.seconds)
        self._flush(end)
        self._end_shot(end)
        if self._beside is not None:
            self._beside.shutdown()
        return self.seen

    def _keep(self, frame: Frame) -> None:
        self.seen.key_frames.append(frame)
        if len(self.seen.key_frames) > KEY_FRAMES:
            self.seen.key_frames = self.seen.key_frames[::2]
            self._key_step *= 2

    def _begin_shot(self, number: int) -> None:
        self._shot_start = number
        self._camera = CameraTracker(THOROUGH if self._segmenter is None else QUICK)
        self._asked: deque[Future[Doubles]] = deque()
        self._tracker, self._flows = Tracker(), FlowEstimator()
        self._colours = ColourTracker()
        self._segments = SegmentFollower(self._segmenter) if self._segmenter is not None else None
        self._maps: list[Doubles] = []

    def _follow_camera(self, end: int) -> None:
        """Look how the camera moved in the gathered frames before ``end``, which must be of the shot that is on."""
        for image in self._buffer[len(self._greys) : max(0, end - self._buffer_start)]:
            if min(image.shape[:2]) < MIN_SIDE:
                continue
            self._greys.append(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False))
            if self._beside is None:
                self._maps.append(self._camera.step(self._greys[-1]))
                continue
            self._asked.append(self._beside.submit(self._camera.step, self._greys[-1]))
            self._take_maps(CAMERA_LAG)

    def _take_maps(self, behind: int) -> None:
        """Wait until the camera is at most so many frames behind."""
        while len(self._asked) > behind:
            self._maps.append(self._asked.popleft().result())

    def _flush(self, end: int) -> None:
        """Look at the gathered frames before ``end``."""
        self._follow_camera(end)
        self._take_maps(0)
        images, self._buffer = self._buffer[: end - self._buffer_start], self._buffer[end - self._buffer_start :]
        greys, self._greys = self._greys, []
        start, self._buffer_start = self._buffer_start, end
        if not greys:
            return
        maps = self._maps[-len(greys) :]
        for first, last in _split_by_pan(maps, images[0].shape[1], images[0].shape[0]):
            self._look(start + first, images[first:last], greys[first:last], maps[first:last])

    def _look(self, start: int, images: list[Bytes], greys: list[Bytes], maps: list[Doubles]) -> None:
        if self._segments is not None:
            moments = zip(self.seen.frame_index[start:], self.seen.seconds[start:], images, strict=False)
            self._segments.step(start, [Frame(*moment) for moment in moments])
            self.seen.grounds.append(coarse_scene(images, maps, GROUND_STEP))
        else:
            stretch = Stretch(images, maps)
            self._follow(start, stretch, images, greys, maps)
            ground = stretch.empty_scene(len(images) // 2)
            self.seen.grounds.append(np.ascontiguousarray(ground[::GROUND_STEP, ::GROUND_STEP]))
        self.seen.lightness += mean_lightness(images[:: max(1, len(images) // 4)]).tolist()

    def _follow(
        self, start: int, stretch: Stretch, images: list[Bytes], greys: list[Bytes], maps: list[Doubles]
    ) -> None:
        for offset, (image, lab) in enumerate(zip(images, stretch.labs, strict=True)):
            number = start + offset
            flow = self._flows.step(greys[offset])
            moving = stretch.foreground(offset, flow)
            self._tracker.step(number, self.seen.seconds[number], lab, moving, flow)
            self._colours.step(number, self.seen.seconds[number], image, lab, last=offset == len(images) - 1)
        numbers = range(start, start + len(images))
        labs, to_first = dict(zip(numbers, stretch.labs, strict=True)), dict(zip(numbers, maps, strict=True))
        complete_resting(self._colours.tracks, self._tracker.boxes(), labs, to_first, self.seen.seconds)
        height, width = images[0].shape[:2]
        camera = np.stack([to_affine(matrix, width, height) for matrix in maps])
        self._tracker.settle(
            worth=lambda sights: importance(sights, camera, start, width, height),
            refine=lambda number, region: stretch.refine(number - start, region),
            picture=lambda number: images[number - start],
            seconds=self.seen.seconds[start + len(images) - 1],
        )
        follow_to_rest(self._tracker.tracks.values(), labs, to_first, self.seen.seconds)

    def _end_shot(self, end: int) -> None:
        if end > self._shot_start:
            width, height = self.seen.work_size
            camera = np.stack([to_affine(m, width, height) for m in self._maps] or [np.eye(2, 3, dtype=np.float32)])
            if self._segments is not None:
                tracks = [track for track in self._segments.finish(width, height) if _lasting(track)]
            else:
                tracks = self._joined(width, height)
            moves = describe_moves(camera, width, height) if self._camera.knows else []
            self.seen.shots.append(ShotSeen(self._shot_start, end, tracks, camera, moves))
        self._begin_shot(end)

    def _joined(self, width: int, height: int) -> list[RawTrack]:
        """Return what was followed by its movement and by its colour, pieces of one thing joined."""
        joined = join_pieces(*undo_takeovers(self._tracker.tracks, self._tracker.touching))
        joined = join_returns([track for track in joined if len(track.samples) >= 2], width, height)
        moving = [track for track in joined if _lasting(track)]
        regions = [track for track in self._colours.tracks if len(track.samples) >= MIN_SAMPLES]
        regions = [track for track in join_returns(regions, width, height) if _lasting(track)]
        return [without_scraps(track, width, height) for track in merge_tracks(moving, regions)]


def shrink(image: Bytes, side: int) -> Bytes:
    """Return an (h, w, 3) image whose longer side is at most ``side``."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def working_image(image: Bytes) -> Bytes:
    """Return a frame at the size in which things are found."""
    return shrink(image, working_side(image.shape[1], image.shape[0]))


def working_side(width: int, height: int) -> int:
    """Return the longer side, in pixels, of a frame of this size as things are found in it."""
    longer = max(width, height)
    return longer if longer <= UNSCALED_SIDE else WORK_SIDE


def _split_by_pan(maps: list[Doubles], width: int, height: int) -> list[tuple[int, int]]:
    """Return (first, end) of parts within which the camera's centre stays within a share of the width."""
    centre = np.array([[[width / 2, height / 2]]], np.float64)
    path = np.array([cv2.perspectiveTransform(centre, matrix)[0, 0] for matrix in maps])
    parts, first = [], 0
    for number in range(1, len(maps)):
        far = float(np.abs(path[number] - path[first]).max()) > STRETCH_PAN * width
        if far and number - first >= MIN_STRETCH and len(maps) - number >= MIN_STRETCH:
            parts.append((first, number))
            first = number
    return [*parts, (first, len(maps))]


def _lasting(track: RawTrack) -> bool:
    numbers = sorted(track.samples)
    span = track.samples[numbers[-1]].seconds - track.samples[numbers[0]].seconds
    return len(numbers) >= MIN_SAMPLES and span >= MIN_SECONDS
