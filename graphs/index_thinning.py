"""Which of the sampled frames later stages may look at: told while they come, and the same afterwards from the twin.

So a stage that is run again looks at the frames that it was shown in the first pass.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Thinned(Generic[Kept]):
    """Keeps the first thing of every bin of a line; where more bins are filled than may be, they double in width.

    What stays depends only on the places that were given, in their order, and not on how many are still to come.

    Args:
        width: of a bin, at first.
        most: given the width, bins that may be filled.
    """

    def __init__(self, width: float, most: Callable[[float], int]) -> None:
        self._width, self._most = width, most
        self._bins: dict[int, tuple[float, Kept]] = {}

    def add(self, place: float, make: Callable[[], Kept]) -> list[Kept]:
        """Take in the next place, ``make`` its thing where it is kept, and return what is kept no longer."""
        number = math.floor(place / self._width)
        if number in self._bins:
            return []
        self._bins[number] = place, make()
        dropped = []
        while len(self._bins) > self._most(self._width):
            self._width *= 2
            before, self._bins = self._bins, {}
            for at, thing in before.values():
                if self._bins.setdefault(math.floor(at / self._width), (at, thing)) != (at, thing):
                    dropped.append(thing)
        return dropped

    @property
    def things(self) -> list[Kept]:
        """What is kept, in the order in which it came."""
        return [thing for _, thing in self._bins.values()]


def columns_kept(places: Iterable[float], thinned: Thinned[int]) -> list[int]:
    """Return the numbers of the places that stay when all of them have come."""
    for column, place in enumerate(places):
        thinned.add(place, partial(int, column))
    return thinned.things


def evenly(things: Sequence[Kept], count: int) -> list[Kept]:
    """Return so many things of a sequence, evenly spread; all of them where they are fewer."""
    if len(things) <= count:
        return list(things)
    return [things[int((number + 0.5) / count * len(things))] for number in range(count)]
