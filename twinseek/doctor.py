"""What is wrong with an installation or a library, and what to do about it."""

import importlib
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from twins.errors import TwinseekError
from twinseek.library import Library

LOW_DISK_BYTES = 2 * 2**30

NEEDED = ("av", "cv2", "onnxruntime", "pycocotools", "langgraph", "tokenizers", "scenedetect")
"""Modules of the offline profile that fail to import on some machines (missing system libraries, wrong wheels)."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``text`` says what to do where it is not ok."""

    subject: str
    level: Literal["ok", "warning", "error"]
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return plain values for JSON."""
        return asdict(self)


def diagnose(library: Path | None, profile: str | None) -> Iterator[Finding]:
    """Yield one finding after another: the installation first, then the library."""
    yield Finding("python", "ok", platform.python_version())
    for module in NEEDED:
        yield _module(module)
    yield _guard("text encoder", _encoder)
    try:
        with Library.open(library, profile=profile) as opened:
            yield from _library(opened)
    except TwinseekError as error:
        yield Finding("library", "warning", str(error))


def _module(name: str) -> Finding:
    try:
        module = importlib.import_module(name)
    except Exception as error:
        return Finding(
            name, "error", f"cannot be imported ({error}): delete .venv and run make demo, or install {name} again"
        )
    return Finding(name, "ok", str(getattr(module, "__version__", "")))


def _guard(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, "ok", check())
    except TwinseekError as error:
        return Finding(subject, "error", str(error))


def _encoder() -> str:
    from encoders.minilm import MiniLM

    encoder = MiniLM()
    encoder.encode(["a test"])
    return f"{encoder.name} {encoder.fingerprint[:8]}"


def _library(library: Library) -> Iterator[Finding]:
    ids = library.video_ids()
    yield Finding("library", "ok", f"{library.store.root}: {len(ids)} videos")
    free = shutil.disk_usage(library.store.root).free
    level: Literal["ok", "warning"] = "ok" if free > LOW_DISK_BYTES else "warning"
    yield Finding("disk", level, f"{free / 2**30:.1f} GiB free")
    if not library.store.writable:
        yield Finding("library", "warning", "read-only: it can be asked, but not indexed into")
    damaged = {name: files for name in ids if (files := library.store.damage(name))}
    for name, files in damaged.items():
        yield Finding(name, "error", f"{', '.join(files)} damaged: index the video again")
    missing = library.missing()
    if missing:
        text = f"the files of {len(missing)} videos are gone ({missing[0]} …): index them anew, or run twinseek prune"
        yield Finding("sources", "warning", text)
    for problem in library.gallery.problems():
        yield Finding("search", "error", f"{problem}: twinseek doctor --repair")
