import json
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from pycocotools.coco import COCO

from tests.unit.twins.excerpts import described_videos, excerpt_in, two_balls
from twins.coco_images import read_coco, write_coco
from twins.coco_kinds import is_crowd
from twins.errors import TwinseekError
from twins.masks import decode_mask, mask_iou

FILE = {
    "images": [
        {"id": 1, "width": 8, "height": 6, "file_name": "fox/000004.jpg"},
        {"id": 2, "width": 8, "height": 6, "file_name": "fox/000002.jpg"},
    ],
    "categories": [{"id": 3, "name": "fox"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 1, 2, 2], "instance_id": 9, "score": 0.5},
        {"id": 2, "image_id": 2, "category_id": 3, "bbox": [0, 1, 2, 2], "instance_id": 9},
    ],
}


@pytest.fixture
def exported(tmp_path):
    def write(*described):
        file = StringIO()
        write_coco(file, [excerpt_in(tmp_path, one) for one in described], "1")
        path = tmp_path / "coco.json"
        path.write_text(file.getvalue())
        return path

    return write


@pytest.fixture
def read(tmp_path):
    def take(fps=None, **parts):
        path = tmp_path / "file.json"
        path.write_text(json.dumps(FILE | parts))
        return list(read_coco(path, fps))

    return take


def test_pycocotools_loads_the_file_and_finds_the_same_masks(exported):
    described = two_balls()
    coco = COCO(exported(described))
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == [
        "two-balls/00000.jpg",
        "two-balls/00003.jpg",
        "two-balls/00007.jpg",
    ]
    balls = coco.loadAnns(coco.getAnnIds(catIds=coco.getCatIds(catNms=["ball"])))
    assert [coco.loadImgs(ball["image_id"])[0]["seconds"] for ball in balls] == [0.0, 0.4]
    for ball, index in zip(balls, (0, 7), strict=True):
        expected = described.masks["t1"][index]
        assert np.array_equal(coco.annToMask(ball).astype(bool), decode_mask(expected))
        assert mask_iou(coco.annToRLE(ball), expected) == 1.0
        assert ball["area"] == 12 and not ball["from_box"]
    boxes = coco.loadAnns(coco.getAnnIds(catIds=coco.getCatIds(catNms=["box"])))
    assert all(box["from_box"] and coco.annToMask(box)[6:9, 2:9].all() for box in boxes)
    assert boxes[0]["bbox"] == [1.5, 6, 7.5, 3.25]


def test_what_is_written_is_read_back_and_written_alike(exported, tmp_path):
    described = two_balls()
    path = exported(described)
    (back,) = read_coco(path)
    text = path.read_text()
    assert (back.twin.video_id, back.twin.frame_count, back.twin.duration) == ("two-balls", 9, 0.5)
    assert back.masks == described.masks and back.video_file == "balls.mp4"
    assert [(track.id, track.category, track.confidence) for track in back.twin.tracks] == [
        ("t1", "ball", 0.2),
        ("t2", "box", 0.9),
    ]
    assert back.geometry.seconds.tolist() == [0.0, 0.1001, 0.4]
    assert exported(back).read_text() == text


@given(described=described_videos())
def test_whatever_is_written_reads_back_and_is_written_the_same(tmp_path_factory, described):
    folder = tmp_path_factory.mktemp("files")
    first, second = StringIO(), StringIO()
    write_coco(first, [excerpt_in(folder, described)], "1")
    (folder / "coco.json").write_text(first.getvalue())
    if described.geometry.frame_index.size:  # a video is known by its pictures
        (back,) = read_coco(folder / "coco.json")
        write_coco(second, [excerpt_in(folder, back)], "1")
        assert second.getvalue() == first.getvalue()
        assert back.masks == described.masks
        kept = {track.id: (track.category, track.confidence) for track in back.twin.tracks}
        assert kept.items() <= {track.id: (track.category, track.confidence) for track in described.twin.tracks}.items()


def test_frames_of_other_programs_are_put_in_order_by_the_numbers_in_their_names(read):
    (described,) = read(fps=10)
    assert described.twin.video_id == "fox"
    assert described.geometry.frame_index.tolist() == [2, 4]
    assert described.geometry.seconds.tolist() == [0.2, 0.4]
    assert described.geometry.boxes[0].tolist() == [[0, 1, 2, 3], [1, 1, 3, 3]]
    assert described.twin.tracks[0].id == "9"


def test_scores_supercategories_and_crowds_of_other_programs_are_kept_and_written_again(read, exported):
    herd = {"size": [6, 8], "counts": [0, 12, 36]}
    parts = {
        "categories": [
            {"id": 3, "name": "fox", "supercategory": "animal"},
            {"id": 4, "name": "fox", "supercategory": "none"},
            {"id": 5, "name": "person", "supercategory": "person"},
        ],
        "annotations": [
            FILE["annotations"][0] | {"score": 0.5},
            FILE["annotations"][1] | {"score": 0.8},
            {"id": 3, "image_id": 1, "category_id": 4, "segmentation": herd, "track_id": "herd", "iscrowd": 1},
            {"id": 4, "image_id": 1, "category_id": 5, "bbox": [0, 0, 1, 1], "track_id": "one", "iscrowd": None},
        ],
    }
    (described,) = read(fps=10, **parts)
    tracks = {track.id: track for track in described.twin.tracks}
    assert {name: [each.text for each in track.attributes] for name, track in tracks.items()} == {
        "9": ["a kind of animal"],
        "herd": ["a crowd of several"],
        "one": [],
    }
    assert [tracks[name].confidence for name in ("9", "herd", "one")] == [pytest.approx(0.65), 1.0, 1.0]
    path = exported(described)
    written = json.loads(path.read_text())
    kinds = {each["id"]: (each["name"], each["supercategory"]) for each in written["categories"]}
    assert sorted(kinds.values()) == [("fox", "animal"), ("fox", "object"), ("person", "object")]
    told = {(each["track_id"], kinds[each["category_id"]][1], each["iscrowd"]) for each in written["annotations"]}
    assert told == {("9", "animal", 0), ("herd", "object", 1), ("one", "object", 0)}
    assert {each["score"] for each in written["annotations"] if each["track_id"] == "9"} == {tracks["9"].confidence}
    (back,) = read_coco(path)
    assert (back.twin.tracks, back.masks) == (described.twin.tracks, described.masks)


@pytest.mark.parametrize(
    ("written", "crowd"),
    [("0", False), ("false", False), (False, False), (None, False), (0.0, False), ("1", True), ("true", True)],
)
def test_a_crowd_is_what_the_file_says_however_it_writes_it(read, written, crowd):
    (described,) = read(fps=10, annotations=[each | {"iscrowd": written} for each in FILE["annotations"]])
    assert is_crowd(described.twin.tracks[0]) == crowd


def test_a_file_of_the_version_before_tells_its_confidence(read):
    annotations = [each | {"confidence": 0.3} for each in FILE["annotations"]]
    (described,) = read(fps=10, annotations=annotations)
    assert described.twin.tracks[0].confidence == 0.3


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"annotations": [{"id": 1, "image_id": 1, "category_id": 3}]}, r"annotations\.0: it has no track_id"),
        ({"annotations": [FILE["annotations"][0] | {"image_id": 5}]}, r"annotations\.0\.image_id: there is no image 5"),
        ({"categories": []}, r"annotations\.0\.category_id: there is no category 3"),
        ({"annotations": [FILE["annotations"][0]] * 2}, r"annotations\.1: track 9 is twice in one image"),
        ({"annotations": [FILE["annotations"][0] | {"bbox": [-9, 0, 2, 2]}]}, r"annotations\.0: the box .*outside"),
        ({"annotations": [FILE["annotations"][0] | {"segmentation": [[1, 2]]}]}, r"annotations\.0: a polygon"),
        ({"annotations": [FILE["annotations"][0] | {"track_id": "x" * 300}]}, r"annotations\.0\.track_id: 'x+… is no"),
        ({"annotations": [FILE["annotations"][0] | {"instance_id": "a\tb"}]}, r"instance_id: 'a\\tb' is no name"),
        ({"categories": [{"id": 3, "name": "fo\u202ex"}]}, r"categories\.0\.name: 'fo\\u202ex' is no name"),
        ({"categories": [{"id": 3, "name": "fox", "supercategory": "a\nb"}]}, r"supercategory: 'a\\nb' is no name"),
        ({"annotations": [FILE["annotations"][0] | {"iscrowd": [0, 0]}]}, r"annotations\.0\.iscrowd: .* boolean"),
        (
            {"annotations": [FILE["annotations"][0] | {"iscrowd": {"a": 1}}]},
            r"annotations\.0\.iscrowd: .* valid boolean",
        ),
        ({"annotations": [FILE["annotations"][0] | {"iscrowd": 2}]}, r"annotations\.0\.iscrowd: .* boolean"),
        ({"images": [FILE["images"][0]] * 2}, "two images have the same id"),
        ({"images": [FILE["images"][0], FILE["images"][1] | {"width": 9}]}, "different sizes"),
        ({"images": [FILE["images"][0], FILE["images"][1] | {"file_name": "fox/4.jpg"}]}, "same frame number"),
        ({"images": [FILE["images"][0], FILE["images"][1] | {"file_name": "fox/x.jpg"}]}, "neither a frame_index"),
        (
            {
                "categories": [{"id": 3, "name": "fox"}, {"id": 4, "name": "cat"}],
                "annotations": [FILE["annotations"][0], FILE["annotations"][1] | {"category_id": 4}],
            },
            "track '9' is called",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_name_and_the_place(read, parts, names):
    with pytest.raises(TwinseekError, match=r"file\.json: .*" + names):
        read(fps=10, **parts)


def test_without_times_or_a_frame_rate_it_says_how_to_give_one(read):
    with pytest.raises(TwinseekError, match="--fps"):
        read()
