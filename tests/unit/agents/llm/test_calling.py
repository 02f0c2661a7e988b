import threading
import time
from datetime import UTC, datetime

import pytest

from agents.llm.calling import CallLimits, ModelGaveUpError, call_patiently, is_passing, retry_after, status_of, within
from agents.llm.metering import BudgetSpentError

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
QUICK = CallLimits(attempts=3, timeout=5, backoff=0.001)


class Response:
    def __init__(self, status, headers=None):
        self.status_code, self.headers = status, headers or {}


class StatusError(Exception):
    def __init__(self, status, headers=None):
        super().__init__(f"status {status}")
        self.status_code, self.response = status, Response(status, headers)


class TransportError(Exception):
    """Named as HTTP clients name it."""


class RemoteProtocolError(TransportError):
    pass


class Requests:
    """Raises what it is given, one after the other, then answers."""

    def __init__(self, *errors):
        self.errors, self.made = list(errors), 0

    def __call__(self):
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2026 11:59:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("-1", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    assert retry_after(StatusError(429, {"Retry-After": value}), now=lambda: NOW) == seconds


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (StatusError(429), True),
        (StatusError(408), True),
        (StatusError(500), True),
        (StatusError(503), True),
        (StatusError(400), False),
        (StatusError(401), False),
        (StatusError(404), False),
        (ConnectionResetError("reset"), True),
        (TimeoutError(), True),
        (RemoteProtocolError("peer closed"), True),
        (ValueError("no JSON"), True),
        (AttributeError("a fault of ours"), False),
        (BudgetSpentError("spent"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error, passing):
    assert is_passing(error) == passing


def test_a_status_is_found_in_the_cause_too():
    wrapped = RuntimeError("wrapped")
    wrapped.__cause__ = StatusError(503)
    assert status_of(wrapped) == 503


def test_a_passing_fault_is_tried_again_up_to_the_limit():
    requests = Requests(StatusError(500), RemoteProtocolError("closed"))
    assert call_patiently(requests, QUICK, 5) == "answer"
    assert requests.made == 3
    requests = Requests(*[StatusError(500)] * 3)
    with pytest.raises(ModelGaveUpError, match="status 500, asked 3 times"):
        call_patiently(requests, QUICK, 5)
    assert requests.made == 3


def test_a_fault_of_ours_comes_through_as_it_is():
    requests = Requests(AttributeError("a fault of ours"))
    with pytest.raises(AttributeError):
        call_patiently(requests, QUICK, 5)
    assert requests.made == 1


def test_a_spent_budget_comes_through_as_it_is():
    with pytest.raises(BudgetSpentError):
        call_patiently(Requests(StatusError(500), BudgetSpentError("spent")), QUICK, 5)


def test_a_wait_beyond_the_time_left_is_not_begun():
    requests, began = Requests(StatusError(429, {"retry-after": "60"})), time.monotonic()
    with pytest.raises(ModelGaveUpError, match="asks to wait 60 s, longer than the 2 s left"):
        call_patiently(requests, QUICK, 2)
    assert requests.made == 1
    assert time.monotonic() - began < 1


def test_nothing_is_asked_when_no_time_is_left():
    requests = Requests()
    with pytest.raises(ModelGaveUpError, match="time for an answer is over"):
        call_patiently(requests, QUICK, -0.1)
    assert requests.made == 0


def test_a_request_that_does_not_end_is_left_behind():
    end, began = threading.Event(), time.monotonic()
    with pytest.raises(TimeoutError):
        within(end.wait, 0.1)
    assert time.monotonic() - began < 2
    end.set()


def test_what_a_request_raises_comes_through_with_its_causes():
    def request():
        try:
            raise ConnectionResetError("line")
        except ConnectionResetError as line:
            raise RuntimeError("no answer") from line

    with pytest.raises(RuntimeError, match="no answer") as raised:
        within(request, 5.0)
    assert isinstance(raised.value.__cause__, ConnectionResetError)
    assert is_passing(raised.value)
