"""Plugins that take several pictures at once: as many as they are meant to, and fewer where memory is short."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

from tools.door import RefusedError
from tools.plugged import Plugged, own
from twins.errors import TwinseekError
from twins.geometry import Bytes

logger = logging.getLogger(__name__)

BATCH = "batch_size"
"""The setting that says how many pictures a plugin is given at once; results must not depend on it."""
USUAL_BATCH = 8
MOST_BATCH = 256


@dataclass
class Room:
    """How many pictures are given at once from now on, and whether it was said that they are fewer than wanted."""

    pictures: int
    said: bool = False


class Batched(Plugged):
    """A plugin that may have a second method, which takes several pictures of one size and returns as many answers."""

    MANY: ClassVar[str]

    @classmethod
    def built(cls, point: EntryPoint, settings: Mapping[str, Any], device: str) -> Any:
        """See :meth:`tools.plugged.Plugged.built`."""
        wanted = settings.get(BATCH, USUAL_BATCH)
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted <= MOST_BATCH:
            raise RefusedError(f"its batch_size is {wanted!r}, not a number of pictures from 1 to {MOST_BATCH}")
        return super().built(point, settings, device)

    @cached_property
    def room(self) -> Room:
        """How many pictures are given at once: the setting, or what the plugin says, or a usual number."""
        declared = getattr(self.plugin, BATCH, None)
        usual = declared if isinstance(declared, int) and 1 <= declared <= MOST_BATCH else USUAL_BATCH
        return Room(int(self.settings.get(BATCH, usual)))

    def of_each(self, images: Sequence[Bytes], take: Callable[[Any], Any]) -> list[Any]:
        """Return what the plugin says of each image, several in a call where it can do that.

        Args:
            images: (h, w, 3) uint8 RGB.
            take: makes of an answer what is returned, within the call: what it raises the plugin has failed with.

        Raises:
            TwinseekError: it fails, is late, has not an answer for each image, or no memory for a single one.
        """
        many = getattr(self.plugin, self.MANY, None)
        if callable(many):
            return self.in_batches(images, many, take)
        one = getattr(self.plugin, self.METHOD)
        return [self._answers([image], lambda those: [one(those[0])], take)[0] for image in images]

    def in_batches(
        self, images: Sequence[Bytes], many: Callable[[list[Bytes]], Any], take: Callable[[Any], Any]
    ) -> list[Any]:
        """Return what a method that takes several images says of each; see :meth:`of_each`."""
        answers: list[Any] = []
        while len(answers) < len(images):
            answers += self._answers(_alike(images[len(answers) :][: self.room.pictures]), many, take)
        return answers

    def _answers(
        self, images: Sequence[Bytes], many: Callable[[list[Bytes]], Any], take: Callable[[Any], Any]
    ) -> list[Any]:
        """Return the answers to these images; none, and there is less room, where memory was too short for so many."""
        try:
            found = self.call(
                lambda: [take(answer) for answer in many([own(image) for image in images])], frames=len(images)
            )
        except TwinseekError as error:
            if not _out_of_memory(error.__cause__):
                raise
        else:
            if len(found) != len(images):
                raise self.wrong(f"answers to {len(images)} pictures", f"{len(found)} answers")
            return list(found)
        # Not before the error is gone: it keeps alive what the failed call had in memory.
        _free_memory()
        if len(images) == 1:
            raise TwinseekError(
                f"the plugin {self.name} has not enough memory on {self.device} for a single picture: "
                "choose smaller weights, or another device"
            )
        if not self.room.said:
            logger.warning(
                "the plugin %s has not enough memory on %s for %d pictures at once: it is given fewer from now on "
                "(set batch_size in [plugins.%s])",
                self.name,
                self.device,
                len(images),
                self.name,
            )
        self.room.pictures, self.room.said = len(images) // 2, True
        return []


def _alike(images: Sequence[Bytes]) -> Sequence[Bytes]:
    """Return the first images, as many as have the size of the very first."""
    other = next((place for place, image in enumerate(images) if image.shape != images[0].shape), len(images))
    return images[:other]


def _out_of_memory(error: BaseException | None) -> bool:
    """Say whether memory was too short; by the name, so that who has no torch needs none."""
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def _free_memory() -> None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
