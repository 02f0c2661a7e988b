"""One generation of a video: an immutable folder of everything that one run of the index found out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from twins.errors import TwinseekError
from twins.geometry import Geometry, load_geometry
from twins.layout import COMPONENTS, GEOMETRY, MANIFEST, MASKS, TWIN, display
from twins.records import read_record
from twins.schema import Component, Strict, Twin

if TYPE_CHECKING:
    from twins.masks import MaskReader


class FileEntry(Strict):
    """What a file of a generation must be."""

    size: int
    sha256: str


class Manifest(Strict):
    """How a generation was made (``manifest.json``): the fingerprint of every stage, and the files."""

    schema_version: Literal[1] = 1
    created: str
    stages: dict[str, str]
    files: dict[str, FileEntry]


class ComponentList(Strict):
    """The sentences of a twin that are embedded (``components.json``)."""

    schema_version: Literal[1] = 1
    components: tuple[Component, ...]


@dataclass(frozen=True)
class Generation:
    """Reads the files of one generation. Every method raises ``FileNotFoundError`` once the generation is gone."""

    folder: Path

    @property
    def name(self) -> str:
        """``g-<hash>``."""
        return self.folder.name

    def manifest(self) -> Manifest:
        """Read the stages' fingerprints and the list of files."""
        return read_record(self.folder / MANIFEST, Manifest)

    def stages(self) -> dict[str, str]:
        """Return the stages' fingerprints if every file is what was written, else none; reads every byte."""
        manifest = self.manifest()
        return {} if self.damage() else manifest.stages

    def twin(self) -> Twin:
        """Read the facts, without observations."""
        return read_record(self.folder / TWIN, Twin)

    def geometry(self) -> Geometry:
        """Read the per-frame arrays."""
        return load_geometry(self.folder / GEOMETRY)

    def components(self) -> tuple[Component, ...]:
        """Read the sentences for retrieval, in the order of their vectors."""
        return read_record(self.folder / COMPONENTS, ComponentList).components

    def has_masks(self) -> bool:
        """Tell whether there are masks; twins made of described boxes have none."""
        return MASKS in self.manifest().files

    def masks(self) -> "MaskReader":
        """Open the masks. Raises :class:`TwinseekError` where there are none."""
        from twins.masks import MaskReader

        if not self.has_masks():
            raise TwinseekError(f"{display(self.folder)} has no masks: index the video file to get some")
        return MaskReader(self.folder / MASKS)

    def damage(self) -> tuple[str, ...]:
        """Return the names of files that are not what the manifest says they are; reads every byte."""
        try:
            files = self.manifest().files
        except (FileNotFoundError, TwinseekError):
            return (MANIFEST,)
        return tuple(name for name, entry in sorted(files.items()) if not _is(self.folder / name, entry))


def describe_file(path: Path) -> FileEntry:
    """Return size and content hash of a file."""
    with path.open("rb") as file:
        return FileEntry(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _is(path: Path, entry: FileEntry) -> bool:
    try:
        return path.stat().st_size == entry.size and describe_file(path) == entry
    except OSError:
        return False
