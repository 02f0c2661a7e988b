"""What two do, by hand. Boxes of 40 in a picture of 640 x 480: the unit of movement is 100 pixels."""

import numpy as np
import pytest

from tests.unit.twins.predicates.tracks import Row, line, rest, tracks
from twins.predicates import Scene, evaluate


def test_an_area_that_drops_to_a_sliver_is_never_less_than_nothing() -> None:
    geometry = tracks(line((100, 200), (400, 200), 20))
    geometry.area[0, 18:] = 1.0
    level = Scene(geometry).steady_area[0]
    assert (level >= 0).all()
    assert level[2] == pytest.approx(1600, rel=0.01)


def two(a: Row, b: Row, **options: object) -> Scene:
    return Scene(tracks(a, b, **options))  # type: ignore[arg-type]


def middle(span: tuple[float, float]) -> float:
    return sum(span) / 2


def test_only_the_one_who_moves_approaches() -> None:
    scene = two(line((100, 200), (400, 200), 40), rest((480, 200), 40))
    assert evaluate("approaches", scene, 0, 1).holds[0] == pytest.approx((0.0, 4.0), abs=0.2)
    assert not evaluate("approaches", scene, 1, 0).ever
    assert not evaluate("parts_from", scene, 0, 1).ever


def test_going_the_other_way_is_parting() -> None:
    scene = two(line((400, 200), (100, 200), 40), rest((480, 200), 40))
    assert evaluate("parts_from", scene, 0, 1).ever
    assert not evaluate("approaches", scene, 0, 1).ever


def test_chasing_one_who_is_as_fast_is_following_not_approaching() -> None:
    # Both at 100 px a second, a one second behind b.
    scene = two(line((60, 200), (460, 200), 41), line((160, 200), (560, 200), 41))
    assert evaluate("follows", scene, 0, 1).ever
    assert not evaluate("approaches", scene, 0, 1).ever
    assert not evaluate("follows", scene, 1, 0).ever


def test_a_parallel_lane_is_not_followed() -> None:
    scene = two(line((60, 100), (460, 100), 41), line((160, 300), (560, 300), 41))
    assert not evaluate("follows", scene, 0, 1).ever


def test_the_same_way_much_later_is_not_followed() -> None:
    # b has gone the whole way, and rests, before a sets out.
    a = [*rest((60, 200), 50), *line((60, 200), (400, 200), 40)]
    b = [*line((60, 200), (560, 200), 40), *rest((560, 200), 50)]
    assert not evaluate("follows", two(a, b), 0, 1).ever


def test_overtaking_is_getting_ahead_of_one_who_goes_the_same_way() -> None:
    # a: 120 px a second from 60; b: 40 px a second from 220: level at 2 s, at x = 300.
    scene = two(line((60, 200), (540, 200), 41), line((220, 260), (380, 260), 41))
    (span,) = evaluate("overtakes", scene, 0, 1).holds
    assert middle(span) == pytest.approx(2.0, abs=0.2)
    assert not evaluate("overtakes", scene, 1, 0).ever


def test_getting_past_one_who_rests_is_passing_not_overtaking() -> None:
    scene = two(line((60, 200), (540, 200), 41), rest((300, 260), 41))
    (span,) = evaluate("passes", scene, 0, 1).holds
    assert middle(span) == pytest.approx(2.0, abs=0.2)
    assert not evaluate("overtakes", scene, 0, 1).ever
    assert not evaluate("passes", scene, 1, 0).ever


def ring(turns: float, frames: int) -> Row:
    angles = np.linspace(0, 2 * np.pi * turns, frames)
    return [(320 + 120 * float(np.cos(x)), 240 + 120 * float(np.sin(x))) for x in angles]


def test_a_full_turn_is_circling_and_half_a_turn_is_not() -> None:
    assert evaluate("circles", two(ring(1.0, 60), rest((320, 240), 60)), 0, 1).ever
    assert evaluate("circles", two(ring(-1.0, 60), rest((320, 240), 60)), 0, 1).ever
    assert not evaluate("circles", two(ring(0.5, 60), rest((320, 240), 60)), 0, 1).ever


def test_the_centre_does_not_circle() -> None:
    assert not evaluate("circles", two(ring(1.0, 60), rest((320, 240), 60)), 1, 0).ever


def test_a_contact_that_stops_one_is_a_collision() -> None:
    # 120 px a second until the boxes meet at x = 360 and 400, at 2.5 s.
    scene = two([*line((60, 200), (360, 200), 26), *rest((360, 200), 20)], rest((400, 200), 46))
    (span,) = evaluate("collides", scene, 0, 1).holds
    assert middle(span) == pytest.approx(2.5, abs=0.3)


def test_stopping_short_or_going_past_is_no_collision() -> None:
    short = two([*line((60, 200), (300, 200), 26), *rest((300, 200), 20)], rest((400, 200), 46))
    assert not evaluate("collides", short, 0, 1).ever
    past = two(line((60, 200), (580, 200), 46), rest((320, 270), 46))
    assert not evaluate("collides", past, 0, 1).ever


def test_crossing_in_front_is_no_collision() -> None:
    for nearness in (None, [0.8, 0.4]):
        scene = two(line((60, 200), (580, 200), 46), rest((320, 205), 46), nearness=nearness)
        assert not evaluate("collides", scene, 0, 1).ever


def test_two_meet_when_both_come_and_stay() -> None:
    both = two(
        [*line((60, 200), (290, 200), 30), *rest((290, 200), 20)],
        [*line((580, 200), (350, 200), 30), *rest((350, 200), 20)],
    )
    assert evaluate("meets", both, 0, 1).ever
    assert evaluate("meets", both, 1, 0).ever
    one = two([*line((60, 200), (290, 200), 30), *rest((290, 200), 20)], rest((350, 200), 50))
    assert not evaluate("meets", one, 0, 1).ever


def test_what_is_held_while_moving_is_carried_by_the_larger_one() -> None:
    sizes = [(80.0, 120.0), (30.0, 30.0)]
    scene = two(line((100, 200), (400, 200), 40), line((130, 180), (430, 180), 40), size=sizes)
    assert evaluate("carries", scene, 0, 1).ever
    assert not evaluate("carries", scene, 1, 0).ever
    assert evaluate("moves_with", scene, 1, 0).ever
    left = two(line((100, 200), (400, 200), 40), rest((130, 180), 40), size=sizes)
    assert not evaluate("carries", left, 0, 1).ever
