"""Plugins that tell depth, describe and segment: what they say is in the twin, and only what hangs on it is redone."""

import sys

import numpy as np
import pytest

from tests.e2e.films import write_film, write_shots, write_squares
from tools import plugged
from twins.errors import TwinseekError
from twins.frames import VideoFile
from twins.predicates import evaluate
from twins.predicates.scene import Scene
from twinseek.library import Library

DEPTH = """
import numpy as np
class Near:
    version = "2"
    scale = "relative"
    def __init__(self, settings): self.settings = settings
    def nearness(self, image):
        {body}
def build(context): return Near(dict(context.settings))
"""
BY_COLOUR = (
    "return np.where(image[..., 0] > 150, self.settings.get('red', 10.0), np.where(image[..., 2] > 150, 2.0, 1.0))"
)


@pytest.fixture
def index(tmp_path, clips):
    """Return a function that indexes the clips with some plugins; it returns stages, twin, geometry and failures."""

    def index(plugins=None, **parts):
        events = []
        given = {"index": {**parts, "text": False}, "plugins": plugins or {}}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([clips], jobs=1, on_event=events.append)
            names = [name for name in library.video_ids() if name.startswith("squares")]
            found = (library.twin(names[0]), library.store.geometry(names[0])) if names else (None, None)
        stages = {event["video"].split("-")[0]: event["stages"] for event in events if event["event"] == "indexed"}
        return stages.get("squares", []), *found, report

    return index


def of_colour(twin, colour: str) -> str:
    (found,) = [track.id for track in twin.tracks if any(colour in a.text for a in track.attributes)]
    return found


def in_front(geometry, first: str, second: str) -> float:
    """Return for how many seconds one is in front of the other."""
    truth = evaluate("in_front_of", Scene(geometry), geometry.row(first), geometry.row(second))
    return sum(end - start for start, end in truth.holds)


@pytest.fixture
def decoded(monkeypatch) -> list[float]:
    """Return a list of the times at which frames are asked for again."""
    asked: list[float] = []
    original = VideoFile.at
    monkeypatch.setattr(VideoFile, "at", lambda self, seconds: (asked.extend(seconds), original(self, seconds))[1])
    return asked


def test_depth_gives_nearness_that_the_predicates_use(put, index, decoded, monkeypatch):
    put("near", DEPTH.format(body=BY_COLOUR), "depths")
    _, before, weak, _ = index()
    red, blue = of_colour(before, "red"), of_colour(before, "blue")
    assert max(in_front(weak, red, blue), in_front(weak, blue, red)) < 1
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)  # nothing is segmented or followed again
    decoded.clear()
    stages, twin, geometry, _ = index(depth="near")
    assert stages == ["depth", "facts", "components"]
    assert len(decoded) <= 0.6 * len(geometry.seconds)
    near = [float(np.nanmedian(geometry.nearness[geometry.row(name)])) for name in (red, blue)]
    assert near == pytest.approx([10.0, 2.0])
    assert geometry.nearness_scale == "relative"
    assert in_front(geometry, red, blue) > 1
    assert in_front(geometry, blue, red) == 0
    assert (twin.sources["depth:near"].specialist, twin.sources["depth:near"].version) == ("near", "2")
    located = np.isfinite(geometry.boxes[..., 0])
    assert np.isfinite(geometry.nearness[located]).mean() > 0.9
    assert index(depth="near")[0] == []
    stages, _, geometry, _ = index(depth="near", plugins={"near": {"red": 0.5}})
    assert stages == ["depth", "facts", "components"]
    assert in_front(geometry, blue, red) > 1
    stages, twin, geometry, report = index()
    assert stages == ["facts", "components"]
    assert [text for said in report.warnings.values() for text in said] == [
        "what the plugin near found is taken out: this run names no depth (was --profile forgotten?)"
    ]
    assert twin == before
    np.testing.assert_array_equal(geometry.nearness, weak.nearness)
    assert geometry.nearness_scale == "weak"


def test_depth_in_the_same_pass_is_what_it_is_afterwards(put, index, tmp_path):
    put("near", DEPTH.format(body=BY_COLOUR), "depths")
    _, at_once, geometry, _ = index(depth="near")
    (tmp_path / "library").rename(tmp_path / "other")
    index()
    _, later, again, _ = index(depth="near")
    assert at_once == later
    np.testing.assert_array_equal(geometry.nearness, again.nearness)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no')", "the plugin near failed (ValueError: no)"),
        ("return image", "the plugin near returned 'an array (120, 200, 3) of uint8' for 120 x 200 numbers"),
        ("return np.zeros((3, 4))", "for 120 x 200 numbers"),
        ("return [['far'] * 200] * 120", "for 120 x 200 numbers"),
        ("import time; time.sleep(9)", "the plugin near gave no answer within 0.5 s"),
    ],
)
def test_depth_that_fails_fails_that_video_by_name_and_its_neighbours_are_indexed(
    put, index, clips, monkeypatch, body, said
):
    monkeypatch.setattr(plugged, "FRAME_SECONDS", 0.5)
    write_film(clips / "other.mp4", size=(160, 112))
    put("near", DEPTH.format(body=f"if image.shape[0] == 112: return np.ones((112, 160))\n        {body}"), "depths")
    _, twin, _, report = index(depth="near")
    assert twin is None
    assert len(report.indexed) == 1
    (failed,) = report.failed.values()
    assert said in failed


def test_depth_without_a_scale_stops_the_index_before_any_work(put, index):
    put("near", DEPTH.replace('"relative"', '"feet"').format(body=BY_COLOUR), "depths", distribution="first")
    with pytest.raises(TwinseekError, match="near of first cannot be used: its scale is 'feet', not one of weak"):
        index(depth="near")
    with pytest.raises(TwinseekError, match=r"no plugin tells depth by the name of 'far' \(installed: .*near\)"):
        index(depth="far")


DESCRIBER = """
class Teller:
    version = "5"
    def describe(self, images, boxes):
        assert len(images) == len(boxes) <= 4
        {body}
def build(context):
    teller = Teller()
    teller.word = context.settings.get("word", "velvet")
    return teller
"""
OF_ALL = """
        things = {name: [self.word, ("action", "hovers", 0.9), "x " * 500, self.word] for name in boxes[0]}
        return {**things, "": ["a stage\\n  by night"], "t999": ["unseen"]}
"""


def said(twin) -> list[tuple[str | None, str, str]]:
    return [(fact.about, fact.kind, fact.text) for fact in twin.facts if fact.source == "describer:teller"]


def test_what_a_describer_says_become_facts_that_are_searched(put, index, tmp_path, decoded, monkeypatch):
    put("teller", DESCRIBER.format(body=OF_ALL), "describers")
    _, before, _, _ = index()
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)
    decoded.clear()
    stages, twin, _, _ = index(describer="teller")
    assert stages == ["descriptions", "components"]
    assert len(decoded) == 4
    facts = said(twin)
    assert {about for about, _, _ in facts} == {None, *(track.id for track in twin.tracks)}
    assert (None, "scene", "a stage by night") in facts
    assert ("t1", "attribute", "velvet") in facts
    assert ("t1", "action", "hovers") in facts
    assert len([fact for fact in facts if fact[0] == "t1"]) == 3
    assert max(len(text) for _, _, text in facts) <= 120
    assert twin.sources["describer:teller"].version == "5"
    with Library.open(tmp_path / "library") as library:
        texts = [part.text for part in library.store.components(twin.video_id, library.store.current(twin.video_id))]
    assert {"velvet", "a stage by night"} < set(texts)
    assert index(describer="teller")[0] == []
    stages, twin, _, _ = index(describer="teller", plugins={"teller": {"word": "silk"}})
    assert stages == ["descriptions", "components"]
    assert "silk" in {text for _, _, text in said(twin)}
    assert "velvet" not in {text for _, _, text in said(twin)}
    stages, twin, _, _ = index()
    assert stages == ["components"]
    assert twin == before


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise ValueError('no')", "the plugin teller failed (ValueError: no)"),
        ("return ['a stage']", "the plugin teller returned ['a stage'] for descriptions"),
        ("return {'': 'a stage'}", "the plugin teller returned 'a stage' for a list of phrases"),
        ("return {'': [3]}", "the plugin teller returned 3 for a phrase"),
        ("return {'': [('role', 'a stage')]}", "returned 'role' for a kind (scene, action, event, purpose)"),
        ("return {'': [('scene', 'a stage', 'sure')]}", "returned 'sure' for a confidence"),
    ],
)
def test_a_describer_that_fails_fails_that_video_by_name(put, index, clips, body, why):
    write_film(clips / "other.mp4", size=(160, 112))
    put("teller", DESCRIBER.format(body=f"if images[0].shape[0] == 112: return {{}}\n        {body}"), "describers")
    _, twin, _, report = index(describer="teller")
    assert twin is None
    assert len(report.indexed) == 1
    (failed,) = report.failed.values()
    assert why in failed


SEGMENTER = """
import numpy as np
LENGTHS = []
class Cutter:
    version = "4"
    def __init__(self, settings): self.most = settings.get("most", 2)
    def segment(self, images):
        LENGTHS.append(len(images))
        {body}
def build(context): return Cutter(dict(context.settings))
"""
BY_HUE = """
        red = {at: image[..., 0] > 150 for at, image in enumerate(images)}
        blue = {at: image[..., 2] > 150 for at, image in enumerate(images)}
        # Their order changes from stretch to stretch, as it may.
        tracks = [(red, 0.7), (blue, 0.9)][: self.most]
        return tracks[:: -1 if len(LENGTHS) % 2 else 1]
"""


def test_the_tracks_of_a_segmenter_take_the_place_of_those_that_are_followed(put, index, clips, tmp_path, monkeypatch):
    monkeypatch.setattr("tools.segmenting.AT_ONCE", 4)
    module = put("cutter", SEGMENTER.format(body=BY_HUE), "segmenters")
    write_squares(clips / "squares.mp4", frames=70)
    index()
    monkeypatch.setattr("graphs.index_perceive.Tracker.step", lambda *_: pytest.fail("followed by movement"))
    monkeypatch.setattr("graphs.index_perceive.ColourTracker.step", lambda *_: pytest.fail("followed by colour"))
    stages, twin, geometry, _ = index(segmenter="cutter")
    assert "tracks" in stages
    lengths = sys.modules[module].LENGTHS
    assert len(lengths) > 2
    assert max(lengths) == 5
    assert {track.salience for track in twin.tracks} == {0.7, 0.9}
    assert {track.source for track in twin.tracks} == {"segmenter:cutter"}
    assert twin.sources["segmenter:cutter"].version == "4"
    red = geometry.row(of_colour(twin, "red"))
    in_view = geometry.seconds < 2.0
    assert np.isfinite(geometry.boxes[red, in_view]).all()
    lefts = 10 + 2 * geometry.frame_index[in_view]
    assert abs(geometry.boxes[red, in_view, 0] - lefts).max() < 4
    with Library.open(tmp_path / "library") as library, library.store.masks(twin.video_id) as masks:
        assert len(masks.frames(geometry.track_ids[red])) >= in_view.sum()
    assert index(segmenter="cutter")[0] == []
    stages, twin, _, _ = index(segmenter="cutter", plugins={"cutter": {"most": 1}})
    assert "tracks" in stages
    assert len(twin.tracks) == 1


RIM = """
        rim = images[0][..., 0] >= 0
        rim[15:105, 25:175] = False
        return [({at: rim for at in range(len(images))}, 0.9)]
"""
MIDDLE = """
class Finder:
    version = "1"
    def detect(self, image):
        return [("cup", 0.9, (25.0, 15.0, 175.0, 105.0))]
def build(context): return Finder()
"""


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later, by the masks that are stored"])
def test_a_detection_names_what_has_most_of_its_mask_in_it(put, index, later):
    # The box of the rim, all of the picture, overlaps by more than half with the detection, which has nothing of it.
    put("cutter", SEGMENTER.format(body=RIM), "segmenters")
    put("finder", MIDDLE, "detectors")
    if later:
        index(segmenter="cutter")
    stages, twin, _, _ = index(segmenter="cutter", labeller="finder")
    assert ("tracks" in stages) != later
    names = {track.id: track.category for track in twin.tracks}
    assert sorted(names.values()) == ["cup", "object"] and names["d1"] == "cup"


NOTHING = "return []"
NO_AREA = "return [({at: image[..., 0] > 999 for at, image in enumerate(images)}, 0.9)]"
THOUSANDS = """
        spots = [image[..., 0] > 999 for image in images]
        found = []
        for number in range(1500):
            masks = {at: spot.copy() for at, spot in enumerate(spots)}
            for mask in masks.values(): mask[number % 120, number % 200] = True
            found.append((masks, number % 90 / 100))
        return found
"""
STILL = "return [({at: image[..., 0] >= 0 for at, image in enumerate(images)}, 0.9)]"
DETECTOR = """
class Finder:
    version = "1"
    def detect(self, image):
        if {count} == 0: return [("cup", 0.9, (9, 9, 9, 9))]
        return [(f"thing {{n}}", 0.9 - n / 9000, (n % 80, n // 80, n % 80 + 9, n // 80 + 9)) for n in range({count})]
def build(context): return Finder()
"""


@pytest.mark.parametrize(
    ("body", "detections", "most"),
    [(NOTHING, 0, 0), (NO_AREA, 0, 0), (THOUSANDS, 5000, 130), (STILL, 0, 1)],
    ids=["nothing", "masks of zero area", "thousands", "nothing moves"],
)
def test_whatever_is_found_the_twin_is_whole_and_bounded(put, index, body, detections, most):
    put("cutter", SEGMENTER.format(body=body), "segmenters")
    put("finder", DETECTOR.format(count=detections), "detectors")
    put("near", DEPTH.format(body=BY_COLOUR), "depths")
    put("teller", DESCRIBER.format(body='return {"": ["a quiet scene"]}'), "describers")
    parts = {"segmenter": "cutter", "labeller": "finder", "depth": "near", "describer": "teller"}
    stages, twin, geometry, report = index(**parts)
    assert not report.failed
    assert stages[0] == "tracks"
    assert len(twin.tracks) <= most and (len(twin.tracks) > 0) == (most > 0)
    assert set(geometry.track_ids) == {track.id for track in twin.tracks}
    assert any(fact.text == "a quiet scene" for fact in twin.facts)


FAILS_WHILE_THERE = """
        import pathlib
        if pathlib.Path("{flag}").exists(): raise OSError("the server is gone")
        return {{name: ["a plain square"] for those in boxes for name in those}}
"""


@pytest.fixture
def failing(put, clips, tmp_path):
    """Put a segmenter, a depth plugin and a describer that fails while a file is there; return both module and file."""
    flag = tmp_path / "flag"
    flag.touch()
    write_squares(clips / "squares.mp4", frames=70)
    put("near", DEPTH.format(body=BY_COLOUR), "depths")
    put("teller", DESCRIBER.format(body=FAILS_WHILE_THERE.format(flag=flag)), "describers")
    return put("cutter", SEGMENTER.format(body=BY_HUE), "segmenters"), flag


def test_what_took_long_is_not_done_again_where_a_later_specialist_failed(index, failing, monkeypatch):
    monkeypatch.setattr("graphs.index_saving.LONG_SECONDS", 0.0)
    module, flag = failing
    parts = {"segmenter": "cutter", "depth": "near", "describer": "teller"}
    _, twin, geometry, report = index(**parts)
    assert "the server is gone" in next(iter(report.failed.values()))
    assert {track.source for track in twin.tracks} == {"segmenter:cutter"}
    assert any(fact.source == "predicates" for fact in twin.facts), "it can be asked already"
    assert geometry.nearness_scale == "relative"
    looks = len(sys.modules[module].LENGTHS)
    flag.unlink()
    stages, whole, again, report = index(**parts)
    assert not report.failed
    assert stages == ["descriptions", "facts", "components"]
    assert len(sys.modules[module].LENGTHS) == looks
    assert again.nearness.tobytes() == geometry.nearness.tobytes()
    assert any(fact.text == "a plain square" for fact in whole.facts)
    assert index(**parts)[0] == []


def test_half_of_a_new_twin_does_not_take_the_place_of_a_whole_one(index, failing, monkeypatch):
    monkeypatch.setattr("graphs.index_saving.LONG_SECONDS", 0.0)
    _, before, _, _ = index()
    _, twin, _, report = index(segmenter="cutter", describer="teller")
    assert report.failed
    assert twin == before


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise ValueError('no')", "the plugin cutter failed (ValueError: no)"),
        ("return 3", "the plugin cutter failed (TypeError"),
        ("return [images[0] > 3]", "for a track (masks by position)"),
        ("return [{0: np.ones((3, 4), bool)}]", "returned '(3, 4) of bool' for a mask (120 x 200)"),
        ("return [{99: np.ones((120, 200), bool)}]", "returned 99 for a position (0 to"),
        ("return [({0: np.ones((120, 200), bool)}, None)]", "returned None for a confidence"),
    ],
)
def test_a_segmenter_that_fails_fails_that_video_by_name(put, index, clips, body, why):
    write_film(clips / "other.mp4", size=(160, 112))
    put("cutter", SEGMENTER.format(body=f"if images[0].shape[0] == 112: return []\n        {body}"), "segmenters")
    _, twin, _, report = index(segmenter="cutter")
    assert twin is None
    assert len(report.indexed) == 1
    (failed,) = report.failed.values()
    assert why in failed


SEEKER = """
NAMES = []
class Seeker:
    vocabulary = ["cup"]
    def detect(self, image): return self.find([image], self.vocabulary)[0]
    def find(self, images, names):
        NAMES.append(list(names))
        return [[(names[-1], 0.9, (100.0, 90.0, 140.0, 118.0))] for _ in images]
def build(context): return Seeker()
"""
SUGGEST = """
class Suggester(Teller):
    def names(self, images):
        assert len(images) == 4
        return ["cup", self.word + " stamp"]
Teller = Suggester
"""


def test_a_describer_says_what_else_an_open_detector_looks_for(put, index):
    seeker = put("seeker", SEEKER, "detectors")
    silent = DESCRIBER.format(body="return {}")
    put("teller", silent.replace("def build", f"{SUGGEST}def build"), "describers")
    _, twin, _, _ = index(labeller="seeker")
    assert sys.modules[seeker].NAMES[-1] == ["cup"]
    stages, twin, _, _ = index(labeller="seeker", describer="teller")
    assert "labels" in stages
    assert sys.modules[seeker].NAMES[-1] == ["cup", "velvet stamp"]
    assert twin.track("d1").category == "velvet stamp"
    assert index(labeller="seeker", describer="teller")[0] == []
    stages, twin, _, _ = index(labeller="seeker", describer="teller", plugins={"teller": {"word": "silk"}})
    assert "labels" in stages
    assert "tracks" not in stages
    assert twin.track("d1").category == "silk stamp"


def test_a_describer_that_suggests_nothing_leaves_the_names_alone(put, index):
    put("seeker", SEEKER, "detectors")
    put("teller", DESCRIBER.format(body="return {}"), "describers")
    index(labeller="seeker")
    assert index(labeller="seeker", describer="teller")[0] == ["descriptions", "components"]


def test_suggestions_that_are_none_fail_that_video_by_name(put, index):
    put("seeker", SEEKER, "detectors")
    broken = SUGGEST.replace('["cup", self.word + " stamp"]', "[3]")
    put("teller", DESCRIBER.format(body="return {}").replace("def build", f"{broken}def build"), "describers")
    _, twin, _, report = index(labeller="seeker", describer="teller")
    (failed,) = report.failed.values()
    assert "the plugin teller returned [3] for names of things" in failed
    assert twin is None


WATCHED = """
import hashlib
import numpy as np
SHOWN = []
def note(images): SHOWN.append([hashlib.sha256(image.tobytes()).hexdigest() for image in images])
class Watcher:
    version, scale, vocabulary = "1", "relative", ["cup"]
    def nearness(self, image):
        note([image])
        return np.ones(image.shape[:2])
    def detect(self, image):
        note([image])
        return [("cup", 0.9, (100.0, 90.0, 140.0, 118.0))]
    def describe(self, images, boxes):
        note(images)
        return {}
def build(context): return Watcher()
"""


def test_one_pass_feeds_every_stage_and_a_stage_that_is_run_again_is_shown_the_same_frames(
    put, index, clips, tmp_path, decoded
):
    write_shots(clips / "squares.mp4", lengths=(130, 60, 100))
    cutter = {"segmenter": "cutter"}
    put("cutter", SEGMENTER.format(body=BY_HUE), "segmenters")
    parts = {"labeller": "detectors", "depth": "depths", "describer": "describers"}
    modules = {part: put(f"w_{part}", WATCHED, group) for part, group in parts.items()}
    named = {part: f"w_{part}" for part in parts}
    _, at_once, geometry, _ = index(**cutter, **named)
    assert len(at_once.shots) == 3
    assert decoded == []
    seen = {part: sys.modules[module].SHOWN for part, module in modules.items()}
    first = {part: list(shown) for part, shown in seen.items()}
    assert [len(shown) for shown in first["describer"]] == [4, 4, 4]
    assert len(first["labeller"]) == 16
    (tmp_path / "library").rename(tmp_path / "other")
    index(**cutter)
    for shown in seen.values():
        shown.clear()
    _, later, again, _ = index(**cutter, **named)
    assert decoded
    assert seen == first
    assert later == at_once
    np.testing.assert_array_equal(again.nearness, geometry.nearness)


TELLS = """
import pathlib
def wrote(done):
    with pathlib.Path("done.txt").open("a") as file:
        file.write(done + " ")
"""
FREES = """
Seeker.unload = lambda self: wrote("free_" + type(self).__name__)
"""
EACH_FREED = ["names", "free_Suggester", "find", "free_Seeker", "describe", "free_Suggester"]


@pytest.mark.parametrize("keep", [False, True])
def test_who_suggests_names_is_freed_before_the_detector_looks_where_one_model_at_a_time_is_wanted(
    put, index, tmp_path, monkeypatch, keep
):
    monkeypatch.chdir(tmp_path)
    code = DESCRIBER.format(body='wrote("describe"); return {}').replace("def build", f"{SUGGEST}def build")
    code = code.replace('return ["cup"', 'wrote("names"); return ["cup"')
    put("seeker", TELLS + SEEKER.replace("NAMES.append", 'wrote("find"); NAMES.append') + FREES, "detectors")
    put("teller", TELLS + code + FREES.replace("Seeker", "Teller"), "describers")
    index(labeller="seeker", describer="teller", keep_models=keep)
    done = (tmp_path / "done.txt").read_text().split()
    told = [name for name, again in zip(done, [None, *done], strict=False) if name != again]
    assert told == (["names", "find", "describe"] if keep else EACH_FREED)


FREED = """
FREED = []
def unload(self): FREED.append(type(self).__name__)
"""


@pytest.mark.parametrize(("keep", "short"), [(True, True), ("auto", False), ("auto", True), (False, False)])
def test_weights_are_freed_after_each_stage_where_memory_is_short_or_it_is_asked_for(
    put, index, monkeypatch, keep, short
):
    monkeypatch.setattr("graphs.index_stages.memory_is_short", lambda: short)
    codes = {
        "depths": ("near", DEPTH.format(body=BY_COLOUR), "Near"),
        "describers": ("teller", DESCRIBER.format(body="return {}"), "Teller"),
        "segmenters": ("cutter", SEGMENTER.format(body=BY_HUE), "Cutter"),
    }
    modules = {
        kind: put(name, f"{FREED}{code}".replace("def build", f"{kind}.unload = unload\ndef build"), group)
        for group, (name, code, kind) in codes.items()
    }
    index(depth="near", describer="teller", segmenter="cutter", keep_models=keep)
    freed = {kind: len(sys.modules[module].FREED) for kind, module in modules.items()}
    expected = 1 if keep is False or (keep == "auto" and short) else 0
    assert freed == dict.fromkeys(modules, expected)
