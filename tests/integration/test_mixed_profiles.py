"""A library that several profiles have indexed: only what changed runs, what tools found stays, all have provenance."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.e2e.films import write_squares
from tests.integration.specialists import BY_HUE, DEPTH, SEGMENTER, of_colour
from tests.plugins import install
from tools.weights import weights_digest
from twins.errors import TwinseekError
from twins.observations import anchored, observation_key
from twins.schema import Fact, Observation
from twinseek.library import Library

NAMER = """
CALLS = []
class Namer:
    version = "1"
    def __init__(self, settings): self.name = settings["name"]
    def label(self, image, boxes):
        CALLS.append(len(boxes))
        return {name: (self.name, 0.9) for name in boxes}
def build(context): return Namer(context.settings)
"""
TELLER = """
CALLS = []
class Teller:
    version = "1"
    def describe(self, images, boxes):
        CALLS.append(len(images))
        return {"": ["a dark ground"], **{name: ["chequered"] for frame in boxes for name in frame}}
def build(context): return Teller()
"""
COUNTING_DEPTH = "CALLS = []\n" + DEPTH.format(
    body="CALLS.append(1); return np.where(image[..., 0] > 150, 10.0, np.where(image[..., 2] > 150, 2.0, 1.0))"
)
PROFILE = """
[index]
text = false
segmenter = "cutter"
depth = "near"
labeller = "namer"
describer = "teller"
[plugins.cutter]
weights = "{cutter}"
[plugins.near]
weights = "{near}"
[plugins.namer]
weights = "{namer}"
name = "{name}"
[plugins.teller]
weights = "{teller}"
"""


class Specialists:
    """Four plugins as stand-ins, each of which counts its calls, and profiles that name them with their weights."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        code = {
            "cutter": ("segmenters", SEGMENTER.format(body=BY_HUE).replace("LENGTHS", "CALLS")),
            "near": ("depths", COUNTING_DEPTH),
            "namer": ("labellers", NAMER),
            "teller": ("describers", TELLER),
        }
        self._modules = {
            name: install(folder, monkeypatch, name, text, group=f"twinseek.{group}")
            for name, (group, text) in code.items()
        }

    def weights(self, name: str) -> Path:
        """Return a model's folder; another name is another model."""
        place = self.folder / "weights" / name
        if not place.exists():
            place.mkdir(parents=True)
            save_file({"w": np.full(3, sum(name.encode()), np.float32)}, place / "model.safetensors")
            (place / "config.json").write_text("{}")
        return place

    def profile(self, title: str, name: str = "stamp", **weights: str) -> str:
        """Write a profile; a plugin has the weights ``small`` where nothing else is said."""
        places = {
            plugin: self.weights(weights.get(plugin, "small")) for plugin in ("cutter", "near", "namer", "teller")
        }
        path = self.folder / f"{title}.toml"
        path.write_text(PROFILE.format(**places, name=name))
        return str(path)

    def calls(self) -> dict[str, int]:
        """Return how often each was called since this was asked last."""
        loaded = {name: sys.modules.get(module) for name, module in self._modules.items()}
        counts = {name: len(module.CALLS) if module else 0 for name, module in loaded.items()}
        for module in filter(None, loaded.values()):
            module.CALLS.clear()
        return counts


@pytest.fixture
def specialists(tmp_path, monkeypatch) -> Specialists:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Specialists(tmp_path, monkeypatch)


@pytest.fixture
def index(tmp_path) -> Callable[..., dict[str, list[str]]]:
    def index(profile: Path | str, *clips: Path) -> dict[str, list[str]]:
        events: list[dict] = []
        with Library.open(tmp_path / "library", create=True, profile=str(profile)) as library:
            report = library.index(clips, jobs=1, on_event=events.append)
        assert not report.failed
        return {event["video"].split("-")[0]: event["stages"] for event in events if event["event"] == "indexed"}

    return index


def observe_red(library: Library, video_id: str) -> str:
    """Keep that a tool saw something of the red square; return the observation's source."""
    twin, source = library.twin(video_id), library.store.source(video_id)
    key = observation_key(source.sha256 or "", "look", "1", None, {})
    fact = Fact(about=of_colour(twin, "red"), kind="attribute", text="the square has a dent", source="look")
    seen = Observation(
        key=key, tool="look", tool_version="1", args={}, source_sha256=source.sha256 or "", facts=(fact,),
        created="2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    library.store.observe(video_id, anchored(seen, twin, library.store.geometry(video_id)))
    return f"o-{key}"


def test_a_better_profile_runs_only_what_changed_and_what_tools_found_stays(specialists, index, tmp_path):
    first, second = write_squares(tmp_path / "first.mp4"), write_squares(tmp_path / "second.mp4", frames=50)
    small = specialists.profile("small")
    index(small, first)
    assert all(specialists.calls().values())
    with Library.open(tmp_path / "library") as library:
        (video_id,) = library.video_ids()
        source = observe_red(library, video_id)

    large = specialists.profile("large", name="seal", namer="large")
    assert list(index(large, second)) == ["second"]
    specialists.calls()
    with Library.open(tmp_path / "library") as library:
        named = {name: library.twin(name).sources["namer"].weights for name in library.video_ids()}
    assert [named[name] for name in sorted(named)] == [
        weights_digest(specialists.weights(w)) for w in ("small", "large")
    ]

    # A labeller may be a detector, whose finds are things that want a depth and a description too.
    assert index(large, first, second) == {"first": ["labels", "depth", "descriptions", "facts", "components"]}
    counts = specialists.calls()
    assert counts["cutter"] == 0
    assert all(counts[name] for name in ("namer", "near", "teller"))
    assert index(large, first, second) == {}
    assert index(specialists.profile("renamed", name="seal", namer="large"), first, second) == {}
    assert not any(specialists.calls().values())

    better = specialists.profile("better", name="seal", namer="large", cutter="larger")
    assert "tracks" in index(better, first)["first"]
    assert all(specialists.calls().values())
    with Library.open(tmp_path / "library") as library:
        twin = library.twin(video_id)
        (dent,) = [fact for fact in twin.facts if fact.source == source]
        assert (dent.text, dent.about) == ("the square has a dent", of_colour(twin, "red"))
        assert twin.sources["segmenter:cutter"].weights == weights_digest(specialists.weights("larger"))


@pytest.mark.parametrize(
    ("changed", "ran"),
    [
        ("near", ["depth", "facts", "components"]),
        ("teller", ["descriptions", "components"]),
    ],
)
def test_another_depth_or_describer_calls_nobody_else(specialists, index, tmp_path, changed, ran):
    clip = write_squares(tmp_path / "first.mp4")
    index(specialists.profile("small"), clip)
    specialists.calls()
    assert index(specialists.profile("other", **{changed: "large"}), clip) == {"first": ran}
    assert {name for name, count in specialists.calls().items() if count} == {changed}


def test_every_fact_and_track_names_who_says_so(specialists, index, tmp_path):
    index(specialists.profile("small"), write_squares(tmp_path / "first.mp4"))
    with Library.open(tmp_path / "library") as library:
        twin = library.twin(library.video_ids()[0])
    sources = {name: (by.specialist, by.weights) for name, by in twin.sources.items()}
    small = weights_digest(specialists.weights("small"))
    assert sources["namer"] == ("namer", small)
    assert sources["segmenter:cutter"] == ("cutter", small)
    assert {"near", "teller"} <= {by for by, _ in sources.values()}
    assert {track.category for track in twin.tracks} == {"stamp"}
    said = [fact for fact in twin.facts if "chequered" in fact.text or "dark ground" in fact.text]
    told = [a for track in twin.tracks for a in track.attributes if a.text == "chequered"]
    assert said or told
    assert {twin.sources[each.source].specialist for each in (*said, *told)} == {"teller"}
    assert all(each.source in twin.sources for each in (*twin.facts, *twin.tracks))


def test_where_the_weights_lie_and_on_which_device_they_run_changes_nothing(specialists, index, tmp_path, monkeypatch):
    clip = write_squares(tmp_path / "first.mp4")
    index(specialists.profile("small"), clip)
    specialists.weights("small").rename(tmp_path / "weights" / "moved")
    moved = specialists.profile("moved", cutter="moved", near="moved", namer="moved", teller="moved")
    monkeypatch.setenv("TWINSEEK_DEVICE", "auto")
    monkeypatch.setenv("TWINSEEK_PLUGINS__CUTTER__BATCH_SIZE", "4")
    assert index(moved, clip) == {}


@pytest.mark.parametrize(
    ("plugin", "weights", "said"),
    [
        ("cutter", "lab/absent", r"weights lab/absent of the plugin cutter .* twinseek models pull lab/absent"),
        ("namer", "pickled", r"the weights of the plugin namer cannot be used: .*pickled has pickled weights only"),
    ],
)
def test_weights_that_cannot_be_used_stop_the_index_before_any_work(
    specialists, index, tmp_path, monkeypatch, plugin, weights, said
):
    monkeypatch.chdir(tmp_path)
    profile = Path(specialists.profile("small"))
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"")
    text = profile.read_text()
    own = text.index("weights", text.index(f"[plugins.{plugin}]"))
    profile.write_text(text[:own] + text[own:].replace(str(specialists.weights("small")), weights, 1))
    with pytest.raises(TwinseekError, match=said):
        index(str(profile), write_squares(tmp_path / "first.mp4"))
    assert not any(specialists.calls().values())
    assert not list((tmp_path / "library").glob("videos/*"))


def test_everything_that_is_not_there_is_said_at_once(specialists, index, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip = write_squares(tmp_path / "first.mp4")
    profile = Path(specialists.profile("small"))
    with pytest.raises(TwinseekError) as error:
        index(_with(profile, f'weights = "{specialists.weights("small")}"', 'weights = "lab/absent"'), clip)
    assert str(error.value).startswith("the weights lab/absent, lab/absent, lab/absent, lab/absent that the profile")
    assert str(error.value).endswith(f"twinseek models pull --profile {profile}")
    with pytest.raises(TwinseekError, match=r"tells depth by the name of 'far' .*; no plugin describes .* 'mute'"):
        index(_with(_with(profile, 'depth = "near"', 'depth = "far"'), '"teller"', '"mute"'), clip)
    assert not list((tmp_path / "library").glob("videos/*"))


def _with(profile: Path | str, old: str, new: str) -> Path:
    text = Path(profile).read_text()
    assert old in text
    Path(profile).write_text(text.replace(old, new))
    return Path(profile)
