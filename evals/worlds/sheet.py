"""Contact sheets: a few frames of every world on one picture, to be looked at."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.worlds.render import render_world
from evals.worlds.spec import World
from twins.geometry import Bytes


def contact_sheet(worlds: Sequence[World], path: Path, columns: int = 5, width: int = 320) -> None:
    """Write a PNG with a row for every world and ``columns`` frames, evenly spread over its time."""
    import cv2

    rows = [_row(world, columns, width) for world in worlds]
    cv2.imwrite(str(path), cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR))


def _row(world: World, columns: int, width: int) -> Bytes:
    import cv2

    wanted = set(np.linspace(0, world.spec.frame_count - 1, columns).round().astype(int).tolist())
    frames = [picture.image for picture in render_world(world.spec) if picture.frame_index in wanted]
    small = [cv2.resize(frame, (width, width * 9 // 16), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.concatenate([np.pad(frame, ((1, 1), (1, 1), (0, 0))) for frame in small], axis=1)
