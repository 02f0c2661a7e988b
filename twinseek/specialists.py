"""The plugins that a profile names: which there must be, and whether they and their weights are there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from twins.errors import TwinseekError
from twinseek.settings import Settings
from twinseek.weights import Wanted, locate, plugin_sections, wanted
from twinseek.weights_folder import models_folder

if TYPE_CHECKING:
    from tools.door import Plugin
    from tools.plugged import Plugged


def used_plugins(settings: Settings) -> dict[str, str]:
    """Return the plugins that a profile's index and search name, by the part that they take."""
    encoder = settings.search.encoder
    return {**settings.index.plugins, **({"encoder": encoder} if encoder is not None else {})}


def plugin_kinds(part: str) -> "list[type[Plugged]]":
    """Return the kinds of plugins of which one may take a part."""
    from graphs.plugged_encoder import EncoderPlugin
    from tools.depths import PluggedDepth
    from tools.describers import PluggedDescriber
    from tools.namers import PluggedDetector, PluggedLabeller
    from tools.segmenters import PluggedSegmenter

    kinds: dict[str, list[type[Plugged]]] = {
        "labeller": [PluggedLabeller, PluggedDetector],
        "depth": [PluggedDepth],
        "describer": [PluggedDescriber],
        "segmenter": [PluggedSegmenter],
        "encoder": [EncoderPlugin],
    }
    return kinds[part]


def told_of_use(plugins: "Sequence[Plugin]", settings: Settings, device: str) -> "list[Plugin]":
    """Return the plugins, those that a profile names for its index or its search with whether they can be used.

    They are built for that, and their weights are not loaded.
    """
    from tools.door import RefusedError
    from tools.plugged import find

    told, sections = list(plugins), plugin_sections(settings)
    for part, name in used_plugins(settings).items():
        groups = {kind.GROUP for kind in plugin_kinds(part)}
        for at, plugin in enumerate(told):
            if plugin.name != name or plugin.group not in groups or plugin.state == "refused":
                continue
            try:
                kind, point = find(plugin_kinds(part), name)
                kind.built(point, sections.get(name, {}), device)
                told[at] = replace(plugin, state="ready", reason=f"the profile's {part}")
            except (RefusedError, TwinseekError) as error:
                told[at] = replace(plugin, state="refused", reason=f"the profile's {part}, but {error}")
    return told


def check_there(settings: Settings) -> None:
    """See that the plugins that a profile names are installed and that their weights lie here, all of them at once.

    Raises:
        TwinseekError: naming what is not there, and the command that gets it.
    """
    absent = list(_not_installed(settings))
    if absent:
        raise TwinseekError("; ".join(absent))
    lacking = list(_without_weights(settings))
    if len(lacking) > 1:
        raise TwinseekError(
            f"the weights {', '.join(str(one) for one, _ in lacking)} that the profile {settings.profile} names "
            f"are not there, or not whole: twinseek models pull --profile {settings.profile}"
        )
    if lacking:
        raise lacking[0][1]


def _not_installed(settings: Settings) -> Iterator[str]:
    from tools.plugged import find

    for part, name in used_plugins(settings).items():
        try:
            find(plugin_kinds(part), name)
        except TwinseekError as error:
            yield str(error)


def _without_weights(settings: Settings) -> Iterator[tuple[Wanted, TwinseekError]]:
    for name in used_plugins(settings).values():
        weights = wanted(name, settings.plugins.get(name, {}))
        if weights is None:
            continue
        try:
            locate(weights, models_folder(settings))
        except TwinseekError as error:
            yield weights, error
