"""A question is read by what the things of its library are called, and everybody sees it read so."""

import json
import sqlite3

import pytest

from graphs.embedding import part_names
from tests.integration.model_server import says, serve
from twins.errors import TwinseekError
from twins.schema import Fact, Observation, ObservedTrack
from twins.search import catalogue
from twinseek.library import Library

VERDICT = json.dumps({"score": 0.9, "claims": [{"claim": "a sign", "part": "q1", "instances": []}]})


def described(name, category):
    places = [(0, 0.1), (5, 0.4), (10, 0.7)]
    seen = [
        (frame, {"id": 1, "bbox": [left, 0.4, left + 0.2, 0.6], "depth": "mid", "state": ""}) for frame, left in places
    ]
    return {
        "video": name, "fps": 10, "n_frames": 20, "width": 100, "height": 100, "caption": "",
        "objects": [{"id": 1, "category": category, "attributes": [], "role": ""}],
        "frames": [{"frame": frame, "objects": [thing]} for frame, thing in seen], "events": [],
    }  # fmt: skip


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Library.open(tmp_path / "library", create=True) as opened:
        yield opened


def fill(library, tmp_path, **categories):
    for name, category in categories.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(described(name, category)))
    library.import_files([tmp_path / f"{name}.json" for name in categories], captions=False)


def test_the_record_asks_for_what_the_library_has_a_name_for(library, tmp_path):
    fill(library, tmp_path, road="Stop Sign", yard="dog")
    result = library.ask("a stop sign")
    assert [(part.id, part.subject, part.relation) for part in result.sub_queries] == [("q1", "stop sign", None)]
    assert result.results[0].video_id == "road" and result.results[0].status == "verified"


def test_a_name_that_the_library_does_not_have_changes_nothing(library, tmp_path):
    fill(library, tmp_path, yard="dog")
    asked = library.ask("a stop sign").sub_queries
    assert asked == library.gallery.decomposer.decompose("a stop sign").sub_queries
    assert any(part.relation == "stops" for part in asked)


def test_a_judge_with_a_model_sees_the_same_parts(library, tmp_path):
    fill(library, tmp_path, road="stop sign", yard="dog")
    with serve("m") as server:
        server.script(says(VERDICT))
        result = library.ask("a stop sign", llm={"judge": "openai:m", "decompose": "none", "base_url": server.url})
        prompts = [str(request["messages"]) for request in server.requests]
    judging = [prompt for prompt in prompts if '<data of="twin">' in prompt]
    assert len(judging) == 2 and all("q1 stop sign" in prompt for prompt in judging)
    assert not any("something stops" in prompt for prompt in prompts)
    assert [part.text for part in result.sub_queries] == ["stop sign"]


def test_warnings_do_not_miss_the_words_of_a_name(library, tmp_path):
    fill(library, tmp_path, bed="teddy bear")
    assert not [warning for warning in library.ask("a teddy bear").warnings if warning.code == "not_looked_for"]


def test_a_name_that_a_tool_found_later_counts_too(library, tmp_path):
    fill(library, tmp_path, road="car")
    found = ObservedTrack(
        id="1", category="stop sign", confidence=0.9, frames=((0, 0.0, (1.0, 1.0, 9.0, 9.0)),), known=False
    )
    fact = Fact(kind="motion", about="1", text="it moves up", predicate="moves_up", source="test")
    library.store.observe(
        "road",
        Observation(
            key="0" * 12, tool="t", tool_version="1", args={}, source_sha256="0", created="2026", facts=(fact,),
            tracks=(found,),
        ),
    )  # fmt: skip
    assert library.gallery.labels() == {"car"}
    library.gallery.sync()
    assert library.gallery.labels() == {"car", "stop sign"}
    assert set(library.gallery.index.bm25_told(["moves_up"])) == {"road"}


def test_the_index_knows_what_each_video_tells_until_the_video_goes(library, tmp_path):
    fill(library, tmp_path, road="stop sign", yard="dog")
    assert set(library.gallery.index.bm25_told(["moves_right"])) == {"road", "yard"}
    library.remove(["yard"])
    assert set(library.gallery.index.bm25_told(["moves_right"])) == {"road"}
    assert library.gallery.labels() == {"stop sign"} and library.gallery.problems() == []


def outdate(library):
    """Leave a search index as an older version made it: it knew neither labels nor predicates."""
    library.gallery.close()
    with sqlite3.connect(library.store.root / "search" / catalogue.NAME) as connection:
        connection.execute("PRAGMA user_version = 1")


def test_a_question_makes_an_index_of_an_older_version_anew_without_embedding_anything(
    library, tmp_path, monkeypatch, caplog
):
    fill(library, tmp_path, road="stop sign")
    library.ask("a stop sign")
    outdate(library)
    with monkeypatch.context() as patch:
        encoder = type(library.gallery.encoder)
        patch.setattr(encoder, "encode_both", lambda self, texts: pytest.fail("embedded again"))
        assert library.gallery.labels() == {"stop sign"}
    result = library.ask("a stop sign")
    assert [part.text for part in result.sub_queries] == ["stop sign"] and result.ranking == ("road",)
    assert set(library.gallery.index.parts()) == {("road", name) for name in part_names(library.store, "road")}
    (told,) = (record.message for record in caplog.records if record.levelname == "WARNING")
    assert told.endswith("was made by an older Twinseek: it is made anew from the twins, once")
    assert not library.gallery.problems()


def test_an_index_of_an_older_version_that_cannot_be_written_says_what_to_do(library, tmp_path, monkeypatch):
    fill(library, tmp_path, road="stop sign")
    outdate(library)
    monkeypatch.setattr(type(library.store), "writable", False)
    with pytest.raises(
        TwinseekError, match=r"made by an older Twinseek \(version 1, not 2\), .* ask a copy of the library"
    ):
        library.ask("a stop sign")


def test_an_index_of_a_newer_version_is_left_alone(library, tmp_path):
    fill(library, tmp_path, road="stop sign")
    library.gallery.close()
    with sqlite3.connect(library.store.root / "search" / catalogue.NAME) as connection:
        connection.execute(f"PRAGMA user_version = {catalogue.VERSION + 1}")
    with pytest.raises(TwinseekError, match="cannot be read"):
        library.ask("a stop sign")


def named(result):
    return [warning.text for warning in result.warnings if warning.code == "video_named"]


@pytest.mark.parametrize("question", ["how long is clip_1?", "clip_1", "a dog in clip_1."])
def test_a_question_that_names_a_video_is_told_how_to_ask_of_it_alone(library, tmp_path, question):
    fill(library, tmp_path, clip_1="dog", dog="dog")
    (told,) = named(library.ask(question))
    assert "`twinseek show clip_1`" in told and "--within clip_1`" in told
    assert not named(library.ask(question, within=["clip_1"]))


@pytest.mark.parametrize("question", ["a dog", "find the dog.", "1 dog", "clip_", "clip_10"])
def test_a_plain_word_a_number_and_a_part_of_a_name_are_no_names_of_videos(library, tmp_path, question):
    fill(library, tmp_path, clip_1="dog", dog="dog")
    assert not named(library.ask(question))
