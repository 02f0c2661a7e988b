"""The same describer before a server that misbehaves: what that is sent, and what becomes of its answers."""

import base64
import io
import json

import av
import cv2
import numpy as np
import pytest

from tests.e2e.films import write_squares
from tests.integration.model_server import (
    body,
    completion,
    dropped,
    hangs,
    says,
    send,
    serve,
    status,
    trickles,
    without_schema,
)
from tests.integration.test_qwen_vl import BOX, FRAME, INSIDE, SHOT, THING, frame
from tests.plugins import install_built_in
from tools.describers import PluggedDescriber
from tools.plugged import SpecialistContext, open_plugged
from tools.qwen_vl import build
from twins.errors import TwinseekError
from twinseek.library import Library

KEY = "sk-very-secret-key"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve() as running:
        running.script(fitting())
        yield running


@pytest.fixture
def describer(server):
    def describer(**settings):
        given = {"base_url": server.url, "model": "Qwen/Qwen3-VL-8B-Instruct", "timeout": 5, **settings}
        return build(SpecialistContext(1, "cpu", given))

    return describer


def fitting():
    """Answer what is asked, as a model that sees would."""

    def reply(handler, asked):
        shot = "You look at frames of one shot" in asked["messages"][0]["content"]
        send(handler, 200, completion(SHOT if shot else THING))

    return reply


def look(made, **boxes):
    return made.describe([frame()] * 2, [boxes or {"t1": BOX}] * 2, [0.5, 1.25])


def picture(part) -> np.ndarray:
    kind, coded = part["image_url"]["url"].split(",", 1)
    assert kind == "data:image/jpeg;base64"
    image = cv2.imdecode(np.frombuffer(base64.b64decode(coded), np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(int)


def test_a_server_is_shown_pictures_and_asked_by_schema(describer, server):
    found = look(describer())
    assert found[""][0] == ("scene", "Two squares slide", 0.7)
    assert found["t1"][0] == ("attribute", "a flat square", 0.8)
    shot, thing = server.requests
    assert shot["model"] == "Qwen/Qwen3-VL-8B-Instruct"
    assert (shot["temperature"], shot["max_completion_tokens"]) == (0, 384)
    assert shot["response_format"]["json_schema"]["schema"]["properties"]["events"]["maxItems"] == 3
    assert shot["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    first, second, text = shot["messages"][1]["content"]
    assert "There are 2 frames, taken at 0.5 s, 1.2 s." in text["text"]
    assert picture(first).shape == picture(second).shape
    assert picture(first)[0, 0] == pytest.approx(FRAME, abs=6)
    shown = picture(thing["messages"][1]["content"][0])
    assert shown[shown.shape[0] // 2, shown.shape[1] // 2] == pytest.approx(INSIDE, abs=6)
    assert shown[0, 0] == pytest.approx(FRAME, abs=6)


def test_a_server_that_takes_films_is_shown_one_in_the_time_of_the_shot(describer, server):
    look(describer(media="video"))
    film_part, _ = server.requests[0]["messages"][1]["content"]
    kind, coded = film_part["video_url"]["url"].split(",", 1)
    assert kind == "data:video/mp4;base64"
    with av.open(io.BytesIO(base64.b64decode(coded))) as container:
        frames = [(float(one.time), one.to_ndarray(format="rgb24").astype(int)) for one in container.decode(video=0)]
    assert [time for time, _ in frames] == pytest.approx([0.0, 0.75])
    assert frames[0][1][10, 10] == pytest.approx(FRAME, abs=8)
    assert "image_url" in server.requests[1]["messages"][1]["content"][0]


def test_things_are_asked_about_at_once_and_a_busy_server_again(describer, server):
    server.script(status(429, retry_after="0"), status(503, retry_after="0"), fitting())
    found = look(describer(), t1=BOX, t2=BOX, t3=BOX)
    assert list(found) == ["", "t1", "t2", "t3"]
    assert len(server.requests) == 6


def test_a_wrong_answer_is_sent_back_with_what_was_wrong(describer, server):
    server.script(says("A nice shot."), says('{"caption": 3}'), fitting())
    made = describer(things=0)
    assert look(made) == {}
    again = server.requests[1]["messages"]
    assert [turn["role"] for turn in again] == ["system", "user", "assistant", "user"]
    assert again[2]["content"] == "A nice shot."
    assert again[3]["content"].startswith("Your answer is not one JSON object")
    assert look(made)[""][0][1] == "Two squares slide"


def test_ids_that_a_server_makes_up_reach_nobody(describer, server):
    server.script(says(json.dumps({**json.loads(SHOT), **json.loads(THING), "t9": ["a ghost"], "id": "t9"})))
    found = look(describer())
    assert set(found) == {"", "t1"}
    assert "ghost" not in str(found)


def test_an_answer_that_is_cut_off_is_asked_for_again(describer, server):
    server.script(says(SHOT[:30], "length"), fitting())
    assert look(describer(things=0))[""][0][1] == "Two squares slide"
    assert "too long" in server.requests[1]["messages"][-1]["content"]


def test_a_server_that_knows_no_schemas_is_asked_without_one_from_then_on(describer, server):
    server.script(without_schema(fitting(), status(400, "response_format is not supported")))
    made = describer()
    assert set(look(made)) == set(look(made)) == {"", "t1"}
    assert len(server.requests) == 5
    assert "response_format" not in server.requests[-1]


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (status(400, "m is not a multimodal model"), r"refuses pictures \(400: .*multimodal.*\): serve a model that"),
        (status(422, "context too long"), r"refuses the request \(422: .*context too long"),
        (status(401, f"wrong key: {KEY}"), "refuses the key"),
        (status(404, "no such model"), "is not there"),
        (status(429, retry_after="0"), r"is busy \(429, asked 2 times\)"),
        (status(500, f"out of memory {KEY}"), r"failed \(500, asked 2 times\): .*\[secret\]"),
        (body(b"<html>hello</html>", "text/html"), "is no chat model's server"),
        (body(b'{"choices": []}'), "is no chat model's server"),
        (dropped(), "cannot be reached|is no chat model's server"),
        (hangs(), "did not answer in time"),
        (trickles(), "did not answer in time"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_in_one_sentence(describer, server, reply, says, monkeypatch):
    monkeypatch.setattr("tools.vision_server.WAIT", 2.0)
    server.script(reply)
    with pytest.raises(TwinseekError, match=says) as raised:
        look(describer(attempts=2, timeout=0.6))
    assert KEY not in str(raised.value)


def test_a_server_that_is_not_there_is_named(describer, server):
    server.server_close()
    server.shutdown()
    with pytest.raises(TwinseekError, match=r"Qwen/Qwen3-VL-8B-Instruct at http://127.0.0.1:\d+/v1 cannot be reached"):
        look(describer(attempts=1))


def test_without_a_key_a_placeholder_is_sent(describer, server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    assert set(look(describer())) == {"", "t1"}


def test_a_clip_is_described_by_a_server_and_fails_by_name_where_that_refuses_pictures(server, tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    clip = write_squares(tmp_path / "squares.mp4")
    given = {
        "index": {"text": False, "describer": "qwen_vl"},
        "plugins": {"qwen_vl": {"base_url": server.url, "model": "eyes"}},
    }
    server.script(status(400, "image_url is only supported by vision models"))
    with Library.open(tmp_path / "library", create=True, **given) as library:
        (failed,) = library.index([clip], jobs=1).failed.values()
        assert "the plugin qwen_vl failed" in failed
        assert "refuses pictures (400: " in failed
        server.script(fitting())
        assert not library.index([clip], jobs=1).failed
        twin = library.twin(library.video_ids()[0])
    assert "Two squares slide" in {fact.text for fact in twin.facts}
    source = twin.sources["describer:qwen_vl"]
    assert source.weights == "eyes"
    assert "server-describe_shot-1" in source.version


@pytest.mark.parametrize("gone", [False, True])
def test_a_server_that_will_not_do_stops_the_index_before_any_work(server, tmp_path, monkeypatch, gone):
    install_built_in(tmp_path, monkeypatch)
    (tmp_path / "clips").mkdir()
    for number in range(3):
        write_squares(tmp_path / "clips" / f"{number}.mp4", frames=10 + number)
    url = "http://127.0.0.1:9/v1" if gone else server.url
    given = {
        "index": {"text": False, "describer": "qwen_vl"},
        "plugins": {"qwen_vl": {"base_url": url, "model": "eyes", "attempts": 1}},
    }
    server.script(status(400, "image_url is only supported by vision models"))
    events: list[dict] = []
    with Library.open(tmp_path / "library", create=True, **given) as library:
        report = library.index([tmp_path / "clips"], jobs=1, on_event=events.append)
        assert ("cannot be reached" if gone else "refuses pictures (400: ") in "".join(report.failed.values())
        assert (len(report.failed), len(report.untried)) == (1, 2)
        assert [event["event"] for event in events] == ["started", "failed", "stopped"]
        assert len(server.requests) == (0 if gone else 2)  # by schema, and once more without
        if gone:
            return
        server.script(fitting())
        assert len(library.index([tmp_path / "clips"], jobs=1).indexed) == 3
        asked = len(server.requests)
        server.script(status(400, "image_url is only supported by vision models"))
        again = library.index([tmp_path / "clips"], jobs=1)
    assert (len(again.skipped), again.failed, len(server.requests)) == (3, {}, asked)


@pytest.mark.parametrize("media", ["images", "video"])
def test_before_work_begins_a_server_is_shown_what_it_will_be_shown(describer, server, media):
    describer(media=media).ready()
    (asked,) = server.requests
    kinds = [part["type"] for part in asked["messages"][1]["content"]]
    assert kinds == (["video_url", "text"] if media == "video" else ["image_url", "image_url", "text"])


def test_a_server_is_known_by_its_model_and_not_by_its_place(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)

    def known(url, model):
        return open_plugged([PluggedDescriber], "qwen_vl", {"base_url": url, "model": model}).provenance

    assert known("http://one:8000/v1", "eyes") == known("http://two:9000/v1", "eyes")
    assert known("http://one:8000/v1", "eyes") != known("http://one:8000/v1", "better-eyes")
