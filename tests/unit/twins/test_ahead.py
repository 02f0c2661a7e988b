import threading
from collections.abc import Generator

import pytest

from twins.ahead import Ahead


class Source:
    """Yields numbers up to ``end``, then raises ``error``; counts what was asked of it."""

    def __init__(self, end: int, error: BaseException | None = None) -> None:
        self.made, self.closed, self.thread = 0, False, ""
        self.end, self.error = end, error
        self.reached = threading.Condition()

    def things(self) -> Generator[int, None, None]:
        self.thread = threading.current_thread().name
        try:
            while self.made < self.end:
                with self.reached:
                    self.made += 1
                    self.reached.notify_all()
                yield self.made
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True

    def wait(self, count: int, seconds: float = 5.0) -> bool:
        with self.reached:
            return self.reached.wait_for(lambda: self.made >= count, seconds)


def ahead(source: Source, weight: int = 1, most: int = 3) -> Ahead[int]:
    return Ahead(source.things(), lambda thing: weight, most, "source")


def test_everything_comes_in_order_from_a_thread_that_ends():
    source = Source(50)
    things = ahead(source)
    assert list(things) == list(range(1, 51))
    assert source.thread == "source"
    things.close()
    assert "source" not in [thread.name for thread in threading.enumerate()]


def test_no_more_than_a_weight_waits_while_nobody_takes_any():
    source = Source(50)
    things = ahead(source, weight=2, most=7)
    assert source.wait(4)  # three wait, and one is ready
    assert not source.wait(5, 0.2)
    assert next(things) == 1
    assert source.wait(5)
    assert not source.wait(6, 0.2)
    things.close()


def test_a_thing_that_is_too_heavy_waits_alone():
    source = Source(5)
    things = ahead(source, weight=100)
    assert source.wait(2)
    assert not source.wait(3, 0.2)
    assert list(things) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("error", [ValueError("broken"), MemoryError(), SystemExit(3)])
def test_what_goes_wrong_is_raised_after_what_came_before(error: BaseException):
    things = ahead(Source(2, error))
    assert [next(things), next(things)] == [1, 2]
    with pytest.raises(type(error)) as raised:
        next(things)
    assert raised.value is error
    assert list(things) == []


def test_closing_early_ends_the_thread_and_the_generator():
    source = Source(10**9)
    things = ahead(source)
    assert next(things) == 1
    things.close()
    assert source.closed
    assert "source" not in [thread.name for thread in threading.enumerate()]
    assert list(things) == []
    things.close()  # twice does no harm
