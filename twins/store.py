"""A library on disk: what is known about each video, readable while others write."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from twins.drafts import GRACE_SECONDS, Draft, has_old_generations, live_generation, live_name, retire
from twins.durable import create_file, disk_errors, replace_file
from twins.errors import TwinseekError
from twins.generations import Generation, Manifest
from twins.geometry import Geometry
from twins.layout import UNFINISHED, Layout, check_part, display, text_path
from twins.locks import exclusive, sweep, workspace
from twins.migrations import Made, create_library, open_format, withdraw_library
from twins.observations import EffectiveTwin, anchored
from twins.one_video import one_video
from twins.records import read_record
from twins.references import ambiguous, beginning_with, unknown
from twins.schema import Component, Observation, Source, Twin
from twins.sources import SourceFile, Sources

if TYPE_CHECKING:
    from twins.masks import MaskReader

Value = TypeVar("Value")

LOOK_AGAIN = "delete the file, and what it held is looked up again when it is needed"


class Store:
    """Reads and writes a library folder. Any number of processes and threads may do so at once.

    Readers take no locks: they see the generation that ``current`` names, which stays on disk for ``grace`` seconds
    after it is replaced. Methods that take ``generation`` read that one instead, so that several calls agree.
    """

    def __init__(self, layout: Layout, library_id: str, grace: float, made: Made | None = None) -> None:
        self.library_id = library_id
        self.grace = grace
        self._made = made or Made()
        self._layout = layout
        self._sources = Sources(layout)

    @classmethod
    def open(cls, root: Path, *, create: bool = False, grace: float = GRACE_SECONDS) -> "Store":
        """Open a library and take away what killed runs left in it.

        Args:
            create: make an empty one where there is none.
            grace: seconds that a replaced generation stays.

        Raises:
            TwinseekError: there is no library, it is of another version, or it cannot be created.
        """
        layout = Layout(root.absolute())
        made = create_library(layout) if create else None
        store = cls(layout, open_format(layout), grace, made)
        if store.writable:
            sweep(layout.work)
        return store

    def withdraw(self) -> bool:
        """Take the library away again where opening made it and no video came into it; return whether it is gone."""
        return withdraw_library(self._layout, self._made)

    @property
    def root(self) -> Path:
        """The library's folder."""
        return self._layout.root

    @property
    def writable(self) -> bool:
        """Whether this process may write to the library; reading never does."""
        return os.access(self.root, os.W_OK | os.X_OK) and os.access(self._layout.videos, os.W_OK | os.X_OK)

    def check_writable(self) -> None:
        """Raise :class:`TwinseekError` where this process may not write to the library."""
        if not self.writable:
            raise TwinseekError(f"{display(self.root)} is read-only: change its permissions or name another library")

    # What is there

    def video_ids(self) -> list[str]:
        """Return the ids of all videos, in order."""
        return self._sources.committed()

    def resolve(self, reference: str) -> str:
        """Return the id that an id, a path, a file's name, or the unique beginning of an id or name stands for.

        Raises:
            TwinseekError: it stands for none, or for several.
        """
        ids = self.video_ids()
        if reference in ids:
            return reference
        found = beginning_with(reference, ids)
        if reference and not found:
            found = self._sources.holders(Path(reference)) or self._sources.named(reference)
        if not found:
            raise unknown(reference, ids, self.root)
        if len(found) > 1:
            raise ambiguous(reference, found)
        return found[0]

    def source(self, video_id: str) -> Source:
        """Return where a video came from."""
        with self._known(video_id):
            return self._sources.read(video_id)

    def path(self, video_id: str) -> Path | None:
        """Return the first recorded path at which a file of the recorded size lies now, if there is one."""
        source = self.source(video_id)
        local = [path for path in map(text_path, source.paths) if path is not None]
        return next((p for p in local if p.is_file() and source.size in (None, p.stat().st_size)), None)

    def current(self, video_id: str) -> str | None:
        """Return the name of the live generation; none for a video that is not in the library."""
        return live_name(self._layout.video(video_id))

    # What is known

    def manifest(self, video_id: str, generation: str | None = None) -> Manifest:
        """Return the fingerprints of the stages that a video went through."""
        return self._read(video_id, generation, Generation.manifest)

    def stages(self, video_id: str) -> dict[str, str]:
        """Return the fingerprints of the stages whose results are there and whole.

        None for a video that is not in the library, or whose files are missing or of another size than was written:
        then everything is to be done again.
        """
        try:
            return self._read(video_id, None, Generation.stages)
        except TwinseekError:
            return {}

    def unfinished(self, video_id: str) -> tuple[str, dict[str, str]] | None:
        """Return the generation that a run has begun and not finished, and the fingerprints of its stages.

        None where there is none, or it is damaged.
        """
        name = live_name(self._layout.video(video_id), UNFINISHED)
        try:
            stages = self._read(video_id, name, Generation.stages) if name else {}
        except TwinseekError:
            return None
        return (name, stages) if name and stages else None

    def forget_unfinished(self, video_id: str) -> None:
        """Do not go on with what a run has begun; :meth:`sweep` removes it."""
        place = self._layout.video(video_id) / UNFINISHED
        if place.exists():
            with self._writing(), self._changing(video_id):
                place.unlink(missing_ok=True)

    def twin(self, video_id: str, generation: str | None = None) -> Twin:
        """Return a video's facts, without observations."""
        return self._read(video_id, generation, Generation.twin)

    def geometry(self, video_id: str, generation: str | None = None) -> Geometry:
        """Return where a video's tracks are, without those of observations."""
        return self._read(video_id, generation, Generation.geometry)

    def components(self, video_id: str, generation: str | None = None) -> tuple[Component, ...]:
        """Return a video's sentences for retrieval, in the order of their vectors."""
        return self._read(video_id, generation, Generation.components)

    def has_masks(self, video_id: str, generation: str | None = None) -> bool:
        """Tell whether a video has masks; one made of described boxes has none."""
        return self._read(video_id, generation, Generation.has_masks)

    def masks(self, video_id: str, generation: str | None = None) -> "MaskReader":
        """Open a video's masks. Raises :class:`TwinseekError` where there are none."""
        return self._read(video_id, generation, Generation.masks)

    def damage(self, video_id: str) -> tuple[str, ...]:
        """Return the names of the live generation's files that are damaged; reads every byte."""
        return self._read(video_id, None, Generation.damage)

    def observations(self, video_id: str) -> tuple[Observation, ...]:
        """Return what just-in-time tools found, oldest first."""
        found = []
        for path in (self._layout.video(video_id) / "observations").glob("*.json"):
            with contextlib.suppress(FileNotFoundError):  # the video was removed meanwhile
                found.append(read_record(path, Observation, LOOK_AGAIN))
        return tuple(sorted(found, key=lambda observation: (observation.created, observation.key)))

    def observation(self, video_id: str, key: str) -> Observation | None:
        """Return the observation with this key, if there is one: the answer of a call that was made before."""
        try:
            return read_record(self._observation_file(video_id, key), Observation, LOOK_AGAIN)
        except FileNotFoundError:
            return None

    def effective(self, video_id: str) -> EffectiveTwin:
        """Return everything known about a video: its live generation with all observations folded in."""
        with one_video(video_id):
            name, twin, geometry = self._read(video_id, None, lambda g: (g.name, g.twin(), g.geometry()))
            return EffectiveTwin(twin, geometry, (), name).with_observations(self.observations(video_id))

    def version(self, video_id: str) -> tuple[str | None, tuple[str, ...]]:
        """Return what :meth:`effective` depends on: the live generation and the keys of the observations."""
        return live_name(self._layout.video(video_id)), self.observation_keys(video_id)

    def observation_keys(self, video_id: str) -> tuple[str, ...]:
        """Return the keys of a video's observations, in order, whether or not those can be read."""
        try:
            names = [path.name for path in (self._layout.video(video_id) / "observations").iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))

    # Writing

    def scratch_file(self) -> IO[bytes]:
        """Open an empty file without a name for unfinished work; it is gone when it is closed, or its process ends."""
        self._layout.work.mkdir(exist_ok=True)
        return tempfile.TemporaryFile(dir=self._layout.work)

    def register(self, path: Path) -> SourceFile:
        """Find out which video a file is, by its content, and note where it lies; read it only if it is new or changed.

        Raises:
            TwinseekError: the file cannot be read or is no regular file, or the library is read-only.
        """
        with self._writing():
            return self._sources.register(path)

    def claims(self, path: Path) -> bool:
        """Tell whether a video of the library lies at this path; its content may have changed since."""
        return self._sources.claimed(path)

    @contextlib.contextmanager
    def draft(self, video_id: str, source: Source, base: str | None = None) -> Iterator[Draft]:
        """Begin a generation of a video; without a ``commit`` nothing of it remains.

        Args:
            base: the generation whose files it may take over; the live one where none is named.
        """
        if source.video_id != video_id:
            raise ValueError(f"the source is of {source.video_id!r}, the draft of {video_id!r}")
        self._layout.video(video_id)
        with self._writing(), workspace(self._layout.work) as space:
            name = base or self.current(video_id)
            taken = Generation(self._layout.video(video_id) / name) if name else None
            yield Draft(self._sources, source, space, taken, self.grace)

    def observe(self, video_id: str, observation: Observation) -> Observation:
        """Keep what a just-in-time tool found, unless the same call was answered before; return what is kept.

        Facts about tracks of the effective twin are anchored to where those tracks are, so that they survive a new
        generation.
        """
        present = self.effective(video_id)
        kept = anchored(observation, present.twin, present.geometry)
        path = self._observation_file(video_id, kept.key)
        with self._writing(), self._known(video_id), self._changing(video_id):
            path.parent.mkdir(exist_ok=True)
            made = create_file(path, kept.model_dump_json().encode(), self._layout.work)
        return kept if made else read_record(path, Observation, LOOK_AGAIN)

    def vectors_path(self, video_id: str, encoder: str, part: str) -> Path:
        """Return where the vectors of one part of a video lie, whether there are any or not.

        Args:
            part: name of a generation or key of an observation.
        """
        return self._layout.video(video_id) / "vectors" / check_part(encoder) / (check_part(part) + ".npy")

    def write_vectors(self, video_id: str, encoder: str, part: str, vectors: NDArray[Any]) -> None:
        """Keep one part's vectors, one row a component; any numeric array is taken as it is."""
        path = self.vectors_path(video_id, encoder, part)
        with self._writing(), self._known(video_id), self._changing(video_id):
            path.parent.parent.mkdir(exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            # NumPy writes to files by itself, and then does not say why a write failed: a full disk must be known.
            content = BytesIO()
            np.save(content, vectors, allow_pickle=False)
            replace_file(path, content.getvalue(), self._layout.work)

    def read_vectors(self, video_id: str, encoder: str, part: str) -> NDArray[Any] | None:
        """Return one part's vectors; none where they were not made yet or the file is damaged, which is the same."""
        try:
            vectors: NDArray[Any] = np.load(self.vectors_path(video_id, encoder, part), allow_pickle=False)
        except (FileNotFoundError, ValueError, EOFError):
            return None
        return vectors

    # Tidying up

    def remove(self, video_id: str) -> None:
        """Take a video out of the library, observations and all; the source file stays."""
        with self._writing(), self._known(video_id), workspace(self._layout.work) as space, self._changing(video_id):
            self._layout.video(video_id).rename(space / "removed")

    def missing_paths(self) -> dict[str, tuple[str, ...]]:
        """Return, of every video that has some, the recorded paths at which no file is any more."""
        return self._sources.missing_paths()

    def missing(self) -> list[str]:
        """Return the videos whose file is at none of the recorded paths."""
        return self._sources.missing()

    def prune(self) -> list[str]:
        """Remove the perceived videos that are missing and the paths that are; return the removed ids.

        Imported twins stay: their annotations are worth something without the file.
        """
        gone = [video_id for video_id in self.missing() if self.twin(video_id).origin == "perceived"]
        for video_id in gone:
            self.remove(video_id)
        with self._writing():
            self._sources.drop_missing_paths()
        self.sweep()
        return gone

    def sweep(self) -> int:
        """Remove what killed runs left and generations replaced longer ago than the grace period; return how many."""
        with self._writing():
            swept = sweep(self._layout.work)
            for video_id in self.video_ids():
                if not has_old_generations(self._layout.video(video_id)):
                    continue  # locking thousands of videos for nothing would take seconds
                gone = contextlib.suppress(FileNotFoundError)  # removed by another process meanwhile
                with gone, workspace(self._layout.work) as space, self._changing(video_id):
                    swept += retire(self._layout.video(video_id), space, self.grace)
        return swept

    # Inside

    def _observation_file(self, video_id: str, key: str) -> Path:
        return self._layout.video(video_id) / "observations" / (check_part(key) + ".json")

    def _read(self, video_id: str, generation: str | None, read: Callable[[Generation], Value]) -> Value:
        if generation is not None:
            return self._read_one(Generation(self._layout.video(video_id) / check_part(generation)), read)
        while True:
            with self._known(video_id):
                live = live_generation(self._layout, video_id)
            try:
                return self._read_one(live, read)
            except TwinseekError:
                # Read again where it was replaced and removed between finding and reading it.
                if self.current(video_id) == live.name:
                    raise

    def _read_one(self, generation: Generation, read: Callable[[Generation], Value]) -> Value:
        try:
            return read(generation)
        except FileNotFoundError as error:
            raise _incomplete(generation.folder) from error

    @contextlib.contextmanager
    def _known(self, video_id: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if self.current(video_id) is not None:
                raise _incomplete(self._layout.video(video_id)) from error
            raise unknown(video_id, self.video_ids(), self.root) from None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self.check_writable()
        self._layout.work.mkdir(exist_ok=True)
        with disk_errors(self.root):
            yield

    def _changing(self, video_id: str) -> contextlib.AbstractContextManager[None]:
        return exclusive(self._sources.lock(video_id))


def _incomplete(folder: Path) -> TwinseekError:
    return TwinseekError(f"{display(folder)} is incomplete: index the video again")
