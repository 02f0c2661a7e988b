"""Plugins that tell depth, describe and segment side by side: one pass, one generation, memory that is freed."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.films import write_shots, write_squares
from tests.integration.specialists import (
    BY_COLOUR,
    BY_HUE,
    DEPTH,
    DESCRIBER,
    SEEKER,
    SEGMENTER,
    SUGGEST,
)
from twins.store import Store

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


def test_a_better_profile_that_was_interrupted_goes_on_where_it_was(index, failing, tmp_path, monkeypatch):
    monkeypatch.setattr("graphs.index_saving.LONG_SECONDS", 0.0)
    module, flag = failing
    parts = {"segmenter": "cutter", "depth": "near", "describer": "teller"}
    index()
    index(**parts)
    looks = len(sys.modules[module].LENGTHS)
    Store.open(tmp_path / "library", grace=0).sweep()  # as a later command does
    flag.unlink()
    stages, twin, geometry, report = index(**parts)
    assert not report.failed
    assert stages == ["descriptions", "facts", "components"]
    assert len(sys.modules[module].LENGTHS) == looks
    (tmp_path / "library").rename(tmp_path / "other")
    _, at_once, measured, _ = index(**parts)
    assert twin == at_once
    assert geometry.nearness.tobytes() == measured.nearness.tobytes()
    with Store.open(tmp_path / "other").masks(twin.video_id) as masks:
        assert all(masks.frames(name) for name in geometry.track_ids)


def test_what_was_begun_is_forgotten_where_the_twin_is_wanted_as_it_was(index, failing, tmp_path, monkeypatch):
    monkeypatch.setattr("graphs.index_saving.LONG_SECONDS", 0.0)
    parts = {"segmenter": "cutter", "describer": "teller"}
    _, before, _, _ = index()
    index(**parts)
    assert len(generations(tmp_path)) == 2
    _, twin, _, _ = index()
    Store.open(tmp_path / "library", grace=0).sweep()
    assert len(generations(tmp_path)) == 1
    assert twin == before


def test_what_was_begun_and_is_damaged_is_begun_anew(index, failing, tmp_path, monkeypatch):
    monkeypatch.setattr("graphs.index_saving.LONG_SECONDS", 0.0)
    parts = {"segmenter": "cutter", "describer": "teller"}
    index()
    (live,) = generations(tmp_path)
    index(**parts)
    (begun,) = generations(tmp_path) - {live}
    (begun / "masks.zip").write_bytes(b"")
    failing[1].unlink()
    stages, twin, _, report = index(**parts)
    assert not report.failed
    assert "tracks" in stages
    assert any(fact.text == "a plain square" for fact in twin.facts)


def generations(folder: Path) -> set[Path]:
    return set(folder.glob("library/videos/squares*/g-*"))


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
