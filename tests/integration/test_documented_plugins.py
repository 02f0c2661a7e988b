"""The plugins that the documentation shows do what it says, copied as they stand."""

import re
import tomllib

import pytest

from graphs.tool_calls import ToolRunner, run_call
from tests.e2e.films import write_squares
from tests.plugins import ROOT, write_metadata
from tools.context import make_context
from tools.door import open_tools
from twins.queries import ToolCall
from twinseek.library import Library

PAIR = re.compile(r"^```toml\n([^`]*entry-points[^`]*)```\n\n```python\n(.*?)^```$", re.S | re.M)
SAMPLES = {
    group.removeprefix("twinseek."): (name, where.partition(":")[0], group, code)
    for toml, code in PAIR.findall((ROOT / "docs" / "plugins.md").read_text())
    for group, points in tomllib.loads(toml)["project"]["entry-points"].items()
    for name, where in points.items()
}
PARTS = {"detectors": "labeller", "depths": "depth", "describers": "describer", "segmenters": "segmenter"}


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Return a function that installs the sample of a group, and returns its name."""

    def put(kind, code=None):
        name, module, group, sample = SAMPLES[kind]
        place = tmp_path / module
        place.mkdir()
        (place / f"{module}.py").write_text(code or sample)
        write_metadata(place, f"twinseek-{name}", "0.1.0", {group: {name: f"{module}:build"}})
        monkeypatch.syspath_prepend(place)
        return name

    return put


@pytest.fixture
def indexed(tmp_path):
    """Return a function that indexes a clip of a red and a blue square, and returns its twin and an answer."""

    def indexed(**settings):
        given = {"index": {"text": False, **settings.pop("index", {})}, **settings}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([write_squares(tmp_path / "squares.mp4")], jobs=1)
            assert not report.failed
            return library.twin("squares"), library.ask("the blue square")

    return indexed


def test_every_group_has_a_sample():
    assert set(SAMPLES) == {"tools", "encoders", *PARTS}


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_an_index_time_plugin_is_used(put, indexed, kind):
    name = put(kind)
    twin, _ = indexed(index={PARTS[kind]: name})
    assert name in {source.specialist for source in twin.sources.values()}


def test_an_encoder_is_used(put, indexed):
    assert put("encoders") in indexed(search={"encoder": "mine"})[1].models["encoder"]


README_SAMPLE = re.search(r"^```python\n(from typing.*?)^```$", (ROOT / "README.md").read_text(), re.S | re.M)


@pytest.mark.parametrize("code", [None, README_SAMPLE and README_SAMPLE[1]], ids=["plugins.md", "README.md"])
def test_a_tool_is_used(put, indexed, tmp_path, code):
    put("tools", code)
    indexed()
    with Library.open(tmp_path / "library") as library:
        toolbox = open_tools(make_context(library.store, library.store.effective), {})
        runner = ToolRunner(library.store, toolbox, library.store.effective)
        (video,) = library.video_ids()
        assert run_call(ToolCall(tool="brightness", args={}), video, runner).text.startswith("brightness")
        assert "the light is dark" in [fact.text for fact in library.twin(video).facts]
