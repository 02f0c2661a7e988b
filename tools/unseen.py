"""What became of a followed thing where it was not found: missed for a moment, hidden behind something, or gone.

A thing that goes behind something is seen less and less of, whatever hides it, and whether that is followed or not; a
thing that we lose, or that ceases to exist, was whole the moment before. What is found of it then may be a stain that
it left: nothing is hidden faster than it, or what hides it, moves (:mod:`tools.hiders`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tools.fragments import sides_touched
from tools.hiders import Surroundings, may_be_hidden
from tools.tracks import RawTrack

BLINK_SECONDS = 0.35
"""A shorter gap is a miss of ours, not a hiding."""
SOLID_SECONDS = 0.8
"""What was followed for at least so long, and then shrinks away inside the picture, is hidden for the rest of it."""
HALF_HIDDEN = 0.5
"""A thing of which so little is seen beside a gap, as a share of what was seen shortly before, is hidden in it."""
SHORTLY = 1.2
"""Seconds that are shortly before: long enough for a thing to go behind something, too short for it to dwindle."""
WHOLE = 0.85
"""A sight of at least this share of what was seen shortly before is of the whole thing."""
SLIVER = 0.3
"""Where less than this is seen, it is hidden already: the rest is a rim, or the outline of what hides it."""


@dataclass(frozen=True)
class Unseen:
    """Frames ``start`` to before ``end`` in which a thing is not seen, slivers beside a hiding included."""

    start: int
    end: int
    kind: Literal["missed", "hidden", "gone"]


def unseen_stretches(track: RawTrack, shot: Surroundings, width: int, height: int) -> list[Unseen]:
    """Return where a track is not seen between its first sample and the end of its shot, in order.

    Args:
        track: a thing that was followed.
        shot: the one that it is seen in.
        width, height: of a frame.
    """
    numbers = sorted(track.samples)
    found = [
        _between(track, shot, numbers, at, width, height)
        for at, (before, after) in enumerate(pairwise(numbers))
        if after - before > 1
    ]
    first, last = track.samples[numbers[0]], track.samples[numbers[-1]]
    if numbers[-1] + 1 < shot.end:
        solid = last.seconds - first.seconds >= SOLID_SECONDS
        away = _hidden_from(track, shot, numbers) if solid and not sides_touched(last, width, height) else None
        found.append(Unseen(numbers[-1] + 1, shot.end, "gone") if away is None else Unseen(away, shot.end, "hidden"))
    return _without_overlaps(found)


def _without_overlaps(found: Sequence[Unseen]) -> list[Unseen]:
    """Join hidings that meet, and leave out the gaps within them: between those only slivers were seen."""
    hidings: list[Unseen] = []
    for stretch in sorted((s for s in found if s.kind == "hidden"), key=lambda s: s.start):
        if hidings and stretch.start <= hidings[-1].end:
            hidings[-1] = Unseen(hidings[-1].start, max(hidings[-1].end, stretch.end), "hidden")
        else:
            hidings.append(stretch)
    apart = [s for s in found if s.kind != "hidden" and all(s.end <= h.start or s.start >= h.end for h in hidings)]
    return sorted(hidings + apart, key=lambda s: s.start)


def _between(track: RawTrack, shot: Surroundings, numbers: Sequence[int], at: int, width: int, height: int) -> Unseen:
    """Return the gap after the ``at``-th of a track's numbers."""
    before, after = numbers[at], numbers[at + 1]
    last, first = track.samples[before], track.samples[after]
    gap = Unseen(before + 1, after, "gone")
    if first.seconds - last.seconds <= BLINK_SECONDS:
        return Unseen(gap.start, gap.end, "missed")
    if sides_touched(last, width, height) & sides_touched(first, width, height):
        return gap
    start = _hidden_from(track, shot, numbers[: at + 1])
    backwards = _hidden_from(track, shot, numbers[:at:-1])
    if start is None and backwards is None:
        return gap
    return Unseen(gap.start if start is None else start, gap.end if backwards is None else backwards + 1, "hidden")


def _hidden_from(track: RawTrack, shot: Surroundings, numbers: Sequence[int]) -> int | None:
    """Return the first number, of some in order towards a gap, from which a thing is hidden; none where it is not.

    The numbers may rise or fall; the one returned lies beside the gap where no sliver of the thing is seen.
    """
    here = track.samples[numbers[-1]].seconds
    near = [n for n in numbers if abs(track.samples[n].seconds - here) <= SHORTLY]
    areas = [track.samples[n].area for n in near]
    whole = max(areas)
    if areas[-1] >= HALF_HIDDEN * whole:
        return None
    full = max(at for at, area in enumerate(areas) if area >= WHOLE * whole)
    part = next(at for at in range(full, len(near)) if areas[at] < HALF_HIDDEN * whole)
    if not may_be_hidden(track, shot, near[: full + 1], near[part]):
        return None
    slivers = next(n for n, area in enumerate(reversed(areas)) if area >= SLIVER * whole)
    return numbers[-slivers] if slivers else numbers[-1] + (1 if numbers[-1] > numbers[-2] else -1)
