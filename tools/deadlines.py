"""Calling code that may never return: in a thread of its own, which is left behind when it is late."""

import contextvars
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LateError(Exception):
    """What was called has not returned in time; its thread goes on, and the process ends without it."""


class CallError(Exception):
    """What was called raised; ``__cause__`` is what. One that asks the process to exit is one of these too."""


class Running(Generic[Value]):
    """A call that runs in a thread of its own."""

    def __init__(self, function: Callable[[], Value], name: str) -> None:
        self._outcome: queue.SimpleQueue[tuple[Value | None, BaseException | None]] = queue.SimpleQueue()
        context = contextvars.copy_context()
        # A daemon: the interpreter does not wait for a thread that hangs when it exits.
        threading.Thread(target=context.run, args=(self._run, function), name=name, daemon=True).start()

    def result(self, seconds: float | None) -> Value:
        """Return what the call returned.

        Args:
            seconds: how long to wait at most; without, as long as it takes.

        Raises:
            LateError: it takes longer.
            CallError: it raised.
        """
        try:
            value, error = self._outcome.get(timeout=seconds)
        except queue.Empty:
            raise LateError(f"gave no answer within {seconds:g} s") from None
        if error is not None:
            raise CallError(str(error)) from error
        return value  # type: ignore[return-value]  # none only where an error was put beside it

    def _run(self, function: Callable[[], Value]) -> None:
        try:
            self._outcome.put((function(), None))
        except BaseException as error:  # whatever it is, it must reach the one who waits
            self._outcome.put((None, error))


def call_within(seconds: float, function: Callable[[], Value], name: str = "deadline") -> Value:
    """Return what ``function`` returns. Raises as :meth:`Running.result` does."""
    return Running(function, name).result(seconds)
