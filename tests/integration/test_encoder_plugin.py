"""An encoder as a plugin: searched in place of the built-in one, beside whose vectors its own lie."""

import importlib
import sys

import pytest

from graphs.plugged_encoder import open_encoder
from tests.e2e.films import write_film
from twins.errors import TwinseekError
from twinseek.library import Library

ENCODER = """
import hashlib
import numpy as np
CALLS = []
class Hashed:
    version = "1"
    dimensions = 64
    def __init__(self, settings): self.salt = settings.get("salt", "")
    def encode(self, texts):
        CALLS.extend(texts)
        {body}
    def bag(self, text):
        row = np.full(64, 1e-3)
        for word in text.lower().split():
            row[hashlib.sha256((self.salt + word).encode()).digest()[0] % 64] += 1
        return row
def build(context): return Hashed(dict(context.settings))
"""
BAGS = "return np.array([self.bag(text) for text in texts])"


@pytest.fixture
def searching(tmp_path, clips):
    """Return a function that indexes with an encoder, asks, and returns who was found, by whom, and spaces."""

    def searching(encoder=None, query="the blue square", **settings):
        given = {"search": {"encoder": encoder} if encoder else {}, "plugins": {"hashed": settings} if encoder else {}}
        with Library.open(tmp_path / "library", create=True, index={"text": False}, **given) as library:
            report = library.index([clips], jobs=1)
            result = library.ask(query)
            spaces = {name for name in library.gallery.index.spaces() if name.count("-") in (0, 2)}
        return [hit.video_id.split("-")[0] for hit in result.results], result.models["encoder"], spaces, report

    return searching


def test_an_encoder_takes_the_place_of_the_built_in_one_and_a_library_keeps_both(put, searching, clips, monkeypatch):
    module = put("hashed", ENCODER.format(body=BAGS), "encoders")
    write_film(clips / "other.mp4", size=(160, 112))
    _, name, spaces, _ = searching()
    assert (name, spaces) == ("minilm", {"minilm"})
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)
    with monkeypatch.context() as alone:
        alone.setattr("encoders.minilm.MiniLM.encode_both", lambda *_: pytest.fail("the built-in encoder was asked"))
        found, name, spaces, report = searching("hashed")
    assert "squares" in found
    assert name == "plugin-hashed-64"
    assert spaces == {"minilm", "plugin-hashed-64"}
    assert len(report.skipped) == 2
    calls = sys.modules[module].CALLS
    assert "the blue square" in calls
    calls.clear()
    searching("hashed")
    sentences = {text for text in calls if " " in text and "blue square" not in text}
    assert not sentences
    with monkeypatch.context() as kept:
        kept.setattr("encoders.minilm.MiniLM.encode_both", only_questions("encoders.minilm.MiniLM"))
        found, name, spaces, _ = searching()
    assert "squares" in found
    assert spaces == {"minilm", "plugin-hashed-64"}
    calls.clear()
    searching("hashed", salt="other")
    assert len({text for text in calls if " " in text}) > 5


def only_questions(where: str):
    """Return an ``encode_both`` that embeds questions, and fails where it is given a twin's sentences."""
    module, kind = where.rsplit(".", 1)
    original = getattr(importlib.import_module(module), kind).encode_both

    def encode_both(self, texts):
        assert len(texts) < 4, "the twins were embedded again"
        return original(self, texts)

    return encode_both


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise ValueError('no')", "the plugin hashed failed (ValueError: no)"),
        ("return np.zeros((1, 3))", "the plugin hashed returned '(1, 3) of float64' for vectors of sentences"),
        ("return [[1.0], [1.0, 2.0]]", "the plugin hashed returned [[1.0], [1.0, 2.0]] for vectors"),
        ("return np.full((len(texts), 64), np.nan)", "for vectors of sentences (finite numbers"),
    ],
)
def test_an_encoder_that_fails_is_named_and_the_twins_are_there(put, searching, tmp_path, body, why):
    put("hashed", ENCODER.format(body=body), "encoders")
    with pytest.raises(TwinseekError) as error:
        searching("hashed")
    assert why in str(error.value)
    with Library.open(tmp_path / "library") as library:
        assert len(library.video_ids()) == 1


def test_an_encoder_that_cannot_be_used_stops_the_index_before_any_work(put, searching, tmp_path):
    put("hashed", ENCODER.replace("dimensions = 64", "dimensions = 'many'"), "encoders", distribution="first")
    with pytest.raises(TwinseekError, match="hashed of first cannot be used: its dimensions are 'many'"):
        searching("hashed")
    with pytest.raises(TwinseekError, match=r"no plugin encodes sentences by the name of 'other' \(installed: hashed"):
        searching("other")
    assert not list(tmp_path.glob("library/videos/*/g-*"))


def test_words_are_the_encoders_own_where_it_has_them(put):
    own = """    def encode_words(self, texts):
        return [(["The", "Cup"], np.ones((2, 64))) for _ in texts]
def build"""
    put("hashed", ENCODER.format(body=BAGS), "encoders")
    put("worded", ENCODER.format(body=BAGS).replace("def build", own), "encoders")
    (alone,), (states,) = (open_encoder(name, {}).encode_words(["The cup, the cup!"]) for name in ("hashed", "worded"))
    assert (alone.words, alone.states.shape) == (("cup", "cup"), (2, 64))
    assert (states.words, states.states.tolist()) == (("cup",), [[1.0] * 64])
