"""How detections become names and tracks; all numbers by hand."""

import numpy as np
import pytest

from graphs.index_frames import boxes_in
from graphs.index_labels import match, with_labels
from twins.frames import Frame
from twins.geometry import Geometry, Visibility
from twins.masks import encode_mask
from twins.schema import Alternative, Provenance, Track, Twin
from twins.specialists import Detection

SECONDS = np.arange(8) / 2
NAN = (np.nan,) * 4
LEFT, RIGHT = (0, 0, 20, 20), (60, 60, 80, 80)


def a_geometry(*rows):
    boxes = np.array(rows, np.float32).reshape(len(rows), 8, 4)
    seen = np.isfinite(boxes).all(axis=2)
    return Geometry(
        track_ids=tuple(f"t{n + 1}" for n in range(len(rows))),
        frame_index=np.arange(8) * 5,
        seconds=SECONDS,
        boxes=boxes,
        area=(boxes[..., 2:] - boxes[..., :2]).prod(axis=-1),
        nearness=np.full(seen.shape, np.nan, np.float32),
        visibility=np.where(seen, Visibility.VISIBLE, Visibility.ABSENT).astype(np.uint8),
        width=100,
        height=100,
    )


def a_twin(count):
    return Twin(
        video_id="v",
        duration=4.0,
        width=100,
        height=100,
        frame_count=40,
        origin="perceived",
        sources={},
        tracks=tuple(Track(id=f"t{n + 1}", source="perception") for n in range(count)),
    )


def frame_at(number, side=100):
    return Frame(number * 5, float(SECONDS[number]), np.zeros((side, side, 3), np.uint8))


def shown(*detections, side=100):
    """Return eight frames that show the same detections."""
    return [(frame_at(number, side), list(detections)) for number in range(8)]


def test_a_track_is_called_what_lies_on_it():
    labels, new = match(a_geometry([LEFT] * 8, [RIGHT] * 8), shown(Detection("cup", 0.6, (1, 1, 20, 20))))
    assert {name: label.category for name, label in labels.items()} == {"t1": "cup"}
    assert labels["t1"].confidence == 0.6
    assert new == []


def test_boxes_of_a_smaller_picture_are_brought_to_the_displayed_size():
    labels, _ = match(a_geometry([RIGHT] * 8), shown(Detection("cup", 0.6, (30, 30, 40, 40)), side=50))
    assert labels["t1"].category == "cup"


def test_each_side_of_a_smaller_picture_is_scaled_by_its_own_ratio():
    # Of 100 x 100 pixels a picture of 50 x 40.
    geometry, frame = a_geometry([(40, 60, 60, 100)] * 8), Frame(0, 0.0, np.zeros((40, 50, 3), np.uint8))
    assert boxes_in(frame, geometry) == {"t1": pytest.approx((20, 24, 30, 40))}
    labels, found = match(geometry, [(frame, [Detection("cup", 0.9, (20, 24, 30, 40))])])
    assert labels["t1"].category == "cup"
    _, found = match(geometry, [(frame, [Detection("cup", 0.9, (0, 0, 10, 20))])] * 2)
    assert found[0].frames[0][2] == pytest.approx((0, 0, 20, 50))


def test_a_detection_lies_on_what_was_there_at_that_time():
    going = [(10.0 * n, 40.0, 10.0 * n + 20, 60.0) for n in range(8)]
    there, before = Detection("cup", 0.9, going[5]), Detection("dog", 0.9, going[3])
    labels, _ = match(a_geometry(going), [(frame_at(5), [there])])
    assert labels["t1"].category == "cup"
    assert match(a_geometry(going), [(frame_at(5), [before])])[0] == {}


def test_the_category_with_most_confidence_in_all_wins_and_the_other_stays_possible():
    seen = shown(Detection("dog", 0.8, LEFT))
    seen[0] = (seen[0][0], [Detection("cat", 0.9, LEFT)])
    labels, _ = match(a_geometry([LEFT] * 8), seen)
    assert labels["t1"].category == "dog"
    # 0.8 on average, of 7 * 0.8 = 5.6 in 6.5; and 0.9 of 0.9 in 6.5
    assert labels["t1"].confidence == pytest.approx(0.8 * 5.6 / 6.5, abs=1e-3)
    assert [(other.category, other.confidence) for other in labels["t1"].alternatives] == [
        ("cat", pytest.approx(0.9 * 0.9 / 6.5, abs=1e-3))
    ]


def test_one_detection_names_one_track():
    labels, _ = match(a_geometry([LEFT] * 8, [(0, 0, 20, 19)] * 8), shown(Detection("dog", 0.8, LEFT)))
    assert set(labels) == {"t1"}


def test_two_detections_are_not_one_track():
    # The second lies on the track too, but half of it is elsewhere: it is another thing.
    seen = shown(Detection("dog", 0.8, LEFT), Detection("cat", 0.7, (0, 0, 20, 38)))
    labels, new = match(a_geometry([LEFT] * 8), seen)
    assert (labels["t1"].category, labels["t1"].alternatives) == ("dog", ())
    assert [sighting.label.category for sighting in new] == ["cat"]


BASKET, HALF_CUP, CUP = (0, 0, 40, 40), (6, 6, 34, 20), (6, 6, 34, 34)


def a_mask(height, width, *boxes, without=()):
    mask = np.zeros((height, width), bool)
    for value, those in ((True, boxes), (False, without)):
        for x1, y1, x2, y2 in those:
            mask[y1:y2, x1:x2] = value
    return encode_mask(mask)


RIM = a_mask(100, 100, BASKET, without=[CUP])
"""Of a basket, seen from above: its box is that of the cup within, and a little more."""


def test_a_small_thing_in_the_box_of_a_large_one_gets_its_own_name():
    # Of the cup half is followed: the boxes overlap by 392 / 900, that of the basket by 900 / 1600.
    geometry, seen = a_geometry([BASKET] * 8, [HALF_CUP] * 8), shown(Detection("cup", 0.9, (6, 6, 36, 36)))
    assert set(match(geometry, seen)[0]) == {"t1"}, "by boxes alone"
    masks = {"t1": RIM, "t2": a_mask(100, 100, HALF_CUP)}
    labels, new = match(geometry, seen, masks=lambda name, index: masks[name])
    assert {name: label.category for name, label in labels.items()} == {"t2": "cup"}
    assert new == []


def test_what_is_around_a_thing_is_not_called_by_its_name():
    geometry, seen = a_geometry([BASKET] * 8), shown(Detection("cup", 0.9, CUP))
    assert set(match(geometry, seen)[0]) == {"t1"}, "by boxes alone"
    labels, new = match(geometry, seen, masks=lambda name, index: RIM)
    assert labels == {}
    assert [(sighting.label.category, sighting.frames[0][2]) for sighting in new] == [("cup", CUP)]


def test_masks_may_be_smaller_than_the_picture_and_missing_in_some_frames():
    small = a_mask(50, 25, (0, 0, 10, 20), without=[(1, 3, 8, 17)])  # of 100 x 100 pixels; t1's, as above
    seen, asked = shown(Detection("cup", 0.9, CUP)), []

    def masks(name, index):
        asked.append((name, index))
        return small if index < 35 else None

    labels, _ = match(a_geometry([BASKET] * 8, [RIGHT] * 8), seen, masks=masks)
    assert labels["t1"].category == "cup", "in the last frame its box is all that is known"
    assert asked == [("t1", 5 * number) for number in range(8)], "of what lies elsewhere no mask is read"


def test_a_hidden_thing_is_not_called_what_hides_it():
    geometry = a_geometry([LEFT] * 8)
    geometry.visibility[0, :3] = Visibility.OCCLUDED
    seen = shown(Detection("screen", 0.9, LEFT))[:3] + shown(Detection("cup", 0.6, LEFT))[3:]
    labels, _ = match(geometry, seen)
    assert (labels["t1"].category, labels["t1"].alternatives) == ("cup", ())


def a_cup_or(other, sure, alternative, less):
    return Detection(other, sure, LEFT, (Alternative(category=alternative, confidence=less),))


def test_a_less_sure_name_counts_as_much_as_it_is_sure():
    seen = shown(Detection("cup", 0.6, LEFT))[:2] + shown(a_cup_or("mug", 0.7, "cup", 0.5))[2:5]
    labels, _ = match(a_geometry([LEFT] * 8), seen)
    # cup: 2 * 0.6 + 3 * 0.5 = 2.7 in 2 * 0.6 + 3 * 0.7 = 3.3, 0.54 on average; mug: 2.1 in 3.3, 0.7 on average.
    assert (labels["t1"].category, labels["t1"].confidence) == ("cup", pytest.approx(0.54 * 2.7 / 3.3, abs=1e-3))
    assert [(other.category, other.confidence) for other in labels["t1"].alternatives] == [
        ("mug", pytest.approx(0.7 * 2.1 / 3.3, abs=1e-3))
    ]


def test_what_changes_its_name_from_frame_to_frame_is_one_thing_where_the_names_overlap():
    seen = shown(a_cup_or("mug", 0.7, "cup", 0.6))[:4] + shown(a_cup_or("cup", 0.8, "mug", 0.5))[4:]
    (found,) = match(a_geometry(), seen)[1]
    assert len(found.frames) == 8
    assert (found.label.category, [other.category for other in found.label.alternatives]) == ("cup", ["mug"])


def test_what_is_detected_where_nothing_was_followed_becomes_a_track():
    _, (cup, spoon) = match(a_geometry(), shown(Detection("cup", 0.7, LEFT), Detection("spoon", 0.6, RIGHT)))
    assert (cup.label.category, spoon.label.category) == ("cup", "spoon")
    assert [seconds for _, seconds, _ in cup.frames] == SECONDS.tolist()


@pytest.mark.parametrize(
    "seen",
    [
        [(frame_at(0), [Detection("kite", 0.9, LEFT)])],
        shown(Detection("kite", 0.4, LEFT)),
        [(frame_at(n), [Detection("kite", 0.9, (30 * n, 0, 30 * n + 20, 20))]) for n in range(3)],
        [(frame_at(n), [Detection(f"kite {n}", 0.9, LEFT)]) for n in range(8)],
    ],
    ids=["once", "unsure", "everywhere", "always something else"],
)
def test_a_doubtful_detection_makes_no_track(seen):
    assert match(a_geometry(), seen)[1] == []


def test_what_moves_by_half_its_size_each_way_between_two_looks_is_one_thing():
    seen = [(frame_at(n), [Detection("kite", 0.9, (10 * n, 10 * n, 10 * n + 20, 10 * n + 20))]) for n in range(3)]
    (kite,) = match(a_geometry(), seen)[1]
    assert len(kite.frames) == 3


def test_what_was_followed_for_a_while_is_not_found_a_second_time():
    geometry = a_geometry([NAN] * 4 + [LEFT] * 4)
    labels, new = match(geometry, shown(Detection("dog", 0.8, LEFT)))
    assert labels["t1"].category == "dog"
    assert new == []


class Finder:
    provenance = Provenance(specialist="finder", version="1")
    open = False

    def __init__(self, found, sure=None):
        self.found, self.sure = found, sure

    def detect(self, frames, words=()):
        return [self.found(frame.seconds) for frame in frames]

    def find(self, frames, names):
        return [[each for each in found if each.category in names] for found in self.detect(frames)]


def frames(seconds):
    return [frame_at(int(second * 2)) for second in seconds]


@pytest.mark.parametrize(("sure", "found"), [(None, 0), (0.2, 1), (0.3, 0)])
def test_a_detector_says_from_which_score_on_it_is_sure(sure, found):
    finder = Finder(lambda second: [Detection("cup", 0.25, LEFT)], sure)
    twin, _ = with_labels(a_twin(1), a_geometry([RIGHT] * 8), finder, frames)
    assert len(twin.tracks) == 1 + found


def test_a_detected_thing_is_where_it_was_seen_and_in_between_only_if_it_stayed():
    def found(second):
        if second in (0.0, 1.0):
            return [Detection("cup", 0.9, LEFT)]
        return [Detection("cup", 0.9, (10, 0, 30, 20))] if second == 3.0 else []

    twin, geometry = with_labels(a_twin(1), a_geometry([RIGHT] * 8), Finder(found), frames)
    assert [(track.id, track.category, track.source) for track in twin.tracks] == [
        ("t1", "object", "perception"),
        ("d1", "cup", "finder"),
    ]
    row = geometry.row("d1")
    # Half of it overlaps between 1 and 3 s, a third of the union: it is the same cup, and moved.
    assert geometry.seconds[geometry.visibility[row] == Visibility.VISIBLE].tolist() == [0.0, 0.5, 1.0, 3.0]
    assert geometry.boxes[row][1].tolist() == [0, 0, 20, 20]
    assert geometry.visibility[row][3] == Visibility.NOT_SAMPLED
    assert geometry.area[row][1] == 400
    assert len(geometry.seconds) == 8


def test_naming_again_drops_what_the_detector_before_found():
    def dogs(second):
        return [Detection("dog", 0.9, LEFT), Detection("cat", 0.9, (40, 0, 60, 20))]

    plain = (a_twin(1), a_geometry([LEFT] * 8))
    twin, geometry = with_labels(*plain, Finder(dogs), frames)
    assert [track.category for track in twin.tracks] == ["dog", "cat"]
    again = with_labels(twin, geometry, Finder(dogs), frames)
    assert again[0] == twin
    assert (again[1].boxes[1] == geometry.boxes[1]).all()
    back, bare = with_labels(twin, geometry, None, frames)
    assert [(track.id, track.category) for track in back.tracks] == [("t1", "object")]
    assert bare.track_ids == ("t1",)
    assert (bare.boxes == plain[1].boxes).all()
