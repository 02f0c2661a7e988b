"""Grounds and walls, made from noise: grass, wood, tiles, sky, bricks, sand, snow, carpet, concrete."""

from collections.abc import Callable

import numpy as np

from twins.geometry import Bytes, Floats

Rng = np.random.Generator
Painter = Callable[[Rng, int, int, float], Floats]


def paint(kind: str, seed: int, height: int, width: int, unit: float) -> Bytes:
    """Return (height, width, 3) RGB of this kind of ground; ``unit`` is a scene unit in pixels.

    Raises ``KeyError`` where no ground has this name.
    """
    picture = PAINTERS[kind](np.random.default_rng((seed, 7)), height, width, unit)
    return np.clip(picture, 0, 255).astype(np.uint8)


def clouds(rng: Rng, height: int, width: int, cell: float, octaves: int = 4, stretch: float = 1.0) -> Floats:
    """Return (height, width) of smooth noise, about -1 to 1; ``cell`` pixels a blob, ``stretch`` times as wide."""
    import cv2

    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        size = cell / 2**octave
        grid = rng.normal(size=(max(2, int(height / size) + 2), max(2, int(width / size / stretch) + 2)))
        total += cv2.resize(grid.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return total / max(float(np.abs(total).max()), 1e-6)


def _tinted(rgb: tuple[int, int, int], light: Floats, strength: float) -> Floats:
    return np.asarray(rgb, np.float32) * (1.0 + strength * light[..., None])


def _grain(rng: Rng, height: int, width: int, strength: float) -> Floats:
    return rng.normal(0, strength, (height, width, 1)).astype(np.float32)


def _grass(rng: Rng, height: int, width: int, unit: float) -> Floats:
    import cv2

    light = 0.5 * clouds(rng, height, width, 3.5 * unit) + 0.6 * clouds(rng, height, width, 0.3 * unit, 3)
    blades = rng.normal(size=(height, width)).astype(np.float32)
    blades = np.asarray(cv2.GaussianBlur(blades, (1, 9), sigmaX=0.4, sigmaY=2.2), np.float32)
    ground = _tinted((112, 142, 78), light, 0.22) + 26.0 * blades[..., None]
    ground += np.asarray((14, 6, -6), np.float32) * clouds(rng, height, width, 2.0 * unit)[..., None]
    return ground


def _wood(rng: Rng, height: int, width: int, unit: float) -> Floats:
    grain = clouds(rng, height, width, 0.12 * unit, 3, stretch=14.0)
    plank = (np.arange(height) / (1.6 * unit)).astype(int)
    tone = rng.uniform(-1, 1, plank.max() + 1)[plank].astype(np.float32)[:, None]
    picture = _tinted((186, 146, 104), 0.5 * grain + 0.4 * tone, 0.2)
    seam = np.abs((np.arange(height) / (1.6 * unit)) % 1.0 - 0.5) > 0.5 - 0.7 / unit
    picture[seam] *= 0.72
    return picture + _grain(rng, height, width, 2.0)


def _joints(height: int, width: int, brick: tuple[float, float], joint: float, shifted: bool) -> tuple[Floats, Floats]:
    """Return (height, width) of brick numbers and of joints (1 in a joint, 0 in a brick)."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    row = np.floor(rows / brick[1])
    across = columns / brick[0] + (0.5 * (row % 2) if shifted else 0.0)
    number = row * 977 + np.floor(across)
    edge = np.minimum.reduce(
        [
            (across % 1.0) * brick[0],
            (1 - across % 1.0) * brick[0],
            (rows / brick[1] % 1.0) * brick[1],
            (1 - rows / brick[1] % 1.0) * brick[1],
        ]
    )
    return number, np.clip(1.5 - edge / joint, 0, 1)


def _bricks(rng: Rng, height: int, width: int, unit: float) -> Floats:
    number, joint = _joints(height, width, (1.5 * unit, 0.6 * unit), 0.045 * unit, shifted=True)
    tone = np.sin(number * 12.9898) * 43758.5453 % 1.0 - 0.5
    light = 0.9 * tone + 0.5 * clouds(rng, height, width, 0.25 * unit, 3)
    picture = _tinted((158, 104, 86), light, 0.24)
    mortar = _tinted((190, 180, 166), clouds(rng, height, width, 0.2 * unit, 2), 0.08)
    return picture * (1 - joint[..., None]) + mortar * joint[..., None] + _grain(rng, height, width, 3.0)


def _tiles(rng: Rng, height: int, width: int, unit: float) -> Floats:
    number, joint = _joints(height, width, (2.0 * unit, 2.0 * unit), 0.04 * unit, shifted=False)
    tone = np.sin(number * 12.9898) * 43758.5453 % 1.0 - 0.5
    light = 0.5 * tone + 0.5 * clouds(rng, height, width, 1.2 * unit, 4)
    picture = _tinted((178, 188, 190), light, 0.14)
    return picture * (1 - 0.32 * joint[..., None]) + _grain(rng, height, width, 1.5)


def _sky(rng: Rng, height: int, width: int, unit: float) -> Floats:
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, bottom = np.asarray((112, 158, 206), np.float32), np.asarray((214, 226, 228), np.float32)
    picture = top * (1 - down) + bottom * down + np.zeros((1, width, 1), np.float32)
    puffs = np.clip(clouds(rng, height, width, 2.6 * unit, 5, stretch=2.2) * 2.0 - 0.15, 0, 1)[..., None]
    return np.asarray(picture * (1 - 0.7 * puffs) + np.asarray((246, 245, 242)) * 0.7 * puffs, np.float32)


def _sand(rng: Rng, height: int, width: int, unit: float) -> Floats:
    rows = np.arange(height, dtype=np.float32)[:, None]
    ripple = np.sin(rows / (0.16 * unit) + 5.0 * clouds(rng, height, width, 3.0 * unit, 3))
    light = 0.25 * ripple + 0.6 * clouds(rng, height, width, 2.5 * unit)
    return _tinted((206, 184, 146), light, 0.14) + _grain(rng, height, width, 5.0)


def _snow(rng: Rng, height: int, width: int, unit: float) -> Floats:
    light = 0.8 * clouds(rng, height, width, 2.2 * unit, 5)
    blue = np.asarray((-10, -3, 6), np.float32) * clouds(rng, height, width, 3.0 * unit)[..., None]
    return _tinted((214, 222, 230), light, 0.09) + blue + _grain(rng, height, width, 2.5)


def _carpet(rng: Rng, height: int, width: int, unit: float) -> Floats:
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    weave = np.sin(rows * 6.0 / (0.2 * unit)) * np.sin(columns * 6.0 / (0.2 * unit))
    diamonds = np.sign(
        np.sin((rows + columns) * np.pi / (1.5 * unit)) * np.sin((rows - columns) * np.pi / (1.5 * unit))
    )
    light = 0.25 * weave + 0.3 * diamonds + 0.4 * clouds(rng, height, width, 2.0 * unit)
    return _tinted((132, 124, 134), light.astype(np.float32), 0.16) + _grain(rng, height, width, 4.0)


def _concrete(rng: Rng, height: int, width: int, unit: float) -> Floats:
    light = 0.6 * clouds(rng, height, width, 2.5 * unit, 5) + 0.3 * clouds(rng, height, width, 0.15 * unit, 2)
    return _tinted((154, 152, 146), light, 0.16) + _grain(rng, height, width, 4.0)


PAINTERS: dict[str, Painter] = {
    "grass": _grass,
    "wood": _wood,
    "tiles": _tiles,
    "sky": _sky,
    "bricks": _bricks,
    "sand": _sand,
    "snow": _snow,
    "carpet": _carpet,
    "concrete": _concrete,
}

DROWNED = {
    "grass": {"green"},
    "wood": {"orange", "yellow"},
    "tiles": {"white", "turquoise"},
    "sky": {"white", "blue", "turquoise"},
    "bricks": {"red", "orange", "pink"},
    "sand": {"yellow", "orange", "white"},
    "snow": {"white"},
    "carpet": {"purple"},
    "concrete": {"white"},
}
"""Colours that do not stand out from a ground: no thing on it wears them."""
