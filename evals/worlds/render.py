"""Draw a world: frames, and the exact mask of every thing in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evals.worlds import backgrounds, motion, sprites
from evals.worlds.spec import ACROSS, DOWN, Spec, Thing
from twins.geometry import Bools, Bytes, Doubles, Floats

_REACH = 1.42
"""How much more of the ground is painted than an unmoved camera sees."""

_SHADOW = {"sky": 0.0, "snow": 0.26}
_SHADOW_ELSEWHERE = 0.42


@dataclass(frozen=True)
class Picture:
    """One frame and what is in it.

    Args:
        image: (H, W, 3) RGB.
        masks: thing id -> (H, W), the pixels in which this thing is what is seen.
        whole: thing id -> pixels that it would fill if nothing were in front of it and the picture had no edge.
    """

    frame_index: int
    seconds: float
    image: Bytes
    masks: dict[str, Bools]
    whole: dict[str, float]


@dataclass(frozen=True)
class _Pose:
    """Where a thing is in one frame: ``place`` maps scene units around its centre to pixels."""

    thing: Thing
    centre: Doubles
    scale: float
    camera: Doubles
    angle: float
    squash: float


def render_world(spec: Spec) -> Iterator[Picture]:
    """Draw the frames of a world in order; the same spec gives the same frames."""
    seconds = np.arange(spec.frame_count) / spec.fps
    cameras = motion.cameras(spec)
    poses = [_poses(thing, number, spec, seconds, cameras) for number, thing in enumerate(spec.things)]
    finish = _Finish(spec)
    for index in range(spec.frame_count):
        present = sorted((pose for row in poses if (pose := row[index])), key=lambda pose: pose.thing.nearness)
        image = _ground(spec, cameras[index])
        layers = [_draw(image, pose, spec) for pose in present]
        masks, whole = _visible(present, layers, image.shape[:2])
        yield Picture(index, float(seconds[index]), finish.apply(image, index), masks, whole)


def _poses(thing: Thing, number: int, spec: Spec, seconds: Doubles, cameras: Doubles) -> list["_Pose | None"]:
    centres = motion.positions(thing.path, seconds)
    scales = motion.growth(thing, seconds)
    present = motion.presence(thing, seconds)
    phase = np.random.default_rng((spec.seed, number)).uniform(0, 2 * np.pi, 2)
    angles, squashes = _liveliness(thing, centres, seconds, phase)
    return [
        _Pose(thing, centres[i], float(scales[i]), cameras[i], float(angles[i]), float(squashes[i]))
        if present[i]
        else None
        for i in range(len(seconds))
    ]


def _liveliness(thing: Thing, centres: Doubles, seconds: Doubles, phase: Doubles) -> tuple[Doubles, Doubles]:
    """Return (T,) angles and (T,) stretches: balls roll with their way, the rest sways; slabs stand."""
    if thing.shape == "slab":
        return np.zeros(len(seconds)), np.ones(len(seconds))
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
    sway = np.minimum(way, 6.0) / 6.0
    if thing.shape == "ball":
        angles = phase[0] + (centres[:, 0] - centres[0, 0]) / thing.size
    else:
        angles = 0.12 * (phase[0] / np.pi - 1.0) + 0.12 * sway * np.sin(way * 1.1)
    return angles, 1.0 + 0.045 * np.sin(way * 2.2 + phase[1])


@lru_cache(maxsize=4)
def _painted(kind: str, seed: int, width: int) -> Bytes:
    unit = 1.1 * width / ACROSS
    return backgrounds.paint(kind, seed, round(DOWN * _REACH * unit), round(ACROSS * _REACH * unit), unit)


def _ground(spec: Spec, camera: Doubles) -> Bytes:
    import cv2

    painted = _painted(spec.background, spec.seed, spec.width)
    unit = painted.shape[1] / (ACROSS * _REACH)
    to_scene = np.asarray([[1 / unit, 0, -ACROSS * _REACH / 2], [0, 1 / unit, -DOWN * _REACH / 2], [0, 0, 1]])
    size = (spec.width, spec.height)
    warped = cv2.warpAffine(painted, camera @ to_scene, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(warped, np.uint8)


@dataclass(frozen=True)
class _Layer:
    """The part of the picture that a thing covers."""

    left: int
    top: int
    covered: Bools
    whole: float


def _draw(image: Bytes, pose: _Pose, spec: Spec) -> _Layer:
    """Paint one thing and its shadow into the image; return what it covers."""
    texture, lit, placed = _slab(pose, spec) if pose.thing.shape == "slab" else _shape(pose)
    left, top, width, height = _bounds(placed, texture.shape)
    whole = float(abs(np.linalg.det(placed[:, :2]))) * _full_area(texture)
    left, top, right, bottom = max(left, 0), max(top, 0), min(left + width, spec.width), min(top + height, spec.height)
    _shadow(image, texture, placed, pose, spec)
    if left >= right or top >= bottom:
        return _Layer(0, 0, np.zeros((0, 0), np.bool_), whole)
    local = placed - [[0, 0, left], [0, 0, top]]
    patch = _warp(texture, local, (right - left, bottom - top))
    rgb = patch[..., :3].astype(np.float32)
    if lit is not None:
        rgb = np.minimum(rgb * _warp(lit[0], lit[1] - [[0, 0, left], [0, 0, top]], rgb.shape[1::-1])[..., None], 255)
    alpha = patch[..., 3:].astype(np.float32) / 255
    region = image[top:bottom, left:right]
    region[:] = (region + (rgb - region) * alpha + 0.5).astype(np.uint8)
    return _Layer(left, top, patch[..., 3] > 127, whole)


def _full_area(texture: Bytes) -> float:
    return float(np.count_nonzero(texture[..., 3] > 127))


def _warp(picture: Bytes | Floats, placed: Doubles, size: tuple[int, ...]) -> Floats:
    import cv2

    return np.asarray(cv2.warpAffine(picture, placed, (size[0], size[1]), flags=cv2.INTER_LINEAR))


def _shape(pose: _Pose) -> tuple[Bytes, tuple[Floats, Doubles], Doubles]:
    """Return the sprite, the light with its placement, and the sprite's placement (2, 3)."""
    thing = pose.thing
    pixels = thing.size * pose.scale * float(np.hypot(*pose.camera[:, 0]))
    radius = _level(pixels)
    texture = sprites.sprite(thing.shape, thing.colour, thing.texture, radius)
    squeeze = np.diag([pose.squash, 1 / pose.squash]) * pixels / radius
    cos, sin = np.cos(pose.angle), np.sin(pose.angle)
    turn = np.asarray([[cos, -sin], [sin, cos]])
    # A camera that rolls turns the light with it by less than a degree: left out.
    light = (sprites.light(thing.shape, radius), _place(np.eye(2) * 1.02 * pixels / radius, texture, pose))
    return texture, light, _place(squeeze @ turn, texture, pose)


def _level(pixels: float) -> int:
    """Return the next of a few radii, so that sprites are shared and never shrunk so far that they flicker."""
    return int(np.ceil(4.0 * 1.25 ** np.ceil(np.log(max(pixels, 4.0) / 4.0) / np.log(1.25))))


def _slab(pose: _Pose, spec: Spec) -> tuple[Bytes, None, Doubles]:
    thing, unit = pose.thing, spec.width / ACROSS * motion.ZOOM
    across, down = thing.extent or (1.0, 1.0)
    texture = sprites.slab(thing.texture, spec.seed, round(across * unit), round(down * unit), unit)
    return texture, None, _place(pose.camera[:, :2] / unit, texture, pose)


def _place(linear: Doubles, texture: Bytes, pose: _Pose) -> Doubles:
    centre = pose.camera[:, :2] @ pose.centre + pose.camera[:, 2]
    middle = np.asarray([texture.shape[1] - 1, texture.shape[0] - 1]) / 2
    return np.concatenate([linear, (centre - linear @ middle)[:, None]], axis=1)


def _bounds(placed: Doubles, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    corners = np.asarray([(x, y, 1) for x in (0, shape[1]) for y in (0, shape[0])]) @ placed.T
    low, high = np.floor(corners.min(axis=0)).astype(int) - 1, np.ceil(corners.max(axis=0)).astype(int) + 1
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _shadow(image: Bytes, texture: Bytes, placed: Doubles, pose: _Pose, spec: Spec) -> None:
    import cv2

    strength = _SHADOW.get(spec.background, _SHADOW_ELSEWHERE)
    if not strength:
        return
    pixel = spec.width / ACROSS * pose.scale
    blur = 0.13 * pixel * min(pose.thing.size, 1.0)
    moved = placed + np.asarray([[0, 0, 0.16], [0, 0, 0.26]]) * pixel * min(pose.thing.size, 1.0)
    left, top, width, height = _bounds(moved, texture.shape)
    pad = int(3 * blur) + 1
    left, top, right, bottom = left - pad, top - pad, left + width + pad, top + height + pad
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, spec.width), min(bottom, spec.height)
    if left >= right or top >= bottom:
        return
    cover = _warp(
        np.ascontiguousarray(texture[..., 3]), moved - [[0, 0, left], [0, 0, top]], (right - left, bottom - top)
    )
    soft = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), max(blur, 0.5)) * (strength / 255)
    region = image[top:bottom, left:right]
    region[:] = (region * (1 - soft[..., None])).astype(np.uint8)


def _visible(
    poses: list[_Pose], layers: list[_Layer], shape: tuple[int, ...]
) -> tuple[dict[str, Bools], dict[str, float]]:
    """Return the masks of what is seen, nearest first taking its pixels, and the areas without occlusion."""
    taken = np.zeros(shape, np.bool_)
    masks: dict[str, Bools] = {}
    for pose, layer in zip(reversed(poses), reversed(layers), strict=True):
        mask = np.zeros(shape, np.bool_)
        rows, columns = layer.covered.shape
        mask[layer.top : layer.top + rows, layer.left : layer.left + columns] = layer.covered
        masks[pose.thing.id] = mask & ~taken
        taken |= mask
    return masks, {pose.thing.id: layer.whole for pose, layer in zip(poses, layers, strict=True)}


class _Finish:
    """What the lens and the sensor do to every frame: darker corners, less contrast, noise."""

    def __init__(self, spec: Spec) -> None:
        self._rng = np.random.default_rng((spec.seed, 3))
        noise = self._rng.normal(0, spec.noise, (6, spec.height, spec.width, 3))
        # Every field also in its mirror image: twice as many for a quarter of what drawing them would take.
        noise = np.concatenate([noise, noise[:, :, ::-1]])
        self._lighter = np.clip(noise, 0, 255).round().astype(np.uint8)
        self._darker = np.clip(-noise, 0, 255).round().astype(np.uint8)
        self._curve = np.clip(132 + (np.arange(256) - 132) * spec.contrast, 0, 255).astype(np.uint8)
        rows, columns = np.mgrid[-1 : 1 : spec.height * 1j, -1 : 1 : spec.width * 1j]
        corner = 1.0 - 0.2 * np.clip((rows**2 + columns**2) / 2, 0, 1) ** 1.5
        self._corner = np.repeat((corner * 255).astype(np.uint8)[..., None], 3, axis=2)
        self._fields = self._rng.integers(0, len(noise), 4096)

    def apply(self, image: Bytes, index: int) -> Bytes:
        """Return the frame as the sensor records it."""
        import cv2

        exposed = cv2.LUT(cv2.multiply(image, self._corner, scale=1 / 255), self._curve)
        field = self._fields[index % len(self._fields)]
        exposed = cv2.add(exposed, self._lighter[field])
        return np.asarray(cv2.subtract(exposed, self._darker[field]), np.uint8)
