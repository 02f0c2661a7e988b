import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from twins.errors import TwinseekError
from twins.masks import (
    MaskReader,
    MaskWriter,
    decode_mask,
    encode_mask,
    encode_within,
    mask_area,
    mask_iou,
    resize_mask,
    shares_inside,
)

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24))


@given(masks)
def test_a_mask_survives_encoding(mask):
    rle = encode_mask(mask)
    assert rle["size"] == list(mask.shape)
    assert mask_area(rle) == mask.sum()
    assert np.array_equal(decode_mask(rle), mask)


@given(masks, st.integers(1, 4))
def test_enlarging_repeats_pixels_and_shrinking_back_restores_them(mask, factor):
    height, width = mask.shape
    large = resize_mask(mask, height * factor, width * factor)
    assert large.sum() == mask.sum() * factor**2
    assert np.array_equal(resize_mask(large, height, width), mask)


@given(hnp.arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))), st.tuples(*[st.integers(0, 3)] * 4))
def test_a_small_mask_is_encoded_as_the_frame_that_holds_it(mask, around):
    top, bottom, left, right = around
    frame = np.pad(mask, ((top, bottom), (left, right)))
    assert encode_within(mask, (top, left), frame.shape) == encode_mask(frame)


def test_overlap_is_counted_in_pixels():
    left, right = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    left[:, :3], right[:, 1:] = True, True
    assert mask_iou(encode_mask(left), encode_mask(right)) == pytest.approx(8 / 16)


@given(masks, st.lists(st.tuples(*[st.integers(0, 24)] * 4), max_size=4))
def test_the_share_of_a_mask_in_a_box_is_counted_in_pixels(mask, corners):
    height, width = mask.shape
    boxes = [
        (min(a, c, width), min(b, d, height), min(max(a, c), width), min(max(b, d), height)) for a, b, c, d in corners
    ]
    expected = [mask[y1:y2, x1:x2].sum() / max(1, mask.sum()) for x1, y1, x2, y2 in boxes]
    assert shares_inside(encode_mask(mask), np.array(boxes).reshape(-1, 4)) == pytest.approx(expected)


def test_results_have_the_displayed_size_whatever_was_stored(tmp_path: Path):
    small = np.zeros((2, 3), bool)
    small[0, 1] = True
    with MaskWriter(tmp_path / "masks.zip", 4, 6) as writer:
        writer.add("t1", 7, small)
        writer.add("t1", 2, np.ones((4, 6), bool))
        writer.add("a/odd\nname", 2, encode_mask(small))
    with MaskReader(tmp_path / "masks.zip") as reader:
        assert reader.track_ids() == ("t1", "a/odd\nname")
        assert reader.frames("t1") == (2, 7)
        assert reader.frames("unknown") == ()
        expected = np.zeros((4, 6), bool)
        expected[0:2, 2:4] = True
        assert np.array_equal(reader.mask("t1", 7), expected)
        assert reader.rle("a/odd\nname", 2) == encode_mask(expected)
        with pytest.raises(KeyError):
            reader.mask("t1", 3)


def test_equal_masks_give_equal_files(tmp_path: Path):
    for name in ("a.zip", "b.zip"):
        with MaskWriter(tmp_path / name, 4, 4) as writer:
            writer.add("t1", 0, np.eye(4, dtype=bool))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_reading_one_track_does_not_touch_a_damaged_one(tmp_path: Path):
    path = tmp_path / "masks.zip"
    with MaskWriter(path, 64, 64) as writer:
        for name in ("t1", "t2"):
            writer.add(name, 0, np.random.default_rng(1).random((64, 64)) > 0.5)
    data = bytearray(path.read_bytes())
    at = data.index(b"tracks/00001.json") + 40
    data[at : at + 200] = bytes(200)
    path.write_bytes(data)
    with MaskReader(path) as reader:
        assert reader.mask("t1", 0).any()
        with pytest.raises(TwinseekError, match="damaged"):
            reader.mask("t2", 0)


def test_a_damaged_archive_says_what_to_do(tmp_path: Path):
    (tmp_path / "masks.zip").write_bytes(b"not a zip")
    with pytest.raises(TwinseekError, match="index the video again"):
        MaskReader(tmp_path / "masks.zip")
    with pytest.raises(TwinseekError, match="does not exist"):
        MaskReader(tmp_path / "none.zip")


@pytest.mark.parametrize(
    "header", [{"height": 10**6, "width": 10**6, "tracks": []}, {"height": float("inf"), "width": 1, "tracks": []}, []]
)
def test_an_archive_of_masks_that_cannot_be_held_is_damaged(tmp_path, header):
    path = tmp_path / "masks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("masks.json", json.dumps(header))
    with pytest.raises(TwinseekError, match="is damaged"):
        MaskReader(path)


@pytest.mark.parametrize(
    "read",
    [
        lambda reader: reader.rle("t1", 0),
        lambda reader: reader.mask("t1", 0),
        lambda reader: list(reader.stored("t1")),
    ],
    ids=["rle", "mask", "stored"],
)
@pytest.mark.parametrize("row", [[0, [6, 7], "garbage"], [0, [6, 8], "Z1"], [0, [6, 7], 7], [0, None, "Z1"], 3])
def test_run_lengths_that_are_none_are_not_handed_on(tmp_path, row, read):
    path = tmp_path / "masks.zip"
    with MaskWriter(path, 6, 7) as writer:
        writer.add("t1", 0, encode_mask(np.ones((6, 7), bool)))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (track,) = [name for name in members if name.startswith("tracks/")]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps([row]) if name == track else content)
    with MaskReader(path) as reader, pytest.raises(TwinseekError, match="is damaged"):
        read(reader)
