"""The plugins that a profile names for the index and the tools, opened before any work starts, each once."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from tools.depths import PluggedDepth
from tools.describers import PluggedDescriber
from tools.namers import open_namer
from tools.plugged import open_plugged
from tools.segmenters import open_segmenter
from twins.errors import TwinseekError
from twins.specialists import Depth, Detector, Specialists, SpotSegmenter

Settings = Mapping[str, Any]

OPENERS: dict[str, Callable[[str, Settings, str], Any]] = {
    "labeller": open_namer,
    "depth": lambda name, settings, device: open_plugged([PluggedDepth], name, settings, device),
    "describer": lambda name, settings, device: open_plugged([PluggedDescriber], name, settings, device),
    "segmenter": open_segmenter,
}
"""By part, a field of :class:`twins.specialists.Specialists`."""

WITHOUT = {
    "labeller": "objects cannot be found",
    "depth": "nearness cannot be measured by tools",
    "segmenter": "nothing can be segmented by tools",
}
"""What is told where a plugin is named that cannot be used."""


class OpenSpecialists:
    """Opens plugins when they are first needed, and keeps them: the index and the tools share what is loaded.

    Args:
        names: by part the name of the plugin that takes it.
        settings: a section a plugin, by its name.
    """

    def __init__(self, names: Mapping[str, str], settings: Mapping[str, Settings], device: str = "cpu") -> None:
        self._names, self._settings, self._device = dict(names), settings, device
        self._opened: dict[str, Any] = {}
        self._problems: dict[str, str] = {}
        self._lock = Lock()

    def all(self) -> Specialists:
        """Return those that the index uses.

        Raises:
            TwinseekError: one is not installed, or cannot be used; the sentence says why.
        """
        return Specialists(**{part: self._open(part) for part in OPENERS if part in self._names})

    def detector(self) -> Detector | None:
        """Return who finds things and names them; none where the profile names nobody, or a labeller."""
        found = self._usable("labeller")
        return found if isinstance(found, Detector) else None

    def depth(self) -> Depth | None:
        """Return who tells how near things are; none where the profile names nobody."""
        found: Depth | None = self._usable("depth")
        return found

    def segmenter(self) -> SpotSegmenter | None:
        """Return who can be shown what to follow; none where the profile names nobody who can."""
        found = self._usable("segmenter")
        return found if isinstance(found, SpotSegmenter) else None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why tools are left out: a sentence for each plugin that was needed and cannot be used."""
        return tuple(self._problems.values())

    def _usable(self, part: str) -> Any:
        """Return a plugin; one that cannot be used leaves only its tool out."""
        try:
            return self._open(part)
        except TwinseekError as error:
            self._problems[part] = f"{WITHOUT[part]}: {error}"
            return None

    def _open(self, part: str) -> Any:
        if part not in self._names:
            return None
        with self._lock:
            if part not in self._opened:
                name = self._names[part]
                self._opened[part] = OPENERS[part](name, self._settings.get(name, {}), self._device)
            return self._opened[part]
