"""Folders of weights, spoilt."""

from pathlib import Path


def cut(folder: Path) -> None:
    """Cut the file of weights off, as a broken download does."""
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def no_numbers(folder: Path, part: str) -> None:
    """Make the tensors whose names have this part no numbers, as what overflows in half precision is none."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    spoilt = {name: each * float("nan") if part in name else each for name, each in tensors.items()}
    save_file(spoilt, folder / "model.safetensors", metadata={"format": "pt"})


def without_a_tensor(folder: Path) -> str:
    """Take the last tensor out of the file of weights; return its name."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    name = sorted(tensors)[-1]
    del tensors[name]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return name
