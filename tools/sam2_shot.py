"""What a segmenter that follows things does over a shot: looks where nothing is followed, follows, looks again.

Nothing here knows a model. New things are looked for in key frames, begin there, and are followed back to the key frame
before, so that they are not missed from when they came in.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from tools.coverage import covered_by, doubles, is_new, uncovered
from tools.sam2_session import Outline, Session
from twins.geometry import Bools, Bytes

logger = logging.getLogger(__name__)

Found = list[tuple[int, dict[int, Bools], float]]
"""Of each thing its name, its (h, w) masks by position among the pictures, and how sure it is."""


@dataclass(frozen=True)
class ShotLimits:
    """How a shot is gone through.

    Args:
        key_step: frames from one look for new things to the next.
        most: things that are followed at once.
        covered: share of a new thing that may be covered by what is followed.
        patience: frames after which a thing that is not seen is not waited for any longer.
    """

    key_step: int = 8
    most: int = 32
    covered: float = 0.5
    patience: int = 40


@dataclass
class _Thing:
    score: float
    unseen: int = 0


class Shot:
    """Takes the pictures of one shot, some at a time; equal names in its answers are one thing."""

    def __init__(self, session: Session, limits: ShotLimits) -> None:
        self._session, self._limits = session, limits
        self._things: dict[int, _Thing] = {}
        self._names, self._number = count(1), 0
        self._covered: dict[int, Bools] = {}
        self._doubles: set[tuple[int, int]] = set()
        self._full = False

    def segment(self, images: Sequence[Bytes]) -> Found:
        """Return where things are in the next (h, w, 3) RGB pictures."""
        first, seen = self._number, defaultdict[int, dict[int, Outline]](dict)
        scores = {name: thing.score for name, thing in self._things.items()}
        # What was told of the pictures before is not told again.
        self._covered.clear()
        for number, image in enumerate(images, first):
            self._session.show(number, image)
        for number in range(first, first + len(images)):
            outlines = self._session.follow(number) if self._things else {}
            _record(seen, number - first, outlines)
            self._covered[number] = covered_by([each.coarse for each in outlines.values()], (1, 1))
            if number == 0 or (number + 1) % self._limits.key_step == 0:
                self._forget_doubles(outlines)
                self._renew(first, number, seen)
                self._covered.clear()
                self._session.drop_before(number + 1)
            scores |= {name: thing.score for name, thing in self._things.items()}
            self._wait(outlines)
        self._number = first + len(images)
        return [
            (name, {at: each.mask for at, each in sorted(sights.items())}, scores[name] * _presence(sights))
            for name, sights in sorted(seen.items())
        ]

    def _renew(self, first: int, number: int, seen: dict[int, dict[int, Outline]]) -> None:
        """Look for things where nothing is followed, and begin to follow them."""
        candidates = self._session.look(number)
        new = uncovered([each.mask for each in candidates], self._covered[number], self._limits.covered)
        new = new[: self._room(len(new))]
        if not new:
            return
        named = {next(self._names): candidates[place] for place in new}
        beside = self._session.aside()
        outlines = beside.prompt(number, {name: each.prompt for name, each in named.items()})
        _record(seen, number - first, outlines)
        living: Collection[int] = outlines
        for earlier in range(number - 1, min(self._covered) - 1, -1):
            outlines = beside.follow(earlier, reverse=True)
            covered = self._covered[earlier]
            living = [name for name in living if is_new(outlines[name].coarse, covered, self._limits.covered)]
            if not living:
                break
            _record(seen, earlier - first, outlines, living)
        self._session.adopt(beside)
        self._things |= {name: _Thing(each.score) for name, each in named.items()}

    def _room(self, wanted: int) -> int:
        """Return how many things more can be followed; who is not seen makes room, the longest away first."""
        limit, away = self._limits.most, sorted(self._things, key=lambda name: -self._things[name].unseen)
        over = len(self._things) + wanted - limit
        self._forget([name for name in away[: max(0, over)] if self._things[name].unseen])
        room = max(0, limit - len(self._things))
        if wanted > room and not self._full:
            self._full = True
            logger.warning("%d things are in the picture: the largest %d are followed", limit - room + wanted, limit)
        return room

    def _forget_doubles(self, outlines: Mapping[int, Outline]) -> None:
        """Of two that coincide in two key frames on end the older one is followed."""
        now = doubles({name: outline.coarse for name, outline in outlines.items()})
        self._forget({younger for _, younger in now & self._doubles})
        self._doubles = now

    def _wait(self, outlines: Mapping[int, Outline]) -> None:
        for name, outline in outlines.items():
            if name in self._things:
                self._things[name].unseen = 0 if outline.mask.any() else self._things[name].unseen + 1
        self._forget({name for name, thing in self._things.items() if thing.unseen > self._limits.patience})

    def _forget(self, names: Collection[int]) -> None:
        if names:
            self._things = {name: thing for name, thing in self._things.items() if name not in names}
            self._session.keep(self._things)


def follow_spots(
    session: Session, images: Sequence[Bytes], spots: Sequence[Mapping[str, Any]]
) -> list[tuple[dict[int, Bools], float]]:
    """Return of each spot the (h, w) masks of what is there, by position among the pictures, and how sure it is.

    Args:
        images: (h, w, 3) RGB, consecutive.
        spots: ``position``, and ``box`` or ``point`` in pixels of the picture there.
    """
    for number, image in enumerate(images):
        session.show(number, image)
    seen = defaultdict[int, dict[int, Outline]](dict)
    begun: dict[int, Session] = {}
    # All go through the pictures side by side: each picture is encoded once, or twice where there are many.
    for number in range(len(images)):
        here = {name: spot for name, spot in enumerate(spots) if spot["position"] == number}
        for beside in begun.values():
            _record(seen, number, beside.follow(number))
        if here:
            begun[number] = session.aside()
            _record(seen, number, begun[number].prompt(number, here))
    for beside in begun.values():
        beside.turn()
    for number in range(len(images) - 1, -1, -1):
        for beside in [each for position, each in begun.items() if position > number]:
            _record(seen, number, beside.follow(number, reverse=True))
    return [
        ({at: each.mask for at, each in sorted(seen[name].items())}, _presence(seen[name]))
        for name in range(len(spots))
    ]


def _record(
    seen: dict[int, dict[int, Outline]],
    position: int,
    outlines: Mapping[int, Outline],
    names: Collection[int] | None = None,
) -> None:
    for name in outlines if names is None else names:
        if outlines[name].mask.any():
            seen[name][position] = outlines[name]


def _presence(sights: Mapping[int, Outline]) -> float:
    return float(np.mean([each.presence for each in sights.values()])) if sights else 0.0
