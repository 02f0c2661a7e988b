"""Where the weights of a profile's plugins lie: resolved to a local file or folder before any work starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.weights import COUNTING, WEIGHTS
from twins.errors import TwinseekError
from twinseek.settings import Settings
from twinseek.weights_folder import REPOSITORY, WeightsLock, model_folder, models_folder, split_revision

REVISION = "revision"
"""The setting of a plugin that says which commit, tag or branch of a model is meant, where its weights do not."""
BASE_URL, MODEL = "base_url", "model"
"""Settings of a plugin whose model is asked for at a server: which, and under what name."""


@dataclass(frozen=True)
class Wanted:
    """Weights that a plugin's section names by their id on the hub."""

    plugin: str
    repository: str
    revision: str | None

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


def wanted(plugin: str, section: Mapping[str, Any]) -> Wanted | None:
    """Return what a plugin's section wants from the hub; none where it names a file, a folder, a server, or nothing.

    What lies at that path is meant before what is called so on the hub.

    Raises:
        TwinseekError: its revision is none, or it names two.
    """
    named, revision = section.get(WEIGHTS), section.get(REVISION)
    if BASE_URL in section or not isinstance(named, str) or Path(named).exists():
        return None
    repository, _, own = named.partition("@")
    if not REPOSITORY.fullmatch(repository):
        return None
    if own and revision is not None:
        raise TwinseekError(
            f"[plugins.{plugin}] names a revision in weights ({named}) and another as revision ({revision}): keep one"
        )
    return Wanted(plugin, *split_revision(named if revision is None else f"{repository}@{revision}"))


def served_as(section: Mapping[str, Any]) -> str | None:
    """Return the name by which a server is asked for a plugin's model: the setting, else that of its weights."""
    if MODEL in section:
        return str(section[MODEL])  # as it stands: there are names with an `@`
    named = section.get(WEIGHTS)
    return str(named).partition("@")[0] if named is not None else None


def wanted_by(settings: Settings) -> list[Wanted]:
    """Return the weights from the hub that the sections of a profile's plugins name, in the profile's order.

    All of them, also of plugins that no part of the index names: tools have sections too.
    """
    found = [wanted(plugin, section) for plugin, section in settings.plugins.items()]
    return [weights for weights in found if weights is not None]


class PluginSections(Mapping[str, Mapping[str, Any]]):
    """The sections of plugins, each with the local path of its weights, found out when the section is read.

    So that the weights of a plugin that nobody uses need not be there. Reading one raises :class:`TwinseekError` where
    they are not, with the command that gets them. Where a section names a server, its weights only name the model.
    """

    def __init__(self, sections: Mapping[str, Mapping[str, Any]], models: Path) -> None:
        self._sections = sections
        self._models = models

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        section = self._sections[name]
        if BASE_URL in section:
            others = {key: value for key, value in section.items() if key not in (WEIGHTS, REVISION)}
            return {**others, MODEL: model} if (model := served_as(section)) is not None else others
        found = wanted(name, section)
        if found is None:
            named = section.get(WEIGHTS)
            if named is not None and REVISION in section:
                raise TwinseekError(
                    f"[plugins.{name}] has a revision, and its weights {named} are a path: leave out the revision"
                )
            return {**section, WEIGHTS: str(Path(named).expanduser())} if isinstance(named, str) else section
        others = {key: value for key, value in section.items() if key != REVISION}
        return {**others, WEIGHTS: str(locate(found, self._models))}

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)


def plugin_sections(settings: Settings) -> PluginSections:
    """Return the sections of plugins as plugins are handed them."""
    return PluginSections(settings.plugins, models_folder(settings))


def locate(weights: Wanted, models: Path) -> Path:
    """Return the folder of a model: one that was pulled, or that lies in the hub's own cache. Nothing is fetched.

    Raises:
        TwinseekError: it is nowhere, another revision of it is there, or it is damaged.
    """
    folder = model_folder(models, weights.repository)
    lock = WeightsLock.read(folder)
    if lock is not None and lock.meant_by(weights.repository, weights.revision):
        damaged = lock.damage(folder)
        if damaged:
            raise TwinseekError(
                f"{', '.join(damaged)} of {weights.repository} in {models} is missing or damaged: "
                f"{_pull(weights)} mends it"
            )
        return folder
    cached = _cached(weights)
    if cached is not None:
        return cached
    if lock is not None:
        raise TwinseekError(
            f"the plugin {weights.plugin} wants {weights}, and {models} has {lock.repository} {lock.commit[:12]}: "
            f"{_pull(weights)}, or set [plugins.{weights.plugin}] revision"
        )
    raise TwinseekError(
        f"the weights {weights} of the plugin {weights.plugin} are neither in {models} nor in the hub's cache: "
        f"{_pull(weights)}"
    )


def _pull(weights: Wanted) -> str:
    return f"twinseek models pull {weights}"


def _cached(weights: Wanted) -> Path | None:
    """Return the model's folder in Hugging Face's cache, where everything of it is there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        found = snapshot_download(
            weights.repository,
            revision=weights.revision,
            allow_patterns=[f"*{ending}" for ending in sorted(COUNTING)],
            local_files_only=True,
        )
    except (LocalEntryNotFoundError, HFValidationError):  # the latter: no such name can be on the hub
        return None
    return Path(found)
