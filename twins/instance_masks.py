"""The masks of a video's instances, wherever they come from: what tools found later, else what the index found."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twins.masks import CocoRle, MaskReader, resized_rle
from twins.observations import EffectiveTwin

if TYPE_CHECKING:
    from twins.store import Store


class InstanceMasks:
    """Returns masks by instance and frame. Not shared between threads."""

    def __init__(self, effective: EffectiveTwin, reader: MaskReader | None) -> None:
        self._effective = effective
        self._reader = reader

    def rle(self, name: str, frame_index: int) -> CocoRle | None:
        """Return a mask in run-length form at the displayed size; none where nobody has one."""
        geometry = self._effective.geometry
        observed = self._effective.masks.get(name, {}).get(frame_index)
        if observed is not None:
            return resized_rle(observed, geometry.height, geometry.width)
        if self._reader is None or frame_index not in self._reader.frames(name):
            return None
        return self._reader.rle(name, frame_index)


@contextmanager
def open_masks(store: "Store", effective: EffectiveTwin) -> Iterator[InstanceMasks]:
    """Open the masks of a video; twins made from boxes have only those that tools found."""
    video_id, generation = effective.twin.video_id, effective.generation
    if not store.has_masks(video_id, generation):
        yield InstanceMasks(effective, None)
        return
    with store.masks(video_id, generation) as reader:
        yield InstanceMasks(effective, reader)
