"""Whether what a profile names is there: its plugins, their weights and licences, the servers, and the machine."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.plugged import find, open_plugged
from tools.weights import WEIGHTS, check_folder, file_digest, model_files
from twins.errors import TwinseekError
from twinseek.devices import device_of
from twinseek.doctor import Finding
from twinseek.licences import licence_of
from twinseek.machine_health import check_machine
from twinseek.settings import Settings
from twinseek.specialists import plugin_kinds, used_plugins
from twinseek.weights import BASE_URL, plugin_sections, served_as, wanted
from twinseek.weights_folder import WeightsLock


def check_profile(settings: Settings, *, tried: bool = False) -> Iterator[Finding]:
    """Yield what there is to say of a profile, each with what to do. Torch is loaded only where a GPU is asked for.

    Args:
        tried: each specialist is shown a picture as well, for which its model is loaded.
    """
    used, folders, models = used_plugins(settings), list[Path](), False
    for part, name in used.items():
        section = settings.plugins.get(name, {})
        findings = list(_weights(settings, name, folders))
        yield from findings
        yield from _opened(settings, part, name, whole=all(each.level != "error" for each in findings), tried=tried)
        yield from _server_of(name, section)
        models |= wanted(name, section) is not None
    if tried and not used:
        yield Finding("trial", "ok", "the profile names no specialist that could be tried")
    yield from _others(settings, set(used.values()))
    yield from check_machine(settings, folders, models=models or bool(folders))
    if url := settings.search.chroma_url:
        yield _chroma(url)


def _weights(settings: Settings, name: str, folders: list[Path]) -> Iterator[Finding]:
    """Say whether a plugin's weights are there and intact, and what they may be used for."""
    section, subject = settings.plugins.get(name, {}), f"weights {name}"
    from_hub = wanted(name, section)
    repository = from_hub.repository if from_hub else None
    try:
        place = plugin_sections(settings).get(name, {}).get(WEIGHTS)
        if place is not None:
            folder = Path(str(place))
            lock = WeightsLock.read(folder)
            repository = lock.repository if lock else repository
            yield Finding(subject, "ok", _said(folder, lock))
            if folder.is_dir():
                folders.append(folder)
    except OSError as error:
        text = f"{error.filename or place} cannot be read ({error.strerror}): set [plugins.{name}] {WEIGHTS}"
        yield Finding(subject, "error", text)
    except TwinseekError as error:
        yield Finding(subject, "error", str(error))
    if repository:
        yield _licence(name, repository)


def _said(folder: Path, lock: WeightsLock | None) -> str:
    """Return what is told of weights that are intact. Raises where they are not."""
    if not folder.is_dir():
        return f"{folder} {file_digest(folder)[:12]}"
    check_folder(folder)
    size = sum(file.stat().st_size for file in model_files(folder))
    known = f"{lock.repository} commit {lock.commit[:12]}, as it was fetched" if lock else "whole, with no lock file"
    return f"{known}, {size / 2**20:.0f} MiB in {folder}"


def _licence(name: str, repository: str) -> Finding:
    licence = licence_of(repository)
    if licence is None:
        return Finding("licence", "warning", f"that of {repository} was not looked up: read its page before you use it")
    if licence.commercial:
        return Finding("licence", "ok", f"{repository}: {licence.name}")
    text = f"{repository} is under {licence.name}, which forbids commercial use: choose another in [plugins.{name}]"
    return Finding("licence", "warning", text)


def _opened(settings: Settings, part: str, name: str, *, whole: bool, tried: bool) -> Iterator[Finding]:
    """Build a plugin as the index would; its weights are loaded by the first call, so only where it is tried.

    Args:
        whole: its weights are there; without them it is only looked for.
    """
    kinds = plugin_kinds(part)
    try:
        if not whole:
            find(kinds, name)
            yield Finding(f"plugin {name}", "ok", f"{part}, installed")
            return
        device = device_of(settings) if tried else "cpu"
        opened = open_plugged(kinds, name, plugin_sections(settings).get(name, {}), device)
    except TwinseekError as error:
        yield Finding(f"plugin {name}", "error", str(error))
        return
    yield Finding(f"plugin {name}", "ok", f"{part}, version {opened.provenance.version}")
    if tried:
        from twinseek.trials import try_specialist

        yield try_specialist(part, opened)


def _others(settings: Settings, used: set[str]) -> Iterator[Finding]:
    """Name the plugins that are installed and refused, although the profile may not need them."""
    from tools.context import context_without_library
    from tools.door import list_plugins

    plugins = list_plugins(context_without_library(), plugin_sections(settings))
    refused = [plugin for plugin in plugins if plugin.state == "refused" and plugin.name not in used]
    for plugin in refused:
        yield Finding(f"plugin {plugin.name}", "warning", f"{plugin}: mend it, or pip uninstall {plugin.distribution}")
    if not refused:
        yield Finding("plugins", "ok", f"{len(plugins)} installed, none is refused (twinseek tools lists them)")


def _server_of(name: str, section: Mapping[str, Any]) -> Iterator[Finding]:
    """Say whether the server answers that a plugin's section names in place of weights."""
    url, model = section.get(BASE_URL), served_as(section)
    if not isinstance(url, str):
        return
    from twinseek.models import served_models

    try:
        names = served_models(url)
    except TwinseekError as error:
        text = str(error).replace("--llm-url", f"[plugins.{name}] base_url")
        yield Finding(f"server of {name}", "error", text.replace("serve MODEL", f"serve {model or 'MODEL'}"))
        return
    if model is not None and model not in names:
        text = f"{url} has no {model}: set [plugins.{name}] model to one of {', '.join(names[:20]) or 'none'}"
        yield Finding(f"server of {name}", "error", text)
    else:
        yield Finding(f"server of {name}", "ok", f"{url} has {', '.join(names[:20])}")


def _chroma(url: str) -> Finding:
    from twins.search.chroma_client import ChromaClient

    try:
        ChromaClient.connect(url).close()
    except TwinseekError as error:
        text = f"{error}: start it (chroma run --path FOLDER --port PORT), or unset search.chroma_url"
        return Finding("chroma", "warning", f"{text}; until then search is exact")
    return Finding("chroma", "ok", f"{url} answers")
