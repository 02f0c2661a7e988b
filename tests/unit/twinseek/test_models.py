import subprocess
import sys

import pytest

from twins.errors import TwinseekError
from twinseek.models import check_served, load_model, specs, url_for
from twinseek.settings import LlmSettings

URL = "http://localhost:8000/v1"


@pytest.fixture(autouse=True)
def without_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def test_a_server_of_ones_own_needs_no_key_and_no_retries_but_ours():
    chat = load_model("openai:Qwen/Qwen3-8B", URL, timeout=7)
    assert chat.model_name == "Qwen/Qwen3-8B"
    assert chat.openai_api_base == URL
    assert chat.openai_api_key.get_secret_value() == "none"
    assert (chat.max_retries, chat.request_timeout, chat.temperature) == (0, 7, 0)


def test_with_a_base_url_a_name_alone_is_one_of_openais_protocol():
    assert load_model("Qwen/Qwen3-8B", URL).model_name == "Qwen/Qwen3-8B"


def test_a_key_that_is_set_is_used(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine-and-long")
    assert load_model("openai:m", URL).openai_api_key.get_secret_value() == "sk-mine-and-long"


@pytest.mark.parametrize(
    ("spec", "url", "says"),
    [
        ("", None, "is no model: say for example openai:"),
        ("openai:", None, "is no model"),
        (":m", None, "is no model"),
        ("a model", None, "is no model"),
        ("nobody:m", None, "'nobody:m' names no provider of models: say for example openai:"),
        ("unheard-of", None, "names no provider"),
        ("llama3:8b", URL, "say for example openai:llama3:8b"),
        ("openai:m", "localhost:8000", "'localhost:8000' is no base URL: write for example http://"),
        ("openai:m", None, "the model openai:m cannot be opened: .*(OPENAI_API_KEY|api_key)"),
        ("anthropic:claude-sonnet-4-5", None, "pip install langchain-anthropic"),
    ],
)
def test_a_model_that_cannot_be_opened_says_what_to_do(spec, url, says):
    with pytest.raises(TwinseekError, match=says):
        load_model(spec, url)


def test_every_role_has_the_model_for_all_unless_it_is_named():
    assert specs(LlmSettings(model="openai:a")) == ("openai:a", "openai:a", None)
    assert specs(LlmSettings(model="openai:a", judge="openai:b", see="none")) == ("openai:a", "openai:b", None)
    assert specs(LlmSettings(judge="openai:b")) == (None, "openai:b", None)
    assert specs(LlmSettings()) == (None, None, None)


def test_a_describer_that_sees_is_no_reason_to_ask_a_model():
    assert not LlmSettings(see="describer").asked_for
    assert LlmSettings(see="openai:c").asked_for and LlmSettings(see="describer", judge="openai:b").asked_for


def test_a_model_is_shown_pictures_where_it_is_named_for_that_or_said_to_be_the_same():
    assert specs(LlmSettings(model="openai:a", see="openai:c"))[2] == "openai:c"
    assert specs(LlmSettings(model="openai:a", see="same"))[2] == "openai:a"
    assert specs(LlmSettings(model="none", see="same"))[2] is None
    assert specs(LlmSettings(model="openai:a", see="describer"), describer="eyes")[2] == "local:eyes"
    assert specs(LlmSettings(model="openai:a", see="describer"))[2] is None
    with pytest.raises(TwinseekError, match=r"llm\.see is 'same', and no model is set"):
        specs(LlmSettings(judge="openai:b", see="same"))
    assert specs(LlmSettings(base_url=URL, see="same"), lambda url: ["a"])[2] == "openai:a"
    named = LlmSettings(base_url=URL, decompose="none", judge="openai:b")
    assert specs(named, lambda url: pytest.fail("nobody needs the list")) == (None, "openai:b", None)


def test_a_base_url_is_that_of_the_model_for_all():
    both = LlmSettings(model="openai:a", see="anthropic:b", base_url=URL)
    assert url_for("openai:a", both) == URL
    assert url_for("anthropic:b", both) is None
    assert url_for("ollama:a", LlmSettings(model="ollama:a", base_url=URL)) == URL
    assert url_for("a", LlmSettings(judge="a", base_url=URL)) == URL
    assert url_for("openai:a", LlmSettings(model="openai:a")) is None


@pytest.mark.parametrize(
    ("spec", "names", "says"),
    [
        ("openai:Qwen/Qwen3-8", ["Qwen/Qwen3-8B", "Qwen/Qwen3-32B", "bge-m3"], "Qwen3-8 is not on .*Qwen/Qwen3-8B"),
        ("qwen3-8b", ["Qwen/Qwen3-8B", "bge-m3"], r"did you mean Qwen/Qwen3-8B\?"),
        ("openai:gpt-5-mini", ["llama3:8b", "bge-m3"], "choose one of llama3:8b, bge-m3$"),
        ("openai:x", [f"m{number}" for number in range(30)], "m19 and 10 more$"),
        ("openai:qwen3:14b", ["qwen3:8b"], r"did you mean qwen3:8b\?"),
    ],
)  # fmt: skip
def test_a_model_that_its_server_does_not_list_is_refused_with_those_that_come_close(spec, names, says):
    with pytest.raises(TwinseekError, match=says):
        check_served(spec, URL, names)


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("openai:a", ["a"]),
        ("a", []),
        ("qwen3", ["qwen3:latest"]),
        ("openai:lab/a:free", ["lab/a"]),
        ("a", ["openai/*"]),
    ],
)
def test_a_model_is_taken_where_its_server_may_have_it(spec, names):
    check_served(spec, URL, names)


def test_without_a_model_nothing_of_models_is_imported(tmp_path):
    code = f"""
import sys
from twinseek.library import Library
with Library.open({str(tmp_path)!r}, create=True) as library:
    library.ask("what moves?")
print(sorted({{"langchain", "openai", "langchain_openai", "agents.llm.model", "twinseek.models"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
