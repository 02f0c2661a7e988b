import json

import pytest

from graphs.answering import NAMELESS
from tests.integration.model_server import says, serve
from twinseek import gallery
from twinseek.library import Library


def test_a_library_that_grows_past_the_bound_while_it_is_open_gets_a_chroma(tmp_path, monkeypatch):
    description = {
        "video": "v", "fps": 10, "n_frames": 20, "width": 100, "height": 100, "caption": "A dog runs.",
        "objects": [], "frames": [], "events": [],
    }  # fmt: skip
    (tmp_path / "v.json").write_text(json.dumps(description))
    with Library.open(tmp_path / "library", create=True) as library:
        library.import_files([tmp_path / "v.json"])
        assert library.gallery.chroma is None
        monkeypatch.setattr(gallery, "EXACT_ROWS", 0)
        chroma = library.gallery.chroma
        assert chroma is not None
        assert library.gallery.chroma is chroma


def described(objects, **more):
    seen = [{"id": o["id"], "bbox": [0.1, 0.1, 0.3, 0.3], "depth": "mid", "state": ""} for o in objects]
    return {
        "video": "v", "fps": 10, "n_frames": 20, "width": 100, "height": 100, "caption": "A dog runs.",
        "objects": objects, "frames": [{"frame": 0, "objects": seen}], "events": [], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("category", "captions", "code", "words"),
    [
        ("object", False, "no_labels", ["'cat'", "'eats'", "'fish'"]),
        ("dog", False, "not_looked_for", ["'eats'"]),
        ("dog", True, None, []),
    ],
)
def test_one_warning_names_the_words_that_nothing_looks_for(tmp_path, category, captions, code, words):
    things = [{"id": 1, "category": category, "attributes": [], "role": ""}]
    (tmp_path / "v.json").write_text(json.dumps(described(things)))
    with Library.open(tmp_path / "library", create=True) as library:
        library.import_files([tmp_path / "v.json"], captions=captions)
        result = library.ask("a cat eats a fish")
        warned = [w for w in result.warnings if w.code in ("no_labels", "not_looked_for")]
    assert [warning.code for warning in warned] == [code] * (code is not None)
    assert all(word in warned[0].text for word in words)
    assert category == "object" or not any("cat" in warning.text for warning in warned)
    assert (NAMELESS in result.answer) is (code == "no_labels")


@pytest.mark.parametrize(("category", "codes"), [("object", ["no_labels"]), ("dog", [])])
def test_where_a_model_judged_every_word_was_looked_for_but_names_that_nobody_gave_are_missing(
    tmp_path, category, codes
):
    things = [{"id": 1, "category": category, "attributes": [], "role": ""}]
    (tmp_path / "v.json").write_text(json.dumps(described(things)))
    with serve("little") as server, Library.open(tmp_path / "library", create=True) as library:
        server.script(says('{"score": 0.9, "claims": [{"claim": "it eats"}]}'))
        library.import_files([tmp_path / "v.json"], captions=False)
        llm = {"judge": "openai:little", "decompose": "none", "base_url": server.url}
        result = library.ask("a cat eats a fish", llm=llm)
    assert result.cost.llm_calls
    assert [warning.code for warning in result.warnings] == codes
    assert not any("not looked for" in warning.text for warning in result.warnings)
