"""Fetches models from the hub into a folder: only what cannot run code, verified, resumed, put into place whole."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from tools.weights import LOCK, PICKLES, TENSORS, check_folder, counts, file_digest
from twins.errors import TwinseekError
from twinseek.hub import Hub, HubFile
from twinseek.weights_folder import LockedFile, WeightsLock, model_folder

UNFINISHED = ".unfinished"
"""The folder, beside the models, of what is being fetched."""
OLD = "old"
"""In there, what a model's folder held while another takes its place."""
SPARE_BYTES = 2**28
"""Left free on the disk."""

Outcome = Literal["pulled", "mended", "intact"]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Pulled:
    """A model that is there now, and what had to be done for it."""

    folder: Path
    lock: WeightsLock
    outcome: Outcome


def pull(
    repository: str, revision: str | None, models: Path, *, update: bool = False, tell: Told = lambda line: None
) -> Pulled:
    """Fetch a model, or see that the one that is there is what was fetched.

    A branch is resolved once: what its lock file says is fetched and compared from then on, also in another folder
    that has nothing but the lock file. Where every file is intact nothing is asked of the hub.

    Args:
        repository: the id on the hub, ``organisation/name``.
        revision: a commit, tag or branch; none takes what is locked, else the main branch.
        models: the folder of weights.
        update: ask anew what the revision stands for.
        tell: told in a line of what is done.

    Raises:
        TwinseekError: the hub does not have it, cannot be reached, sends something else than it says, or has no
            weights without pickles; the disk is full; or the model's folder has files that nothing says were fetched.
            What was fetched stays for the next try.
    """
    folder = model_folder(models, repository)
    with _alone(models, repository):
        _bring_back(folder, _unfinished(models, repository))
        _check_own(folder)
        lock = None if update else WeightsLock.read(folder)
        if lock is not None and not lock.meant_by(repository, revision):
            lock = None
        if lock is not None:
            damaged = lock.damage(folder)
            if not damaged:
                return Pulled(folder, lock, "intact")
            tell(f"{repository}: fetching {', '.join(damaged)}")
            return Pulled(folder, _fetch(Hub(), lock, models), "mended")
        hub = Hub()
        commit, files = hub.listing(repository, revision)
        chosen = _chosen(repository, files)
        tell(f"{repository}: commit {commit[:12]}, {len(chosen)} files, {sum(f.size for f in chosen) / 2**20:.0f} MiB")
        return Pulled(
            folder, _fetch(hub, _Asked(repository, revision or "main", commit, tuple(chosen)), models), "pulled"
        )


@dataclass(frozen=True)
class _Asked:
    """What the hub says that a model is: its word is all there is to compare with, the first time."""

    repository: str
    revision: str
    commit: str
    listed: tuple[HubFile, ...]

    @property
    def files(self) -> Mapping[str, HubFile]:
        return {file.name: file for file in self.listed}


def _chosen(repository: str, files: list[HubFile]) -> list[HubFile]:
    """Return the files of a model that count, as long as there are weights among them that are no pickle."""
    chosen = [file for file in files if counts(file.name)]
    if not any(file.name.endswith(TENSORS) for file in chosen):
        pickled = [file.name for file in files if Path(file.name).suffix in PICKLES]
        has = f"only pickled weights ({pickled[0]}), which can run code" if pickled else "no weights"
        raise TwinseekError(f"{repository} has {has}: choose a model, or a revision of it, with .safetensors files")
    return chosen


def _fetch(hub: Hub, wanted: WeightsLock | _Asked, models: Path) -> WeightsLock:
    """Fetch what is not there yet, verify every file, and put the model into place."""
    folder = model_folder(models, wanted.repository)
    new = _unfinished(models, wanted.repository) / wanted.commit
    new.mkdir(parents=True, exist_ok=True)
    files: Mapping[str, LockedFile | HubFile] = wanted.files
    _check_room(new, sum(file.size for file in files.values()), wanted.repository)
    locked = {}
    for name, file in sorted(files.items()):
        _take_over(folder / name, new / name)
        if not _as_said(new / name, file):
            (new / name).unlink(missing_ok=True)
            hub.fetch(wanted.repository, name, wanted.commit, new)
            _verify(new / name, file, wanted.repository)
        locked[name] = LockedFile(size=(new / name).stat().st_size, sha256=file_digest(new / name))
    shutil.rmtree(new / ".cache", ignore_errors=True)  # the hub's notes about half files
    check_folder(new)
    lock = WeightsLock(repository=wanted.repository, revision=wanted.revision, commit=wanted.commit, files=locked)
    (new / LOCK).write_text(lock.model_dump_json(indent=2) + "\n")
    _put_into_place(new, folder, _unfinished(models, wanted.repository))
    return lock


def _take_over(old: Path, new: Path) -> None:
    """Use a file of the model that is there: what did not change, or is intact, is not fetched again."""
    if old.is_file() and not new.exists():
        # What a link of the user's own points to, not the link.
        _link_or_copy(str(old.resolve()), str(new))


def _as_said(path: Path, file: LockedFile | HubFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    return file.matches(path) if isinstance(file, HubFile) else file_digest(path) == file.sha256


def _verify(path: Path, file: LockedFile | HubFile, repository: str) -> None:
    if _as_said(path, file):
        return
    path.unlink(missing_ok=True)  # fetched again by the next try
    raise TwinseekError(
        f"{path.name} of {repository} is not what it should be (its hash is another): pull it again, and do not "
        "trust the server if that does not help"
    )


def _check_room(folder: Path, size: int, repository: str) -> None:
    present = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    missing, free = size - present + SPARE_BYTES, shutil.disk_usage(folder).free
    if missing > free:
        raise TwinseekError(
            f"{repository} needs {missing / 2**30:.1f} GiB in {folder.parents[2]}, where {free / 2**30:.1f} are free: "
            "make room, or choose another folder with --to"
        )


def _check_own(folder: Path) -> None:
    """Refuse a folder that somebody filled by hand: nobody knows what would be lost with it."""
    if folder.is_dir() and not (folder / LOCK).is_file() and any(folder.iterdir()):
        some = sorted(entry.name for entry in folder.iterdir())[0]
        raise TwinseekError(
            f"{folder} has files that were not pulled ({some}; there is no {LOCK}): move them elsewhere and pull "
            "again, or set that folder as weights of the plugin"
        )


def _put_into_place(new: Path, folder: Path, unfinished: Path) -> None:
    """Swap the folders. What somebody else put beside the model stays beside it; what was fetched earlier goes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = unfinished / OLD
    shutil.rmtree(old, ignore_errors=True)
    if folder.is_dir():
        before = WeightsLock.read(folder)
        fetched = {LOCK, *(before.files if before else ())}
        for entry in folder.iterdir():
            if entry.name not in fetched and not (new / entry.name).exists():
                _copy(entry, new / entry.name)
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(unfinished, ignore_errors=True)


def _copy(entry: Path, new: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.copytree(entry, new, symlinks=True, copy_function=_link_or_copy)
    else:
        _link_or_copy(str(entry), str(new))


def _link_or_copy(old: str, new: str) -> None:
    """Link a file, which takes no room; copy it where the disk has no links."""
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError:
        shutil.copy2(old, new, follow_symlinks=False)


def _bring_back(folder: Path, unfinished: Path) -> None:
    """Undo a swap of the folders that was killed half-way."""
    with suppress(FileNotFoundError):
        if not folder.exists():
            (unfinished / OLD).rename(folder)


def _unfinished(models: Path, repository: str) -> Path:
    return models / UNFINISHED / repository.replace("/", "--")


@contextmanager
def _alone(models: Path, repository: str) -> Iterator[None]:
    """Keep other processes from fetching the same model into the same folder meanwhile."""
    lock = models / UNFINISHED / f"{repository.replace('/', '--')}.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=0):
            yield
    except Timeout as error:
        raise TwinseekError(f"{repository} is being pulled by another process: wait until it is done") from error
    except OSError as error:
        raise TwinseekError(
            f"{repository} cannot be written to {models} ({error.strerror or error}): make room, or choose --to FOLDER"
        ) from error
