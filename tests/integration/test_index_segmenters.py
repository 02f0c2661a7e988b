"""Plugins that segment: their tracks are in the twin."""

import sys

import numpy as np
import pytest

from tests.e2e.films import write_film, write_squares
from tests.integration.specialists import (
    BY_HUE,
    SEGMENTER,
    of_colour,
)
from twinseek.library import Library


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
