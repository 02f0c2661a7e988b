"""Calling code that may never return: in a thread of its own, which is left behind when it is late."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Value = TypeVar("Value")


class LateError(Exception):
    """What was called has not returned in time; its thread goes on, and the process ends without it."""


class CallError(Exception):
    """What was called raised; ``__cause__`` is what. One that asks the process to exit is one of these too."""


def call_within(seconds: float, function: Callable[[], Value], name: str = "deadline") -> Value:
    """Return what ``function`` returns.

    Args:
        seconds: how long to wait at most.
        function: called in a thread of its own, with the caller's context variables.
        name: of the thread.

    Raises:
        LateError: it takes longer.
        CallError: it raised.
    """
    outcome: Future[Value] = Future()

    def run() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # whatever it is, it must reach the one who waits
            outcome.set_exception(error)

    # A daemon: the interpreter does not wait for a thread that hangs when it exits.
    threading.Thread(target=contextvars.copy_context().run, args=(run,), name=name, daemon=True).start()
    try:
        error = outcome.exception(timeout=seconds)
    except TimeoutError:
        raise LateError(f"gave no answer within {seconds:g} s") from None
    if error is not None:
        raise CallError(str(error)) from error
    return outcome.result()
