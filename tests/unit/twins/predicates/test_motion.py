"""Movements, by hand. Boxes of 40 in a picture of 640 x 480: the unit of movement is 20 + 80 = 100 pixels."""

import numpy as np
import pytest

from tests.unit.twins.predicates.tracks import line, rest, tracks
from twins.predicates import Scene, evaluate, mark
from twins.predicates.motion import way_after, way_before


def one(row: list[object], **options: object) -> Scene:
    return Scene(tracks(row, **options))  # type: ignore[arg-type]


def test_a_thing_that_crosses_moves_and_one_that_rests_is_still() -> None:
    scene = Scene(tracks(line((100, 200), (400, 200), 40), rest((300, 300), 40)))
    assert evaluate("moves", scene, 0).holds == ((0.0, 4.0),)
    assert evaluate("moves", scene, 1).fails == ((0.0, 4.0),)
    assert evaluate("still", scene, 1).holds == ((0.0, 4.0),)
    assert not evaluate("still", scene, 0).ever


@pytest.mark.parametrize(
    ("name", "end"),
    [("moves_right", (500, 240)), ("moves_left", (140, 240)), ("moves_up", (320, 60)), ("moves_down", (320, 420))],
)
def test_a_direction_is_that_of_the_picture(name: str, end: tuple[float, float]) -> None:
    scene = one(line((320, 240), end, 40))
    for other in ("moves_right", "moves_left", "moves_up", "moves_down"):
        assert evaluate(other, scene, 0).ever == (other == name)


def test_a_diagonal_goes_both_ways() -> None:
    scene = one(line((100, 100), (400, 400), 40))
    assert evaluate("moves_right", scene, 0).ever
    assert evaluate("moves_down", scene, 0).ever


def test_what_the_camera_does_is_no_movement() -> None:
    # The picture of a resting thing goes left by 5 px a frame; the camera's map brings it back.
    row = line((400, 200), (205, 200), 40)
    pan = [(5.0 * frame, 0.0) for frame in range(40)]
    assert evaluate("moves", one(row), 0).ever
    assert not evaluate("moves", one(row, pan=pan), 0).ever
    assert evaluate("still", one(row, pan=pan), 0).holds == ((0.0, 4.0),)


def test_creeping_is_moving_slowly() -> None:
    # 60 px in 6 s: 0.1 units a second.
    scene = one(line((200, 200), (260, 200), 60))
    assert evaluate("moves", scene, 0).ever
    assert evaluate("slow", scene, 0).ever
    assert not evaluate("fast", scene, 0).ever


def test_crossing_the_picture_in_two_seconds_is_fast() -> None:
    # 500 px in 2 s: 2.5 units a second.
    scene = one(line((60, 200), (560, 200), 20))
    assert evaluate("fast", scene, 0).ever
    assert not evaluate("slow", scene, 0).ever


def test_starting_and_stopping_are_moments() -> None:
    # Rest until 2 s, 50 px a second until 5 s, rest again.
    scene = one([*rest((100, 200), 20), *line((105, 200), (250, 200), 30), *rest((250, 200), 20)])
    (start,) = evaluate("starts", scene, 0).holds
    (stop,) = evaluate("stops", scene, 0).holds
    assert sum(start) / 2 == pytest.approx(2.0, abs=0.35)
    assert sum(stop) / 2 == pytest.approx(5.0, abs=0.35)
    assert start[1] - start[0] <= 0.7


def test_moving_all_along_neither_starts_nor_stops() -> None:
    scene = one(line((60, 200), (560, 200), 60))
    assert not evaluate("starts", scene, 0).ever
    assert not evaluate("stops", scene, 0).ever


def test_going_back_the_way_it_came_is_turning() -> None:
    scene = one([*line((100, 200), (300, 200), 20), *line((300, 200), (100, 200), 20)])
    (turn,) = evaluate("turns", scene, 0).holds
    assert sum(turn) / 2 == pytest.approx(2.0, abs=0.3)


def test_a_right_angle_is_no_turning_back() -> None:
    scene = one([*line((100, 100), (300, 100), 20), *line((300, 100), (300, 300), 20)])
    assert not evaluate("turns", scene, 0).ever


def scaled(scales: list[float], **options: object) -> Scene:
    """Return an object in the middle whose width and height are 60 times the scales."""
    geometry = tracks(rest((320, 240), len(scales)), size=(60.0, 60.0), **options)  # type: ignore[arg-type]
    for frame, scale in enumerate(scales):
        half = 30 * scale
        geometry.boxes[0, frame] = [320 - half, 240 - half, 320 + half, 240 + half]
    return Scene(geometry)


def test_growing_by_half_is_growing_and_coming_nearer() -> None:
    scene = scaled([1.5 ** (frame / 39) for frame in range(40)])
    assert evaluate("grows", scene, 0).ever
    assert evaluate("moves_toward", scene, 0).ever
    assert not evaluate("shrinks", scene, 0).ever
    assert not evaluate("moves_away", scene, 0).ever


def test_growing_at_one_depth_is_not_coming_nearer() -> None:
    scene = scaled([1.5 ** (frame / 39) for frame in range(40)], nearness=[0.5])
    assert evaluate("grows", scene, 0).ever
    assert not evaluate("moves_toward", scene, 0).ever


def test_getting_only_wider_is_not_growing() -> None:
    geometry = tracks(rest((320, 240), 40), size=(60.0, 60.0))
    for frame in range(40):
        geometry.boxes[0, frame, 2] += frame
    assert not evaluate("grows", Scene(geometry), 0).ever


def test_an_outline_that_takes_in_a_neighbour_all_at_once_does_not_grow() -> None:
    assert not evaluate("grows", scaled([1.0] * 20 + [1.5] * 20), 0).ever
    assert evaluate("grows", scaled([1.0] * 10 + [1 + 0.025 * n for n in range(20)] + [1.5] * 10), 0).ever


@pytest.mark.parametrize("rate", [5.0, 10.0, 30.0, 60.0])
def test_whether_a_change_comes_at_once_does_not_depend_on_the_sampling_rate(rate: float) -> None:
    seconds = np.arange(0, 4, 1 / rate)
    at_once = np.interp(seconds, [1.9, 2.1], [1.0, 1.5]).tolist()
    slowly = np.interp(seconds, [1.0, 3.0], [1.0, 1.5]).tolist()
    assert not evaluate("grows", scaled(at_once, fps=rate), 0).ever
    assert evaluate("grows", scaled(slowly, fps=rate), 0).ever


def test_sizes_are_worked_out_once_however_many_changes_there_are() -> None:
    scene = scaled([1.5 ** (frame / 39) for frame in range(40)])
    assert scene.raw_sizes is scene.raw_sizes
    assert scene.raw_sizes[0, [0, 39]] == pytest.approx([60.0, 90.0])


def test_who_came_from_far_is_a_clearer_case_of_stopping_than_who_moved_a_little() -> None:
    far = [*line((100, 100), (300, 100), 20), *rest((300, 100), 20)]
    little = [*line((100, 300), (150, 300), 20), *rest((150, 300), 20)]
    scene, both = Scene(tracks(far, little)), np.arange(2)
    # A unit is 20 pixels and a tenth of the diagonal of 800, and 1.2 units are clear.
    assert way_before(scene, both, mark("stops", scene, both, both)) == pytest.approx([1.0, 50 / 120], abs=0.1)
    scene = Scene(tracks(far[::-1], little[::-1]))
    assert way_after(scene, both, mark("starts", scene, both, both)) == pytest.approx([1.0, 50 / 120], abs=0.1)
