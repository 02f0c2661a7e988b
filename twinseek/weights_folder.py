"""The folder of weights that ``twinseek models pull`` makes, and what its lock files say of them."""

import re
from pathlib import Path
from typing import Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tools.weights import LOCK, counts, file_digest
from twins.errors import TwinseekError
from twinseek.settings import Settings

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
"""A model's id on the hub, ``organisation/name``."""
REVISION = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
SCHEMA_VERSION = 1


class LockedFile(BaseModel):
    """What a file was when it was fetched: bytes, and 64 hex digits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class WeightsLock(BaseModel):
    """What was fetched: from where, which commit a branch stood for, and the hash of every file.

    ``revision`` is what was asked for (``main`` where nothing was). Whoever fetches again, also into another folder
    with this file in it, gets this commit and these bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    repository: str = Field(pattern=f"^(?:{REPOSITORY.pattern})$")
    revision: str = Field(pattern=f"^(?:{REVISION.pattern})$")
    commit: str = Field(pattern=r"^[0-9a-f]{40}$")
    files: dict[str, LockedFile]

    @field_validator("files")
    @classmethod
    def _names(cls, files: dict[str, LockedFile]) -> dict[str, LockedFile]:
        for name in files:
            if not counts(name) or Path(name).name != name:
                raise ValueError(f"{name!r} is no file of a model")
        return files

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the lock of a model's folder, or none where none lies there.

        Raises:
            TwinseekError: it is damaged, or of a newer version.
        """
        file = folder / LOCK
        if not file.is_file():
            return None
        try:
            lock = cls.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise TwinseekError(
                f"{file} is damaged ({error.errors()[0]['msg']}): move its folder elsewhere, and twinseek models pull "
                "the model again"
            ) from error
        if lock.schema_version > SCHEMA_VERSION:
            raise TwinseekError(f"{file} is of a newer Twinseek (version {lock.schema_version}): upgrade Twinseek")
        return lock

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    def meant_by(self, repository: str, revision: str | None) -> bool:
        """Say whether this is what somebody gets who asks for a revision; none leaves it to whoever fetched first.

        A folder that was copied or renamed may hold another model than the one it is called after.
        """
        return repository == self.repository and revision in (None, self.revision, self.commit)

    def damage(self, folder: Path) -> list[str]:
        """Return the names of the files that are missing or are not what was fetched; every byte is read once."""
        return [name for name, file in sorted(self.files.items()) if not _is(folder / name, file)]


def models_folder(settings: Settings) -> Path:
    """Return the folder of weights: the setting ``models``, else one in the user's data."""
    return settings.models or Path(platformdirs.user_data_dir("twinseek")) / "models"


def model_folder(models: Path, repository: str) -> Path:
    """Return the folder of one model, which need not be there."""
    return models.joinpath(*repository.split("/"))


def locked_models(models: Path) -> list[tuple[Path, WeightsLock]]:
    """Return the models of a folder with their locks, by name; a damaged lock raises :class:`TwinseekError`."""
    folders = sorted(file.parent for file in models.glob(f"*/*/{LOCK}"))
    found = [(folder, WeightsLock.read(folder)) for folder in folders]
    return [(folder, lock) for folder, lock in found if lock is not None]


def split_revision(name: str) -> tuple[str, str | None]:
    """Return the id and the revision of ``organisation/name@revision``.

    Raises:
        TwinseekError: it is no id.
    """
    repository, _, revision = name.partition("@")
    if not REPOSITORY.fullmatch(repository) or ".." in name or (revision and not REVISION.fullmatch(revision)):
        raise TwinseekError(f"{name!r} is no model: write organisation/name, or organisation/name@revision")
    return repository, revision or None


def _is(path: Path, file: LockedFile) -> bool:
    try:
        return path.stat().st_size == file.size and file_digest(path) == file.sha256
    except OSError:
        return False
