"""Plugins that take several pictures at once: as many as they are meant to, and fewer where memory is short."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.metadata import EntryPoint
from itertools import groupby
from typing import Any, ClassVar

from tools.door import RefusedError
from tools.plugged import Plugged, own
from tools.room import Room
from twins.geometry import Bytes

BATCH = "batch_size"
"""The setting that says how many pictures a plugin is given at once; results must not depend on it."""
USUAL_BATCH = 8
MOST_BATCH = 256


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
        most = int(self.settings.get(BATCH, usual))
        return Room(f"the plugin {self.name}", self.device, "picture", f"{BATCH} in [plugins.{self.name}]", most)

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
        done = self.room.batches(len(images), lambda at: self._answers(images[at], lambda few: [one(few[0])], take), 1)
        return [answer for answers in done for answer in answers]

    def in_batches(
        self, images: Sequence[Bytes], many: Callable[[list[Bytes]], Any], take: Callable[[Any], Any]
    ) -> list[Any]:
        """Return what a method that takes several images says of each; see :meth:`of_each`."""
        alike = (list(those) for _, those in groupby(images, lambda image: image.shape))
        return [answer for those in alike for answer in self._of_alike(those, many, take)]

    def _of_alike(
        self, images: Sequence[Bytes], many: Callable[[list[Bytes]], Any], take: Callable[[Any], Any]
    ) -> list[Any]:
        done = self.room.batches(len(images), lambda at: self._answers(images[at], many, take))
        return [answer for answers in done for answer in answers]

    def _answers(
        self, images: Sequence[Bytes], many: Callable[[list[Bytes]], Any], take: Callable[[Any], Any]
    ) -> list[Any]:
        found = self.call(
            lambda: [take(answer) for answer in many([own(image) for image in images])], frames=len(images)
        )
        if len(found) != len(images):
            raise self.wrong(f"answers to {len(images)} pictures", f"{len(found)} answers")
        return list(found)
