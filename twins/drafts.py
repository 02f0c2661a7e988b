"""Writing one generation of a video: prepared aside, and then there all at once."""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from twins.durable import replace_file, sync_file, sync_folder, write_synced
from twins.generations import ComponentList, Generation, Manifest, describe_file
from twins.geometry import Geometry
from twins.layout import (
    COMPONENTS,
    CURRENT,
    GEOMETRY,
    MANIFEST,
    MASKS,
    TWIN,
    UNFINISHED,
    Layout,
    generation_name,
    is_generation,
)
from twins.locks import exclusive
from twins.schema import Component, Source, Twin
from twins.sources import Sources

GRACE_SECONDS = 3600.0
"""How long an old generation outlives its replacement, so that readers which began with it finish with it."""


class Draft:
    """A generation that is being written; nothing of it shows before :meth:`commit`.

    ``folder`` is private to the draft. Files of a committed generation are never written to, and neither are files
    that came in by :meth:`reuse` from the generation ``base``, which may be the same file on disk.
    """

    def __init__(self, sources: Sources, source: Source, space: Path, base: Generation | None, grace: float) -> None:
        self.video_id = source.video_id
        self.folder = space / "generation"
        self.folder.mkdir()
        self._sources, self._source, self._space, self._base, self._grace = sources, source, space, base, grace
        self._layout = sources.layout

    @property
    def masks_path(self) -> Path:
        """Where ``masks.zip`` is to be written; a video without masks has none."""
        return self.folder / MASKS

    def write(self, twin: Twin, geometry: Geometry, components: Sequence[Component]) -> None:
        """Write everything but the masks. Raises ``ValueError`` where the parts do not belong together."""
        if twin.video_id != self.video_id:
            raise ValueError(f"the twin is of {twin.video_id!r}, the draft of {self.video_id!r}")
        unknown = set(geometry.track_ids) - {track.id for track in twin.tracks}
        if unknown:
            raise ValueError(f"geometry has rows of tracks that the twin has not: {sorted(unknown)}")
        (self.folder / TWIN).write_bytes(twin.model_dump_json().encode())
        (self.folder / COMPONENTS).write_bytes(ComponentList(components=tuple(components)).model_dump_json().encode())
        geometry.save(self.folder / GEOMETRY)

    def reuse(self, name: str) -> Path:
        """Take over a file of the base unchanged. Raises ``FileNotFoundError`` where it has none."""
        if self._base is None:
            raise FileNotFoundError(name)
        old, new = self._base.folder / name, self.folder / name
        try:
            new.hardlink_to(old)
        except FileNotFoundError:
            raise
        except OSError:  # some file systems have no hard links
            shutil.copyfile(old, new)
        return new

    def commit(self, stages: Mapping[str, str]) -> str:
        """Make this the live generation and return its name.

        Where another process has meanwhile committed the same content under another id, that video gains this
        one's paths instead, and ``video_id`` becomes its id.

        Args:
            stages: the fingerprint of every stage that the files came from.
        """
        name = self._seal(stages)
        with exclusive(self._sources.lock(self.video_id)):
            other = self._source.sha256 and self._sources.find_content(self._source.sha256)
            if other and other != self.video_id and self.video_id.endswith("-" + str(self._source.sha256)[:10]):
                return self._join(other)
            source = self._sources.merged(self._source)
            if (self._layout.video(self.video_id) / CURRENT).exists():
                self._replace(name, source)
            else:
                self._found(name, source)
            self._sources.note(source)
        return name

    def put_by(self, stages: Mapping[str, str]) -> str | None:
        """Keep this beside the live generation, which stays what it is: a later run goes on there.

        Args:
            stages: the fingerprint of every stage that is done.

        Returns:
            Its name; none where the video was removed meanwhile.
        """
        name, video = self._seal(stages), self._layout.video(self.video_id)
        with exclusive(self._sources.lock(self.video_id)):
            if not (video / CURRENT).exists():
                return None
            self._place(name, video)
            replace_file(video / UNFINISHED, name.encode(), self._layout.work)
        return name

    def _seal(self, stages: Mapping[str, str]) -> str:
        missing = [name for name in (TWIN, GEOMETRY, COMPONENTS) if not (self.folder / name).exists()]
        if missing:
            raise ValueError(f"a draft without {', '.join(missing)} cannot be committed")
        files = {path.name: describe_file(path) for path in sorted(self.folder.iterdir())}
        manifest = Manifest(created=now(), stages=dict(stages), files=files)
        for path in self.folder.iterdir():
            sync_file(path)
        write_synced(self.folder / MANIFEST, manifest.model_dump_json(indent=1).encode())
        sync_folder(self.folder)
        return generation_name(dict(stages) | {f"file {name}": entry.sha256 for name, entry in files.items()})

    def _join(self, other: str) -> str:
        self._sources.add_paths(other, self._source)
        self.video_id = other
        return live_generation(self._layout, other).name

    def _found(self, name: str, source: Source) -> None:
        """Put a new video in its place with one rename, so that no half-made folder is ever there."""
        video = self._space / "video"
        video.mkdir()
        self.folder.rename(video / name)
        write_synced(video / "source.json", source.model_dump_json().encode())
        write_synced(video / CURRENT, name.encode())
        sync_folder(video)
        place = self._layout.video(self.video_id)
        if place.exists():  # a stray folder that was never a video
            place.rename(self._space / "stray")
        video.rename(place)
        sync_folder(self._layout.videos)

    def _replace(self, name: str, source: Source) -> None:
        video, work = self._layout.video(self.video_id), self._layout.work
        retire(video, self._space, self._grace)
        self._place(name, video)
        replace_file(video / "source.json", source.model_dump_json().encode(), work)
        replace_file(video / CURRENT, name.encode(), work)
        (video / UNFINISHED).unlink(missing_ok=True)

    def _place(self, name: str, video: Path) -> None:
        place = Generation(video / name)
        if place.folder.exists() and place.damage():
            place.folder.rename(self._space / "damaged")
        if not place.folder.exists():
            self.folder.rename(place.folder)
            sync_folder(video)


def live_generation(layout: Layout, video_id: str) -> Generation:
    """Return the generation that ``current`` names. Raises ``FileNotFoundError`` for a video that is not there."""
    folder = layout.video(video_id)
    name = live_name(folder)
    if name is None:
        raise FileNotFoundError(folder / CURRENT)
    return Generation(folder / name)


def live_name(folder: Path, pointer: str = CURRENT) -> str | None:
    """Return the name of the live generation in a video's folder; none where the folder is not there.

    Args:
        pointer: the file that says which one is meant.
    """
    try:
        name = (folder / pointer).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    # What is no name becomes one that is nowhere, so that reading says that the video is incomplete.
    return name if is_generation(name) else "g-unreadable"


def has_old_generations(video: Path) -> bool:
    """Tell whether there is more than the live generation in a video's folder."""
    try:
        return sum(is_generation(name) for name in os.listdir(video)) > 1  # noqa: PTH208 - of thousands
    except FileNotFoundError:
        return False


def retire(video: Path, bin_: Path, grace: float) -> int:
    """Remove a video's replaced generations and their vectors, unless the last replacement was just now.

    One that was begun stays: a run may go on with it.

    Args:
        bin_: folder in which they are put before they are removed, so that they vanish all at once.
        grace: seconds since the last replacement within which nothing is removed.

    Returns:
        How many generations were removed.
    """
    current = video / CURRENT
    if time.time() - current.stat().st_mtime <= grace:
        return 0
    named = {current.read_text("ascii", "replace").strip(), live_name(video, UNFINISHED)}
    old = [path for path in video.iterdir() if is_generation(path.name) and path.name not in named]
    for path in old:
        os.replace(path, bin_ / path.name)  # noqa: PTH105
    kept = {path.name for path in video.iterdir()}
    for vectors in video.glob("vectors/*/g-*.npy"):
        if vectors.stem not in kept:
            vectors.unlink(missing_ok=True)
    return len(old)


def now() -> str:
    """Return the present moment as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
