import numpy as np

from evals.perception import AnnotatedObject, coverage, score_clip
from twins.geometry import Geometry, Visibility


def geometry(*tracks: list[tuple[float, float, float, float]]) -> Geometry:
    """Return tracks seen at 0, 1, 2 and 3 seconds in a frame of 100 x 100."""
    boxes = np.array(tracks, np.float32)
    count = len(tracks)
    return Geometry(
        track_ids=tuple(f"t{n + 1}" for n in range(count)),
        frame_index=np.arange(4),
        seconds=np.arange(4.0),
        boxes=boxes,
        area=np.full((count, 4), 100, np.float32),
        nearness=np.full((count, 4), np.nan, np.float32),
        visibility=np.full((count, 4), Visibility.VISIBLE, np.uint8),
        width=100,
        height=100,
    )


def box(x: float) -> tuple[float, float, float, float]:
    return x, 0.0, x + 10.0, 10.0


NONE = (np.nan,) * 4
BALL = AnnotatedObject(1, "ball", {float(n): box(20.0 * n) for n in range(4)})


def test_an_object_is_covered_by_one_track_in_half_of_its_frames():
    half = score_clip("a", [BALL], geometry([box(0), box(20), box(0), box(0)]))
    assert (half.objects[0].found, half.objects[0].covered) == (2, True)
    less = score_clip("a", [BALL], geometry([box(0), box(0), box(0), box(0)]))
    assert (less.objects[0].found, less.objects[0].covered) == (1, False)
    assert coverage([half, less]) == 0.5


def test_two_tracks_that_share_an_object_do_not_add_up_and_count_as_a_switch():
    score = score_clip("a", [BALL], geometry([box(0), NONE, NONE, NONE], [NONE, box(20), box(90), box(90)]))
    assert (score.objects[0].found, score.objects[0].switches, score.objects[0].covered) == (1, 1, False)


def test_positions_between_samples_are_interpolated():
    between = AnnotatedObject(1, "ball", {0.5: box(10.0), 2.5: box(50.0)})
    assert score_clip("a", [between], geometry([box(20.0 * n) for n in range(4)])).objects[0].found == 2


def test_only_objects_that_move_are_asked_for():
    still = AnnotatedObject(2, "table", {0.0: box(0), 3.0: box(5)})
    assert score_clip("a", [still], geometry([box(0)] * 4)).objects == ()
