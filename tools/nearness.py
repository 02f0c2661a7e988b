"""Which of two things is nearer, from picture cues alone: a weak measure, good for an order and no more.

What stands on the ground is nearer the lower it reaches in the picture; a thing that grows comes nearer; and whatever
hides another is in front of it.
"""

import numpy as np

from twins.geometry import Bools, Bytes, Floats, Visibility

GROUND = 0.5
"""Weight of the lower edge's height in the picture."""
GROWTH = 0.5
"""Weight of growth: nearness gained by a thing that doubles in size."""
COVERED = 0.6
"""Share of its usual area below which a thing that touches another is taken to be hidden by it."""
LEAD = 0.1
"""By how much what hides another is nearer, at least."""


def estimate_nearness(boxes: Floats, area: Floats, visibility: Bytes, height: int) -> Floats:
    """Return (N, T) weak nearness, about 0 to 1; larger is nearer, NaN where there is no box.

    Args:
        boxes: (N, T, 4) xyxy.   area: (N, T).   visibility: (N, T).   height: of the frame.
    """
    with np.errstate(all="ignore"):
        lower = np.clip(boxes[..., 3] / height, 0, 1)
        usual = np.array([np.nanmedian(row) if np.isfinite(row).any() else np.nan for row in area])
        grown = np.log2(np.sqrt(np.clip(area / usual[:, None], 1 / 16, 16)))
    pairs, covered = _hidden_by(boxes, area, visibility, usual)
    # What is partly covered looks smaller without being farther away.
    grown[covered] = 0.0
    near = GROUND * lower + GROWTH * np.nan_to_num(_smoothed(grown))
    near = np.where(np.isfinite(boxes[..., 0]), near, np.nan).astype(np.float32)
    for hidden, hider in pairs:
        both = np.isfinite(near[hidden]) & np.isfinite(near[hider])
        if both.any():
            lead = float(np.nanmedian(near[hider, both] - near[hidden, both]))
            near[hidden] -= max(0.0, LEAD - lead) / 2
            near[hider] += max(0.0, LEAD - lead) / 2
    return near


def _smoothed(values: Floats) -> Floats:
    """Return a running median over five samples; NaN stays out of it."""
    if values.shape[1] < 5:
        return values
    padded = np.pad(values, ((0, 0), (2, 2)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=1)
    with np.errstate(all="ignore"):
        middle = np.sort(windows, axis=-1)[..., 2]
    return np.where(np.isfinite(middle), middle, values)


def _hidden_by(boxes: Floats, area: Floats, visibility: Bytes, usual: Floats) -> tuple[list[tuple[int, int]], Bools]:
    """Return (hidden, hider) pairs by who loses area while the two overlap, and (N, T) where that happens."""
    covered = np.zeros(area.shape, np.bool_)
    votes: dict[tuple[int, int], int] = {}
    shrunk = (area < COVERED * usual[:, None]) | (visibility == Visibility.OCCLUDED)
    whole = (area >= 0.8 * usual[:, None]) & (visibility == Visibility.VISIBLE)
    for t in range(boxes.shape[1]):
        for a in np.flatnonzero(shrunk[:, t] & np.isfinite(boxes[:, t, 0])):
            for b in np.flatnonzero(whole[:, t]):
                if a != b and _overlap(boxes[a, t], boxes[b, t]):
                    covered[a, t] = True
                    votes[int(a), int(b)] = votes.get((int(a), int(b)), 0) + 1
    pairs = [pair for pair, n in sorted(votes.items()) if n >= 2 and n > votes.get((pair[1], pair[0]), 0)]
    return pairs, covered


def _overlap(a: Floats, b: Floats) -> bool:
    return bool(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
