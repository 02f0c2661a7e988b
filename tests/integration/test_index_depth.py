"""Plugins that tell depth: it is in the twin, and only what hangs on it is redone."""

import numpy as np
import pytest

from tests.e2e.films import write_film
from tests.integration.specialists import BY_COLOUR, DEPTH, in_front, of_colour
from tools import plugged
from twins.errors import TwinseekError


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
