"""Where every instance is at every sampled moment: arrays, tracks x frames."""

import zipfile
import zlib
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from twins.errors import TwinseekError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

SCALES = ("weak", "relative", "metric")


class Visibility(IntEnum):
    """Why an instance has, or has not, a box at a moment. Unknown is not absent."""

    ABSENT = 0
    VISIBLE = 1
    OCCLUDED = 2
    NOT_SAMPLED = 3


@dataclass(frozen=True)
class Geometry:
    """Boxes, sizes, nearness and visibility of N tracks at T sampled frames.

    Args:
        track_ids: N ids, in the order of the rows.
        frame_index: (T,) n-th decoded frame in presentation order, rising.
        seconds: (T,) exact times since the stream's first frame, rising.
        boxes: (N, T, 4) xyxy, half-open, pixels of the displayed frame; NaN unless visible, or occluded with a
            position that is known or interpolated.
        area: (N, T) mask area in displayed pixels (the box's where there is no mask); NaN where there is no box.
        nearness: (N, T) larger is nearer; NaN where unknown.
        visibility: (N, T) of :class:`Visibility`.
        camera: (T, 2, 3) affine map from displayed pixels of frame t to those of the first frame of its shot;
            the identity where the camera is still or its motion is unknown.
        width, height: size of the displayed frame in pixels.
        nearness_scale: ``weak`` (picture cues), ``relative`` or ``metric``.
    """

    track_ids: tuple[str, ...]
    frame_index: Ints
    seconds: Doubles
    boxes: Floats
    area: Floats
    nearness: Floats
    visibility: Bytes
    width: int
    height: int
    nearness_scale: str = "weak"
    camera: Floats = field(default_factory=lambda: np.empty((0, 2, 3), np.float32))

    def __post_init__(self) -> None:
        n, t = len(self.track_ids), len(self.seconds)
        if not len(self.camera):
            still = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (t, 2, 3)).copy()
            object.__setattr__(self, "camera", still)
        expected = {
            "frame_index": (t,),
            "boxes": (n, t, 4),
            "area": (n, t),
            "nearness": (n, t),
            "visibility": (n, t),
            "camera": (t, 2, 3),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        if self.nearness_scale not in SCALES:
            raise ValueError(f"nearness_scale is {self.nearness_scale!r}, not one of {SCALES}")
        if t > 1 and not (np.diff(self.seconds) > 0).all():
            raise ValueError("seconds must rise from frame to frame")

    @property
    def centroids(self) -> Floats:
        """(N, T, 2) centres of the boxes in displayed pixels; NaN where there is no box."""
        return np.asarray((self.boxes[..., :2] + self.boxes[..., 2:]) / 2, np.float32)

    def row(self, instance: str) -> int:
        """Return the row of this instance. Raises ``KeyError`` where there is none."""
        try:
            return self.track_ids.index(instance)
        except ValueError:
            raise KeyError(instance) from None

    def save(self, path: Path) -> None:
        """Write ``geometry.npz`` (no pickled objects in it)."""
        np.savez_compressed(
            path,
            track_ids=np.asarray(self.track_ids, dtype=np.str_),
            size=np.asarray([self.width, self.height], np.int64),
            nearness_scale=np.asarray(self.nearness_scale),
            **{name: getattr(self, name) for name in _ARRAYS},
        )


_LOADING = Lock()
"""NumPy reads headers with ``ast.literal_eval``, which in CPython 3.11 now and then raises SystemError when two threads
build syntax trees at once (python/cpython#106905)."""

_ARRAYS = ("frame_index", "seconds", "boxes", "area", "nearness", "visibility", "camera")


def empty_geometry(width: int, height: int) -> Geometry:
    """Return the geometry of a video of which no frame was sampled."""
    return Geometry(
        track_ids=(),
        frame_index=np.empty(0, np.int64),
        seconds=np.empty(0, np.float64),
        boxes=np.empty((0, 0, 4), np.float32),
        area=np.empty((0, 0), np.float32),
        nearness=np.empty((0, 0), np.float32),
        visibility=np.empty((0, 0), np.uint8),
        width=width,
        height=height,
    )


def load_geometry(path: Path) -> Geometry:
    """Read ``geometry.npz``. Raises :class:`TwinseekError` where the file is damaged."""
    try:
        with _LOADING, np.load(path, allow_pickle=False) as arrays:
            width, height = (int(value) for value in arrays["size"])
            return Geometry(
                track_ids=tuple(str(name) for name in arrays["track_ids"]),
                width=width,
                height=height,
                nearness_scale=str(arrays["nearness_scale"]),
                **{name: arrays[name] for name in _ARRAYS},
            )
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise TwinseekError(f"{path} is damaged ({error}): index the video again") from error
