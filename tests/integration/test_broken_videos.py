"""One video that is damaged, or on which the code fails: the others are answered as ever, and it is told why not."""

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console

from benchmarks.scripted import ScriptedChat, prompt_of
from evals.retrieval import Query
from graphs.ranking import SHOWN_WHEN_NOTHING_FITS
from tests.e2e.command_line import twinseek
from tests.integration.clips import FOLLOWS, chase, decide_by, put
from twins.errors import TwinseekError
from twins.predicates import PREDICATES
from twinseek.conversation import Conversation
from twinseek.evaluation import evaluate
from twinseek.library import Library
from twinseek.report import render_report
from twinseek.terminal import print_result

WIDTHS = {"broken": 640, "whole": 800, "fleeing": 960}
"""The videos by the widths of their pictures, by which a predicate knows them."""

LLM = {"model": "openai:scripted", "decompose": "none"}
VERDICT = {"score": 0.9, "claims": [], "instances": [], "spans": []}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Return the folder of a library: in two of its videos blue follows red."""
    folder = tmp_path_factory.mktemp("made") / "library"
    with Library.open(folder, create=True) as library:
        for name, width in WIDTHS.items():
            clip = chase(name, chased=name != "fleeing")
            put(
                library,
                replace(
                    clip,
                    twin=clip.twin.model_copy(update={"width": width}),
                    geometry=replace(clip.geometry, width=width),
                ),
            )
        library.gallery.sync()
    return folder


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """Return a copy that may be spoilt."""
    return shutil.copytree(made, tmp_path / "library")


def generation(folder: Path, name: str = "broken") -> Path:
    """Return the folder of a video's live generation."""
    video = folder / "videos" / name
    return video / (video / "current").read_text().strip()


def _cut_twin(live: Path) -> None:
    twin = live / "twin.json"
    twin.write_bytes(twin.read_bytes()[:400])


def _folder_for_twin(live: Path) -> None:
    (live / "twin.json").unlink()
    (live / "twin.json").mkdir()


def _flipped_geometry(live: Path) -> None:
    data = bytearray((live / "geometry.npz").read_bytes())
    data[200:260] = b"\x55" * 60
    (live / "geometry.npz").write_bytes(data)


def _no_samples(live: Path) -> None:
    with np.load(live / "geometry.npz") as arrays:
        whole = dict(arrays)
    along = {name: rows[:, :0] for name, rows in whole.items() if rows.ndim > 1 and name != "camera"}
    alone = {name: whole[name][:0] for name in ("frame_index", "seconds", "camera")}
    np.savez(live / "geometry.npz", **{**whole, **along, **alone})


def _no_source(live: Path) -> None:
    (live.parent / "source.json").unlink()


def _cut_observation(live: Path) -> None:
    (live.parent / "observations").mkdir()
    (live.parent / "observations" / "0123456789ab.json").write_text('{"key": "0123')


DAMAGES: dict[Callable[[Path], None], str] = {
    _cut_twin: r"twin.json is damaged",
    _folder_for_twin: r"twin.json cannot be read (Is a directory): make it readable, or index the video again",
    _flipped_geometry: r"geometry.npz is damaged",
    _no_samples: r"ValidationError",
    _no_source: r"videos/broken is incomplete: index the video again",
    _cut_observation: r"0123456789ab.json is damaged",
}


def _essence(result, *, without: str = "") -> list[object]:
    return [(hit.video_id, hit.score, hit.spans) for hit in result.results if hit.video_id != without]


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value encountered")
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_video_is_left_out_with_one_warning_that_names_it(made, folder, damage):
    with Library.open(made) as library:
        before = library.ask(FOLLOWS, threshold=0.0)
    damage(generation(folder))
    with Library.open(folder) as library:
        result = library.ask(FOLLOWS, threshold=0.0)
    assert _essence(result) == _essence(before, without="broken") != []
    assert sorted(result.ranking) == sorted(WIDTHS)
    (told,) = [warning.text for warning in result.warnings]
    assert told.startswith("broken ") and DAMAGES[damage] in told and "\n" not in told
    assert "index the video again" in told or "delete the file" in told
    terminal = StringIO()
    print_result(result, Console(file=terminal, width=2000))
    assert terminal.getvalue().count("left_out: broken ") == 1
    assert render_report([result], None).count("<code>left_out</code> <bdi>broken ") == 1


def _fails(monkeypatch, raised: BaseException, *names: str, predicate: str = "follows") -> None:
    """Let a predicate raise for some videos."""
    known, widths = PREDICATES[predicate], {WIDTHS[name] for name in names}

    def function(scene, a, b):
        if scene.geometry.width in widths:
            raise raised
        return known.function(scene, a, b)

    monkeypatch.setitem(PREDICATES, predicate, replace(known, function=function))


def test_a_predicate_that_fails_on_one_video_costs_only_that_one_and_is_seen(folder, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG, logger="twins")
    _fails(monkeypatch, ZeroDivisionError("no pace"), "broken")
    with Library.open(folder) as library:
        result = library.ask(FOLLOWS)
    assert [hit.video_id for hit in result.results] == ["whole"]
    (told,) = result.warnings
    assert told.code == "left_out"
    assert told.text == (
        "broken was not judged: ZeroDivisionError: no pace: index the video again, and report it if that does not help "
        "(--debug shows where)"
    )
    assert "in function\n" in caplog.text and "ZeroDivisionError: no pace" in caplog.text


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value encountered")
def test_with_debug_the_command_line_shows_where(folder):
    _no_samples(generation(folder))
    plain, debugged = (twinseek(*words, "ask", FOLLOWS, "--library", folder) for words in ([], ["--debug"]))
    assert plain.returncode == debugged.returncode == 0
    assert plain.stdout.count("left_out: broken was not judged: ValidationError") == 1
    assert "Traceback" not in plain.stdout + plain.stderr
    assert "this is where broken failed\nTraceback" in debugged.stderr


def test_where_all_fail_there_is_an_error_and_no_answer(folder, monkeypatch):
    _fails(monkeypatch, ZeroDivisionError("no pace"), *WIDTHS)
    with Library.open(folder) as library:
        with pytest.raises(TwinseekError, match=r"none of the 3 videos that could answer can be judged: .* no pace"):
            library.ask(FOLLOWS)
        with pytest.raises(TwinseekError, match=r"the only video that could answer cannot be judged: whole was not"):
            library.ask(FOLLOWS, within=["whole"])


def test_where_none_can_be_shown_there_is_an_error_too(folder):
    _no_source(generation(folder))
    with Library.open(folder) as library, pytest.raises(TwinseekError, match="cannot be shown: broken is not shown"):
        library.ask(FOLLOWS, within=["broken"])


@pytest.mark.parametrize(("question", "most"), [(FOLLOWS, 1), ("a lighthouse", SHOWN_WHEN_NOTHING_FITS)])
def test_the_next_video_is_shown_in_place_of_one_that_cannot_be(folder, question, most):
    with Library.open(folder) as library:
        before = [hit.video_id for hit in library.ask(question, top=1).results]
        _no_source(generation(folder, before[0]))
        result = library.ask(question, top=1)
    assert len(before) == most and len(result.results) == min(most, len(WIDTHS) - 1)
    assert before[0] not in {hit.video_id for hit in result.results}
    assert [warning.code for warning in result.warnings].count("left_out") == 1


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(3)])
def test_whoever_stops_it_is_obeyed(folder, monkeypatch, raised):
    _fails(monkeypatch, raised, "broken")
    with Library.open(folder) as library, pytest.raises(type(raised)):
        library.ask(FOLLOWS)


def test_an_error_that_comes_of_ctrl_c_ends_the_question(folder, monkeypatch):
    error = RuntimeError("Error calling __set_name__")
    error.__cause__ = KeyboardInterrupt()
    _fails(monkeypatch, error, "broken")
    with Library.open(folder) as library, pytest.raises(RuntimeError, match="__set_name__"):
        library.ask(FOLLOWS)


def test_a_model_is_not_asked_about_a_video_that_cannot_be_read(folder, monkeypatch):
    asked = []

    def script(messages):
        asked.append(prompt_of(messages))
        return VERDICT if asked[-1] == "judge" else {"order": ["A", "B"]}

    _cut_twin(generation(folder))
    with Library.open(folder) as library:
        decide_by(monkeypatch, library, ScriptedChat(script=script))
        result = library.ask(FOLLOWS, llm={**LLM, "candidates": 2})
    assert asked.count("judge") == 2
    assert [warning.text[:6] for warning in result.warnings if warning.code == "left_out"] == ["broken"]


def test_a_damaged_observation_stops_no_index(folder, caplog):
    _cut_observation(generation(folder))
    with Library.open(folder) as library:
        assert library.gallery.sync(anew=True) == 3
    assert caplog.text.count("broken cannot be found by questions") == 1


def test_list_goes_on_and_show_names_the_video(folder, caplog):
    _folder_for_twin(generation(folder))
    with Library.open(folder) as library:
        assert [row.video_id for row in library.videos()] == ["fleeing", "whole"]
        assert "broken is left out: " in caplog.text
        with pytest.raises(TwinseekError, match=r"videos/broken/g-\w+/twin.json cannot be read"):
            library.twin("broken")


def test_a_chat_says_it_too_and_shows_the_others(folder):
    _cut_twin(generation(folder, "fleeing"))
    with Library.open(folder) as library:
        talk = Conversation(library, "t", InMemorySaver())
        told = talk.say(FOLLOWS)
        assert [hit.video_id for hit in told.result.results] == ["broken", "whole"]
        assert [warning.text[:23] for warning in told.result.warnings] == ["fleeing was not judged:"]
        _cut_twin(generation(folder))
        library.gallery._kept.clear()  # read anew, as by another process
        first, second = talk.say("show me where in both of them").text.splitlines()
    assert first.startswith("1 broken cannot be shown: ") and "is damaged" in first
    assert second.startswith("2 whole: at ")


def test_an_evaluation_counts_what_was_left_out(folder):
    _cut_twin(generation(folder))
    asked = [Query(str(n), FOLLOWS, frozenset(["whole"]), "semantic") for n in range(2)]
    with Library.open(folder) as library:
        found = evaluate(library, asked)
    ((text, questions),) = found.left_out.items()
    assert text.startswith("broken was not judged: ") and questions == 2
    assert json.loads(json.dumps(found.to_dict()))["left_out"] == {text: 2}
