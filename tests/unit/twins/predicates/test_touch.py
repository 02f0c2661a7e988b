"""What touches, by hand."""

from tests.unit.twins.predicates.tracks import line, rest, tracks
from twins.predicates import Scene, evaluate


def test_what_hits_and_bounces_off_between_two_frames_has_touched() -> None:
    # Boxes of 40: in no frame are they nearer than 6 px, and 8 % of 40, at which they would be seen to touch, are 3.
    away = line((354, 200), (60, 200), 26)[1:]
    scene = Scene(tracks([*line((60, 200), (354, 200), 26), *away], rest((400, 200), 51)))
    collision = evaluate("collides", scene, 0, 1)
    touch = evaluate("touching", scene, 0, 1)
    assert collision.ever and touch.holds == collision.holds
    assert evaluate("touching", scene, 1, 0).holds == touch.holds  # who is hit is touched
    ((_, end),) = touch.holds
    assert touch.fails[-1][1] > end  # and no longer


def test_who_turns_round_before_the_other_has_not_touched() -> None:
    away = line((320, 200), (60, 200), 26)[1:]
    scene = Scene(tracks([*line((60, 200), (320, 200), 26), *away], rest((400, 200), 51)))
    assert not evaluate("touching", scene, 0, 1).ever
