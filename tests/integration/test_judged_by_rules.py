"""Which results are a model's and which the rules', where a model answers for some videos only."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.scripted import ScriptedChat, prompt_of
from tests.integration.clips import FOLLOWS, chase, decide_by, put
from twinseek.conversation import Conversation
from twinseek.library import Library
from twinseek.report import render_report
from twinseek.terminal import print_result

VERDICT = {"score": 0.9, "claims": [], "instances": ["2"], "spans": []}
PART = {"id": "a", "text": FOLLOWS, "subject": "blue thing", "relation": "follows", "object": "red thing"}
TOLD = "judged by rules, not by the model"


@pytest.fixture
def answered(tmp_path, monkeypatch):
    """Return what is answered where a model has an answer for these videos alone."""

    def answered(*judged):
        def script(messages):
            kind, text = prompt_of(messages), str(messages[1].content)
            if kind == "judge":
                return VERDICT if ("right" if "follows(2,1)" in text else "wrong") in judged else "no idea"
            return {"search": [], "parts": [PART]} if kind == "decompose" else {"order": ["A", "B"]}

        with Library.open(tmp_path / "library", create=True) as library:
            put(library, chase("right"))
            put(library, chase("wrong", chased=False))
            library.gallery.sync()
            decide_by(monkeypatch, library, ScriptedChat(script=script))
            return library.ask(FOLLOWS, llm={"model": "openai:scripted"}, threshold=0.0)

    return answered


@pytest.mark.parametrize("judged", [("right", "wrong"), ("right",), ("wrong",), ()])
def test_each_result_says_whether_rules_judged_it(answered, judged):
    result = answered(*judged)
    assert {hit.video_id: hit.by_rules for hit in result.results} == {
        name: name not in judged for name in ("right", "wrong")
    }


def test_terminal_and_report_show_it(answered):
    from rich.console import Console

    result = answered("right")
    console = Console(width=200, record=True, quiet=False)
    print_result(result, console)
    assert console.export_text().count(TOLD) == 1
    assert render_report([result], None).count(TOLD) == 1


def test_what_a_model_takes_back_when_it_is_refuted_is_shown(tmp_path, monkeypatch):
    from rich.console import Console

    false = {"claim": "?", "part": "q1", "predicate": "follows", "instances": ["1", "2"]}

    def script(messages):
        kind, text = prompt_of(messages), str(messages[1].content)
        if kind == "decompose":
            return {"search": [], "parts": [PART]}
        return VERDICT if "refuted claims" in text else {**VERDICT, "claims": [false]}

    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        library.gallery.sync()
        decide_by(monkeypatch, library, ScriptedChat(script=script))
        result = library.ask(FOLLOWS, llm={"model": "openai:scripted"}, threshold=0.0)
    (hit,) = result.results
    (back,) = hit.taken_back
    assert (back.check, back.instances) == ("refuted", ("1", "2")) and back not in hit.trace
    for width in (70, 200):
        console = Console(width=width, record=True)
        print_result(result, console)
        assert "taken back when refuted" in console.export_text()
    assert "Taken back when refuted" in render_report([result], None)


def test_a_chat_says_that_a_model_gave_the_scores(tmp_path, monkeypatch):
    def script(messages):
        if prompt_of(messages) == "judge":
            return {**VERDICT, "score": 0.9 if "follows(2,1)" in str(messages[1].content) else 0.6}
        return {"order": ["A", "B"]}

    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
        decide_by(monkeypatch, library, ScriptedChat(script=script))
        talk = Conversation(library, "t", InMemorySaver(), {"model": "openai:scripted", "decompose": "none"})
        assert len(talk.say(FOLLOWS).result.results) == 2
        told = talk.say("why is 1 above 2?").text
    assert told.startswith("1 right (score 0.90, ") and "the model scored them so, and did not say why" in told
