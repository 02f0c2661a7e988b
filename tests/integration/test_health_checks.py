"""The health checks of deploy/ tell a server that works from one that only answers."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.integration.model_server import completion, send, serve
from tests.plugins import ROOT

SCRIPT = ROOT / "deploy" / "health.py"


def check(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("said", "status"), [('{"ok": true}', 0), ("yes, I am well", 1), ('{"other": 1}', 1), (None, 1)]
)
def test_a_model_must_keep_to_a_schema(said, status):
    with serve("text") as server:
        server.script(lambda handler, body: send(handler, 200, completion(said)))
        done = check("model", server.url, "text", "--picture")
        assert done.returncode == status, done.stderr
        (asked,) = server.requests
    assert asked["response_format"]["type"] == "json_schema"
    assert asked["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")


def test_the_picture_is_one():
    import base64
    import io
    import runpy

    from PIL import Image

    picture = runpy.run_path(str(SCRIPT))["PICTURE"]
    assert Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))).convert("RGB").size == (28, 28)


def test_a_model_server_that_refuses_or_is_gone_is_not_well():
    with serve("text") as server:
        server.script(lambda handler, body: send(handler, 500, {"error": {"message": "out of memory"}}))
        assert check("model", server.url, "text").returncode == 1
        url = server.url
    gone = check("model", url, "text")
    assert gone.returncode == 1
    assert f"model at {url} does not work" in gone.stderr


@pytest.fixture(scope="module")
def chroma(tmp_path_factory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path_factory.mktemp("chroma"))]
    with subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL) as process:
        for _ in range(300):
            try:
                urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_a_chroma_server_is_written_and_searched_again_and_again(chroma):
    assert [check("chroma", chroma).returncode for _ in range(2)] == [0, 0]


def test_another_server_is_no_chroma():
    with serve("text") as server:
        assert check("chroma", server.url).returncode == 1
