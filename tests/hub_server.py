"""A model hub on loopback: the few endpoints that its client asks, over real HTTP, and what can go wrong with them."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER_COMMIT = "fedcba9876543210fedcba9876543210fedcba98"
LARGE = (".safetensors", ".bin")
"""Endings of files that the hub keeps as large ones, with a sha256."""


@dataclass
class FakeHub:
    """What the server has, and what it does wrong.

    ``breaks``: how many answers with a large file still end in the middle. ``lies``: files of which the listing says
    another hash than that of what is sent. ``asked``: methods and paths of all requests.
    """

    repositories: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=lambda: {"main": COMMIT})
    breaks: int = 0
    lies: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, repository: str, files: dict[str, bytes], commit: str = COMMIT) -> None:
        """Publish a version of a model."""
        self.repositories.setdefault(repository, {})[commit] = files

    def fetched(self) -> list[str]:
        """Return the names of the files that were sent, in order."""
        return [line.rpartition("/")[2] for line in self.asked if line.startswith("GET") and "/resolve/" in line]


def git_sha1(content: bytes) -> str:
    """Return git's hash of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Answers(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", path):
            self._list(found[1], found[2] or "main")
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/([^/]+)", path):
            self._send_file(found[1], found[2], found[3])
        else:
            self._fail("EntryNotFound")

    def _list(self, repository: str, revision: str) -> None:
        versions = self.hub.repositories.get(repository)
        if versions is None:
            return self._fail("RepoNotFound")
        commit = self.hub.branches.get(revision, revision)
        if commit not in versions:
            return self._fail("RevisionNotFound")
        siblings = [self._sibling(name, content) for name, content in versions[commit].items()]
        body = json.dumps({"id": repository, "sha": commit, "siblings": siblings}).encode()
        self._start(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body)
        return None

    def _sibling(self, name: str, content: bytes) -> dict[str, object]:
        told = content + b"?" if name in self.hub.lies else content
        entry: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": git_sha1(told)}
        if name.endswith(LARGE):
            digest = hashlib.sha256(told).hexdigest()
            entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
        return entry

    def _send_file(self, repository: str, commit: str, name: str) -> None:
        content = self.hub.repositories.get(repository, {}).get(commit, {}).get(name)
        if content is None:
            return self._fail("EntryNotFound")
        begin = int(found[1]) if (found := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        etag = hashlib.sha256(content).hexdigest() if name.endswith(LARGE) else git_sha1(content)
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"', "Content-Length": str(len(content) - begin)}
        if begin:
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self._start(206 if begin else 200, headers)
        if self.command == "GET":
            breaks = name.endswith(LARGE) and self.hub.breaks > 0
            self.hub.breaks -= breaks
            self.wfile.write(content[begin : begin + (len(content) - begin) // 2] if breaks else content[begin:])
            self.close_connection = self.close_connection or breaks
        return None

    def _fail(self, code: str) -> None:
        self._start(404, {"X-Error-Code": code, "Content-Length": "0"})

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def serve_hub() -> Iterator[FakeHub]:
    """Run a hub for as long as it is needed."""
    hub = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
