"""The plugins that a profile names for the index, opened before any work starts."""

from collections.abc import Mapping
from typing import Any

from tools.depths import PluggedDepth
from tools.describers import PluggedDescriber
from tools.namers import open_namer
from tools.plugged import Plugged, open_plugged
from tools.segmenters import PluggedSegmenter
from twins.specialists import Specialists


def open_specialists(
    names: Mapping[str, str], settings: Mapping[str, Mapping[str, Any]], device: str = "cpu"
) -> Specialists:
    """Load and build the plugins that the index uses.

    Args:
        names: by part (a field of :class:`twins.specialists.Specialists`) the name of the plugin that takes it.
        settings: a section a plugin, by its name.

    Raises:
        TwinseekError: one is not installed, or cannot be used; the sentence says why.
    """
    opened: dict[str, Any] = {}
    if name := names.get("labeller"):
        opened["labeller"] = open_namer(name, settings.get(name, {}), device)
    kinds: dict[str, type[Plugged]] = {
        "depth": PluggedDepth,
        "describer": PluggedDescriber,
        "segmenter": PluggedSegmenter,
    }
    for part, kind in kinds.items():
        if name := names.get(part):
            opened[part] = open_plugged([kind], name, settings.get(name, {}), device)
    return Specialists(**opened)
