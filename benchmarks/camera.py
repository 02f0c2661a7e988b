"""How far off the camera's maps are where it is known how it moved, and what following it takes, with either care."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.figures import Figure, Figures, Options
from benchmarks.worlds import CLIPS, QUICK_CLIPS
from evals.worlds.motion import cameras
from evals.worlds.programme import worlds
from evals.worlds.render import render_world
from evals.worlds.spec import Spec
from tools.camera_motion import QUICK, THOROUGH, CameraTracker, Care, describe_moves, to_affine
from twins.geometry import Bytes, Doubles

SEEDS = 2
RATES = (10.0, 4.0)
CARES = {"with a segmenter": QUICK, "without one": THOROUGH}
ACROSS, DOWN = 7, 5
"""Points of a frame, across and down, at which maps are compared."""


@dataclass(frozen=True)
class _Clip:
    """Sampled (h, w) uint8 frames, and the (n, 3, 3) true maps from their pixels to the first one's."""

    frames: Sequence[Bytes]
    to_first: Doubles


@dataclass(frozen=True)
class _Followed:
    """Errors in pixels, of each frame's map and of each step from frame to frame; whether the moves told are right."""

    errors: Doubles
    steps: Doubles
    right: bool


def measure(options: Options) -> Figures:
    """Yield errors in pixels, moves told, and milliseconds of processor time a frame, on made-up clips."""
    clips = list(_clips(options))
    for group, care in CARES.items():
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        began = time.thread_time()
        followed = [_follow(clip, care) for clip in clips]
        spent = time.thread_time() - began
        cv2.setNumThreads(threads)
        errors, steps = (np.concatenate([getattr(each, name) for each in followed]) for name in ("errors", "steps"))
        note = f"{len(clips)} clips, half at {RATES[0]:g} and half at {RATES[1]:g} samples a second"
        yield Figure("error of a map, mean", float(errors.mean()), "px", None, note, group=group)
        for share in (50, 95):
            error = float(np.percentile(steps, share))
            yield Figure(f"error of a step, {share}th percentile", error, "px", group=group)
        right = 100 * float(np.mean([each.right for each in followed]))
        yield Figure("moves told right", right, "%", group=group)
        yield Figure("time a frame", 1000 * spent / (len(errors) + len(clips)), "ms", group=group)


def _clips(options: Options) -> Iterator[_Clip]:
    for seed in options.seeds[: 1 if options.quick else SEEDS]:
        for world in worlds(seed, QUICK_CLIPS if options.quick else CLIPS):
            yield from (_clip(world.spec, rate) for rate in RATES)


def _clip(spec: Spec, rate: float) -> _Clip:
    numbers = np.arange(0, spec.frame_count - 0.5, spec.fps / rate).round().astype(int)
    wanted = set(numbers.tolist())
    frames = [
        cv2.cvtColor(picture.image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        for picture in render_world(spec)
        if picture.frame_index in wanted
    ]
    seen = cameras(spec)[numbers]
    whole = np.concatenate([seen, np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(seen), 1, 3))], axis=1)
    return _Clip(frames, whole[0] @ np.linalg.inv(whole))


def _follow(clip: _Clip, care: Care) -> _Followed:
    tracker = CameraTracker(care)
    maps = np.stack([tracker.step(frame) for frame in clip.frames])
    height, width = clip.frames[0].shape
    told = _moves(maps, width, height) if tracker.knows else []
    errors = _apart(maps[1:], clip.to_first[1:], width, height)
    steps = _apart(_steps(maps), _steps(clip.to_first), width, height)
    return _Followed(errors, steps, told == _moves(clip.to_first, width, height))


def _steps(maps: Doubles) -> Doubles:
    """Return (n - 1, 3, 3) maps of each frame to the one before."""
    return np.asarray(np.linalg.inv(maps[:-1]) @ maps[1:], np.float64)


def _apart(maps: Doubles, others: Doubles, width: int, height: int) -> Doubles:
    """Return (n,) the mean distance, in pixels, of where two maps each take the points of a frame."""
    xs, ys = np.meshgrid(np.linspace(0, width, ACROSS), np.linspace(0, height, DOWN))
    points = np.stack([xs.ravel(), ys.ravel()], axis=1)[:, None]
    moved, wanted = (np.array([cv2.perspectiveTransform(points, one) for one in each]) for each in (maps, others))
    return np.asarray(np.linalg.norm(moved - wanted, axis=-1).mean(axis=(1, 2)), np.float64)


def _moves(maps: Doubles, width: int, height: int) -> list[str]:
    affine = np.stack([to_affine(matrix, width, height) for matrix in maps])
    return sorted(move.kind for move in describe_moves(affine, width, height))
