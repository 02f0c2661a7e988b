"""Taking things from a generator in a thread of its own, a little ahead of whoever wants them."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Ahead(Generic[Thing]):
    """An iterator over what a generator yields, which runs in a thread while what came before is worked on.

    What the generator raises is raised here, in its turn. End it with :meth:`close`, wherever it stands.

    Args:
        things: touched by nobody else until this is closed.
        weight: of a thing.
        most: the things that wait weigh no more than this together; one may always wait, however heavy.
        name: of the thread.
    """

    def __init__(
        self, things: Generator[Thing, None, None], weight: Callable[[Thing], int], most: int, name: str = "ahead"
    ) -> None:
        self._things, self._weight, self._most = things, weight, most
        self._waiting: deque[Thing] = deque()
        self._heavy = 0
        self._ended = self._closed = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        # A daemon: a decoder that hangs over a hostile file must not keep the interpreter from exiting.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> "Ahead[Thing]":
        return self

    def __next__(self) -> Thing:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            if self._waiting:
                thing = self._waiting.popleft()
                self._heavy -= self._weight(thing)
                self._changed.notify_all()
                return thing
        error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration

    def close(self) -> None:
        """Let what waits go, and return when the thread has ended: the generator is closed then."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            try:
                for thing in self._things:
                    if not self._put(thing):
                        return
            finally:
                self._things.close()
        except BaseException as error:  # whatever it is, it must reach the one who waits
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, thing: Thing) -> bool:
        """Let a thing wait as soon as there is room for it; return whether anybody still wants any."""
        weight = self._weight(thing)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._waiting or self._heavy + weight <= self._most)
            if not self._closed:
                self._waiting.append(thing)
                self._heavy += weight
                self._changed.notify_all()
            return not self._closed
