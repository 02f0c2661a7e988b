import json

import numpy as np
import pytest

from twins.annotations import import_annotation
from twins.errors import TwinseekError
from twins.geometry import Visibility

CLIP = {
    "video": "tiny",
    "fps": 10,
    "n_frames": 40,
    "width": 200,
    "height": 100,
    "caption": "A cup slides.",
    "scene": "a table",
    "camera": "static",
    "objects": [
        {"id": 1, "category": "cup", "attributes": ["red", "made of tin"], "role": "slides"},
        {"id": 2, "category": "ball"},
    ],
    "frames": [
        {"frame": 0, "objects": [{"id": 1, "bbox": [0.0, 0.0, 0.1, 0.2], "depth": "near", "state": "stands"}]},
        {
            "frame": 20,
            "objects": [
                {"id": 1, "bbox": [0.5, 0.0, 0.6, 0.2], "depth": "mid", "state": "stands"},
                {"id": 2, "bbox": [0.8, 0.8, 0.9, 1.0], "state": "lies"},
            ],
        },
        {"frame": 30, "objects": [{"id": 1, "bbox": [0.5, 0.0, 0.6, 0.2], "state": "tips"}]},
    ],
    "events": [{"start_frame": 0, "end_frame": 19, "objects": [1, 2], "text": "The cup passes."}],
    "queries": [{"id": "tiny/1", "text": "not read"}],
}


@pytest.fixture
def clip_file(tmp_path):
    def write(**changes):
        path = tmp_path / "tiny.json"
        path.write_text(json.dumps(CLIP | changes))
        return path

    return write


def test_boxes_are_interpolated_between_marked_frames(clip_file):
    _, geometry = import_annotation(clip_file())
    # 10 fps at 5 samples a second: every second frame; frame 10 lies half-way between frames 0 and 20.
    column = geometry.frame_index.tolist().index(10)
    assert geometry.seconds[column] == 1.0
    # x1 goes from 0 to 0.5 of 200 pixels: 50 half-way; the box is 20 by 20 pixels.
    np.testing.assert_allclose(geometry.boxes[0, column], [50, 0, 70, 20], rtol=1e-6)
    assert geometry.area[0, column] == pytest.approx(400)
    assert geometry.nearness[0, column] == pytest.approx(0.75)


def test_unmarked_is_absent_and_in_between_is_not_sampled(clip_file):
    _, geometry = import_annotation(clip_file())
    seen = dict(zip(geometry.frame_index.tolist(), geometry.visibility[1].tolist(), strict=True))
    assert seen[0] == Visibility.ABSENT
    assert seen[10] == Visibility.NOT_SAMPLED
    assert seen[20] == Visibility.VISIBLE
    assert seen[30] == Visibility.ABSENT
    assert np.isnan(geometry.boxes[1, geometry.frame_index.tolist().index(10)]).all()


def test_equal_states_join_and_change_half_way(clip_file):
    twin, _ = import_annotation(clip_file())
    states = [(fact.about, fact.text, fact.span) for fact in twin.facts if fact.kind == "state"]
    assert states == [("1", "stands", (0.0, 2.5)), ("1", "tips", (2.5, 4.0)), ("2", "lies", (1.0, 2.5))]


def test_an_event_keeps_its_doer_first_and_ends_after_its_last_frame(clip_file):
    twin, _ = import_annotation(clip_file())
    (event,) = [fact for fact in twin.facts if fact.kind == "event"]
    assert event.instances == ("1", "2")
    assert event.span == (0.0, 2.0)


def test_captions_can_be_left_out(clip_file):
    with_captions, _ = import_annotation(clip_file())
    without, _ = import_annotation(clip_file(), captions=False)
    assert [fact.text for fact in with_captions.facts if fact.kind == "caption"] == ["A cup slides."]
    assert not [fact for fact in without.facts if fact.kind == "caption"]


def test_a_plain_colour_is_a_colour(clip_file):
    twin, _ = import_annotation(clip_file())
    assert [(a.kind, a.text) for a in twin.tracks[0].attributes] == [("colour", "red"), ("other", "made of tin")]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"fps": 0}, "fps"),
        ({"video": "../up"}, "video"),
        ({"objects": [{"id": "a\nb", "category": "dog"}]}, r"objects\.0\.id: .*'a\\nb' is no name"),
        ({"objects": [{"id": 1, "category": "d" * 201}]}, r"objects\.0\.category: .*'d+… is no name"),
        ({"objects": [CLIP["objects"][0]]}, "not listed"),
        ({"frames": [CLIP["frames"][1], CLIP["frames"][0]]}, "rise"),
        ({"frames": [{"frame": 0, "objects": [{"id": 1, "bbox": [0.5, 0, 0.1, 1]}]}]}, "x1 < x2"),
        ({"width": "wide"}, "width"),
        ({"fps": 0.001, "n_frames": 10_000_000}, "longer than"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_by_name(clip_file, changes, names):
    with pytest.raises(TwinseekError, match=names):
        import_annotation(clip_file(**changes))


def test_what_is_not_json_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"\x00\xff")
    with pytest.raises(TwinseekError, match="not a JSON annotation"):
        import_annotation(path)


def test_the_real_annotations_become_twins(shared):
    for path in sorted((shared / "annotations").glob("*.json")):
        twin, geometry = import_annotation(path)
        assert twin.video_id == path.stem
        assert len(twin.tracks) == len(geometry.track_ids) >= 4
        assert any(fact.kind == "event" for fact in twin.facts)
