"""Depth plugins that came through the door."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.batches import Batched
from tools.door import DEPTHS, RefusedError
from twins.geometry import SCALES, Bytes, Floats


class PluggedDepth(Batched):
    """A depth plugin: ``nearness(image)`` returns (h, w) numbers, and ``scale`` says of which kind they are.

    ``nearness_batch(images)``, where it has that, is called instead.
    """

    GROUP, METHOD, MANY, DOES = DEPTHS, "nearness", "nearness_batch", "tells depth"

    @classmethod
    def check(cls, plugin: Any) -> None:
        """See :meth:`tools.plugged.Plugged.check`."""
        if getattr(plugin, "scale", None) not in SCALES:
            raise RefusedError(f"its scale is {getattr(plugin, 'scale', None)!r}, not one of {', '.join(SCALES)}")

    @property
    def scale(self) -> str:
        """See :class:`twins.specialists.Depth`."""
        return str(self.plugin.scale)

    def nearness(self, images: Sequence[Bytes]) -> list[Floats]:
        """See :class:`twins.specialists.Depth`."""
        found = self.of_each(images, np.asarray)
        return [self._numbers(numbers, image) for numbers, image in zip(found, images, strict=True)]

    def _numbers(self, found: NDArray[Any], image: Bytes) -> Floats:
        if found.shape != image.shape[:2] or found.dtype.kind not in "fiu":
            wanted = f"{image.shape[0]} x {image.shape[1]} numbers"
            raise self.wrong(wanted, f"an array {found.shape} of {found.dtype}")
        nearness: Floats = found.astype(np.float32)
        nearness[~np.isfinite(nearness)] = np.nan
        return nearness
