import numpy as np

from graphs.grounding import key_columns
from twins.geometry import Geometry, Visibility


def geometry(visible):
    visibility = np.where(np.array(visible, bool), Visibility.VISIBLE, Visibility.ABSENT).astype(np.uint8)
    n, t = visibility.shape
    boxes = np.where(visibility[..., None] == Visibility.VISIBLE, np.array([0, 0, 2, 2]), np.nan)
    return Geometry(
        track_ids=tuple("ab"[:n]),
        frame_index=np.arange(t),
        seconds=np.arange(t) / 2,
        boxes=boxes.astype(np.float32),
        area=np.full((n, t), 4, np.float32),
        nearness=np.full((n, t), np.nan, np.float32),
        visibility=visibility,
        width=10,
        height=10,
    )


def test_key_frames_lie_inside_the_spans_where_most_instances_are_seen():
    scene = geometry([[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0]])
    # Spans cover frames 1 to 4 (0.5 to 2 s); only frames 2 and 3 show both.
    assert key_columns(scene, ("a", "b"), ((0.5, 2.0),)) == [2, 3]


def test_without_spans_key_frames_are_spread_over_the_clip():
    assert key_columns(geometry([[1] * 6]), ("a",), ()) == [1, 3, 5]


def test_an_instance_that_is_not_seen_inside_the_spans_is_shown_where_it_is():
    assert key_columns(geometry([[1, 1, 0, 0, 0, 0]]), ("a",), ((1.5, 2.5),)) == [0, 1]


def test_all_frames_are_those_in_which_something_is_visible():
    assert key_columns(geometry([[1, 0, 1, 0, 0, 1]]), ("a",), ((0.0, 0.5),), every=True) == [0, 2, 5]


def test_unknown_instances_have_no_key_frames():
    assert key_columns(geometry([[1, 1]]), ("ghost",), ()) == []
