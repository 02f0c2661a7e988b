import numpy as np
import pytest

from twins.overlap import iou

NONE = (np.nan,) * 4


def box(x: float, y: float = 0.0) -> tuple[float, float, float, float]:
    return x, y, x + 10.0, y + 10.0


def test_overlap_is_by_area() -> None:
    assert iou(box(0), [box(0), box(5), box(10), box(5, 5), (2, 2, 4, 4)]) == pytest.approx([1, 1 / 3, 0, 1 / 7, 0.04])
    assert iou(box(20), box(20)) == 1


def test_all_are_compared_with_all_where_they_are_given_so() -> None:
    a, b = np.array([box(0), box(5)], np.float32), np.array([box(0), box(5), box(40)], np.float32)
    found = iou(a[:, None], b)
    np.testing.assert_allclose(found, [[1, 1 / 3, 0], [1 / 3, 1, 0]], rtol=1e-6)
    assert iou(a[:0, None], b).shape == (0, 3)


def test_what_is_no_box_overlaps_with_nothing_that_is_known() -> None:
    assert np.isnan(iou(box(0), NONE))
    assert iou((1, 1, 1, 5), (1, 1, 1, 5)) == 0
