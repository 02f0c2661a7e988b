"""What can be wrong with a plugin, and that the others work all the same."""

import re
import subprocess
import sys

import pytest

from tests.plugins import a_tool, install, install_built_in
from tools import door
from tools.context import API_VERSION, ToolContext
from tools.door import open_tools
from twins.predicates import PREDICATES

SIGNATURE = "video_id: Annotated[str, InjectedToolArg], n: int = 3"


def a_context(**fields):
    def nothing(*args, **kwargs):
        raise AssertionError("no look was expected")

    return ToolContext(API_VERSION, *[nothing] * 7, **fields)


@pytest.fixture
def put(tmp_path, monkeypatch):
    def put(name, code, **options):
        return install(tmp_path, monkeypatch, name, code, **options)

    put("works", a_tool("works"))
    return put


def refusal(name):
    """Return why a plugin was refused; the one that works must be ready beside it."""
    toolbox = open_tools(a_context())
    assert "works" in toolbox.tools
    assert name not in toolbox.tools
    (reason,) = (plugin.reason for plugin in toolbox.plugins if plugin.name == name and plugin.state == "refused")
    assert any(name in problem and reason in problem for problem in toolbox.problems)
    return reason


def test_a_tool_is_offered_without_what_the_graph_fills_in(put):
    (offer,) = [offer for offer in open_tools(a_context()).offers if offer.name == "works"]
    assert offer.description == "Say how bright the scene is."
    assert offer.parameters == {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nothing_of_that_name", "cannot be imported (ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "cannot be imported (SystemExit: 3)"),
        ("build = 3", "names int, not a function"),
        ("def built(context): pass", "cannot be imported (AttributeError"),
        ("def build(context): raise KeyError('weights')", "cannot be built (KeyError: 'weights')"),
        ("def build(context): return 'a tool'", "returned str, not a LangChain tool"),
        (a_tool("other"), "called 'other' and its entry point 'broken'"),
        (a_tool("broken").replace('"""Say how bright the scene is."""', ""), "built: Function must have a docstring"),
        (a_tool("broken").replace(SIGNATURE, "n: int = 3"), "must take video_id: Annotated"),
        (a_tool("broken").replace("Annotated[str, InjectedToolArg]", "str"), "must take video_id: Annotated"),
        (a_tool("broken").replace("n: int = 3", "n: type(lambda: 0)"), "cannot be described ("),
    ],
)
def test_a_broken_plugin_is_refused_with_the_reason(put, code, said):
    put("broken", code)
    assert said in refusal("broken")


@pytest.mark.parametrize("code", ["import time; time.sleep(9)", "import time\ndef build(context): time.sleep(9)"])
def test_a_plugin_that_hangs_is_left_behind(put, monkeypatch, code):
    put("broken", code)
    monkeypatch.setattr(door, "BUILD_SECONDS", 0.5)
    assert "gave no answer within 0.5 s" in refusal("broken")


def test_of_two_tools_with_one_name_neither_is_taken_and_both_distributions_are_named(put):
    put("twice", a_tool("twice"), distribution="first-owner")
    put("twice", a_tool("twice"), distribution="second-owner")
    toolbox = open_tools(a_context())
    assert set(toolbox.tools) >= {"works"}
    assert "twice" not in toolbox.tools
    assert len(toolbox.problems) == 2
    assert all("first-owner and second-owner both have a twice" in problem for problem in toolbox.problems)


def test_a_name_that_no_model_could_write_is_refused(put):
    put("Has-Dashes", a_tool("x"))
    assert "lower-case letters" in refusal("Has-Dashes")


def test_a_tool_without_a_model_is_absent_and_not_offered(put):
    put("describe_it", "def build(context): return context.see")
    toolbox = open_tools(a_context())
    assert "describe_it" not in [offer.name for offer in toolbox.offers]
    (plugin,) = (plugin for plugin in toolbox.plugins if plugin.name == "describe_it")
    assert (plugin.state, plugin.reason) == ("absent", door.ABSENT)
    assert toolbox.problems == ()


def test_a_plugin_gets_its_own_settings_and_they_are_part_of_its_version(put):
    code = "SEEN = []\n" + a_tool("tuned").replace(
        "def build(context):", "def build(context):\n    SEEN.append(context.settings)"
    )
    module = put("tuned", code, version="2.1")
    plain = open_tools(a_context()).tools["tuned"].version
    tuned = open_tools(a_context(), {"tuned": {"bound": 3}, "works": {"x": 1}}).tools["tuned"].version
    assert sys.modules[module].SEEN == [{}, {"bound": 3}]
    assert plain == "2.1"
    assert re.fullmatch(r"2\.1\+[0-9a-f]{8}", tuned)
    assert "cannot be compared" in open_tools(a_context(), {"tuned": {"when": {1, 2}}}).problems[0]


def test_a_tool_may_state_its_version_and_weights(put):
    stated = a_tool("stated").replace(
        "return stated", 'stated.metadata = {"version": "7", "weights": "ab"}; return stated'
    )
    put("stated", stated)
    opened = open_tools(a_context()).tools["stated"]
    assert (opened.version, opened.weights) == ("7", "ab")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("1e9", door.MOST_CALL_SECONDS), ("None", None), ("'long'", ""), ("-1", ""), ("float('nan')", "")],
)
def test_a_tool_may_say_how_long_it_needs_within_an_hour(put, said, seconds):
    put("slow", a_tool("slow").replace("return slow", f'slow.metadata = {{"seconds": {said}}}; return slow'))
    if seconds == "":
        assert "seconds: write a number above 0" in refusal("slow")
    else:
        assert open_tools(a_context()).tools["slow"].seconds == seconds


def test_settings_that_a_tool_calls_places_are_no_part_of_its_version(put):
    put("placed", a_tool("placed").replace("return placed", 'placed.metadata = {"places": ["file"]}; return placed'))

    def version(**settings):
        return open_tools(a_context(), {"placed": settings}).tools["placed"].version

    assert version(file="a", bound=3) == version(file="b", bound=3) != version(file="a", bound=4)
    put("misplaced", a_tool("misplaced").replace("return mis", 'misplaced.metadata = {"places": "file"}; return mis'))
    assert "its places are 'file': list the names" in refusal("misplaced")


def test_the_built_in_tools_come_through_the_same_door(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    toolbox = open_tools(a_context())
    assert toolbox.problems == ()
    assert "measure" in toolbox.tools
    assert {plugin.distribution for plugin in toolbox.plugins} == {"twinseek"}


def test_measure_is_told_of_in_a_line_and_names_every_predicate_where_one_is_wrong(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    (offer,) = (offer for offer in open_tools(a_context()).offers if offer.name == "measure")
    assert len(offer.description) < 120
    named = re.findall(r"\w+", offer.description)
    assert {"moves", "stops"} <= set(named) & set(PREDICATES)


def test_the_door_imports_no_langchain_before_it_is_opened():
    code = "import sys, tools.door, tools.context; print('langchain_core' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
