"""Where things are, by hand."""

import pytest

from tests.unit.twins.predicates.tracks import line, rest, tracks
from twins.predicates import Scene, Truth, evaluate

ALWAYS, NEVER = Truth(((0.0, 2.0),), ()), Truth((), ((0.0, 2.0),))


def two(a: tuple[float, float], b: tuple[float, float], **options: object) -> Scene:
    """Return two boxes, 40 wide and high unless told otherwise, that stay for two seconds."""
    return Scene(tracks(rest(a, 20), rest(b, 20), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("left_of", (100, 100), (200, 100)),
        ("right_of", (200, 100), (100, 100)),
        ("above", (100, 100), (100, 200)),
        ("below", (100, 200), (100, 100)),
        # Boxes of 40 about 100 and 125 overlap by 15; the centres are 25 apart, more than half of 40.
        ("left_of", (100, 100), (125, 100)),
    ],
)
def test_a_side_is_taken_by_the_one_on_it_alone(name: str, a: tuple[float, float], b: tuple[float, float]) -> None:
    assert evaluate(name, two(a, b), 0, 1) == ALWAYS
    assert evaluate(name, two(a, b), 1, 0) == NEVER


def test_things_that_mostly_overlap_are_on_no_side() -> None:
    # 15 apart: less than half of the 40 at which they would abut.
    assert evaluate("left_of", two((100, 100), (115, 100)), 0, 1) == NEVER


def test_what_is_far_above_and_a_little_left_is_not_left() -> None:
    # 60 across, but 200 - 40 = 160 empty pixels down: steeper than 60 degrees.
    assert evaluate("left_of", two((100, 100), (160, 300)), 0, 1) == NEVER
    assert evaluate("above", two((100, 100), (160, 300)), 0, 1) == ALWAYS


def test_sides_change_when_a_thing_crosses() -> None:
    # The centre of a goes from 100 to 300 in 4 s, that of b stays at 200.
    scene = Scene(tracks(line((100, 100), (300, 100), 41), rest((200, 100), 41)))
    truth = evaluate("left_of", scene, 0, 1)
    # Left while x < 180: 80 px at 5 px a frame, so frames 0..15 and the frame at 180 is already level.
    assert truth.holds[0] == pytest.approx((0.0, 1.6), abs=0.11)
    assert evaluate("right_of", scene, 0, 1).holds[0] == pytest.approx((2.5, 4.1), abs=0.11)


def test_near_is_within_three_quarters_of_a_size() -> None:
    # Boxes of 40: the gap is the distance of the centres less 40; three quarters of 40 are 30.
    assert evaluate("near", two((100, 100), (165, 100)), 0, 1) == ALWAYS
    assert evaluate("near", two((100, 100), (175, 100)), 0, 1) == NEVER


def test_touching_needs_contact() -> None:
    assert evaluate("touching", two((100, 100), (140, 100)), 0, 1) == ALWAYS
    assert evaluate("touching", two((100, 100), (148, 100)), 0, 1) == NEVER


def test_what_is_at_another_depth_is_not_touched() -> None:
    assert evaluate("touching", two((100, 100), (130, 100), nearness=[0.8, 0.4]), 0, 1) == NEVER
    # Picture cues are too vague to say so.
    assert evaluate("touching", two((100, 100), (130, 100), nearness=[0.8, 0.4], scale="weak"), 0, 1) == ALWAYS


def test_inside_needs_a_larger_container() -> None:
    sizes = [(20.0, 20.0), (80.0, 80.0)]
    assert evaluate("inside", two((100, 100), (110, 100), size=sizes), 0, 1) == ALWAYS
    assert evaluate("inside", two((100, 100), (110, 100), size=sizes), 1, 0) == NEVER
    assert evaluate("inside", two((100, 100), (102, 100)), 0, 1) == NEVER
    # Half out: the small box spans 130..150, the large one ends at 140.
    assert evaluate("inside", two((140, 100), (100, 100), size=sizes), 0, 1) == NEVER


def test_the_nearer_one_is_in_front() -> None:
    scene = two((100, 100), (200, 100), nearness=[0.6, 0.4])
    assert evaluate("in_front_of", scene, 0, 1) == ALWAYS
    assert evaluate("behind", scene, 1, 0) == ALWAYS
    assert evaluate("in_front_of", scene, 1, 0) == NEVER


def test_weak_nearness_says_less() -> None:
    # A lead of a quarter is enough for a depth model (12 %), not for picture cues (35 %): unknown, not false.
    assert evaluate("in_front_of", two((100, 100), (200, 100), nearness=[0.8, 0.6]), 0, 1) == ALWAYS
    weak = two((100, 100), (200, 100), nearness=[0.8, 0.6], scale="weak")
    assert evaluate("in_front_of", weak, 0, 1) == Truth((), ())


def test_nothing_is_known_of_depth_without_nearness_or_overlap() -> None:
    assert evaluate("in_front_of", two((100, 100), (200, 100)), 0, 1) == Truth((), ())


def test_the_one_whose_mask_is_cut_is_behind() -> None:
    # b stands alone for 2 s and then has a on it for 2 s, when half of its mask is gone.
    a = [*line((100, 100), (180, 100), 20), *rest((190, 100), 20)]
    geometry = tracks(a, rest((220, 100), 40), size=[(40.0, 40.0), (60.0, 40.0)])
    geometry.area[1, 20:] = 1200
    scene = Scene(geometry)
    assert evaluate("in_front_of", scene, 0, 1).holds[0] == pytest.approx((2.0, 4.0), abs=0.3)
    assert evaluate("behind", scene, 1, 0).ever
    assert not evaluate("behind", scene, 0, 1).ever


def test_where_one_is_occluded_or_unsampled_nothing_is_known_and_where_it_is_absent_nothing_holds() -> None:
    away = [*rest((100, 100), 10), *(["{}"] * 20), *rest((100, 100), 10)]
    for state, known in (("occluded", True), ("not_sampled", False), ("absent", True)):
        row = [state if place == "{}" else place for place in away]
        truth = evaluate("left_of", Scene(tracks(row, rest((300, 100), 40))), 0, 1)
        middle = [span for span in truth.holds + truth.fails if span[0] < 2.0 < span[1]]
        assert bool(middle) == known
    # Absent: known to fail. Occluded for two seconds and back: its place is interpolated.
    assert truth.fails == ((1.0, 3.0),)
