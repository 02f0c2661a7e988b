"""A profile that names SAM-2, Depth-Anything, OWLv2 and Qwen-VL, by the command line, on small random weights.

What such models say is noise, and the describer's answer always the same: that they are all asked, in their places, and
that the twins are whole is what is tested.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.checkpoints import depth_anything, owlv2, qwen_vl, sam2
from tests.e2e.command_line import in_turn
from tests.e2e.films import write_film
from tools.weights import LOCK, file_digest, model_files
from twins.geometry import Visibility
from twins.store import Store
from twinseek.library import Library
from twinseek.settings import load_settings
from twinseek.weights import wanted_by
from twinseek.weights_folder import LockedFile, WeightsLock

ROOT = Path(__file__).parents[2]
SAID = {
    "caption": "a square goes to the right",
    "what": "a square tile",
    "does": "goes to the right",
    "names": ["tile"],
}
"""What the describer answers whatever it is asked: of a shot, of a thing, and which names things may have."""
PROFILE = """
device = "cpu"

[index]
samples_per_second = 10.0
jobs = 1
text = false
segmenter = "sam2"
depth = "depth_anything"
labeller = "owlv2"
describer = "qwen_vl"

[plugins.sam2]
weights = "{folder}/sam2"
points_per_side = 4
most = 3
predicted_iou = 0.0
stability = 0.0
box_nms = 1.0
covered = 1.0
largest = 1.0

[plugins.depth_anything]
weights = "{folder}/depth"

[plugins.owlv2]
weights = "{folder}/owlv2"
vocabulary = ["cup", "dog"]
threshold = 0.0

[plugins.qwen_vl]
weights = "{folder}/qwen_vl"
tokens = 16
"""


@dataclass(frozen=True)
class Made:
    """A library, and what each command said that was run on it, by its words."""

    library: Path
    said: dict[str, str]


@pytest.fixture(scope="module")
def profile(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    sam2.build(folder / "sam2")
    depth_anything.build(folder / "depth")
    owlv2.build(folder / "owlv2")
    qwen_vl.build(folder / "qwen_vl", "qwen3_vl", json.dumps(SAID))
    path = folder / "small.toml"
    path.write_text(PROFILE.format(folder=folder.as_posix()))
    return path


def fill(models: Path, small: Path) -> Path:
    """Lay small checkpoints where ``twinseek models pull --profile cpu`` lays the published ones."""
    for each in wanted_by(load_settings(profile="cpu")):
        source = small / each.plugin.replace("depth_anything", "depth")
        folder = shutil.copytree(source, models.joinpath(*each.repository.split("/")))
        files = {
            file.name: LockedFile(size=file.stat().st_size, sha256=file_digest(file)) for file in model_files(folder)
        }
        lock = WeightsLock(repository=each.repository, revision=each.revision, commit=each.revision, files=files)
        (folder / LOCK).write_text(lock.model_dump_json())
    return models


@pytest.fixture(scope="module")
def made(profile, tmp_path_factory) -> Made:
    """Run all commands of these tests in one process, which imports torch once, beside a torchvision without CUDA."""
    folder = tmp_path_factory.mktemp("indexed")
    (folder / "clips").mkdir()
    write_film(folder / "clips" / "square.mp4", frames=50)
    on_library = {
        "index": ("index", folder / "clips"),
        "show": ("show", "square", "--json"),
        "index again": ("index", folder / "clips"),
        "doctor": ("doctor",),
        "ask": ("ask", "a dog is in front of a cup", "--json"),
    }
    commands = {
        name: [*words, "--library", folder / "library", "--profile", profile] for name, words in on_library.items()
    }
    commands["show"] = [*on_library["show"], "--library", folder / "library"]
    by_name = ("--library", folder / "by name", "--profile", "cpu")
    commands["index by name"] = ["index", folder / "clips", *by_name]
    commands["show by name"] = ["show", "square", "--json", *by_name[:2]]
    commands["tools"] = ["tools", "--profile", profile, "--json"]
    models = str(fill(folder / "models", profile.parent))
    path = os.pathsep.join([str(ROOT / "tests/checkpoints/site"), str(ROOT)])
    ended = dict(zip(commands, in_turn(*commands.values(), PYTHONPATH=path, TWINSEEK_MODELS=models), strict=True))
    assert {name: done.stderr for name, done in ended.items() if done.returncode} == {}
    return Made(folder / "library", {name: done.stdout for name, done in ended.items()})


def test_the_profile_cpu_itself_makes_whole_twins_of_weights_that_lie_in_its_folder(made):
    assert made.said["index by name"].startswith("1 indexed")
    twin = json.loads(made.said["show by name"])
    assert {"owlv2", "segmenter:sam2", "depth:depth_anything", "describer:qwen_vl"} <= twin["sources"].keys()
    assert twin["tracks"]
    assert SAID["caption"] in {fact["text"] for fact in twin["facts"]}


@pytest.fixture
def library(made) -> Path:
    """Return the library alone."""
    return made.library


def test_the_twin_is_whole_and_every_model_is_named_in_it(made):
    twin = json.loads(made.said["show"])
    sources = {source["specialist"]: source for source in twin["sources"].values()}
    for name in ("sam2", "depth_anything", "owlv2", "qwen_vl"):
        assert len(sources[name]["weights"]) == 64, "known by the content of its folder"
    assert twin["tracks"]
    assert {track["source"] for track in twin["tracks"]} <= {"segmenter:sam2", "owlv2"}
    assert twin["facts"]


def test_things_have_names_of_the_vocabulary_or_of_those_that_the_describer_gave(library):
    with Library.open(library) as opened:
        twin = opened.twin("square")
    named = [track for track in twin.tracks if track.source == "owlv2"]
    assert named
    possible = {name for track in named for name in (track.category, *(other.category for other in track.alternatives))}
    assert possible == {"cup", "dog", "tile"}


def test_how_near_things_are_is_told_on_the_scale_of_the_checkpoint(library):
    store = Store.open(library)
    (video,) = store.video_ids()
    geometry = store.geometry(video)
    assert geometry.nearness_scale == "relative"
    assert np.isfinite(geometry.nearness[geometry.visibility == Visibility.VISIBLE]).all()


def test_what_the_describer_says_of_the_shot_and_of_things_is_searched_by_its_name(library):
    store = Store.open(library)
    (video,) = store.video_ids()
    twin = store.twin(video)
    assert twin.sources["describer:qwen_vl"].specialist == "qwen_vl"
    said = [part for part in store.components(video) if part.source == "describer:qwen_vl"]
    assert {part.text for part in said if not part.instances} == {SAID["caption"]}
    tracks = {track.id for track in twin.tracks}
    told_of = {instance for part in said for instance in part.instances}
    assert told_of and told_of <= tracks
    assert any(part.kind == "action" and part.text.endswith(SAID["does"]) for part in said)


def test_a_second_run_does_nothing_and_other_weights_measure_depth_alone(made, library, profile, tmp_path):
    clips = library.parent / "clips"
    assert "1 up to date" in made.said["index again"]
    depth_anything.build(tmp_path / "metric", metric=True)
    text = profile.read_text().replace(f"{profile.parent.as_posix()}/depth", (tmp_path / "metric").as_posix())
    (tmp_path / "other.toml").write_text(text)
    shutil.copytree(library, tmp_path / "library")
    events: list[dict] = []
    with Library.open(tmp_path / "library", profile=str(tmp_path / "other.toml")) as opened:
        opened.index([clips], on_event=events.append)
        (video,) = opened.video_ids()
        scale = opened.store.geometry(video).nearness_scale
    assert [event["stages"] for event in events if event["event"] == "indexed"] == [["depth", "facts", "components"]]
    assert scale == "metric"


def test_the_same_models_are_tools_and_the_doctor_finds_them_whole(made):
    states = {plugin["name"]: plugin["state"] for plugin in json.loads(made.said["tools"])}
    named = ("segment", "depth", "find_objects", "sam2", "depth_anything", "owlv2")
    assert [states[name] for name in named] == ["ready"] * len(named)
    assert "error" not in made.said["doctor"]
    assert made.said["ask"]
