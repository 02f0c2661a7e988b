"""A server that speaks OpenAI's protocol on loopback and misbehaves as it is told, one reply a request."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class ModelServer(ThreadingHTTPServer):
    """Gives the replies in turn, the last one for ever; remembers when what was asked."""

    daemon_threads = True

    def __init__(self, models: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models = models
        self.page: bytes | None = None
        self.listings = 0
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.ending = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def script(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def next_reply(self, body: dict[str, Any]) -> Reply:
        with self.lock:
            self.requests.append(body)
            self.times.append(time.time())
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_GET(self) -> None:
        self.server.listings += 1
        if self.server.page is not None:
            return send(self, 200, self.server.page, {"content-type": "text/html"})
        if self.path != "/v1/models":
            return send(self, 404, {"error": {"message": "not found"}})
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self.server.models]
        return send(self, 200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/v1/chat/completions":
            return send(self, 404, {"error": {"message": "not found"}})
        return self.server.next_reply(body)(self, body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output clean."""


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    given = {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}
    for name, value in given.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def completion(content: str | None, finish: str = "stop", *, usage: bool = True, **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    counted = {"usage": {"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37}} if usage else {}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], **counted}


# Replies


def says(content: str | None, finish: str = "stop", *, usage: bool = True, **message: Any) -> Reply:
    """Answer with a message."""
    return lambda handler, body: send(handler, 200, completion(content, finish, usage=usage, **message))


def status(code: int, text: str = "no", **headers: str) -> Reply:
    """Refuse with a status; underscores in names of headers are dashes."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, body: send(handler, code, {"error": {"message": text}}, given)


def body(data: bytes, kind: str = "application/json") -> Reply:
    """Answer 200 with whatever this is."""
    return lambda handler, _: send(handler, 200, data, {"content-type": kind})


def dropped() -> Reply:
    """Promise an answer, send half of it, and hang up."""

    def reply(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        data = json.dumps(completion('{"score": 0.5}')).encode()
        send(handler, 200, data[: len(data) // 2], {"content-length": str(len(data))})
        handler.close_connection = True

    return reply


def hangs() -> Reply:
    """Answer nothing until the test is over."""
    return lambda handler, _: handler.server.ending.wait(30) and None


def trickles() -> Reply:
    """Send a byte now and then: no single read takes long, and the answer never ends."""

    def reply(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        send(handler, 200, b"{", {"content-length": "100000"})
        while not handler.server.ending.wait(0.05):
            handler.wfile.write(b" ")

    return reply


def without_schema(reply: Reply, refusal: Reply) -> Reply:
    """Refuse whatever is asked by schema."""
    return lambda handler, body: (refusal if "response_format" in body else reply)(handler, body)


@contextmanager
def serve(*models: str) -> Iterator[ModelServer]:
    """Run a server as long as the context lasts."""
    server = ModelServer(models or ("m",))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
