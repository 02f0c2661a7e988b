"""The door that tools come through, built in or not: entry points, loaded only when they are used.

Whatever is wrong with a plugin is contained and named: the others work without it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tools.context import ToolContext
from tools.plugin_settings import wrong_call
from tools.weights import WEIGHTS, weights_digest
from twins.deadlines import CallError, LateError, call_within
from twins.errors import TwinseekError
from twins.fingerprints import NOT_IDENTITY, digest
from twins.protocols import ToolOffer

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

TOOLS = "twinseek.tools"
DETECTORS, LABELLERS = "twinseek.detectors", "twinseek.labellers"
DEPTHS, DESCRIBERS, ENCODERS = "twinseek.depths", "twinseek.describers", "twinseek.encoders"
SEGMENTERS = "twinseek.segmenters"
INDEX_GROUPS = {
    DETECTORS: "set [index] labeller to its name, and twinseek index uses it",
    LABELLERS: "set [index] labeller to its name, and twinseek index uses it",
    SEGMENTERS: "set [index] segmenter to its name, and twinseek index uses it",
    DEPTHS: "set [index] depth to its name, and twinseek index uses it",
    DESCRIBERS: "set [index] describer to its name, and twinseek index uses it",
    ENCODERS: "set [search] encoder to its name, and what is indexed and asked is embedded by it",
}
"""Plugins that work while twins are made, and what is told of those that are installed."""

BUILD_SECONDS = 30.0
"""Importing and building a plugin may take this long; weights are loaded later, by the first call."""

LONGEST_DESCRIPTION = 1200
"""Characters of a tool's docstring that a model gets to read; every query pays for them."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
"""Names that every provider of models takes."""

MOST_CALL_SECONDS = 3600.0
"""What a tool says that a call needs counts no further than this."""

VIDEO = "video_id"
"""The argument that the graph fills in."""

ABSENT = "the profile has no model for it"

State = Literal["ready", "absent", "refused", "not loaded"]


@dataclass(frozen=True)
class Plugin:
    """One entry point and what became of it; ``reason`` says why it is not ready."""

    group: str
    name: str
    distribution: str
    version: str
    state: State
    reason: str = ""

    def __str__(self) -> str:
        return f"the plugin {self.name} of {self.distribution} {self.version}: {self.reason or self.state}"


@dataclass(frozen=True)
class BoundTool:
    """A LangChain tool whose calls are made within something: the bounds of one question, say."""

    tool: "BaseTool"
    within: Callable[[], AbstractContextManager[None]]

    @property
    def tool_call_schema(self) -> Any:
        """Return what a model may write, as the tool itself does."""
        return self.tool.tool_call_schema

    def invoke(self, request: Any) -> Any:
        """Call the tool."""
        with self.within():
            return self.tool.invoke(request)


@dataclass(frozen=True)
class OpenTool:
    """A tool that can be called.

    Args:
        offer: what a model is told of it.
        tool: the LangChain tool; it is given ``video_id`` besides what the model writes.
        version, weights: by which its findings are recognised; another version's are found out anew.
        seconds: what a call may take, where the tool says so.
    """

    offer: ToolOffer
    tool: "BaseTool | BoundTool"
    version: str
    weights: str | None
    seconds: float | None = None


@dataclass(frozen=True)
class Toolbox:
    """The tools that can be called, by name, and what became of every plugin that was found."""

    tools: Mapping[str, OpenTool]
    plugins: tuple[Plugin, ...] = ()

    @property
    def offers(self) -> tuple[ToolOffer, ...]:
        """What a model is told of each tool, in the order of their names: prompts must not change from run to run."""
        return tuple(self.tools[name].offer for name in sorted(self.tools))

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each plugin that was refused."""
        return tuple(str(plugin) for plugin in self.plugins if plugin.state == "refused")

    def bound(self, within: Callable[[], AbstractContextManager[None]]) -> "Toolbox":
        """Return the same tools, not built again, each call of which is made within what ``within()`` opens."""
        bound = {name: replace(each, tool=BoundTool(_built(each.tool), within)) for name, each in self.tools.items()}
        return replace(self, tools=bound)


def _built(tool: "BaseTool | BoundTool") -> "BaseTool":
    return tool.tool if isinstance(tool, BoundTool) else tool


class RefusedError(Exception):
    """A plugin cannot be used; the message says why."""


def open_tools(context: ToolContext, settings: Mapping[str, Mapping[str, Any]] | None = None) -> Toolbox:
    """Load and build every tool that is installed.

    Args:
        context: what they may look at.
        settings: a section a plugin, by the name of its entry point.
    """
    tools: dict[str, OpenTool] = {}
    plugins = []
    for point, clash in find_plugins(TOOLS):
        plugin = about(point)
        try:
            if clash:
                raise RefusedError(clash)
            own = (settings or {}).get(point.name, {})  # which may find out that its weights are not there
            tool = _open(point, replace(context, settings=own))
        except (RefusedError, TwinseekError) as error:
            plugins.append(replace(plugin, state="refused", reason=str(error)))
            continue
        if tool is not None:
            tools[point.name] = tool
        plugins.append(replace(plugin, state="ready") if tool else replace(plugin, state="absent", reason=ABSENT))
    return Toolbox(tools, tuple(plugins))


def list_plugins(context: ToolContext, settings: Mapping[str, Mapping[str, Any]] | None = None) -> tuple[Plugin, ...]:
    """Return every plugin that is installed; tools are built to see whether they can be, the others are not loaded."""
    others = [
        replace(about(point), state="refused", reason=clash) if clash else replace(about(point), reason=hint)
        for group, hint in INDEX_GROUPS.items()
        for point, clash in find_plugins(group)
    ]
    return (*open_tools(context, settings).plugins, *others)


def find_plugins(group: str) -> list[tuple[EntryPoint, str]]:
    """Return the entry points of a group, by name, each with the reason for which it is refused unseen, or nothing.

    Two of one name are both refused: nobody knows which of them was meant.
    """
    points = sorted(entry_points(group=group), key=lambda point: (point.name, about(point).distribution))
    same: dict[str, list[str]] = {}
    for point in points:
        same.setdefault(point.name, []).append(about(point).distribution)
    return [(point, _unseen(point.name, same[point.name])) for point in points]


def about(point: EntryPoint) -> Plugin:
    """Return what an entry point says of itself, without loading it."""
    name, version = (point.dist.name, point.dist.version) if point.dist is not None else (None, None)
    return Plugin(point.group, point.name, name or "an unknown distribution", version or "", "not loaded")


def build(point: EntryPoint, context: object) -> Any:
    """Import a plugin and return what its ``build(context)`` returns. Raises :class:`RefusedError` where that fails."""
    factory = _within(point.load, "cannot be imported", point.name)
    if not callable(factory):
        raise RefusedError(f"its entry point names {type(factory).__name__}, not a function build(context)")
    try:
        return _within(lambda: factory(context), "cannot be built", point.name)
    except RefusedError as error:
        cause = error.__cause__
        said = wrong_call(cause, factory, getattr(context, "settings", {})) if isinstance(cause, TypeError) else None
        if said is None:
            raise
        raise RefusedError(said) from cause


def version_of(plugin: Plugin, declared: object, settings: Mapping[str, Any], places: object = ()) -> str:
    """Return the version by which findings are recognised: other settings find other things.

    Settings that say where and how fast it runs do not count, nor does the place of its weights.

    Args:
        plugin: whose version counts where none is declared.
        declared: the plugin's own word for its version.
        settings: JSON values.
        places: what the plugin says are names of settings that only tell where something is; what is there counts by
            the declared version and the weights.

    Raises:
        RefusedError: the settings are no JSON, or ``places`` are no names.
    """
    if not isinstance(places, list | tuple | set | frozenset) or not all(isinstance(name, str) for name in places):
        raise RefusedError(
            f"its places are {places!r:.80}: list the names of settings that only say where something is"
        )
    version = str(declared) if declared else plugin.version
    deciding = {key: value for key, value in settings.items() if key not in {WEIGHTS, *NOT_IDENTITY, *places}}
    try:
        return f"{version}+{digest(deciding)[:8]}" if deciding else version
    except (TypeError, ValueError) as error:
        raise RefusedError(f"its settings cannot be compared ({error}): use numbers, texts and lists") from error


def _unseen(name: str, distributions: Sequence[str]) -> str:
    if not NAME.fullmatch(name):
        return "its name must be lower-case letters, digits and underscores, and begin with a letter"
    if len(distributions) > 1:
        return f"{' and '.join(distributions)} both have a {name}: uninstall one of them"
    return ""


def _open(point: EntryPoint, context: ToolContext) -> OpenTool | None:
    from langchain_core.tools import BaseTool

    tool = build(point, context)
    if tool is None:
        return None
    if not isinstance(tool, BaseTool):
        raise RefusedError(f"build(context) returned {type(tool).__name__}, not a LangChain tool")
    if tool.name != point.name:
        raise RefusedError(f"its tool is called {tool.name!r} and its entry point {point.name!r}: name them alike")
    told: Mapping[str, Any] = tool.metadata or {}
    weights = str(told["weights"]) if told.get("weights") else _weights(context.settings)
    version = version_of(about(point), told.get("version"), context.settings, told.get("places", ()))
    return OpenTool(_offer(tool), tool, version, weights, _seconds(told.get("seconds")))


def _seconds(said: object) -> float | None:
    """Return how long a call may take by the tool's own word."""
    if said is None:
        return None
    if not isinstance(said, int | float) or not said > 0:
        raise RefusedError(f"it says that a call needs {said!r:.80} seconds: write a number above 0, or leave it out")
    return min(float(said), MOST_CALL_SECONDS)


def _weights(settings: Mapping[str, Any]) -> str | None:
    """Return the hash of the weights that a tool's settings name."""
    place = settings.get(WEIGHTS)
    try:
        return weights_digest(Path(str(place))) if place is not None else None
    except OSError as error:
        raise RefusedError(f"its weights {place} cannot be read ({error.strerror})") from error
    except TwinseekError as error:
        raise RefusedError(f"its weights cannot be used: {error}") from error


def _offer(tool: "BaseTool") -> ToolOffer:
    description = " ".join(tool.description.split())
    if not description:
        raise RefusedError("it has no docstring: a model would not know what it is for")
    try:
        whole: Any = tool.get_input_schema()
        shown: Any = tool.tool_call_schema
        asked, schema = whole.model_json_schema().get("properties", {}), shown.model_json_schema()
    except Exception as error:  # whatever pydantic finds wrong with what somebody else wrote
        raise RefusedError(f"its arguments cannot be described ({type(error).__name__}: {error})") from error
    parameters = _untitled(schema)
    if VIDEO not in asked or VIDEO in parameters.get("properties", {}):
        raise RefusedError(f"it must take {VIDEO}: Annotated[str, InjectedToolArg]")
    parameters.pop("description", None)
    return ToolOffer(tool.name, description[:LONGEST_DESCRIPTION], parameters)


def _untitled(schema: Any) -> Any:
    """Drop the titles that pydantic makes of names: they tell a model nothing and cost tokens."""
    if isinstance(schema, Mapping):
        # An argument may be called title; what describes it is no text.
        return {k: _untitled(v) for k, v in schema.items() if not (k == "title" and isinstance(v, str))}
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema


def _within(function: Callable[[], Any], what: str, name: str) -> Any:
    try:
        return call_within(BUILD_SECONDS, function, f"plugin {name}")
    except LateError as error:
        raise RefusedError(f"it {what}: it {error}") from error
    except CallError as error:
        cause = error.__cause__
        if isinstance(cause, TwinseekError):
            raise RefusedError(str(cause)) from cause
        if type(cause) is ValueError:  # by which a plugin says what is wrong with its settings
            raise RefusedError(f"it {what}: {cause}") from cause
        raise RefusedError(f"it {what} ({type(cause).__name__}: {cause})") from cause
