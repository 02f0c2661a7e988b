"""The doctor asks every model of a profile once: what is noticed by nothing less."""

import json

import pytest

from tests.checkpoints import depth_anything, owlv2, qwen_vl, sam2
from tests.integration.model_server import says, serve, status
from tests.integration.small_sam2 import SMALL
from tests.plugins import install_built_in
from twinseek.doctor import diagnose
from twinseek.profile_health import check_profile
from twinseek.settings import load_settings

KEY = "sk-very-secret-key"


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("TWINSEEK_LIBRARY", str(tmp_path / "library"))


def tried(index, plugins):
    findings = check_profile(load_settings(index=index, plugins=plugins), tried=True)
    return {finding.subject: finding for finding in findings if finding.subject.startswith("trial ")}


def test_every_specialist_of_a_profile_is_loaded_and_shown_a_picture(tmp_path):
    plugins = {
        "sam2": {"weights": str(sam2.build(tmp_path / "sam2")), **SMALL},
        "depth_anything": {"weights": str(depth_anything.build(tmp_path / "depth"))},
        "owlv2": {"weights": str(owlv2.build(tmp_path / "owlv2"))},
    }
    found = tried({"segmenter": "sam2", "depth": "depth_anything", "labeller": "owlv2"}, plugins)
    assert {name: finding.level for name, finding in found.items()} == {f"trial {name}": "ok" for name in plugins}
    assert all(finding.text.startswith("was shown a picture, in ") for finding in found.values())


def test_weights_that_do_not_fit_their_configuration_are_found(tmp_path):
    folder = depth_anything.build(tmp_path / "depth")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "head_hidden_size": 16}))
    found = tried({"depth": "depth_anything"}, {"depth_anything": {"weights": str(folder)}})["trial depth_anything"]
    assert found.level == "error"
    assert "has weights of other sizes than its config.json says: fetch it again" in found.text


def test_a_tokenizer_that_is_none_is_found(tmp_path):
    folder = qwen_vl.build(tmp_path / "qwen", "qwen3_vl")
    (folder / "tokenizer.json").write_text("{}")
    found = tried({"describer": "qwen_vl"}, {"qwen_vl": {"weights": str(folder)}})["trial qwen_vl"]
    assert found.level == "error"
    assert "cannot be loaded" in found.text


def test_a_server_that_refuses_pictures_is_found():
    with serve("eyes") as server:
        server.script(status(400, "image_url is only supported by vision models"))
        section = {"base_url": server.url, "model": "eyes"}
        found = tried({"describer": "qwen_vl"}, {"qwen_vl": section})["trial qwen_vl"]
    assert (found.level, "refuses pictures (400: " in found.text) == ("error", True)


@pytest.mark.parametrize(
    ("reply", "level", "said"),
    [
        (says("yes"), "ok", "answered"),
        (says(""), "error", "its answer is empty"),
        (status(401, f"wrong key {KEY}"), "error", "wrong key [secret]"),
    ],
)
def test_chat_models_are_asked_for_a_word_and_the_one_that_sees_about_a_picture(tmp_path, reply, level, said):
    with serve("talks", "sees") as server:
        server.script(reply)
        llm = {"model": "openai:talks", "see": "openai:sees", "base_url": server.url}
        findings = {finding.subject: finding for finding in diagnose(None, None, llm, tried=True)}
        shown = {asked["model"]: json.dumps(asked["messages"]) for asked in server.requests}
    for name in ("talks", "sees"):
        found = findings[f"trial openai:{name}"]
        assert (found.level, said in found.text) == (level, True), found
        assert KEY not in found.text
    assert "data:image/jpeg;base64," in shown["sees"]
    assert "image" not in shown["talks"]


def test_without_being_told_to_the_doctor_asks_no_model():
    with serve("talks") as server:
        server.script(says("yes"))
        list(diagnose(None, None, {"model": "openai:talks", "base_url": server.url}))
        assert server.requests == []


def test_where_there_is_nothing_to_try_that_is_said():
    found = {finding.subject: finding for finding in check_profile(load_settings(), tried=True)}
    assert found["trial"].text == "the profile names no specialist that could be tried"
    assert "trial" not in {finding.subject for finding in check_profile(load_settings())}
