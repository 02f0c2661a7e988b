"""What weights are: a file, or a folder in transformers' format, recognised by its content."""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import platformdirs

from twins.errors import TwinseekError

WEIGHTS = "weights"
"""The setting of a plugin that names a file or a model's folder: what counts is its content, not where it lies."""
TENSORS = ".safetensors"
COUNTING = frozenset({TENSORS, ".json", ".txt", ".model", ".jinja"})
"""Endings of the files that decide what a model says: weights, configurations, tokenizers and processors."""
NOT_COUNTING = ("readme", "license", "licence", "notice", "requirements")
"""Beginnings of the names of files that decide nothing."""
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})
LOCK = "weights.lock.json"
"""What ``twinseek models pull`` writes beside the files: it tells of them, and is none of them."""
CONFIG = "config.json"
INDEX, WHOLE = "model.safetensors.index.json", "model.safetensors"
"""What transformers loads: the parts that the index names, or the one file."""
SMALL_BYTES = 2**20
"""Hashing so little takes no longer than looking up what it was."""


def counts(name: str) -> bool:
    """Say whether a file of this name, at the top of a model's folder, is part of the model."""
    small = name.lower()
    return (
        Path(small).suffix in COUNTING
        and "/" not in name
        and not small.startswith((".", *NOT_COUNTING))
        and small != LOCK
    )


def weights_digest(path: Path) -> str:
    """Return the sha256, 64 hex digits, of a file of weights, or over names and contents of a model's folder.

    Where a folder lies does not count, nor what else is in it, nor whether a file is a link.

    Raises:
        TwinseekError: a folder is no model in transformers' format, or one of its files is damaged.
        OSError: something cannot be read.
    """
    if not path.is_dir():
        return file_digest(path)
    check_folder(path)
    whole = hashlib.sha256()
    for file in model_files(path):
        whole.update(f"{file.name}\0{file_digest(file)}\n".encode())
    return whole.hexdigest()


def model_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are part of the model, by name."""
    return sorted(file for file in folder.iterdir() if counts(file.name) and file.is_file())


def check_folder(folder: Path) -> None:
    """Look at what a folder has, without reading weights: whole files of safetensors, and a configuration.

    Raises:
        TwinseekError: naming what is missing or damaged.
    """
    names = [file.name for file in model_files(folder)]
    tensors = [name for name in names if name.endswith(TENSORS)]
    if not tensors:
        pickled = sorted(file.name for file in folder.iterdir() if file.suffix in PICKLES)
        if pickled:
            raise TwinseekError(
                f"{folder} has pickled weights only ({pickled[0]}), and a pickle can run code: "
                "take a version of the model that has .safetensors files"
            )
        raise TwinseekError(f"{folder} has no .safetensors file: give a model's folder in transformers' format")
    if CONFIG not in names:
        raise TwinseekError(f"{folder} has no {CONFIG}: give a model's folder in transformers' format")
    for name in sorted({*tensors, *_shards(folder)}):
        _check_tensors(folder / name)


def config_of(folder: Path, families: Collection[str]) -> dict[str, Any]:
    """Return the configuration of a folder that transformers can load, of a model of one of some families.

    What every folder must have :func:`check_folder` has looked at.

    Args:
        families: as ``model_type`` of a configuration names them.

    Raises:
        TwinseekError: it holds another model, or nothing that is loaded.
    """
    file = folder / CONFIG
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TwinseekError(
            f"{file} cannot be read ({error.strerror}): give a model's folder in transformers' format"
        ) from error
    except ValueError as error:
        raise TwinseekError(f"{file} is no JSON ({error}): fetch the model again") from error
    found = config.get("model_type") if isinstance(config, dict) else None
    if not isinstance(found, str) or found not in families:
        raise TwinseekError(
            f"{folder} holds a {found!r:.60} model, not {' or '.join(sorted(families))}: "
            "name another folder or another plugin"
        )
    if not (folder / WHOLE).is_file() and not (folder / INDEX).is_file():
        raise TwinseekError(f"{folder} has neither {WHOLE} nor {INDEX}: fetch the model again")
    return dict(config)


def file_digest(path: Path) -> str:
    """Return the sha256 of a file.

    Of a big one it is remembered in the user's cache, under the file's place, size, time and inode: of what has not
    changed since, gigabytes are read once.

    Raises:
        OSError: it cannot be read.
    """
    stat = path.stat()
    if stat.st_size < SMALL_BYTES:
        return _sha256(path)
    known_by = json.dumps([str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino])
    place = _memory() / f"{hashlib.sha256(known_by.encode()).hexdigest()[:32]}.txt"
    try:
        remembered = place.read_text()
        if len(remembered) == 64:
            return remembered
    except (OSError, ValueError):
        pass
    digest = _sha256(path)
    _remember(place, digest)
    return digest


def _memory() -> Path:
    return Path(platformdirs.user_cache_dir("twinseek")) / "weights"


def _remember(place: Path, digest: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".tmp")
        with os.fdopen(descriptor, "w") as file:
            file.write(digest)
        Path(name).replace(place)
    except OSError:
        return  # a cache that cannot be written only costs time


def _shards(folder: Path) -> Iterator[str]:
    """Yield the files that the index of a model in several files names."""
    index = folder / INDEX
    if not index.is_file():
        return
    try:
        names = set(json.loads(index.read_bytes())["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TwinseekError(f"{index} is damaged ({type(error).__name__}): fetch the model again") from error
    for name in names:
        if not isinstance(name, str) or not counts(name):
            raise TwinseekError(f"{index} names {name!r} as a part of the model: fetch the model again")
        yield name


def _check_tensors(file: Path) -> None:
    """See that a file is as long as its header says. Weights that are cut would fail after hours of other work."""
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise TwinseekError(f"{file} is missing, a part of its model: fetch the model again")
    try:
        with safe_open(file, "np"):
            return
    except SafetensorError as error:
        raise TwinseekError(f"{file} is damaged ({error}): fetch the model again") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
