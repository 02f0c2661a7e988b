"""Masks and nearness that a tool returned, taken over within bounds."""

import numpy as np
import pytest

from graphs import tool_measures
from graphs.tool_artifacts import ArtifactError, read_artifact
from tests.unit.twins.test_observations import GEOMETRY, TWIN
from twins.masks import encode_mask
from twins.observations import EffectiveTwin
from twins.schema import Provenance

KNOWN = EffectiveTwin(TWIN, GEOMETRY, (), "g-0")
TOOL = Provenance(specialist="cutter", version="1")
FRAMES = [[0.5, [30, 30, 50, 50]]]
MASK = np.zeros((100, 100), bool)
MASK[30:50, 30:50] = True
RLE = encode_mask(MASK)


def read(**entry):
    return read_artifact([{"kind": "scene", "text": "x"}, entry], TOOL, KNOWN)


def test_masks_are_taken_as_run_lengths_and_as_arrays_and_smaller_than_displayed():
    found = read(id="x", frames=FRAMES, masks=[[0.5, RLE], [0.7, MASK], [0.9, MASK[::2, ::2].astype(np.uint8)]])
    (track,) = found.tracks
    assert [mask.size for mask in track.masks] == [(100, 100), (100, 100), (50, 50)]
    assert [mask.frame_index for mask in track.masks] == [5, 7, 9]
    assert track.masks[0].counts == track.masks[1].counts == RLE["counts"]
    assert found.dropped == 0


@pytest.mark.parametrize(
    "mask",
    [
        None,
        "a mask",
        {"size": [100, 100]},
        {"size": [100, 100], "counts": 7},
        {"size": [100, 100], "counts": "garbage"},
        {"size": [100, 100], "counts": RLE["counts"][:-2]},
        {"size": [200, 200], "counts": encode_mask(np.ones((200, 200), bool))["counts"]},
        {"size": [100, 50], "counts": encode_mask(np.ones((100, 50), bool))["counts"]},
        {"size": [100.5, 100], "counts": RLE["counts"]},
        {"size": ["100", "100"], "counts": RLE["counts"]},
        {"size": [100, 100], "counts": [1000, 9000]},
        np.zeros((100, 100, 3), bool),
        np.zeros((0, 100), bool),
        np.full((100, 100), "x"),
        np.zeros((100, 100)),
    ],
)
def test_what_is_no_mask_of_this_video_is_dropped_and_counted(mask):
    found = read(id="x", frames=FRAMES, masks=[[0.5, mask], [0.5, RLE], [99.0, RLE], [float("nan"), RLE], 3])
    assert [len(track.masks) for track in found.tracks] == [1]
    assert found.dropped == 4


def test_masks_are_bounded_in_number_and_in_length(monkeypatch):
    found = read(id="x", frames=FRAMES, masks=[[0.5, RLE]] * 1000)
    assert len(found.tracks[0].masks) == tool_measures.MOST_MASKS
    assert found.dropped == 1000 - tool_measures.MOST_MASKS
    monkeypatch.setattr(tool_measures, "MOST_MASK_LETTERS", 3 * len(RLE["counts"]) + 1)
    entries = [{"id": name, "frames": FRAMES, "masks": [[0.5, RLE]] * 2} for name in ("x", "y")]
    found = read_artifact(entries, TOOL, KNOWN)
    assert [len(track.masks) for track in found.tracks] == [2, 1]
    assert found.dropped == 1
    monkeypatch.setattr(tool_measures, "MOST_LETTERS", 5)
    assert read(id="x", frames=FRAMES, masks=[[0.5, RLE]]).tracks[0].masks == ()


def test_more_can_be_said_of_an_instance_of_the_twin_but_not_where_it_is_or_what_it_is_called():
    found = read(id="t1", masks=[[0.5, RLE]], category="ghost", confidence=1.0)
    (track,) = found.tracks
    assert (track.known, track.category, len(track.masks)) == (True, "object", 1)
    assert [frame[2] for frame in track.frames] == [(0.0, 0.0, 20.0, 20.0)] * 3
    assert found.dropped == 2
    for entry in (
        {"id": "t1", "masks": [[0.5, RLE]], "frames": FRAMES},
        {"id": "t9", "masks": [[0.5, RLE]]},
        {"id": "t1", "masks": ["none"]},
        {"id": ["t1"], "masks": [[0.5, RLE]]},
    ):
        with pytest.raises(ArtifactError):
            read_artifact([entry], TOOL, KNOWN)


def test_nearness_is_taken_with_its_scale_and_who_measured_it():
    by = {"specialist": "near", "version": "2", "weights": None}
    values = [[0.5, 2.0], [0.7, float("inf")], [-1.0, 2.0], ["0.5", 2.0], [0.9, np.float32(3.0)]]
    found = read(id="t1", nearness=values, scale="relative", by=by)
    nearness = found.tracks[0].nearness
    assert nearness.values == ((0.5, 2.0), (0.9, 3.0))
    assert nearness.by == Provenance(specialist="near", version="2")
    assert found.dropped == 3
    assert read(id="t1", nearness=[[0.5, 2.0]], scale="metric").tracks[0].nearness.by == TOOL


@pytest.mark.parametrize(
    "entry",
    [
        {"nearness": [[0.5, 2.0]]},
        {"nearness": [[0.5, 2.0]], "scale": "feet"},
        {"nearness": [[0.5, 2.0]], "scale": ["relative"]},
        {"nearness": "near", "scale": "relative"},
        {"nearness": [], "scale": "relative"},
        {"nearness": [[0.5, 2.0]], "scale": "relative", "by": "me"},
        {"nearness": [[0.5, 2.0]], "scale": "relative", "by": {"specialist": "x" * 1000, "version": "1"}},
    ],
)
def test_nearness_that_cannot_be_compared_is_dropped_and_counted(entry):
    found = read(id="t1", **entry)
    assert found.tracks == ()
    assert found.dropped >= 1


def test_what_is_said_to_be_missing_is_no_fact_and_nothing_wrong_with_an_artifact():
    denied = {"kind": "state", "text": "no dog is seen"}
    assert read_artifact([denied], TOOL, KNOWN).facts == ()
    facts = read_artifact([{**denied, "text": "a man waits; no dog is seen"}], TOOL, KNOWN).facts
    assert [fact.text for fact in facts] == ["a man waits"]
    sign = read_artifact([{"kind": "text", "text": "no dogs"}], TOOL, KNOWN)
    assert [fact.text for fact in sign.facts] == ["no dogs"]
