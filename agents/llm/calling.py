"""One request to a chat model: what is worth another try, how long to wait, and when to give up.

Providers raise their own exceptions; they are told apart by what they carry (a status, a response's headers) and by the
names that HTTP clients give their errors, so that no provider's package is needed here.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.stop import stop_before_delay

from twins.deadlines import CallError, LateError, call_within
from twins.errors import TwinseekError

T = TypeVar("T")

BUSY = frozenset([408, 409, 425, 429])
"""Statuses below 500 that another try may change."""
LINE_ERRORS = frozenset(["TransportError", "TimeoutException", "APIConnectionError", "ModelConnectionError"])
"""Base classes by which HTTP clients (httpx and its kin, OpenAI's, Anthropic's) name a bad line or a timeout."""
NOT_A_MODEL = (ValueError, LookupError, TypeError)
"""What integrations raise where a body is not that of a chat model: cut JSON, an HTML page, no choices."""
NO_SERVER = frozenset(["ConnectError", "ConnectionRefusedError", "gaierror"])
"""Names of what is raised where nothing listens at an address, or the address is none."""
SHOWN = 300
"""Characters of a server's message that are repeated."""


class ModelGaveUpError(TwinseekError):
    """A model gave no usable answer, and asking again was of no use or is not allowed any more."""


@dataclass(frozen=True)
class CallLimits:
    """How patient one answer is.

    Args:
        attempts: requests for one message, and messages for one answer, at most.
        timeout: seconds for one request.
        seconds: for one answer with all its requests and waits.
        completion_tokens: of one message, where the caller does not say.
        backoff: seconds of the first wait at most; it doubles.
    """

    attempts: int = 3
    timeout: float = 60.0
    seconds: float = 180.0
    completion_tokens: int = 2048
    backoff: float = 0.5


USUAL = CallLimits()
"""How patient whoever is who says nothing else."""


def call_patiently(
    request: Callable[[], T],
    limits: CallLimits,
    seconds: float,
    failed: Callable[[Exception, float], None] = lambda error, took: None,
) -> T:
    """Make a request, and again while that is worth it.

    Args:
        request: raises what the provider raises.
        limits: how often, how long each.
        seconds: until the last try must have begun; a wait that the server asks for counts.
        failed: told of each request that came to nothing, at once: what was raised, and after how many seconds.

    Raises:
        ModelGaveUpError: saying what to do. What is none of the line's or the server's faults comes through as it is.
    """
    if seconds <= 0:
        raise ModelGaveUpError("the time for an answer is over: raise llm.seconds")
    deadline = time.monotonic() + seconds

    def once() -> T:
        return _tried(request, min(limits.timeout, max(deadline - time.monotonic(), 0.0)), failed)

    patient = Retrying(
        stop=stop_after_attempt(limits.attempts) | stop_before_delay(seconds),
        wait=lambda state: _wait(state, limits.backoff),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )
    try:
        return patient(once)
    except TwinseekError:
        raise
    except Exception as error:
        if not (is_passing(error) or status_of(error)):
            raise
        raise ModelGaveUpError(explain(error, int(patient.statistics["attempt_number"]), seconds)) from error


def _tried(request: Callable[[], T], seconds: float, failed: Callable[[Exception, float], None]) -> T:
    began = time.perf_counter()
    try:
        return within(request, seconds)
    except Exception as error:
        failed(error, time.perf_counter() - began)
        raise


def within(request: Callable[[], T], seconds: float) -> T:
    """Make a request and wait no longer than this; a late one is abandoned.

    An HTTP client's timeout is for each piece that it reads: a server that trickles would hold it for ever.

    Raises:
        TimeoutError: when the time is over. What the request raises comes through.
    """
    try:
        return call_within(seconds, request, "model request")
    except LateError as late:
        raise TimeoutError(str(late)) from None
    except CallError as failed:
        raised = failed.__cause__ or failed
    raise raised  # here, so that its own causes stay: they tell a bad line from a wrong key


def is_passing(error: BaseException) -> bool:
    """Say whether the same request may succeed later: a bad line, a timeout, a busy or broken server."""
    status = status_of(error)
    if status is not None:  # below 400: the body was not what it should be, and broke the integration
        return status in BUSY or status >= 500 or status < 400
    return _is_line_error(error) or isinstance(error, NOT_A_MODEL)


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that an exception, or one that caused it, carries."""
    for one in _chain(error):
        response = getattr(one, "response", None)
        for value in (getattr(one, "status_code", None), getattr(response, "status_code", None)):
            if isinstance(value, int):
                return value
    return None


def retry_after(error: BaseException, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Return the seconds that a server asks to wait: its header Retry-After as a number or as a date."""
    for one in _chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None)
        given = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, Mapping) else {}
        if "retry-after" in given:
            return _seconds_to_wait(str(given["retry-after"]), now)
    return None


def _seconds_to_wait(value: str, now: Callable[[], datetime]) -> float | None:
    """Read a Retry-After: digits or an HTTP date; none where it is neither."""
    if value.strip().isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now()).total_seconds(), 0.0)


def explain(error: BaseException, attempts: int, seconds: float) -> str:
    """Say in one sentence what was wrong with a request, and what to do."""
    status, said = status_of(error), message_of(error)
    if status == 401 or status == 403:
        return f"the model's server refuses the key ({status}): set the provider's key, OPENAI_API_KEY say ({said})"
    if status == 404:
        return f"the model's server has no such model or path (404): twinseek doctor says which it has ({said})"
    wait = retry_after(error)
    if status == 429 and wait is not None and wait >= seconds:
        return f"the model's server asks to wait {wait:.0f} s, longer than the {seconds:.0f} s left: ask again later"
    tries = "once" if attempts == 1 else f"{attempts} times"
    if status == 429:
        return f"the model's server is busy (429, asked {tries}): lower llm.max_concurrency, or ask again later"
    if status is not None and status >= 500:
        return f"the model's server failed (status {status}, asked {tries}): look at its log ({said})"
    if status is not None and status >= 400:
        return f"the model's server refuses the request (status {status}): {said}"
    if _is_timeout(error):
        return (
            f"the model's server did not answer in time (asked {tries}): "
            "raise llm.timeout and llm.seconds, or look at its load"
        )
    if _is_line_error(error):
        return f"the model's server cannot be reached (asked {tries}): check that it runs, and the base URL ({said})"
    said = _body(error) or said
    return f"what answers at the base URL is no chat model's server (asked {tries}): check the base URL ({said})"


def message_of(error: BaseException) -> str:
    """Return the first line of an exception's message, bounded; the cause's name where that says more."""
    text = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    root = list(_chain(error))[-1]
    if root is not error and text in ("Connection error.", "Request timed out."):
        text = f"{text} {type(root).__name__}: {root}"
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _body(error: BaseException) -> str:
    """Return the beginning of what a server answered instead of JSON, where the exception carries it."""
    text = getattr(getattr(error, "response", None), "text", "")
    return _short(" ".join(text.split())) if isinstance(text, str) else ""


def _wait(state: RetryCallState, backoff: float) -> float:
    """Return what the server asks for, else a random part of a wait that doubles: not all come back at once."""
    asked = retry_after(error) if state.outcome and (error := state.outcome.exception()) else None
    longest = backoff * 2 ** (state.attempt_number - 1)
    return asked if asked is not None else random.uniform(longest / 2, longest)  # noqa: S311


def _is_line_error(error: BaseException) -> bool:
    return any(isinstance(one, OSError) or LINE_ERRORS & _names(one) for one in _chain(error))


def is_nobody_there(error: BaseException | None) -> bool:
    """Say whether a request failed because no server is at its address: all others of the same time would, too."""
    return error is not None and not _is_timeout(error) and any(NO_SERVER & _names(one) for one in _chain(error))


def _is_timeout(error: BaseException) -> bool:
    timeouts = {"TimeoutError", "TimeoutException", "APITimeoutError", "ModelTimeoutError"}
    return any(timeouts & _names(one) for one in _chain(error))


def _names(error: BaseException) -> set[str]:
    return {base.__name__ for base in type(error).__mro__}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what caused it, the outermost first."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__
