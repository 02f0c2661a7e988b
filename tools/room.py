"""How many things a model is given at once: fewer from when the memory of its device was too short for so many."""

import gc
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from twins.errors import TwinseekError

logger = logging.getLogger(__name__)

Done = TypeVar("Done")


@dataclass
class Room:
    """How many fit, as far as is known.

    Args:
        who: is given them, as a sentence begins with it.
        device: where its model runs.
        what: a single one is called.
        setting: that says how many are wanted.
        most: given at once from now on.
        told: whether it was said that they are fewer than wanted.
    """

    who: str
    device: str
    what: str
    setting: str
    most: int
    told: bool = False

    def batches(self, count: int, do: Callable[[slice], Done], wanted: int | None = None) -> Iterator[Done]:
        """Yield what is done with some of so many things after the other, in their order.

        Where memory is too short, half as many are tried at once, then and from then on, with one warning.

        Args:
            do: takes the places of a few; it is called again for those for which memory did not suffice.
            wanted: at once, where that is less than fit.

        Raises:
            TwinseekError: there is not enough memory for a single one.
        """
        start = 0
        while start < count:
            places = slice(start, min(count, start + min(self.most, wanted or self.most)))
            try:
                done = do(places)
            except (RuntimeError, MemoryError, TwinseekError) as error:
                if not out_of_memory(error):
                    raise
            else:
                yield done
                start = places.stop
                continue
            # Not before the error is gone: it keeps alive what was in memory.
            _free_memory()
            self._halve(places.stop - places.start)

    def _halve(self, tried: int) -> None:
        short = f"{self.who} has not enough memory on {self.device} for"
        if tried == 1:
            raise TwinseekError(f"{short} a single {self.what}: choose smaller weights, or another device")
        self.most = min(self.most, tried // 2)
        if not self.told:
            logger.warning(
                "%s %d %ss at once: it is given fewer from now on (set %s)", short, tried, self.what, self.setting
            )
        self.told = True


def out_of_memory(error: BaseException) -> bool:
    """Say whether an error, or the one in a plugin that it tells of, is that memory was too short.

    By the name, so that who has no torch needs none; for want of the machine's own memory torch raises a RuntimeError.
    """
    cause = error.__cause__ if isinstance(error, TwinseekError) else error
    return (
        isinstance(cause, MemoryError)
        or type(cause).__name__ == "OutOfMemoryError"
        or (isinstance(cause, RuntimeError) and "can't allocate memory" in str(cause))
    )


def _free_memory() -> None:
    gc.collect()  # an error that came through a thread holds itself, and with it what was computed
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
