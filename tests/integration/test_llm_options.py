"""The options that choose models, from the command line down to the models that a question gets."""

import json

import pytest
from click.testing import CliRunner
from langchain_core.messages import HumanMessage
from pydantic import BaseModel

from agents.llm.roles import Models
from tests.integration.model_server import says, serve
from twins.errors import TwinseekError
from twinseek.cli import cli
from twinseek.library import Library
from twinseek.settings import LlmSettings


class Answer(BaseModel):
    score: float


@pytest.fixture(autouse=True)
def without_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def given(monkeypatch, library):
    """Run ``twinseek ask`` and return the section ``llm`` that its question was asked with."""
    asked = []
    monkeypatch.setattr("twinseek.gallery.Gallery.models_for", lambda self, llm: asked.append(llm) or Models())

    def run(*options):
        command = ["ask", "what moves?", "--library", str(library.store.root), "--json", *options]
        result = CliRunner().invoke(cli, command, catch_exceptions=False, standalone_mode=False)
        assert result.exception is None
        return asked[-1]

    return run


def test_options_stand_above_the_environment_which_stands_above_defaults(given, monkeypatch, tmp_path):
    monkeypatch.setenv("TWINSEEK_LLM__JUDGE", "openai:from-environment")
    monkeypatch.setenv("TWINSEEK_LLM__CALLS", "7")
    llm = given("--llm", "openai:a", "--llm-url", "http://h/v1", "--llm-see", "none", "--trace", str(tmp_path / "t"))
    assert (llm.model, llm.base_url, llm.see, llm.trace) == ("openai:a", "http://h/v1", "none", tmp_path / "t")
    assert (llm.judge, llm.calls) == ("openai:from-environment", 7)
    assert given("--llm-judge", "openai:b").judge == "openai:b"


def test_a_misspelt_setting_is_refused(library):
    with pytest.raises(TwinseekError, match=r"llm\.modle"):
        library.ask("what moves?", llm={"modle": "openai:a"})


def test_the_models_of_a_question_share_its_meter_and_trace(library, tmp_path):
    with serve() as server:
        server.script(says('{"score": 1}'))
        llm = LlmSettings(model="openai:m", see="same", base_url=server.url, calls=2, trace=tmp_path / "trace")
        models = library.gallery.models_for(llm)
        for model in (models.decompose, models.judge):
            model.answer([HumanMessage("?")], Answer, purpose="test")
        with pytest.raises(TwinseekError, match="all 2 model calls"):
            models.see.say([HumanMessage("?")], purpose="test")
        assert len((tmp_path / "trace").read_text().splitlines()) == 3
        other = library.gallery.models_for(llm)
        other.judge.answer([HumanMessage("?")], Answer, purpose="test")
        assert other.judge.meter.cost().llm_calls == 1


def test_without_a_model_rules_decide(library):
    models = library.gallery.models_for(LlmSettings())
    assert (models.decompose, models.judge, models.see) == (None, None, None)


def test_a_question_whose_every_role_is_left_to_the_rules_is_answered_by_them(library):
    result = library.ask("what moves?", llm={"model": "none"})
    assert result.strategy == "rules" and result.cost.llm_calls == 0


def test_a_url_alone_stands_for_the_one_model_of_its_server(library):
    with serve("only") as server:
        for _ in range(3):
            assert library.gallery.models_for(LlmSettings(base_url=server.url)).judge.name == "openai:only"
        assert server.listings == 1


def test_what_a_server_has_is_asked_for_again_after_a_while(library, monkeypatch):
    with serve("old") as server:
        library.gallery.models_for(LlmSettings(base_url=server.url))
        server.models = ("new",)
        monkeypatch.setattr("twinseek.open_models.LISTING_KEPT", 0.0)
        assert library.gallery.models_for(LlmSettings(base_url=server.url)).judge.name == "openai:new"


@pytest.mark.parametrize(
    ("models", "says_what"), [(("a", "b"), r"has 2 models \(a, b\): choose with --llm"), ((), "has no model")]
)
def test_a_url_alone_of_a_server_with_several_models_or_none_asks_for_a_choice(library, models, says_what):
    with serve("x") as server:
        server.models = models
        with pytest.raises(TwinseekError, match=says_what):
            library.gallery.models_for(LlmSettings(base_url=server.url))


def test_a_url_without_its_version_is_hinted_at(library):
    with serve() as server:
        short = server.url.removesuffix("/v1")
        with pytest.raises(TwinseekError, match=rf"answers 404: check the base URL; is it {short}/v1\?"):
            library.gallery.models_for(LlmSettings(base_url=short))


def test_a_wrong_model_ends_a_question_before_anything_is_asked(library):
    with pytest.raises(TwinseekError, match="names no provider"):
        library.ask("what moves?", llm={"model": "nobody:m"})


def test_a_model_that_the_server_does_not_have_is_refused_before_anything_is_asked(library):
    with serve("Qwen/Qwen3-8B") as server:
        for _ in range(2):
            with pytest.raises(TwinseekError, match=r"Qwen3-8 is not on http.*: did you mean Qwen/Qwen3-8B\?"):
                library.ask("what moves?", llm={"model": "openai:Qwen/Qwen3-8", "base_url": server.url})
        assert server.requests == []
        server.models = ("Qwen/Qwen3-8",)  # the list that was kept is an old one
        models = library.gallery.models_for(LlmSettings(model="openai:Qwen/Qwen3-8", base_url=server.url))
        assert models.judge.name == "openai:Qwen/Qwen3-8"


def test_a_server_that_does_not_list_its_models_can_be_asked_all_the_same(library):
    with serve() as server:
        server.page = b"<html>hello</html>"
        assert library.gallery.models_for(LlmSettings(model="openai:x", base_url=server.url)).judge.name == "openai:x"


def doctor(library, *options):
    done = CliRunner().invoke(cli, ["doctor", "--library", str(library.store.root), "--json", *options])
    return [one for one in json.loads(done.stdout) if one["subject"].startswith("model")]


def test_the_doctor_says_which_models_a_server_has(library):
    with serve("a", "b") as server:
        listed, right = doctor(library, "--llm-url", server.url, "--llm", "openai:a")
        assert (listed["level"], listed["text"]) == ("ok", f"{server.url} has a, b")
        assert (right["level"], right["text"]) == ("ok", "openai:a")
        *_, wrong = doctor(library, "--llm-url", server.url, "--llm", "openai:c")
        assert wrong["level"] == "error"
        assert f"c is not on {server.url}: choose one of a, b" in wrong["text"]
        *_, undecided = doctor(library, "--llm-url", server.url)
        assert undecided["level"] == "error"
        url = server.url
    [gone] = doctor(library, "--llm-url", url)
    assert gone["level"] == "error"
    assert "no model server answers at" in gone["text"]
    assert "start one (vllm serve MODEL --port " in gone["text"]


def test_the_doctor_is_content_without_a_model(library):
    [only] = doctor(library)
    assert only["level"] == "ok"


@pytest.mark.parametrize("page", [b"<html>hello</html>", b"{}", b'{"data": null}', b'{"data": [{}]}'])
def test_a_url_of_something_else_is_told_from_a_model_server(library, page):
    with serve() as server:
        server.page = page
        with pytest.raises(TwinseekError, match=r"no model server answers|has no model"):
            library.gallery.models_for(LlmSettings(base_url=server.url))


def test_the_doctor_names_a_wrong_setting_and_goes_on(library, monkeypatch):
    monkeypatch.setenv("TWINSEEK_LLM__CALLS", "many")
    done = CliRunner().invoke(cli, ["doctor", "--library", str(library.store.root), "--json"])
    found = {one["subject"]: one for one in json.loads(done.stdout)}
    assert found["settings"]["level"] == "error"
    assert "llm.calls" in found["settings"]["text"]
    assert "python" in found
