"""A video's twin on its way into the library: whole at the end, and before that as far as it took long.

Half of a new twin shows where there was none before. Of one that takes the place of a whole one nothing shows until it
is whole; what is done is put by, and the next run goes on there.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from twins.components import components
from twins.geometry import Geometry
from twins.layout import MASKS
from twins.masks import CocoRle, MaskWriter
from twins.schema import Twin
from twins.sources import SourceFile
from twins.store import Store

LONG_SECONDS = 10.0
"""What took so long is kept before a specialist goes on, who may fail, or be killed."""
DERIVED = frozenset(["facts", "components"])
"""Stages that are made of others in no time."""


@dataclass
class Material:
    """What is known of a video while its stages run; ``masks`` by track and frame, or none to keep the old file."""

    twin: Twin
    geometry: Geometry
    masks: dict[str, dict[int, CocoRle]] | None = None


class Saving:
    """Commits one video.

    Args:
        wanted: the fingerprint of every stage.
        recorded: those of the twin that is there; none where there is none.
        stale: the stages that are to be run, or undone.
        complete: adds to material what is made of it in no time.
        base: the generation from which this goes on, where that is not the live one.
    """

    def __init__(
        self,
        store: Store,
        file: SourceFile,
        wanted: Mapping[str, str],
        recorded: Mapping[str, str],
        stale: Collection[str],
        complete: Callable[[Material], Material],
        base: str | None = None,
    ) -> None:
        self._store, self._file, self._wanted, self._complete = store, file, wanted, complete
        self._base = base
        self._done = wanted.keys() - set(stale)
        # Else half of a new twin would take the place of a whole older one.
        self._adds = base is None and not (recorded.keys() & set(stale)) - DERIVED
        self._since = time.monotonic()

    def did(self, *stages: str) -> None:
        """Say that stages are done."""
        self._done |= self._wanted.keys() & set(stages)

    def before_more(self, material: Material) -> None:
        """Keep what is done, where that took long: another run goes on from there."""
        if time.monotonic() - self._since >= LONG_SECONDS:
            done = {stage: value for stage, value in self._wanted.items() if stage in self._done - DERIVED}
            self._write(self._complete(material), done, aside=not self._adds)
            self._since = time.monotonic()

    def finish(self, material: Material) -> None:
        """Commit everything."""
        self._write(material, self._wanted)

    def _write(self, material: Material, stages: Mapping[str, str], *, aside: bool = False) -> None:
        self._file.check_unchanged()
        twin = material.twin
        source = self._file.source(duration=twin.duration, width=twin.width, height=twin.height)
        with self._store.draft(self._file.video_id, source, self._base) as draft:
            draft.write(twin, material.geometry, components(twin))
            if material.masks is None:
                draft.reuse(MASKS)
            else:
                with MaskWriter(draft.masks_path, twin.height, twin.width) as writer:
                    for name, frames in material.masks.items():
                        for frame_index, rle in frames.items():
                            writer.add(name, frame_index, rle)
            if aside:
                self._base = draft.put_by(stages) or self._base
            else:
                draft.commit(stages)
