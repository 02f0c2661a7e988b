import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco
from pydantic import ValidationError

from tests.unit.twins.runs import plain
from twins.masks import encode_mask
from twins.run_lengths import check_counts, count_runs
from twins.schema import ObservedMask

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(masks)
def test_compressed_counts_are_read_as_the_library_in_c_wrote_them(mask):
    assert count_runs(encode_mask(mask)["counts"]).tolist() == plain(mask)


@given(st.lists(st.integers(0, 3_000_000), min_size=1, max_size=12))
def test_large_numbers_and_falling_ones_are_read_too(runs):
    total = sum(runs)
    text = coco.frPyObjects({"size": [1, total], "counts": runs}, 1, total)["counts"].decode()
    assert count_runs(text).tolist() == runs


@settings(max_examples=80)
@given(masks)
def test_what_coco_wrote_is_taken_and_only_at_its_own_size(mask: np.ndarray) -> None:
    height, width = mask.shape
    counts = encode_mask(mask)["counts"]
    check_counts(counts, height, width)
    with pytest.raises(ValueError, match="add up"):
        check_counts(counts, height + 1, width)


def test_long_runs_are_read() -> None:
    mask = np.zeros((2160, 3840), bool)
    mask[700:1500, 900:3000] = True
    check_counts(encode_mask(mask)["counts"], 2160, 3840)


@settings(max_examples=200)
@given(st.text(st.characters(min_codepoint=0, max_codepoint=300), max_size=12))
def test_letters_that_are_no_mask_are_refused_and_never_more_than_that(letters: str) -> None:
    with pytest.raises(ValueError, match=r"counts|pixels"):
        check_counts(letters, 97, 89)


def test_a_mask_that_cannot_be_held_is_refused_though_its_counts_fill_it() -> None:
    side = 8192
    full = coco.frPyObjects({"size": [side, side], "counts": [0, side * side]}, side, side)["counts"].decode()
    check_counts(full, side, side)
    one_row = coco.frPyObjects({"size": [1, 2**30], "counts": [0, 2**30]}, 1, 2**30)["counts"].decode()
    with pytest.raises(ValueError, match="too large"):
        check_counts(one_row, 2**15, 2**15)
    with pytest.raises(ValidationError, match="a mask of 1000000 x 1000000 pixels is too large"):
        ObservedMask(frame_index=0, seconds=0.0, size=(10**6, 10**6), counts="0")


@pytest.mark.parametrize("counts", ["", "P", "0" * 5000, "oooooooooooooooo0", "é", "52m4f0\x00", "0N0"])
def test_garbage_is_refused(counts: str) -> None:
    with pytest.raises(ValueError, match=r"counts|pixels"):
        check_counts(counts, 10, 10)
