"""How a call of a tool is made: checked, looked up, bounded in time, and kept as an observation.

Nothing that a model wrote or a tool did raises here: a call that comes to nothing is a finding that says so.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from threading import TIMEOUT_MAX, Lock, Semaphore
from typing import Any

from pydantic import BaseModel, ValidationError

from graphs.tool_artifacts import ArtifactError, Found, read_artifact, tidy
from tools.context import reading
from tools.door import VIDEO, OpenTool, Toolbox
from twins.deadlines import CallError, LateError, call_within
from twins.errors import TwinseekError
from twins.observations import EffectiveTwin, anchored, observation_key
from twins.queries import ResultWarning, ToolCall, ToolFinding
from twins.schema import Observation, Provenance
from twins.store import Store

logger = logging.getLogger(__name__)

CALL_SECONDS = 60.0
"""A call that takes longer is abandoned, unless its tool says that it needs longer."""
LONGEST_ARGUMENTS = 4000
"""Characters of a call's arguments as JSON: they are kept in the observation."""
LONGEST_ANSWER = 1500
"""Characters of what a tool tells the judge."""

GENERATION = "@generation"
"""Beside the arguments in a call's identity; no argument can have this name."""

Json = dict[str, Any]


@dataclass
class ToolRunner:
    """Makes the calls of one question; threads may share it.

    Args:
        store: where findings are kept.
        toolbox: what can be called.
        read_kept: returns the effective twin of a video, as the library has it.
        seconds: deadline of a call of a tool that does not say how long it needs.
        limit: how many calls run at once, of all candidates together; without it as many as are asked for.
        seconds_left: of the question: a call ends by then, and waits no longer for its turn.
        reserve: told before a tool is really called; raises :class:`TwinseekError` where no more may be spent.
        changed: videos of which something new was found, in order.
        folded: the keys of the observations that were read as parts of the twins of videos.
    """

    store: Store
    toolbox: Toolbox
    read_kept: Callable[[str], EffectiveTwin]
    seconds: float = CALL_SECONDS
    limit: Semaphore | None = None
    seconds_left: Callable[[], float] = lambda: inf
    reserve: Callable[[], None] | None = None
    changed: dict[str, None] = field(default_factory=dict)
    folded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: list[ResultWarning] = field(default_factory=list)
    _unkept: dict[str, dict[str, Observation]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def read(self, video_id: str) -> EffectiveTwin:
        """Return the effective twin of a video with all that was found out, also where nothing can be written."""
        known = self.read_kept(video_id)
        with self._lock:
            found = list(self._unkept.get(video_id, {}).values())
            if known.folded:
                self.folded[video_id] = known.folded
        return known.with_observations(found) if found else known

    def find(self, video_id: str, key: str) -> Observation | None:
        """Return what an equal call has found before."""
        with self._lock:
            found = self._unkept.get(video_id, {}).get(key)
        if found is None:
            try:
                found = self.store.observation(video_id, key)
            except TwinseekError as error:  # damaged: found out anew, and kept for this question alone
                self.warn("observation", str(error))
        return found

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a place for a call. Raises :class:`TwinseekError` where none gets free in the question's time."""
        if self.limit is None:
            yield
            return
        if not self.limit.acquire(timeout=min(max(self.seconds_left(), 0.0), TIMEOUT_MAX)):
            raise TwinseekError("the question's time was over before its turn came")
        try:
            yield
        finally:
            self.limit.release()

    def keep(self, video_id: str, observation: Observation, known: EffectiveTwin) -> Observation:
        """Keep what was found: in the library, or where that cannot be written, until the question is answered."""
        try:
            if self.store.writable:
                kept = self.store.observe(video_id, observation)
                with self._lock:
                    self.changed[video_id] = None
                return kept
            reason = "the library is read-only"
        except TwinseekError as error:
            reason = str(error)
        self.warn("observations_not_kept", f"what tools found is not kept for later questions: {reason}")
        with self._lock:
            found = self._unkept.setdefault(video_id, {})
            return found.setdefault(observation.key, anchored(observation, known.twin, known.geometry))

    def warn(self, code: str, text: str) -> None:
        """Note something for the reader of the result, once."""
        warning = ResultWarning(code=code, text=text)
        with self._lock:
            if warning not in self.warnings:
                self.warnings.append(warning)


class _RefusedError(Exception):
    """A call comes to nothing; the message tells the model why."""


def run_call(call: ToolCall, video_id: str, runner: ToolRunner) -> ToolFinding:
    """Make one call, or look up what an equal one has found; return what came of it, whatever that is."""
    started = time.perf_counter()
    try:
        finding = _run(call, video_id, runner)
    except _RefusedError as error:
        finding = ToolFinding(call=call, text=tidy(str(error), LONGEST_ANSWER))
    except TwinseekError as error:
        finding = ToolFinding(call=call, text=f"{call.tool} could not be called: {error}")
    finding = finding.model_copy(update={"seconds": round(time.perf_counter() - started, 4)})
    line = {"event": "tool_call", "video_id": video_id, **finding.model_dump(mode="json", exclude={"call"})}
    logger.info("%s", json.dumps(line | {"tool": call.tool, "args": _shown(call.args)}))
    return finding


def _run(call: ToolCall, video_id: str, runner: ToolRunner) -> ToolFinding:
    tool = runner.toolbox.tools.get(call.tool)
    if tool is None:
        names = ", ".join(sorted(runner.toolbox.tools)) or "none"
        raise _RefusedError(f"there is no tool {call.tool!r}: choose one of {names}.")
    args = check_arguments(tool, call.args)
    known = runner.read(video_id)
    sha256 = runner.store.source(video_id).sha256 or f"no file of {video_id}"
    key = observation_key(sha256, call.tool, tool.version, tool.weights, identity(args, known))
    kept = runner.find(video_id, key)
    if kept is not None:
        return ToolFinding(call=call, text=kept.text, key=key)
    with runner.turn():
        if runner.reserve is not None:
            runner.reserve()
        began = time.perf_counter()
        with reading(runner.read):
            allowed = min(tool.seconds or runner.seconds, runner.seconds_left())
            text, artifact = _invoke(tool, {**args, VIDEO: video_id}, allowed)
        seconds = time.perf_counter() - began
    by = Provenance(specialist=call.tool, version=tool.version, weights=tool.weights)
    found = _found(by, artifact, known)
    observation = Observation(
        key=key,
        tool=call.tool,
        tool_version=tool.version,
        weights=tool.weights,
        args=args,
        source_sha256=sha256,
        created=datetime.now(UTC).isoformat(),
        cost={"seconds": round(seconds, 4)},
        text=f"{text} ({found.dropped} entries or keys of its artifact were dropped.)" if found.dropped else text,
        spans=found.spans,
        facts=found.facts,
        tracks=found.tracks,
    )
    return ToolFinding(call=call, text=runner.keep(video_id, observation, known).text, key=key, fresh=True)


def _found(tool: Provenance, artifact: object, known: EffectiveTwin) -> Found:
    nothing = f"{tool.specialist} found nothing that can be used"
    try:
        return read_artifact(artifact, tool, known)
    except ArtifactError as error:
        raise _RefusedError(f"{nothing}: {error}.") from error
    except Exception as error:  # objects of somebody else's classes may raise anything when they are looked at
        text = f"{nothing}: its artifact cannot be read ({type(error).__name__}: {error})."
        raise _RefusedError(text) from error


def check_arguments(tool: OpenTool, given: Mapping[str, object]) -> Json:
    """Return the arguments of a call as plain JSON, defaults filled in. Raises :class:`_RefusedError`."""
    name, asked = tool.offer.name, dict(given)
    asked.pop(VIDEO, None)  # the graph says which video it is, whatever a model writes
    properties: Any = tool.offer.parameters.get("properties", {})
    unknown = sorted(set(asked) - set(properties))
    if unknown:
        takes = ", ".join(properties) or "no arguments"
        raise _RefusedError(f"{name} has no argument {', '.join(map(repr, unknown))}: it takes {takes}.")
    schema: Any = tool.tool.tool_call_schema
    listed = {key: _as_list(value) for key, value in asked.items() if _is_list(properties[key])}
    try:
        checked: BaseModel = schema.model_validate({**asked, **listed})
        args: Json = checked.model_dump(mode="json")
        # Encoded, because half a surrogate pair is a letter to Python and no text to a file.
        size = len(json.dumps(args, allow_nan=False, ensure_ascii=False).encode())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "arguments"
        raise _RefusedError(f"{name} was called wrongly: {where}: {first['msg']}.") from error
    except Exception as error:  # validators of a plugin's own, values that are no JSON
        raise _RefusedError(f"{name} was called wrongly ({type(error).__name__}: {error}).") from error
    if size > LONGEST_ARGUMENTS:
        raise _RefusedError(f"{name} was called with {size} characters of arguments: {LONGEST_ARGUMENTS} at most.")
    return args


def _is_list(declared: Any) -> bool:
    """Say whether an argument's JSON schema takes a list and nothing else, but for null."""
    options = declared.get("anyOf", [declared]) if isinstance(declared, Mapping) else []
    kinds = [option.get("type") for option in options if isinstance(option, Mapping)]
    return set(kinds) <= {"array", "null"} and "array" in kinds


def _as_list(value: object) -> object:
    """Take one thing for a list of it, and names between commas for a list of them, as small models write both."""
    if isinstance(value, str):
        return [name for part in value.split(",") if (name := part.strip())]
    return [value] if isinstance(value, int | float) else value


def identity(args: Json, known: EffectiveTwin) -> Json:
    """Return the arguments by which equal calls are known.

    The ids of a generation's tracks mean other things in the next one, so that a call which names some is equal only
    within its generation.
    """
    own = {track.id for track in known.twin.tracks if not track.id.startswith("o-")}
    return {**args, GENERATION: known.generation} if own.intersection(_texts(args)) else args


def _shown(args: Mapping[str, object]) -> str:
    """Return arguments as JSON for logs and comparisons, whatever a model has put there."""
    try:
        return json.dumps(args, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return "no JSON"


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _invoke(tool: OpenTool, args: Json, seconds: float) -> tuple[str, object]:
    """Return what a tool says and its artifact. Raises :class:`_RefusedError` where it fails or is late."""
    from langchain_core.messages import ToolMessage
    from langchain_core.tools import ToolException

    name = tool.offer.name
    request = {"type": "tool_call", "id": name, "name": name, "args": args}
    try:
        message = call_within(max(seconds, 0.0), lambda: tool.tool.invoke(request), f"tool {name}")
    except LateError as error:
        raise _RefusedError(f"{name} {error} and was abandoned.") from error
    except CallError as error:
        cause = error.__cause__
        if isinstance(cause, ToolException):
            raise _RefusedError(f"{name}: {cause}") from cause
        logger.warning("the tool %s failed: %s", name, cause)
        logger.debug("this is where it did", exc_info=cause)
        raise _RefusedError(f"{name} failed ({type(cause).__name__}: {cause}).") from cause
    if not isinstance(message, ToolMessage):
        raise _RefusedError(f"{name} found nothing that can be used: it returned {type(message).__name__}.")
    if message.status == "error":
        raise _RefusedError(f"{name}: {message.text}")
    return tidy(str(message.text), LONGEST_ANSWER), message.artifact
