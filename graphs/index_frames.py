"""Where the tracks are in a frame that was decoded again."""

import math

from twins.frames import Frame
from twins.geometry import Geometry
from twins.specialists import Boxes


def column_at(geometry: Geometry, seconds: float) -> int:
    """Return the column of the sampled frame nearest to a time."""
    return int(abs(geometry.seconds - seconds).argmin())


def boxes_in(frame: Frame, geometry: Geometry) -> Boxes:
    """Return the boxes of the tracks at a frame, in pixels of its image."""
    column = column_at(geometry, frame.seconds)
    height, width = frame.image.shape[:2]
    across, down = width / geometry.width, height / geometry.height
    found = {}
    for row, name in enumerate(geometry.track_ids):
        x1, y1, x2, y2 = (float(value) for value in geometry.boxes[row, column])
        if all(math.isfinite(side) for side in (x1, y1, x2, y2)):
            found[name] = (x1 * across, y1 * down, x2 * across, y2 * down)
    return found
