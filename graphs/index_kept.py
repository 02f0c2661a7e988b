"""Frames that later stages will look at, kept while the first pass goes by, so that no stage decodes them again.

Held in memory: for names up to 31 pictures as the decoder gave them, and up to ten of the shot that is on; larger ones
than full HD already scaled. On disk, in files without a name: up to 241 small frames for depth, and up to 36 for
descriptions. None of it grows with the length of the clip beyond that.
"""

import math
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from graphs.index_depth import depth_thinning
from graphs.index_descriptions import MOST_SHOTS, SHOWN, shot_thinning
from graphs.index_labels import label_thinning
from graphs.index_thinning import Thinned, evenly
from tools.shots import LAG
from twins.frames import Frame, Shown, frames_at
from twins.specialists import Specialists
from twins.spool import FrameSpool

UNSCALED_SIDE = 1280
"""Longer side up to which frames for naming and describing are taken as they are: scaling takes ten times as long."""
LOOK_SIDE = 960
"""… and that of larger ones: enough to name things."""
DEPTH_SIDE = 640
"""Longer side of frames in which depth is told; its models work on about this size."""
HELD_PIXELS = 1920 * 1088
"""Pictures of the decoder that are larger are not held, but what is made of them."""

Picture = Callable[[], Frame]
Held = Mapping[float, Picture]
"""Frames by their times."""


def look_side(width: int, height: int) -> int | None:
    """Return the longer side of the frames for naming and describing; none where they are taken as they are."""
    return None if max(width, height) <= UNSCALED_SIDE else LOOK_SIDE


def look(path: Path, held: Held, seconds: Sequence[float], max_side: int | None) -> list[Frame]:
    """Return the frames at some times, in their order: those that are held, the others decoded, all in one go."""
    missing = [moment for moment in seconds if moment not in held]
    decoded = dict(zip(missing, frames_at(path, missing, max_side), strict=True)) if missing else {}
    return [held[moment]() if moment in held else decoded[moment] for moment in seconds]


class KeptFrames:
    """Keeps what the stages of these specialists may want of a pass; close it when they are done.

    Args:
        scratch: opens an empty file.
    """

    def __init__(self, specialists: Specialists, scratch: Callable[[], IO[bytes]] = tempfile.TemporaryFile) -> None:
        self._spool = FrameSpool(scratch)
        self._labels: Thinned[tuple[float, Picture]] | None = label_thinning() if specialists.labeller else None
        self._depth: Thinned[tuple[float, int]] | None = depth_thinning() if specialists.depth else None
        self._shots = _ShotFrames(FrameSpool(scratch)) if specialists.describer else None

    def add(self, number: int, shown: Shown, shot_start: int, side: int | None) -> None:
        """Take in the next sampled frame.

        Args:
            number: of it among the sampled ones.
            shot_start: number of the first frame of the shot that is on, as far as is known by now.
            side: longer side of frames for naming and describing; none for as they are.
        """
        if self._depth is not None:
            gone = self._depth.add(shown.seconds, lambda: (shown.seconds, self._spool.put(shown.at(DEPTH_SIDE))))
            for _, dropped in gone:
                self._spool.free(dropped)
        if self._labels is not None:
            self._labels.add(number, lambda: (shown.seconds, _held(shown, side)))
        if self._shots is not None:
            self._shots.add(number, shown, shot_start, side)

    def finish(self) -> None:
        """Say that the pass is over."""
        if self._shots is not None:
            self._shots.finish()

    def close(self) -> None:
        """Let everything go."""
        self._spool.close()
        if self._shots is not None:
            self._shots.spool.close()

    @property
    def for_labels(self) -> Held:
        """Frames for naming."""
        return dict(self._labels.things) if self._labels is not None else {}

    @property
    def for_depth(self) -> Held:
        """Frames for depth."""
        return {seconds: partial(self._spool.get, slot) for seconds, slot in self._depth.things} if self._depth else {}

    @property
    def for_descriptions(self) -> Held:
        """Frames for descriptions."""
        return self._shots.held if self._shots is not None else {}


@dataclass
class _Shot:
    """A shot that is over: when it began and ended, and its frames by their times."""

    start: float
    end: float
    slots: dict[float, int]


@dataclass
class _ShotFrames:
    """Frames of the longest shots so far, and of the one that is on."""

    spool: FrameSpool
    ended: list[_Shot] = field(default_factory=list)
    _first: int = 0
    _began: float = 0.0
    _on: Thinned[tuple[float, Picture]] = field(default_factory=shot_thinning)
    _side: int | None = None
    _waiting: deque[tuple[int, Shown]] = field(default_factory=deque)
    """A cut is known some frames after it: so long nobody knows which shot they are of."""

    def add(self, number: int, shown: Shown, shot_start: int, side: int | None) -> None:
        self._side = side
        self._waiting.append((number, shown))
        if shot_start != self._first:
            self._settle(shot_start)
            self._end(self._waiting[0][1].seconds)
            self._first = shot_start
        self._settle(number - LAG)

    def finish(self) -> None:
        self._settle(None)
        self._end(math.inf)

    @property
    def held(self) -> Held:
        return {at: partial(self.spool.get, slot) for shot in self.ended for at, slot in shot.slots.items()}

    def _settle(self, end: int | None) -> None:
        """Count frames before this number, or all of them, to the shot that is on."""
        while self._waiting and (end is None or self._waiting[0][0] < end):
            number, shown = self._waiting.popleft()
            self._on.add(number - self._first, partial(self._kept, shown))

    def _kept(self, shown: Shown) -> tuple[float, Picture]:
        return shown.seconds, _held(shown, self._side)

    def _end(self, seconds: float) -> None:
        chosen = evenly(self._on.things, SHOWN)
        self.ended.append(_Shot(self._began, seconds, {at: self.spool.put(picture()) for at, picture in chosen}))
        self._on, self._began = shot_thinning(), seconds
        if len(self.ended) > MOST_SHOTS:
            shortest = min(reversed(self.ended), key=lambda shot: shot.end - shot.start)
            self.ended.remove(shortest)
            for slot in shortest.slots.values():
                self.spool.free(slot)


def _held(shown: Shown, side: int | None) -> Picture:
    """Return what gives a frame at that size later on."""
    if shown.pixels <= HELD_PIXELS:
        return partial(shown.at, side)
    frame = shown.at(side)
    return lambda: frame
