"""What is wrong with an installation or a library, and what to do about it."""

import importlib
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from twins.errors import TwinseekError
from twinseek.library import Library
from twinseek.plain_text import count
from twinseek.settings import Settings, load_settings

LOW_DISK_BYTES = 2 * 2**30
REPAIR = "twinseek doctor --repair"

NEEDED = {
    "av": "av",
    "cv2": "opencv-python-headless",
    "onnxruntime": "onnxruntime",
    "pycocotools": "pycocotools",
    "langgraph": "langgraph",
    "tokenizers": "tokenizers",
    "scenedetect": "scenedetect",
}
"""Modules of the offline profile that fail to import on some machines (missing system libraries, wrong wheels), and
the distributions that they come from."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``text`` says what to do where it is not ok."""

    subject: str
    level: Literal["ok", "warning", "error"]
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return plain values for JSON."""
        return asdict(self)


def diagnose(
    library: Path | None, profile: str | None, llm: dict[str, Any] | None = None, *, tried: bool = False
) -> Iterator[Finding]:
    """Yield one finding after another: the installation, the models, the profile, the library.

    Args:
        library, profile: as for :meth:`twinseek.library.Library.open`.
        llm: fields of :class:`twinseek.settings.LlmSettings` that override the settings'.
        tried: every model of the profile is loaded and asked once.
    """
    yield Finding("python", "ok", platform.python_version())
    for module, distribution in NEEDED.items():
        yield _module(module, distribution)
    yield _guard("text encoder", _encoder)
    try:
        yield from _models(load_settings(profile=profile, llm=llm))
        if tried:
            from twinseek.trials import try_models

            yield from try_models(load_settings(profile=profile, llm=llm))
    except TwinseekError as error:
        yield Finding("settings", "error", str(error))
    with suppress(TwinseekError):  # wrong settings, told above
        from twinseek.profile_health import check_profile

        yield from check_profile(load_settings(profile=profile), tried=tried)
    try:
        with Library.open(library, profile=profile) as opened:
            yield from _library(opened)
    except TwinseekError as error:
        yield Finding("library", "warning", str(error))


def _module(name: str, distribution: str) -> Finding:
    try:
        importlib.import_module(name)
    except Exception as error:
        again = f"delete .venv and run make demo, or pip install --force-reinstall {distribution}"
        return Finding(name, "error", f"cannot be imported ({error}): {again}")
    try:
        return Finding(name, "ok", metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return Finding(name, "ok", f"of another distribution than {distribution}")


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


def _models(settings: Settings) -> Iterator[Finding]:
    """Say whether a model server answers and what it has, and whether the models that are set can be opened."""
    llm = settings.llm
    if not llm.asked_for:
        yield Finding("models", "ok", "none is set: rules decide (--llm chooses one)")
        return
    from twinseek.models import check_served, served_models, specs, url_for

    names: list[str] = []
    if llm.base_url:
        try:
            names = served_models(llm.base_url)
        except TwinseekError as error:
            yield Finding("model server", "error", str(error))
            return
        yield Finding("model server", "ok", f"{llm.base_url} has {', '.join(names) or 'no model'}")
    try:
        chosen = specs(llm, describer=settings.index.describer)
    except TwinseekError as error:
        yield Finding("models", "error", str(error))
        return
    for spec in sorted({spec for spec in chosen if spec}):
        yield _guard("model", partial(_opened, spec, settings))
        if url := url_for(spec, llm):
            try:
                check_served(spec, url, names)
            except TwinseekError as error:
                yield Finding("model", "error", str(error))


def _opened(spec: str, settings: Settings) -> str:
    from twinseek.devices import device_of
    from twinseek.models import load_model, url_for
    from twinseek.weights import plugin_sections

    url, sections = url_for(spec, settings.llm), plugin_sections(settings)
    load_model(spec, url, plugins=sections, device=device_of(settings))
    return spec


def _library(library: Library) -> Iterator[Finding]:
    ids = library.video_ids()
    yield Finding("library", "ok", f"{library.store.root}: {count(len(ids), 'video')}")
    if name := library.settings.search.encoder:
        yield _guard(
            "encoder", lambda: f"the plugin {name}: {library.gallery.encoder.encode(['a test']).shape[1]} numbers"
        )
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
        few = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        text = f"the files of {count(len(missing), 'video')} are gone ({few}): index them anew, or run twinseek prune"
        yield Finding("sources", "warning", text)
    for problem in library.gallery.problems():
        mended = "" if REPAIR in problem else f": {REPAIR}"
        yield Finding("search", "error", f"{problem}{mended}")
