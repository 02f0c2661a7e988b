import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.unit.twins.runs import plain
from twins.given_masks import checked_mask, compact_mask
from twins.masks import decode_mask, encode_mask

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(masks)
def test_plain_and_compressed_counts_give_the_same_mask(mask):
    height, width = mask.shape
    expected = encode_mask(mask)
    assert checked_mask(expected, height, width) == expected
    assert checked_mask({"size": [height, width], "counts": plain(mask)}, height, width) == expected


@given(masks)
def test_plain_counts_are_made_compact_before_the_frame_is_known(mask):
    assert compact_mask({"size": list(mask.shape), "counts": plain(mask)}) == encode_mask(mask)


@pytest.mark.parametrize("size", [None, [6], [6, 7, 8], [6.0, 7], [0, 7], [6, 2**16], "67"])
def test_counts_without_a_size_are_refused(size):
    with pytest.raises(ValueError, match="size"):
        compact_mask({"size": size, "counts": [42]})


def test_polygons_are_drawn_and_joined():
    square, triangle = [1, 1, 5, 1, 5, 5, 1, 5], [6, 6, 9, 6, 9, 9]
    rle = checked_mask([square, triangle], 10, 12)
    mask = decode_mask(rle)
    assert mask.shape == (10, 12)
    assert mask[1:5, 1:5].all() and mask[6, 8] and mask.sum() < 30


@given(st.text(alphabet=[chr(code) for code in range(32, 127)], max_size=30))
def test_no_text_is_passed_on_that_does_not_fill_the_frame(counts):
    try:
        rle = checked_mask({"size": [6, 7], "counts": counts}, 6, 7)
    except ValueError:
        return
    assert decode_mask(rle).shape == (6, 7)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"size": [6, 8], "counts": "Z1"}, r"\[6, 8\]"),
        ({"size": [6, 7]}, "counts"),
        ({"size": [6, 7], "counts": "o"}, "middle of a number"),
        ({"size": [6, 7], "counts": "Z1o"}, "middle of a number"),
        ({"size": [6, 7], "counts": "Z1o"}, "middle of a number"),
        ({"size": [6, 7], "counts": "\x00\x00"}, "letters"),
        ({"size": [6, 7], "counts": "é"}, "letters"),
        ({"size": [6, 7], "counts": "oooooooo0"}, "32 bits"),
        ({"size": [6, 7], "counts": [41]}, "42 pixels"),
        ({"size": [6, 7], "counts": [43]}, "42 pixels"),
        ({"size": [6, 7], "counts": [50, -8]}, "negative"),
        ({"size": [6, 7], "counts": [10**30, 1]}, "whole numbers"),
        ({"size": [6, 7], "counts": [2**62, 2**62, 2**62, 2**62, 42]}, "42 pixels"),
        ({"size": [6, 7], "counts": [[42]]}, "whole numbers"),
        ({"size": [6, 7], "counts": ["a", "b"]}, "whole numbers"),
        ({"size": [6, 7], "counts": []}, "42 pixels"),
        ({"size": [6, 7], "counts": [41.0, 1]}, "whole numbers"),
        ({"size": [6, 7], "counts": [True] * 42}, "whole numbers"),
        ({"size": "67", "counts": [42]}, "size"),
        ([], "without polygons"),
        ([[0, 0, 1, 1]], "three corners"),
        ([[0, 0, 1, 1, float("nan"), 2]], "outside"),
        ([[0, 0, 5, 5, 1e9, 2]], "outside"),
        ([["a", 0, 5, 5, 2, 2]], "numbers"),
        ([[0, 0, 7, 6] * 400_000], "longer"),
        ("Z1", "run lengths"),
        (7, "run lengths"),
    ],
)
def test_a_mask_that_does_not_fit_says_why(value, names):
    with pytest.raises(ValueError, match=names):
        checked_mask(value, 6, 7)
