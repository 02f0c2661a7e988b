"""Processes that index videos side by side; one that crashes or is killed takes only its own video down."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

Message = dict[str, Any]
CRASHED = "crashed"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Work(Protocol):
    """Does one task; must be picklable."""

    def __call__(self, task: Any, send: Callable[[Message], None], /) -> None:
        """Do a task and tell of it by ``send(message)``; must not raise for what is wrong with the task alone."""


class _Worker:
    """One process, and the task that it is at."""

    def __init__(self, work: Work, task: Any, threads: int) -> None:
        # Spawned, not forked: a caller may hold threads (onnxruntime, Chroma) that a fork would break.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(work, theirs, threads), daemon=True)
        with _no_interrupt():
            self.process.start()
        theirs.close()
        self.give(task)

    def give(self, task: Any) -> None:
        self.task = task
        # Where the process has just died, reading from it says so.
        with contextlib.suppress(BrokenPipeError):
            self.pipe.send(task)

    def receive(self) -> Message | None:
        """Return its next message; none when the task is done."""
        try:
            message: Message | None = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return {"event": CRASHED, "exitcode": self.process.exitcode}
        return message

    def stop(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def run_tasks(work: Work, tasks: Iterable[Any], jobs: int) -> Generator[tuple[Any, Message], None, None]:
    """Do tasks, none of them ``None``, in ``jobs`` processes and yield (task, message) as messages come in.

    The libraries of each process compute in ``cores / jobs`` threads: more would only fight for the cores. What the
    environment says already (``OMP_NUM_THREADS``) is left alone.

    A process that dies over a task yields ``{"event": "crashed", "exitcode": …}`` and is replaced. Leaving the
    iterator early, for example by Ctrl-C, ends all processes at once.
    """
    pending = iter(tasks)
    workers: dict[Any, _Worker] = {}
    threads = max(1, cores() // jobs)

    def start(task: Any) -> None:
        worker = _Worker(work, task, threads)
        workers[worker.pipe] = worker

    try:
        for task in islice(pending, jobs):
            start(task)
        while workers:
            for pipe in wait(list(workers)):
                worker = workers[pipe]
                message = worker.receive()
                if message is not None:
                    yield worker.task, message
                if message is None or message["event"] == CRASHED:
                    following = next(pending, None)
                    if message is None and following is not None:
                        worker.give(following)
                        continue
                    workers.pop(pipe).stop()
                    if following is not None:
                        start(following)
    finally:
        for worker in workers.values():
            worker.stop()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back for a moment; a process that is started meanwhile never gets any.

    Ctrl-C reaches the whole process group, and the parent decides what happens then. A process that ignored it only
    from :func:`_serve` on would be hit while it still imports.
    """
    resource_tracker.ensure_running()  # starting a process starts it where need be, and that lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Work, pipe: Connection, threads: int) -> None:
    # Read by torch when a plugin imports it, which is later than this.
    for variable in THREADS:
        os.environ.setdefault(variable, str(threads))
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def send(message: Message | None) -> None:
        try:
            pipe.send(message)
        except OSError:
            # The parent was killed. SystemExit is no Exception: unfinished work is tidied up, and nobody reports it.
            raise SystemExit(1) from None

    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        work(task, send)
        send(None)
