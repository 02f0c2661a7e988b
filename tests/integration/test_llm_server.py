"""What comes of every way in which a model's server can fail: over real HTTP, through OpenAI's own client."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Meter
from tests.integration.model_asked import GOOD, ask, model_at
from tests.integration.model_server import body, dropped, hangs, says, status, trickles


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def test_a_busy_server_is_asked_again_after_the_seconds_that_it_says(server):
    server.script(status(429, retry_after="1"), says(GOOD))
    model = model_at(server)
    assert ask(model).score == 0.5
    assert len(server.requests) == 2
    assert 0.99 <= server.times[1] - server.times[0] <= 4
    assert model.meter.cost().llm_calls == 2
    assert model.meter.cost().prompt_tokens == 30


def test_a_busy_server_is_asked_again_at_the_time_that_it_says(server):
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    server.script(status(429, retry_after=format_datetime(at, usegmt=True)), says(GOOD))
    assert ask(model_at(server)).score == 0.5
    assert len(server.requests) == 2
    assert -0.01 <= server.times[1] - at.timestamp() <= 3


@pytest.mark.parametrize(
    ("reply", "says_what"),
    [
        (status(429), r"busy \(429, asked 3 times\): lower llm.max_concurrency"),
        (status(500, "CUDA error"), r"status 500, asked 3 times.*CUDA error"),
        (status(503), "status 503"),
        (dropped(), r"cannot be reached \(asked 3 times\)"),
        (body(b'{"id": "c", "choices": [{"ind'), r"no chat model's server \(asked 3 times\): check the base URL"),
        (body(b"<html>hello</html>", "text/html"), "no chat model's server .*<html>hello"),
        (body(b'{"choices": null}'), "no chat model's server"),
        (body(b'{"choices": []}'), "no chat model's server"),
        (body(b'{"error": {"message": "overloaded"}}'), "no chat model's server .*overloaded"),
    ],
    ids=["429", "500", "503", "dropped", "cut body", "html", "null choices", "no choices", "error with 200"],
)
def test_a_server_that_fails_for_ever_is_given_up_after_three_requests(server, reply, says_what):
    server.script(reply)
    model, began = model_at(server), time.monotonic()
    with pytest.raises(ModelGaveUpError, match=says_what):
        ask(model)
    assert len(server.requests) == 3
    assert time.monotonic() - began < 5
    assert model.meter.cost().llm_calls == 3
    assert model.meter.cost().prompt_tokens == 0


@pytest.mark.parametrize(
    "reply", [status(500), dropped(), body(b"{"), status(408)], ids=["500", "dropped", "cut", "408"]
)
def test_a_server_that_fails_once_is_asked_again(server, reply):
    server.script(reply, says(GOOD))
    assert ask(model_at(server)).score == 0.5
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [hangs(), trickles()], ids=["silent", "trickling"])
def test_a_request_that_takes_too_long_is_left_and_made_again(server, reply):
    server.script(reply, says(GOOD))
    began = time.monotonic()
    assert ask(model_at(server, CallLimits(attempts=2, timeout=0.5, seconds=20, backoff=0.02))).score == 0.5
    assert len(server.requests) == 2
    assert 0.5 <= time.monotonic() - began < 5


def test_a_server_that_hangs_for_ever_is_given_up_in_time(server):
    server.script(hangs())
    model, began = model_at(server, CallLimits(attempts=3, timeout=5, seconds=0.8, backoff=0.02)), time.monotonic()
    with pytest.raises(ModelGaveUpError, match=r"did not answer in time \(asked once\)"):
        ask(model)
    assert 0.7 <= time.monotonic() - began < 4
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", [lambda: "3600", lambda: http_date(3600)], ids=["seconds", "date"])
def test_a_wait_beyond_the_deadline_is_not_waited(server, wait):
    server.script(status(429, retry_after=wait()))
    began = time.monotonic()
    with pytest.raises(ModelGaveUpError, match=r"asks to wait 3[56]\d\d s, longer than the 10 s left"):
        ask(model_at(server))
    assert len(server.requests) == 1
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("code", "says_what"),
    [(401, r"refuses the key \(401\)"), (403, r"refuses the key \(403\)"), (404, "twinseek doctor says which it has")],
)
def test_what_no_other_try_can_change_is_given_up_at_once(server, code, says_what):
    server.script(status(code, "the model `m` does not exist"))
    with pytest.raises(ModelGaveUpError, match=says_what):
        ask(model_at(server))
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_named(server):
    model = model_at(server)
    server.shutdown()
    server.server_close()
    for _ in range(2):  # the second time without asking
        with pytest.raises(ModelGaveUpError, match=r"cannot be reached \(asked 3 times\)"):
            ask(model)
    assert model.meter.cost().llm_calls == 3
    with pytest.raises(ModelGaveUpError):
        ask(other := model.with_meter(Meter()))  # the next query tries anew
    assert other.meter.cost().llm_calls == 3


def test_a_line_that_broke_once_is_tried_again_by_the_next_request(server):
    server.script(dropped(), dropped(), dropped(), says(GOOD))
    model = model_at(server)
    with pytest.raises(ModelGaveUpError, match="cannot be reached"):
        ask(model)
    assert ask(model).score == 0.5


def test_requests_that_were_left_do_not_keep_the_program(server):
    server.script(hangs())
    with pytest.raises(ModelGaveUpError):
        ask(model_at(server, CallLimits(attempts=1, timeout=0.2, seconds=5)))
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "model request")
