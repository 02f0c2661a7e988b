"""The examples are built, installed into a place of their own, and used through their entry points; offline."""

import json
import os
import shutil
import subprocess
import sys
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


def install(folder: Path, example: str) -> dict[str, str]:
    """Build a wheel of an example and install it; return the environment of a process that sees it."""
    pytest.importorskip("hatchling", reason="hatchling, of the development tools, is not installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = shutil.copytree(ROOT / "examples" / example, folder / example)
    built = ["wheel", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, source]
    put = ["install", "--no-index", "--no-deps", "--find-links", folder, "--target", folder / "site"]
    for command in (built, [*put, f"twinseek-{example}"]):
        ran = subprocess.run([*pip, *map(str, command)], capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, ran.stderr
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'site'}"}


def run(env: dict[str, str], *command: str | Path) -> str:
    ran = subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_an_installed_tool_is_listed_called_and_remembered(tmp_path):
    env = install(tmp_path, "plugin-brightness")
    with Library.open(tmp_path / "library", create=True) as library:
        library.index([write_film(tmp_path / "square.mp4", frames=20)], jobs=1)
    listed = json.loads(run(env, "-m", "twinseek", "tools", "--json"))
    (plugin,) = (plugin for plugin in listed if plugin["name"] == "brightness")
    assert (plugin["distribution"], plugin["version"], plugin["state"]) == (
        "twinseek-plugin-brightness",
        "0.1.0",
        "ready",
    )
    first, again, wrong, facts, problems = json.loads(run(env, "-c", USE_TOOL, tmp_path / "library"))
    assert first[0].startswith("brightness: ")
    assert [first[1], again[1], wrong[1]] == [True, False, False]
    assert again[0] == first[0]
    assert wrong[0] == "brightness: start must be before end, not 9.0 and 0.8."
    assert facts == ["the light is dark"]  # the film is a dark ground with a small square
    assert problems == []


def detecting(folder: Path) -> dict[str, str]:
    """Return the environment of a process that names things by the installed detector."""
    weights = SHARED / "models" / "FastestDet.onnx"
    if not weights.is_file() or not (SHARED / "videos").is_dir():
        pytest.skip("FastestDet.onnx and the real clips are not beside the checkout")
    settings = {"TWINSEEK_INDEX__LABELLER": "coco", "TWINSEEK_PLUGINS__COCO__WEIGHTS": str(weights)}
    return install(folder, "detector-coco") | settings


def test_an_installed_detector_gives_real_things_their_names(tmp_path):
    clip = SHARED / "videos" / "01_dog.mp4"
    run(detecting(tmp_path), "-m", "twinseek", "index", clip, "--library", tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        (video,) = library.video_ids()
        assert "dog" in {track.category for track in library.twin(video).tracks}
        assert library.twin(video).sources["coco"].weights


@pytest.mark.slow  # half a minute of indexing
def test_literal_questions_are_answered_from_the_names_that_a_detector_gave(tmp_path):
    clips = {"a dog": "01_dog", "two cups": "02_cups", "someone on a skateboard": "03_skateboarder"}
    files = [SHARED / "videos" / f"{name}.mp4" for name in clips.values()]
    run(detecting(tmp_path), "-m", "twinseek", "index", *files, "--library", tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        first = {question: library.ask(question, masks="none").ranking[0] for question in clips}
        named = {question: Path(library.store.source(video).names[0]).stem for question, video in first.items()}
    assert named == clips
