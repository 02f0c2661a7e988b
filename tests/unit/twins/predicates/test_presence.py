"""Coming and going, by hand."""

import numpy as np
import pytest

from tests.unit.twins.predicates.tracks import line, rest, tracks
from twins.geometry import Visibility
from twins.predicates import Scene, evaluate, mark
from twins.predicates.presence import way_before
from twins.predicates.truth import covered

HELD = ("enters", "leaves", "appears", "disappears", "reappears")


def events(scene: Scene) -> dict[str, list[float]]:
    """Return the middle of every event of the first object, by name, leaving out what never happens."""
    found = {name: [sum(span) / 2 for span in evaluate(name, scene, 0).holds] for name in HELD}
    return {name: moments for name, moments in found.items() if moments}


def test_coming_over_the_edge_is_entering_and_appearing() -> None:
    scene = Scene(tracks([*["absent"] * 20, *line((20, 200), (220, 200), 20)]))
    found = events(scene)
    assert set(found) == {"enters", "appears"}
    assert found["enters"] == [pytest.approx(2.0, abs=0.15)]


def test_going_over_the_edge_is_leaving_and_disappearing() -> None:
    scene = Scene(tracks([*line((420, 200), (620, 200), 20), *["absent"] * 20]))
    found = events(scene)
    assert set(found) == {"leaves", "disappears"}
    assert found["leaves"] == [pytest.approx(2.0, abs=0.15)]


@pytest.mark.parametrize("pace", [4.9, 5.3, 5.7, 6.1])
@pytest.mark.parametrize("frames", range(24, 36))
def test_where_rounding_falls_does_not_decide_who_leaves(pace: float, frames: int) -> None:
    """Within 0.8 s it goes a tenth of its width, or a little less; it is away too short for less to do."""
    far = [(618 - pace * (frames - 1 - n) / 10, 200.0) for n in range(frames)]
    out = events(Scene(tracks([*far, *["absent"] * 3])))
    back = events(Scene(tracks([*["absent"] * 3, *reversed(far)])))
    assert ("leaves" in out) == ("enters" in back) == (pace > 5.0)


def test_vanishing_in_the_middle_is_not_leaving() -> None:
    assert set(events(Scene(tracks([*rest((300, 200), 20), *["absent"] * 20])))) == {"disappears"}


def test_being_there_from_the_first_frame_is_not_appearing() -> None:
    assert events(Scene(tracks(rest((300, 200), 40)))) == {}


def test_coming_back_is_reappearing_but_coming_first_is_not() -> None:
    row = [*["absent"] * 10, *rest((300, 200), 10), *["occluded"] * 20, *rest((300, 200), 10)]
    found = events(Scene(tracks(row)))
    assert found["appears"] == [pytest.approx(1.0, abs=0.15), pytest.approx(4.0, abs=0.15)]
    assert found["reappears"] == [pytest.approx(4.0, abs=0.15)]


def test_a_detector_that_blinks_makes_no_event() -> None:
    row = rest((300, 200), 40)
    for frame in (5, 6, 7, 20, 38, 39):
        row[frame] = "absent"
    assert events(Scene(tracks(row))) == {}


def test_what_was_not_sampled_has_not_disappeared() -> None:
    assert events(Scene(tracks([*rest((300, 200), 10), *["not_sampled"] * 20, *rest((300, 200), 10)]))) == {}


def test_going_behind_a_wall_is_hiding_until_it_comes_out() -> None:
    a = [*line((100, 200), (240, 200), 20), *["occluded"] * 20, *line((360, 200), (500, 200), 20)]
    scene = Scene(tracks(a, rest((300, 200), 60), size=[(40.0, 40.0), (100.0, 200.0)]))
    (span,) = evaluate("hides_behind", scene, 0, 1).holds
    assert span == pytest.approx((2.0, 4.0), abs=0.15)
    assert not evaluate("hides_behind", scene, 1, 0).ever


def test_what_is_known_to_be_hidden_hides_though_nothing_that_hides_it_is_followed() -> None:
    a = [*line((100, 200), (240, 200), 20), *["occluded"] * 20, *line((360, 200), (500, 200), 20)]
    scene = Scene(tracks(a))
    for name in ("hides", "hides_behind"):
        (span,) = evaluate(name, scene, 0).holds
        assert span == pytest.approx((1.9, 4.0), abs=0.01)
        assert evaluate(name, scene, 0).fails == (pytest.approx((0.0, 1.9), abs=0.01), pytest.approx((4.0, 6.0)))


def test_what_vanishes_behind_something_followed_hides_and_in_the_open_does_not() -> None:
    a = [*line((100, 200), (240, 200), 20), *["absent"] * 20]
    size = [(40.0, 40.0), (100.0, 200.0)]
    for place, hides in (((300, 200), True), ((300, 420), False)):
        scene = Scene(tracks(a, rest(place, 40), size=size))
        assert evaluate("hides", scene, 0).ever is hides
        assert evaluate("hides_behind", scene, 0).ever is hides
        assert not evaluate("hides", scene, 1).ever


@pytest.mark.parametrize(("place", "hides"), [((400, 200), True), ((400, 420), False), ((560, 200), False)])
def test_what_goes_toward_a_cover_and_is_gone_when_somebody_looks_again_hides(place, hides) -> None:
    way = [*line((100, 200), (200, 200), 11), *["not_sampled"] * 15, *["absent"] * 5, *["not_sampled"] * 9]
    scene = Scene(tracks(way, rest(place, 40), size=[(40, 40), (120, 120)]))
    assert evaluate("hides", scene, 0).ever is hides
    assert evaluate("hides_behind", scene, 0, 1).ever is hides
    assert not evaluate("hides_behind", scene, 1, 0).ever


def test_of_what_stood_still_before_it_is_not_known_that_it_hides_where_nobody_follows_what_covers_it() -> None:
    scene = Scene(tracks([*rest((240, 200), 20), *["occluded"] * 20, *rest((240, 200), 20)]))
    truth = evaluate("hides", scene, 0)
    assert not truth.ever
    assert covered(truth.fails, (2.0, 4.0)) == 0


def test_what_goes_over_the_edge_does_not_hide_even_where_it_is_called_hidden() -> None:
    assert not evaluate("hides", Scene(tracks([*line((420, 200), (620, 200), 20), *["occluded"] * 20])), 0).ever


def test_vanishing_away_from_the_wall_is_not_hiding_behind_it() -> None:
    a = [*line((100, 400), (200, 400), 20), *["absent"] * 20]
    scene = Scene(tracks(a, rest((400, 150), 40), size=[(40.0, 40.0), (100.0, 200.0)]))
    assert not evaluate("hides_behind", scene, 0, 1).ever


def test_a_thing_that_lies_on_another_in_full_view_does_not_hide_behind_it() -> None:
    a = [*rest((300, 200), 20), *["absent"] * 20]
    scene = Scene(tracks(a, rest((300, 200), 40), size=[(20.0, 20.0), (400.0, 200.0)]))
    assert not evaluate("hides_behind", scene, 0, 1).ever


def test_two_ids_of_one_object_are_one() -> None:
    whole = line((100, 200), (500, 200), 40)
    first = [*whole[:20], *["absent"] * 20]
    second = [*["absent"] * 22, *whole[22:]]
    scene = Scene(tracks(first, second))
    assert scene.object_of.tolist() == [0, 0]
    assert events(scene) == {}
    assert evaluate("moves", scene, 1).holds == ((0.0, 4.0),)


def test_what_appears_elsewhere_or_in_another_size_is_another_object() -> None:
    first = [*rest((100, 200), 20), *["absent"] * 20]
    elsewhere = [*["absent"] * 22, *rest((300, 200), 18)]
    assert Scene(tracks(first, elsewhere)).count == 2
    larger = [*["absent"] * 22, *rest((100, 200), 18)]
    assert Scene(tracks(first, larger, size=[(40.0, 40.0), (90.0, 90.0)])).count == 2


def test_whole_tracks_are_not_joined_when_told_so() -> None:
    first, second = [*rest((100, 200), 20), *["absent"] * 20], [*["absent"] * 22, *rest((100, 200), 18)]
    assert Scene(tracks(first, second), link=False).count == 2
    assert Scene(tracks(first, second)).count == 1


def test_one_who_leaves_is_not_continued_by_one_who_enters_there() -> None:
    out = [*line((420, 200), (630, 200), 20), *["absent"] * 20]
    into = [*["absent"] * 25, *line((630, 200), (500, 200), 15)]
    assert Scene(tracks(out, into)).count == 2


def test_visibility_states_differ() -> None:
    geometry = tracks([*rest((300, 200), 5), *["occluded"] * 30, *rest((300, 200), 5)])
    scene = Scene(geometry)
    assert not scene.seen[0, 20]
    assert scene.occluded[0, 20]
    assert not scene.absent[0, 20]
    assert (geometry.visibility[0, 5:35] == Visibility.OCCLUDED).all()
    # Three and a half seconds are too long to guess where it is.
    assert not np.isfinite(scene.boxes[0, 20]).any()


def test_a_moment_behind_something_counts_where_it_is_known_and_not_where_it_may_be_a_miss() -> None:
    for state, times in (("occluded", 1), ("absent", 0)):
        way = line((100, 200), (400, 200), 30)
        way[14:18] = [state] * 4
        scene = Scene(tracks(way))
        assert len(evaluate("reappears", scene, 0).holds) == times


def test_what_has_gone_only_a_little_way_before_it_hid_is_a_less_clear_case_of_hiding() -> None:
    long = [*line((100, 200), (240, 200), 20), *["occluded"] * 20]
    short = [*["absent"] * 14, *line((100, 400), (150, 400), 6), *["occluded"] * 20]
    scene, both = Scene(tracks(long, short)), np.arange(2)
    # 140 and 50 pixels; a unit is 20 pixels and a tenth of the diagonal of 800, and 1.2 units are clear.
    assert way_before(scene, both, mark("hides", scene, both, both)) == pytest.approx([1.0, 50 / 120], abs=0.02)
