"""Questions with known answers, asked of a real library of described clips."""

import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from evals.retrieval import Query
from evals.worlds import questions, worlds
from tests.integration.model_server import says, send, serve, status
from twins.errors import TwinseekError
from twinseek.cli import cli
from twinseek.demo import CLIPS, SEED
from twinseek.evaluation import drawn, evaluate, read_questions
from twinseek.library import Library
from twinseek.terminal import print_evaluation

EXAMPLE = Path(__file__).parents[3] / "examples" / "annotations" / "kitchen_cup.json"


@pytest.fixture
def annotations(tmp_path):
    """Two described clips, each with a question; one asks for the other clip."""
    for name, wanted in (("cup", "cup"), ("dog", "dog")):
        clip = json.loads(EXAMPLE.read_text())
        clip["video"] = name
        clip["objects"][0]["category"] = name
        clip["caption"] = clip["dense_caption"] = f"A {name} goes behind a box."
        ask = f"where is the {wanted}?"
        clip["queries"] = [{"id": f"{name}-1", "text": ask, "explicit": f"a {wanted}", "kind": "semantic"}]
        (tmp_path / f"{name}.json").write_text(json.dumps(clip))
    return tmp_path


def test_folders_without_questions_are_told_apart(tmp_path):
    with pytest.raises(TwinseekError, match='has "queries"'):
        read_questions(tmp_path)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(TwinseekError, match="no questions can be read"):
        read_questions(tmp_path)


def test_some_are_drawn_always_alike_and_in_order():
    queries = [Query(str(n), "?", frozenset(), "semantic") for n in range(20)]
    some = drawn(queries, 7)
    assert some == drawn(queries, 7) and len(some) == 7
    assert [int(query.id) for query in some] == sorted(int(query.id) for query in some)
    assert drawn(queries, 99) == queries


def test_one_command_prints_how_well_questions_are_answered_by_kind(annotations):
    done = CliRunner().invoke(cli, ["eval", str(annotations), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["figures"]["semantic"]["queries"] == found["figures"]["all"]["queries"] == 2
    assert found["figures"]["all"]["recall_at_1"]["value"] == 1.0 and found["wrong"] == []
    assert found["models"]["judge"].startswith("rules") and found["cost"]["seconds"] > 0


def test_what_was_answered_wrong_is_listed(annotations):
    clip = json.loads((annotations / "cup.json").read_text())
    clip["queries"][0]["text"] = "where is the dog?"
    (annotations / "cup.json").write_text(json.dumps(clip))
    done = CliRunner().invoke(cli, ["eval", str(annotations), "--wrong"])
    assert "where is the dog? -> dog, not cup" in done.stdout
    assert "50.0" in done.stdout


def test_what_is_dropped_is_no_answer_though_it_comes_first(annotations, tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        library.import_files([annotations])
        query = Query("1", "where is the cup?", frozenset(["cup"]), "semantic")
        assert library.ask(query.text, threshold=1.0).ranking[0] == "cup"
        kept, dropped = evaluate(library, [query]), evaluate(library, [query], threshold=1.0)
    assert kept.figures["all"].recall_at_1.value == 1.0 and kept.wrong == []
    assert dropped.figures["all"].recall_at_10.value == 0.0 and dropped.claims == {}
    assert dropped.wrong == [{"query": query.text, "wanted": ["cup"], "first": None, "closest": "cup"}]
    assert (kept.closest, dropped.closest) == ({}, {"right": 1})
    told = StringIO()
    print_evaluation(dropped, Console(file=told), wrong=True)
    assert "where is the cup? -> no answer, not cup; told as closest: cup" in told.getvalue()
    assert "told as closest, and not counted as found: right 1" in told.getvalue()


def evaluated(annotations, server, *options):
    model = ("--llm", "openai:m", "--llm-url", server.url)
    done = CliRunner().invoke(cli, ["eval", str(annotations), *model, *options])
    return done, json.loads(done.stdout) if "--json" in options else done.stdout


def test_figures_of_rules_are_never_given_out_as_those_of_a_model_that_did_not_answer(annotations):
    with serve() as server:
        server.script(status(400))
        done, found = evaluated(annotations, server, "--json")
        assert found["by_rules"] == found["warnings"]["answered_by_rules"] == 2
        assert isinstance(done.exception, TwinseekError)
        assert "2 of 2 questions answered by rules, because no model answered" in str(done.exception)
        done, table = evaluated(annotations, server)
        assert "2 of 2 questions answered by rules" in table and done.exit_code == 1


def test_how_many_questions_no_model_answered_is_told_where_it_answered_some(annotations):
    verdict = says('{"score": 0.5, "claims": [], "instances": [], "search": [], "parts": []}')

    def reply(handler, body):
        about_the_dog = "where is the dog?" in str(body["messages"])
        send(handler, 400, {"error": {"message": "no"}}) if about_the_dog else verdict(handler, body)

    with serve() as server:
        server.script(reply)
        done, found = evaluated(annotations, server, "--json")
        assert (done.exit_code, found["by_rules"]) == (0, 1)
        assert "warning: 1 of 2 questions answered by rules" in done.stderr
        assert "not the model's alone" in evaluated(annotations, server)[1]


def test_where_a_model_only_takes_questions_apart_its_silence_is_told_too(annotations):
    with serve() as server:
        server.script(status(400))
        done, found = evaluated(annotations, server, "--llm-judge", "none", "--json")
    assert found["by_rules"] == 2 and done.exit_code == 1


def test_the_example_asks_what_the_demo_renders():
    known = {question.clip: question.phrasings for question in questions(worlds(SEED, CLIPS)) if question.demo}
    asked = read_questions(EXAMPLE.parents[1] / "questions")
    assert {name for query in asked for name in query.relevant} == set(known)
    assert all(query.text in known[name] for query in asked for name in query.relevant)


def test_questions_may_name_videos_of_a_library_by_what_stands_for_them(annotations, tmp_path):
    place = tmp_path / "library"
    with Library.open(place, create=True) as library:
        library.import_files([annotations])
    asked = tmp_path / "asked"
    asked.mkdir()
    query = {"id": "1", "text": "where is the cup?", "kind": "semantic"}
    (asked / "cup.json").write_text(json.dumps({"video": "cu", "queries": [query]}))
    done = CliRunner().invoke(cli, ["eval", str(asked), "--library", str(place), "--json"])
    assert json.loads(done.stdout)["figures"]["all"]["recall_at_1"]["value"] == 1
    (asked / "cup.json").write_text(json.dumps({"video": "gone", "queries": [query]}))
    done = CliRunner().invoke(cli, ["eval", str(asked), "--library", str(place)])
    assert isinstance(done.exception, TwinseekError) and "gone" in str(done.exception)
