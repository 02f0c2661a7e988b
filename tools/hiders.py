"""Whether something can have hidden a thing of which less and less was seen.

What stands there without being followed hides a thing only as fast as the thing goes behind it; what comes over a thing
is followed itself. A thing that ceases to exist in the open is gone faster than it moved, and nobody came over it.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from tools.importance import ground_places
from tools.tracks import RawTrack, Sight
from twins.geometry import Floats

HASTE = 3.0
"""How much faster than its even speed tells a thing may be hidden: it hurries, and its middle is its largest part."""
COVERING_SHARE = 0.5
"""Share of what is not seen any more that the box of who came over a thing has to cover."""
COMING_SECONDS = 1.2
"""Time within which who comes over a thing is seen over it: where two touch, one is lost for a moment."""


class Surroundings(Protocol):
    """What was seen in a shot; see :class:`graphs.index_perceive.ShotSeen`."""

    @property
    def start(self) -> int:
        """Number of its first frame."""

    @property
    def end(self) -> int:
        """Number of the first frame after it."""

    @property
    def tracks(self) -> Sequence[RawTrack]:
        """The things followed."""

    @property
    def camera(self) -> Floats:
        """(frames, 2, 3) affine maps to the shot's first frame."""


def may_be_hidden(track: RawTrack, shot: Surroundings, whole: Sequence[int], part: int) -> bool:
    """Say whether a thing went out of sight no faster than it goes behind something, or as something came over it.

    Args:
        track: the thing.
        shot: the one that it is seen in.
        whole: numbers of its last sights as a whole, in order towards the gap; they may rise or fall.
        part: number of the first sight of less than half of it, beyond them.
    """
    full, rest = track.samples[whole[-1]], track.samples[part]
    lost = 1.0 - rest.area / full.area
    return _goes_behind(track, shot, [*whole, part], lost) or any(
        _comes_over(other, full, whole[-1], part) >= COVERING_SHARE * lost
        for other in shot.tracks
        if other is not track
    )


def _goes_behind(track: RawTrack, shot: Surroundings, numbers: Sequence[int], lost: float) -> bool:
    """Say whether a thing moved far enough for as much of it to go out of sight between the last two numbers.

    What is left of it may be anywhere in it, so that only the sights before tell how it moves, if there are some.
    """
    *_, full, part = numbers
    since, until = (numbers[0], full) if len(numbers) > 2 else (full, part)
    start, stop = sorted((since, until))
    places = ground_places({n: track.samples[n] for n in (start, stop)}, shot.camera, shot.start)
    seconds = [track.samples[n].seconds for n in (start, stop, full, part)]
    way = np.abs(places[1] - places[0]) / (seconds[1] - seconds[0]) * abs(seconds[3] - seconds[2])
    x1, y1, x2, y2 = track.samples[full].box
    # Both the way and the thing are measured along the way.
    return bool(lost * way @ (x2 - x1, y2 - y1) <= HASTE * way @ way and way.any())


def _comes_over(other: RawTrack, full: Sight, whole: int, part: int) -> float:
    """Return how much more of a thing's place another thing's box covers soon after than while the thing was whole.

    Args:
        other: who may come over it.
        full: the thing, seen as a whole.
        whole, part: numbers of that sight and of the one of less than half of it; they may rise or fall.
    """
    rising = part > whole
    before = [n for n in other.samples if (n <= whole if rising else n >= whole)]
    after = [
        sight
        for n, sight in other.samples.items()
        if (n > whole if rising else n < whole) and abs(sight.seconds - full.seconds) <= COMING_SECONDS
    ]
    nearest = min(before, key=lambda n: abs(n - whole), default=None)
    known = 0.0 if nearest is None else _covered(full, other.samples[nearest])
    return max((_covered(full, sight) for sight in after), default=0.0) - known


def _covered(thing: Sight, by: Sight) -> float:
    """Return the share 0-1 of a thing's box that lies in another one."""
    mine, others = np.array(thing.box), np.array(by.box)
    sides = np.minimum(mine[2:], others[2:]) - np.maximum(mine[:2], others[:2])
    return float(np.maximum(sides, 0).prod() / (mine[2:] - mine[:2]).prod())
