"""Depth plugins that came through the door."""

from typing import Any

import numpy as np

from tools.door import DEPTHS, RefusedError
from tools.plugged import Plugged, own
from twins.geometry import SCALES, Bytes, Floats


class PluggedDepth(Plugged):
    """A depth plugin: ``nearness(image)`` returns (h, w) numbers, and ``scale`` says of which kind they are."""

    GROUP, METHOD, DOES = DEPTHS, "nearness", "tells depth"

    @classmethod
    def check(cls, plugin: Any) -> None:
        """See :meth:`tools.plugged.Plugged.check`."""
        if getattr(plugin, "scale", None) not in SCALES:
            raise RefusedError(f"its scale is {getattr(plugin, 'scale', None)!r}, not one of {', '.join(SCALES)}")

    @property
    def scale(self) -> str:
        """See :class:`twins.specialists.Depth`."""
        return str(self.plugin.scale)

    def nearness(self, image: Bytes) -> Floats:
        """See :class:`twins.specialists.Depth`."""
        found = self.call(lambda: np.asarray(self.plugin.nearness(own(image))))
        if found.shape != image.shape[:2] or found.dtype.kind not in "fiu":
            wanted = f"{image.shape[0]} x {image.shape[1]} numbers"
            raise self.wrong(wanted, f"an array {found.shape} of {found.dtype}")
        nearness: Floats = found.astype(np.float32)
        nearness[~np.isfinite(nearness)] = np.nan
        return nearness
