"""The version of a library: written once, checked at every opening, raised by migrations."""

import contextlib
import shutil
import tomllib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from twins.durable import create_file, disk_errors, replace_file
from twins.errors import TwinseekError
from twins.layout import LIBRARY_FORMAT, Layout, display
from twins.locks import exclusive, sweep
from twins.records import check_version

Migration = Callable[[Path], None]

MIGRATIONS: Mapping[int, Migration] = {}
"""From a format version, how to reach the next one.

A step is given the library's folder. It must be able to run again after it was killed half-way, and must replace files
whole (:func:`twins.durable.replace_file`); ``library.toml`` is raised after it.
Format 1 is the first, so there is none yet.
"""


def read_library_file(layout: Layout) -> tuple[int, str]:
    """Return a library's format version and id. Raises :class:`TwinseekError` where there is no library."""
    path = layout.library_file
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return int(content["format"]), str(content["id"])
    except (FileNotFoundError, NotADirectoryError):
        inside = next((found.parent for found in sorted(layout.root.glob("*/library.toml"))), None)
        near = f" (did you mean {display(inside)}?)" if inside else ""
        raise TwinseekError(
            f"there is no library at {display(layout.root)}{near}: make one with"
            f" `twinseek index PATH --library {display(layout.root)}`, or name another with --library"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise TwinseekError(f"{display(path)} is damaged ({error}): restore it from a copy") from error


@dataclass(frozen=True)
class Made:
    """What a call of :func:`create_library` made: the library or nothing, and new ``folders``, the innermost first."""

    library: bool = False
    folders: tuple[Path, ...] = ()


def create_library(layout: Layout) -> Made:
    """Make an empty library, or leave the one that is there; several processes may try at once.

    Raises:
        TwinseekError: the folder holds other things, or cannot be written.
    """
    if layout.library_file.exists():
        return Made()
    with disk_errors(layout.root):
        _check_empty(layout)
        new = tuple(folder for folder in (layout.root, *layout.root.parents) if not folder.exists())
        try:
            layout.root.mkdir(parents=True, exist_ok=True)
            layout.videos.mkdir(exist_ok=True)
            text = _library_text(LIBRARY_FORMAT, uuid.uuid4().hex)
            return Made(create_file(layout.library_file, text, layout.work), new)
        except OSError:
            _remove_empty(layout.work, layout.videos, *new)
            raise


def withdraw_library(layout: Layout, made: Made) -> bool:
    """Take a library that was just made away again, unless a video came into it or somebody works in it."""
    if not made.library:
        return False
    sweep(layout.work)
    try:
        if layout.work.exists() and any(layout.work.iterdir()):
            return False
        layout.videos.rmdir()  # fails where a video is, whoever put it there
    except OSError:
        return False
    layout.library_file.unlink()
    for folder in (layout.hashes, layout.search, layout.work):
        shutil.rmtree(folder, ignore_errors=True)
    _remove_empty(*made.folders)
    return True


def open_format(layout: Layout) -> str:
    """Return the id of a library of our format. Raises :class:`TwinseekError` for a newer or older one."""
    found, library_id = read_library_file(layout)
    check_version(found, LIBRARY_FORMAT, layout.root, "format")
    return library_id


def upgrade(root: Path, migrations: Mapping[int, Migration] = MIGRATIONS, target: int = LIBRARY_FORMAT) -> list[int]:
    """Bring a library to the present format; return the format versions that were left behind, oldest first.

    A killed upgrade is continued by running it again.
    """
    layout = Layout(root)
    read_library_file(layout)
    done = []
    with disk_errors(root):
        layout.work.mkdir(exist_ok=True)
        with exclusive(layout.work / "upgrade.lock"):
            found, library_id = read_library_file(layout)
            while found < target:
                _step(migrations, found, root)(root)
                replace_file(layout.library_file, _library_text(found + 1, library_id), layout.work)
                done.append(found)
                found += 1
    check_version(found, target, root, "format")
    return done


def _step(migrations: Mapping[int, Migration], found: int, root: Path) -> Migration:
    try:
        return migrations[found]
    except KeyError:
        raise TwinseekError(
            f"no way is known to upgrade {display(root)} from format {found}: index its videos into a new library"
        ) from None


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):  # never made, or something lies in it
            folder.rmdir()


def _library_text(version: int, library_id: str) -> bytes:
    return f'format = {version}\nid = "{library_id}"\n'.encode()


def _check_empty(layout: Layout) -> None:
    # The folders of another process that is creating the same library just now are no obstacle.
    ours = {layout.library_file.name, layout.videos.name, layout.search.name, layout.work.name}
    if layout.root.exists() and not layout.root.is_dir():
        raise TwinseekError(f"{display(layout.root)} is a file: name a folder for the library")
    if layout.root.exists() and {path.name for path in layout.root.iterdir()} - ours:
        raise TwinseekError(
            f"{display(layout.root)} holds other things and no library: name an empty or a new folder with --library"
        )
