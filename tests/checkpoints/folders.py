"""Folders of weights in tests: how they are recognised, and how they are spoilt."""

import hashlib
from pathlib import Path

from tools import plugged


def hash_folders(monkeypatch) -> None:
    """Let plugins be opened whose weights are a folder, where only single files are hashed."""
    of_file = getattr(plugged, "_hash", None)
    if of_file is None:
        return

    def of_either(path: Path) -> str:
        if not path.is_dir():
            return of_file(path)
        return hashlib.sha256("".join(of_file(file) for file in sorted(path.iterdir())).encode()).hexdigest()

    monkeypatch.setattr(plugged, "_hash", of_either)


def cut(folder: Path) -> None:
    """Cut the file of weights off, as a broken download does."""
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def without_a_tensor(folder: Path) -> str:
    """Take the last tensor out of the file of weights; return its name."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    name = sorted(tensors)[-1]
    del tensors[name]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return name
