"""Index-time plugins that came through the door: found by name, built, and called within a time limit.

A plugin imports nothing of ours: it takes NumPy arrays and returns plain values, which are checked by who calls it.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Self, TypeVar

from tools.door import RefusedError, about, build, find_plugins, version_of
from tools.weights import WEIGHTS, weights_digest
from twins.deadlines import CallError, LateError, call_within
from twins.errors import TwinseekError, UnusableError
from twins.geometry import Bytes
from twins.schema import Provenance

API_VERSION = 1

FRAME_SECONDS = 60.0
"""A plugin may take this long for one frame, the first one with its weights; another time, its ``frame_seconds``."""
MOST_FRAME_SECONDS = 3600.0
"""… which counts no further than this."""
OF_A_PROCESS = ("plugin", "_calling", "_ready")
"""What another process has to make or find out for itself."""
QUICK_FRAMES = 4
"""Who is given more frames at once has as long for so many of them."""


@dataclass(frozen=True)
class SpecialistContext:
    """What an index-time plugin is handed when it is built.

    Args:
        api_version: of this contract.
        device: where its model should run, ``cpu`` or ``cuda``.
        settings: its own section of the settings, ``[plugins.<name>]``.
    """

    api_version: int
    device: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Plugged:
    """A plugin by name: each process that it is sent to builds its own."""

    GROUP: ClassVar[str]
    METHOD: ClassVar[str]
    DOES: ClassVar[str]

    name: str
    settings: Mapping[str, Any]
    device: str
    provenance: Provenance
    _calling: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @cached_property
    def plugin(self) -> Any:
        """The plugin itself."""
        try:
            return self.built(find([type(self)], self.name)[1], self.settings, self.device)
        except RefusedError as error:
            raise TwinseekError(f"the plugin {self.name} cannot be used: {error}") from error

    @classmethod
    def built(cls, point: EntryPoint, settings: Mapping[str, Any], device: str) -> Any:
        """Build a plugin and check what it says of itself. Raises :class:`RefusedError` where something is wrong."""
        plugin = build(point, SpecialistContext(API_VERSION, device, settings))
        if not callable(getattr(plugin, cls.METHOD, None)):
            raise RefusedError(f"build(context) returned {type(plugin).__name__}, which has no method {cls.METHOD}")
        cls.check(plugin)
        return plugin

    @classmethod
    def check(cls, plugin: Any) -> None:
        """Raise :class:`RefusedError` where a plugin lacks what its kind must say of itself."""

    def with_plugin(self, plugin: Any) -> Self:
        """Take over one that is built already."""
        self.__dict__["plugin"] = plugin
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in OF_A_PROCESS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _calling=Lock())

    def call(self, function: Callable[[], Any], *, frames: int = 1) -> Any:
        """Return what a call into the plugin, about some frames, returns.

        One call at a time: the index and the tools of several candidates share a plugin, and it need not be made for
        that. A call that was given up is still at work, and nobody is let in beside it.

        Raises:
            UnusableError: it fails by what would fail in the same way for every video.
            TwinseekError: it fails otherwise, or is late, or one that was given up has not ended.
        """
        seconds = self.call_seconds(frames)
        if not self._calling.acquire(timeout=seconds):
            raise TwinseekError(
                f"the plugin {self.name} has been at another call for {seconds:g} s: "
                "leave it out, or give it a smaller model"
            )

        def alone() -> Any:
            try:
                return function()
            finally:
                self._calling.release()

        try:
            return call_within(seconds, alone, f"plugin {self.name}")
        except LateError as error:
            raise TwinseekError(f"the plugin {self.name} {error}: leave it out, or give it a smaller model") from error
        except CallError as error:
            cause = error.__cause__
            kind = UnusableError if isinstance(cause, UnusableError) else TwinseekError
            said = str(cause) if isinstance(cause, TwinseekError) else f"{type(cause).__name__}: {cause}"
            raise kind(f"the plugin {self.name} failed ({said})") from cause

    def see_ready(self) -> None:
        """Let the plugin say whether it can be used now, where it is able to; once in a process.

        Raises:
            UnusableError: it cannot.
        """
        _ = self._ready

    @cached_property
    def _ready(self) -> bool:
        ready = getattr(self.plugin, "ready", None)
        try:
            if callable(ready):
                self.call(ready)
        except TwinseekError as error:
            raise UnusableError(str(error)) from error
        return True

    def call_seconds(self, frames: int) -> float:
        """Return how long a call about some frames may take."""
        return self._frame_seconds() * max(1.0, frames / QUICK_FRAMES)

    def _frame_seconds(self) -> float:
        """Return how long a frame may take; a plugin that knows better where it runs says so."""
        said = getattr(self.__dict__.get("plugin"), "frame_seconds", FRAME_SECONDS)
        return min(float(said), MOST_FRAME_SECONDS) if isinstance(said, int | float) and said > 0 else FRAME_SECONDS

    def unload(self) -> None:
        """Let the plugin free its weights, where it is built and can; the next call loads them again."""
        unload = getattr(self.__dict__.get("plugin"), "unload", None)
        if callable(unload):
            self.call(unload)

    def confidence(self, value: Any) -> float:
        """Return a number as a confidence, 0 to 1."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise self.wrong("a confidence", value)
        return min(1.0, max(0.0, number))

    def wrong(self, what: str, value: object) -> TwinseekError:
        """Return the error that says what was returned for something else."""
        return TwinseekError(f"the plugin {self.name} returned {value!r:.80} for {what}: see docs/plugins.md")


Kind = TypeVar("Kind", bound=Plugged)


def open_plugged(kinds: Iterable[type[Kind]], name: str, settings: Mapping[str, Any], device: str = "cpu") -> Kind:
    """Load a plugin of one of these kinds and build it: what is wrong with it is known before any work starts.

    Raises:
        TwinseekError: it is not installed, or cannot be used; the sentence says why.
    """
    kind, point = find(kinds, name)
    weights = settings.get(WEIGHTS)
    try:
        digest = weights_digest(Path(str(weights))) if weights is not None else None
        plugin = kind.built(point, settings, device)
        places = getattr(plugin, "places", ())
        version = version_of(about(point), getattr(plugin, "version", None), _deciding(plugin, settings), places)
    except RefusedError as error:
        raise TwinseekError(f"the plugin {name} of {about(point).distribution} cannot be used: {error}") from error
    except TwinseekError as error:
        raise TwinseekError(f"the weights of the plugin {name} cannot be used: {error}") from error
    except OSError as error:
        raise TwinseekError(
            f"the weights {weights} of the plugin {name} cannot be read ({error.strerror}): set [plugins.{name}]"
        ) from error
    declared = getattr(plugin, WEIGHTS, None)
    provenance = Provenance(
        specialist=name, version=version, weights=digest or (str(declared) if declared is not None else None)
    )
    return kind(name, dict(settings), device, provenance).with_plugin(plugin)


def _deciding(plugin: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings without those that a plugin says are so anyway: written out, they change nothing."""
    usual = getattr(plugin, "usual", {})
    try:
        if any(isinstance(values, str) for values in usual.values()):  # `float` stands in it, as text
            raise TypeError("a text is one value, not some")
        return {key: value for key, value in settings.items() if value not in usual.get(key, ())}
    except (AttributeError, TypeError) as error:
        raise RefusedError(f"its usual is {usual!r:.80}, not some values by the names of settings") from error


def find(kinds: Iterable[type[Kind]], name: str) -> tuple[type[Kind], EntryPoint]:
    """Return the one plugin of these kinds that has a name, and its kind."""
    kinds = tuple(kinds)
    found = [(kind, *entry) for kind in kinds for entry in find_plugins(kind.GROUP)]
    these = [(kind, point, clash) for kind, point, clash in found if point.name == name]
    if not these:
        known = ", ".join(sorted({point.name for _, point, _ in found})) or "none"
        raise TwinseekError(
            f"no plugin {kinds[0].DOES} by the name of {name!r} (installed: {known}): install it, or choose"
        )
    kind, point, clash = these[0]
    if clash or len(these) > 1:
        owners = " and ".join(sorted(about(point).distribution for _, point, _ in these))
        raise TwinseekError(f"the plugin {name} cannot be used: {clash or f'{owners} both have a {name}'}")
    return kind, point


def tidy(value: str) -> str:
    """Return a text in one line, without letters that cannot be shown."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def seconds_of(*asked: tuple[object, int]) -> float:
    """Return how long a tool's call may take: a minute, or what the specialists that it asks may take together.

    Args:
        asked: specialists, each with the most frames that a call shows it; none of them need be a plugin.
    """
    return max(FRAME_SECONDS, sum(each.call_seconds(frames) for each, frames in asked if isinstance(each, Plugged)))


def own(image: Bytes) -> Bytes:
    """Return a copy: a plugin may draw into it."""
    return image.copy()
