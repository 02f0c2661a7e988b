import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.unit.twins.excerpts import coco_vis_text, described_videos, excerpt_in, two_balls
from twins.coco_vis import read_coco_vis
from twins.errors import TwinseekError
from twins.geometry import Visibility
from twins.masks import decode_mask, encode_mask

LIST = {
    "videos": [
        {"id": 7, "width": 4, "height": 3, "length": 2, "file_names": ["0a49/00005.jpg", "0a49/00010.jpg"]},
    ],
    "categories": [{"id": 3, "name": "owl"}],
    "annotations": [
        {
            "id": 11,
            "video_id": 7,
            "category_id": 3,
            "segmentations": [{"size": [3, 4], "counts": [4, 2, 6]}, None],
            "bboxes": [[1, 1, 1, 2], None],
            "areas": [2, None],
        }
    ],
}
"""As the published files are: plain run lengths, no times, no names of videos but their folders."""


@pytest.fixture
def read(tmp_path):
    def take(document, fps=None):
        path = tmp_path / "file.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return list(read_coco_vis(path, fps))

    return take


def changed(*keys, value):
    """Return the published-like file with one value changed, or taken out where it is ``...``."""
    document = json.loads(json.dumps(LIST))
    place = document
    for key in keys[:-1]:
        place = place[key]
    if value is ...:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return document


@settings(max_examples=60)
@given(described_videos("a"), described_videos("b"))
def test_what_is_written_is_read_back_whole(first, second):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = coco_vis_text(excerpt_in(folder, first), excerpt_in(folder, second))
        (folder / "file.json").write_text(text)
        back = list(read_coco_vis(folder / "file.json"))
        assert [described.twin for described in back] == [first.twin, second.twin]
        for described, original in zip(back, (first, second), strict=True):
            assert described.masks == original.masks
            assert described.video_file == original.video_file
            for array in ("frame_index", "seconds", "visibility", "area", "boxes"):
                np.testing.assert_allclose(
                    getattr(described.geometry, array), getattr(original.geometry, array), atol=0.011, rtol=1e-6
                )
            assert described.geometry.seconds.tolist() == original.geometry.seconds.tolist()
        assert coco_vis_text(*(excerpt_in(folder, described) for described in back)) == text


def test_what_the_format_has_no_field_for_stands_beside_it(tmp_path):
    document = json.loads(coco_vis_text(excerpt_in(tmp_path, two_balls())))
    (video,), (ball, box) = document["videos"], document["annotations"]
    assert video["file_names"] == ["two-balls/00000.jpg", "two-balls/00003.jpg", "two-balls/00007.jpg"]
    assert (video["seconds"], video["video_file"], video["frame_count"]) == ([0.0, 0.1001, 0.4], "balls.mp4", 9)
    assert ball["visibility"] == ["visible", "occluded", "visible"]
    # Where it is hidden is a guess of ours: other programs see nothing there.
    assert ball["segmentations"][1] is ball["bboxes"][1] is ball["areas"][1] is None
    assert ball["bboxes"][2] == [13, 2, 4, 3] and ball["areas"][2] == 12
    assert (ball["from_box"], box["from_box"]) == ([], [0, 1, 2])
    assert decode_mask(box["segmentations"][0])[6:9, 2:9].all()
    assert [c["name"] for c in document["categories"]] == ["ball", "box"]


def test_a_hidden_thing_is_between_where_it_was_seen(tmp_path):
    geometry = two_balls().geometry
    assert geometry.visibility[0, 1] == Visibility.OCCLUDED
    # A quarter of the time has gone by, and the ball has moved by ten pixels in all.
    np.testing.assert_allclose(geometry.boxes[0, 1], [5.5025, 2, 9.5025, 5], rtol=1e-5)


def test_a_published_file_is_read_with_a_frame_rate(read):
    (described,) = read(LIST, fps=30)
    twin, geometry = described.twin, described.geometry
    assert (twin.video_id, twin.origin, twin.frame_count) == ("0a49", "imported", 11)
    assert [(track.id, track.category, track.confidence) for track in twin.tracks] == [("11", "owl", 1.0)]
    assert geometry.frame_index.tolist() == [5, 10]
    np.testing.assert_allclose(geometry.seconds, [5 / 30, 10 / 30])
    assert geometry.boxes[0, 0].tolist() == [1, 1, 2, 3]
    assert geometry.visibility[0].tolist() == [Visibility.VISIBLE, Visibility.ABSENT]
    expected = np.zeros((3, 4), bool)
    expected[1:3, 1] = True
    assert described.masks == {"11": {5: encode_mask(expected)}}


def test_a_score_a_supercategory_and_a_crowd_are_kept_and_written_again(read, tmp_path):
    given = changed("categories", 0, "supercategory", value="bird")
    given["annotations"][0] |= {"score": 0.7, "iscrowd": 1}
    (described,) = read(given, fps=30)
    (track,) = described.twin.tracks
    assert (track.confidence, [each.text for each in track.attributes]) == (
        0.7,
        ["a kind of bird", "a crowd of several"],
    )
    assert {each.source for each in track.attributes} == {"coco-vis"}
    written = json.loads(coco_vis_text(excerpt_in(tmp_path, described)))
    assert written["categories"] == [{"id": 1, "name": "owl", "supercategory": "bird"}]
    assert (written["annotations"][0]["score"], written["annotations"][0]["iscrowd"]) == (0.7, 1)


def test_polygons_and_masks_without_boxes_are_read(read):
    square = [[0, 0, 2, 0, 2, 2, 0, 2]]
    (described,) = read(changed("annotations", 0, value=LIST["annotations"][0] | {"segmentations": [square, []]}), 30)
    assert decode_mask(described.masks["11"][5]).sum() == 4
    no_boxes = {k: v for k, v in LIST["annotations"][0].items() if k != "bboxes"}
    (described,) = read(changed("annotations", 0, value=no_boxes), 30)
    assert described.geometry.boxes[0, 0].tolist() == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (changed("annotations", 0, "category_id", value=4), r"annotations\.0\.category_id: there is no category 4"),
        (changed("annotations", 0, "video_id", value=8), r"annotations\.0\.video_id: there is no video 8"),
        (changed("annotations", 0, "category_id", value=...), r"annotations\.0\.category_id: Field required"),
        (changed("annotations", 0, "bboxes", 0, value=[1, 1, -1, 2]), r"annotations\.0\.bboxes\.0\.2"),
        (changed("annotations", 0, "bboxes", 0, value=[9, 9, 1, 2]), r"annotations\.0\.bboxes\.0: the box.*outside"),
        (changed("annotations", 0, "bboxes", 0, 0, value=float("nan")), r"annotations\.0\.bboxes\.0\.0.*finite"),
        (changed("annotations", 0, "bboxes", 0, 0, value=float("inf")), r"annotations\.0\.bboxes\.0\.0.*finite"),
        (changed("annotations", 0, "bboxes", value=[None]), r"annotations\.0\.bboxes: it has 1 entries"),
        (changed("annotations", 0, "segmentations", value=[]), r"annotations\.0\.segmentations: it has 0 entries"),
        (changed("annotations", 0, "segmentations", 0, "size", value=[4, 3]), r"segmentations\.0: its size is"),
        (changed("annotations", 0, "segmentations", 0, "counts", value=[4, 2]), r"segmentations\.0: its counts"),
        (changed("annotations", 0, "segmentations", 0, value="red"), r"segmentations\.0: a mask is"),
        (changed("annotations", 0, "visibility", value=["visible", "visible"]), r"visibility\.1: it is visible"),
        (changed("annotations", 0, "visibility", value=["gone", "absent"]), r"visibility\.0"),
        (changed("videos", 0, "length", value=3), r"annotations\.0\.segmentations: it has 2 entries"),
        (changed("videos", 0, "seconds", value=[1]), r"videos\.0: its length is 2, but it names 2 frames and 1 times"),
        (changed("videos", 0, "seconds", value=[1, 1]), r"videos\.0: its seconds do not rise"),
        (changed("videos", 0, "frame_index", value=[6, 5]), r"videos\.0: its frame numbers do not rise"),
        (changed("videos", 0, "frame_count", value=4), r"videos\.0: its last frame is number 10"),
        (changed("videos", 0, "duration", value=0.1), r"videos\.0: its last frame \(0\.3"),
        (changed("videos", 0, "duration", value=1e9), r"videos\.0: .*longer than"),
        (changed("videos", 0, "name", value="../up"), r"videos\.0: '\.\./up' cannot be"),
        (changed("videos", 0, "name", value="x" * 10_000), r"videos\.0: 'x{200}' cannot be"),
        (changed("categories", 0, "name", value="ow\x1bl"), r"categories\.0\.name: 'ow\\x1bl' is no name"),
        (changed("annotations", 0, "track_id", value="a\nb"), r"annotations\.0\.track_id: 'a\\nb' is no name"),
        (changed("annotations", 0, "id", value="x" * 10_000), r"annotations\.0\.id: 'x{36}… is no name"),
        (changed("videos", 0, "width", value=0), r"videos\.0\.width"),
        (changed("videos", value=LIST["videos"] * 2), "two videos have the same id"),
        (changed("categories", value=LIST["categories"] * 2), r"categories\.1: two categories have the id 3"),
        (changed("annotations", value=LIST["annotations"] * 2), r"videos\.0: two of its tracks are called '11'"),
        (changed("videos", value=...), "videos: Field required"),
        ("[1, 2]", "the file: Input should be"),
        ('{"videos": [', "the file: Invalid JSON"),
        ("[" * 100_000, "the file: Invalid JSON"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_name_and_the_place(read, document, names):
    with pytest.raises(TwinseekError, match=r"file\.json: .*" + names):
        read(document, fps=30)


def test_without_times_or_a_frame_rate_it_says_how_to_give_one(read):
    with pytest.raises(TwinseekError, match="--fps"):
        read(LIST)


def test_frames_that_no_program_could_hold_are_refused(read):
    huge = {"id": 7, "width": 60_000, "height": 60_000, "file_names": ["a/1.jpg"]}
    with pytest.raises(TwinseekError, match="60000x60000 pixels are too large"):
        read(LIST | {"videos": [huge], "annotations": []}, 30)


def test_more_tracks_than_can_be_compared_are_refused(read):
    one = LIST["annotations"][0] | {"segmentations": None}
    with pytest.raises(TwinseekError, match="1001 tracks at 2 frames are too many"):
        read(LIST | {"annotations": [one | {"id": n} for n in range(1001)]}, 30)


@pytest.mark.parametrize("counts", ["0", "PPPY1", [10**12], [0, 10**12]])
def test_a_mask_of_a_million_by_a_million_pixels_is_refused_before_it_is_looked_at(read, counts):
    huge = changed("annotations", 0, "segmentations", 0, value={"size": [10**6, 10**6], "counts": counts})
    with pytest.raises(TwinseekError, match=r"segmentations\.0: (a mask of 1000000 x 1000000|its size is \[1000000)"):
        read(huge, fps=30)


@pytest.mark.parametrize("mask", [{"size": [65_536, 65_536], "counts": "0"}, [[0, 0, 60_000, 0, 60_000, 60_000]]])
def test_no_mask_is_drawn_in_frames_that_no_program_could_hold(read, mask):
    document = changed("annotations", 0, "segmentations", 0, value=mask)
    document["videos"][0] |= {"width": 65_536, "height": 65_536}
    with pytest.raises(TwinseekError, match=r"segmentations\.0: a mask of 65536 x 65536 pixels is too large"):
        read(document, fps=30)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("twins.coco_files.MAX_BYTES", 10)
    (tmp_path / "file.json").write_text(json.dumps(LIST))
    with pytest.raises(TwinseekError, match="larger than"):
        list(read_coco_vis(tmp_path / "file.json", 30))
