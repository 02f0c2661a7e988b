"""The examples are built, installed into a fresh environment, and used there through their entry points; offline."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.e2e.films import write_film
from tests.plugins import ROOT
from twinseek.library import Library

USE_TOOL = """
import json, sys
from graphs.tool_calls import ToolRunner, run_call
from tools.context import make_context
from tools.door import open_tools
from twins.queries import ToolCall
from twinseek.library import Library

with Library.open(sys.argv[1]) as library:
    toolbox = open_tools(make_context(library.store, library.store.effective), {"brightness": {"dark": 90}})
    runner = ToolRunner(library.store, toolbox, library.store.effective)
    (video,) = library.video_ids()
    findings = [run_call(ToolCall(tool="brightness", args=args), video, runner) for args in ({}, {}, {"start": 9})]
    facts = [fact.text for fact in library.twin(video).facts if fact.source.startswith("o-")]
print(json.dumps([[f.text, f.fresh] for f in findings] + [facts, list(toolbox.problems)]))
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with an example in it, which sees Twinseek and what that needs.

    Args:
        python: its interpreter.
        settings: variables of its processes.
    """

    python: Path
    settings: Mapping[str, str]

    def run(self, *command: str | Path) -> str:
        """Run its interpreter and return what that prints."""
        env = {**os.environ, **self.settings}
        env.pop("PYTHONPATH", None)
        ran = subprocess.run(
            [self.python, *map(str, command)], cwd=self.python.parent, env=env, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def install(folder: Path, example: str, **settings: str) -> Environment:
    """Make an environment, build a wheel of an example, and install it there."""
    pytest.importorskip("hatchling", reason="hatchling, of the development tools, is not installed")
    if list(distributions(name=f"twinseek-{example}")):
        pytest.skip(f"twinseek-{example} is installed beside the tests and would be there twice")
    venv.create(folder / "env")
    made = Environment(folder / "env" / "bin" / "python", settings)
    own = Path(made.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    seen = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    (own / "twinseek.pth").write_text("\n".join(seen))
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = shutil.copytree(ROOT / "examples" / example, folder / example)
    made.run(*pip, "wheel", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, source)
    made.run(*pip, "install", "--no-index", "--no-deps", "--find-links", folder, f"twinseek-{example}")
    assert list(own.glob("*.dist-info")), "it was installed elsewhere"
    return made


def test_an_installed_tool_is_listed_called_and_remembered(tmp_path):
    environment = install(tmp_path, "plugin-brightness")
    with Library.open(tmp_path / "library", create=True) as library:
        library.index([write_film(tmp_path / "square.mp4", frames=20)], jobs=1)
    listed = json.loads(environment.run("-m", "twinseek", "tools", "--json"))
    (plugin,) = (plugin for plugin in listed if plugin["name"] == "brightness")
    assert (plugin["distribution"], plugin["version"], plugin["state"]) == (
        "twinseek-plugin-brightness",
        "0.1.0",
        "ready",
    )
    first, again, wrong, facts, problems = json.loads(environment.run("-c", USE_TOOL, tmp_path / "library"))
    assert first[0].startswith("brightness: ")
    assert [first[1], again[1], wrong[1]] == [True, False, False]
    assert again[0] == first[0]
    assert wrong[0] == "brightness: start must be before end, not 9.0 and 0.8."
    assert facts == ["the light is dark"]  # the film is a dark ground with a small square
    assert problems == []


def detecting(folder: Path) -> Environment:
    """Return an environment in which things are named by the installed detector."""
    weights = SHARED / "models" / "FastestDet.onnx"
    if not weights.is_file() or not (SHARED / "videos").is_dir():
        pytest.skip("FastestDet.onnx and the real clips are not beside the checkout")
    settings = {"TWINSEEK_INDEX__LABELLER": "coco", "TWINSEEK_PLUGINS__COCO__WEIGHTS": str(weights)}
    return install(folder, "detector-coco", **settings)


def test_an_installed_detector_gives_real_things_their_names(tmp_path):
    clip = SHARED / "videos" / "01_dog.mp4"
    detecting(tmp_path).run("-m", "twinseek", "index", clip, "--library", tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        (video,) = library.video_ids()
        assert "dog" in {track.category for track in library.twin(video).tracks}
        assert library.twin(video).sources["coco"].weights


@pytest.mark.slow  # half a minute of indexing
def test_literal_questions_are_answered_from_the_names_that_a_detector_gave(tmp_path):
    clips = {"a dog": "01_dog", "two cups": "02_cups", "someone on a skateboard": "03_skateboarder"}
    files = [SHARED / "videos" / f"{name}.mp4" for name in clips.values()]
    detecting(tmp_path).run("-m", "twinseek", "index", *files, "--library", tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        first = {question: library.ask(question, masks="none").ranking[0] for question in clips}
        named = {question: Path(library.store.source(video).names[0]).stem for question, video in first.items()}
    assert named == clips
