"""Whether a machine can run a profile's models: versions of what runs them, a GPU, memory."""

import math
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from graphs.index_workers import cores
from tools.free_memory import free_memory
from tools.installed import INSTALL, NEEDED
from tools.weights import TENSORS, model_files
from twinseek.devices import no_gpu
from twinseek.doctor import Finding
from twinseek.settings import Settings

BROKEN: tuple[tuple[str, str, Literal["warning", "error"], str], ...] = (
    ("transformers", "<5", "error", "lacks classes of the specialists"),
    ("transformers", ">=5.18,<5.20", "error", "reads the configuration of SAM-2 wrongly"),
    ("transformers", ">=5.24", "warning", "is newer than what was tried"),
)
"""Versions that were seen to fail, or not seen at all."""

GIB = 2**30


def check_machine(settings: Settings, folders: Sequence[Path], *, models: bool) -> Iterator[Finding]:
    """Yield what there is to say of the machine.

    Args:
        folders: those that are there of the models that the profile runs.
        models: whether it runs any.
    """
    if models:
        for name in NEEDED:
            yield _version(name)
        yield from _pair()
    yield _device(settings)
    if folders:
        yield _memory(settings, folders)


def _version(name: str) -> Finding:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, "error", f"not installed, and the profile's models need it: {INSTALL}")
    for package, versions, level, why in BROKEN:
        if package == name and SpecifierSet(versions).contains(version, prereleases=True):
            return Finding(name, level, f"{version} {why}: {INSTALL}")
    return Finding(name, "ok", version)


def _pair() -> Iterator[Finding]:
    """Compare torch with what torchvision was built for: another one dies when it is imported."""
    try:
        torch, required = metadata.version("torch"), metadata.requires("torchvision") or []
    except metadata.PackageNotFoundError:
        return
    for line in required:
        wanted = Requirement(line)
        if wanted.name == "torch" and not wanted.specifier.contains(torch, prereleases=True):
            yield Finding("torchvision", "error", f"wants torch{wanted.specifier}, and {torch} is there: {INSTALL}")


def _device(settings: Settings) -> Finding:
    if settings.device == "cpu":
        return Finding("device", "ok", "cpu")
    why = no_gpu()
    if why is not None and settings.device == "cuda":
        return Finding("device", "error", f"{why}; or choose --profile cpu, or set TWINSEEK_DEVICE=auto")
    if why is not None:
        return Finding("device", "ok", f"cpu, because {why}")
    import torch

    return Finding("device", "ok", f"cuda: {torch.cuda.get_device_name()}")


def _memory(settings: Settings, folders: Sequence[Path]) -> Finding:
    """Compare what the weights take, all at once and in every process, with what is free."""
    on_gpu = settings.device != "cpu" and no_gpu() is None
    jobs = settings.index.jobs or cores()
    needed = jobs * sum(map(_numbers, folders)) * (2 if on_gpu else 4)  # half precision is for GPUs
    free = _free_on_gpu() if on_gpu else free_memory()
    where = "on the GPU" if on_gpu else "of memory"
    processes = f"{jobs} process{'es' * (jobs > 1)}"
    said = f"weights take up to {needed / GIB:.1f} GiB in {processes}, {free / GIB:.1f} {where} are free"
    if needed <= free:
        return Finding("memory", "ok", said)
    fewer = "set [index] jobs = 1" if jobs > 1 else "leave out a plugin (the describer is the largest)"
    return Finding("memory", "warning", f"{said}: {fewer}, or choose smaller models")


def _numbers(folder: Path) -> int:
    """Count the numbers of a model by the headers of its files."""
    from safetensors import safe_open

    count = 0
    for file in model_files(folder):
        if file.name.endswith(TENSORS):
            with safe_open(file, "np") as tensors:
                names = tensors.keys()
                count += sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)
    return count


def _free_on_gpu() -> int:
    import torch

    return int(torch.cuda.mem_get_info()[0])
