"""Spans, runs, smoothing and what is unknown."""

import numpy as np
import pytest

from tests.unit.twins.predicates.tracks import line, rest, tracks
from twins.errors import TwinseekError
from twins.predicates import OPEN, PREDICATES, Scene, Truth, evaluate
from twins.predicates.runs import drop_short, join, runs_of
from twins.predicates.smoothing import bridge, local_line
from twins.predicates.truth import covered, spans_of


def row(text: str) -> np.ndarray:
    return np.array([[letter == "x" for letter in text]])


def test_a_frame_stands_for_the_time_until_the_next_frame() -> None:
    edges = np.array([0.0, 1.0, 3.0, 4.0, 4.5])
    assert spans_of(row("x.xx")[0], edges) == ((0.0, 1.0), (3.0, 4.5))


def test_runs_are_found_row_by_row() -> None:
    runs = runs_of(np.concatenate((row("xx..x"), row("..xx."))))
    assert [list(runs.rows), list(runs.starts), list(runs.ends)] == [[0, 0, 1], [0, 4, 2], [2, 5, 4]]


def test_short_gaps_are_joined_and_short_stretches_dropped_by_time_not_by_frames() -> None:
    edges = np.array([0.0, 0.1, 0.2, 1.2, 1.3, 1.4])
    # The gap at frame 2 lasts a second, the one at frame 1 a tenth.
    assert (join(row("x.x.x"), edges, 0.2) == row("xxxxx")).all()
    assert (join(row("xx.xx"), edges, 0.2) == row("xx.xx")).all()
    assert (drop_short(row("x.x.x"), edges, 0.5) == row("..x..")).all()


def test_a_gap_is_filled_linearly_at_the_exact_times() -> None:
    seconds = np.array([0.0, 0.1, 0.4])
    known = np.array([[True, False, True]])
    short, blend = bridge(known, seconds, np.full((1, 3), 0.5))
    assert short.tolist() == [[False, True, False]]
    # A quarter of the way from 0 to 8.
    assert blend(np.array([[[0.0], [np.nan], [8.0]]]))[0, 1, 0] == pytest.approx(2.0)
    assert not bridge(known, seconds, np.full((1, 3), 0.3))[0].any()


def test_a_local_line_gives_back_a_line_and_its_slope_also_at_the_ends() -> None:
    seconds = np.array([0.0, 0.1, 0.25, 0.3, 0.5])
    values = (3 + 2 * seconds)[None, :, None]
    level, slope = local_line(values, np.ones((1, 5)), seconds, 0.4)
    assert level[0, :, 0] == pytest.approx(3 + 2 * seconds)
    assert slope[0, :, 0] == pytest.approx(np.full(5, 2.0))


def test_an_unknown_predicate_is_refused_with_the_names_that_exist() -> None:
    scene = Scene(tracks(rest((10, 10), 5)))
    with pytest.raises(TwinseekError, match=r"no predicate 'orbits'.*above, appears, approaches"):
        evaluate("orbits", scene, 0)


def test_a_row_that_does_not_exist_is_refused() -> None:
    scene = Scene(tracks(rest((10, 10), 5)))
    with pytest.raises(TwinseekError, match="no track in row 3: the clip has 1 tracks"):
        evaluate("moves", scene, 3)
    with pytest.raises(TwinseekError, match="no track in row -1"):
        evaluate("moves", scene, -1)


def test_a_property_of_one_object_is_not_said_of_two() -> None:
    scene = Scene(tracks(rest((100, 100), 10), rest((300, 100), 10)))
    with pytest.raises(TwinseekError, match="fast is said of one object"):
        evaluate("fast", scene, 0, 1)


def test_moving_toward_another_object_is_approaching_it() -> None:
    scene = Scene(tracks(line((100, 200), (400, 200), 40), rest((500, 200), 40)))
    assert evaluate("moves_toward", scene, 0, 1) == evaluate("approaches", scene, 0, 1)
    assert evaluate("approaches", scene, 0, 1).ever


def test_a_relation_without_a_second_object_asks_for_any() -> None:
    scene = Scene(tracks(rest((100, 100), 20), rest((300, 100), 20), rest((105, 300), 20)))
    assert evaluate("left_of", scene, 0) == Truth(((0.0, 2.0),), ())
    assert evaluate("above", scene, 0).ever
    assert not evaluate("below", scene, 0).ever


def test_a_thing_stands_in_no_relation_to_itself() -> None:
    scene = Scene(tracks(rest((100, 100), 20), rest((300, 100), 20)))
    assert evaluate("near", scene, 0, 0) == Truth((), ())


@pytest.mark.parametrize("name", sorted(PREDICATES))
def test_nothing_is_known_of_a_clip_without_frames_or_with_one_object(name: str) -> None:
    nothing = Scene(tracks([], []))
    assert evaluate(name, nothing, 0) == Truth((), ())
    alone = Scene(tracks(rest((100, 100), 10)))
    if PREDICATES[name].arity == 2 and name not in OPEN:
        assert evaluate(name, alone, 0) == Truth((), ())


@pytest.mark.parametrize("name", sorted(OPEN))
def test_a_relation_whose_second_need_not_be_followed_is_known_of_one_object_alone(name: str) -> None:
    assert evaluate(name, Scene(tracks(rest((100, 100), 10))), 0) == Truth((), ((0.0, 1.0),))


@pytest.mark.parametrize("name", sorted(PREDICATES))
def test_a_single_frame_does_not_break_a_predicate(name: str) -> None:
    truth = evaluate(name, Scene(tracks([(100, 100)], [(300, 100)])), 0, 1 if PREDICATES[name].arity == 2 else None)
    assert covered(truth.holds + truth.fails, (0.0, 10.0)) <= 0.04 + 1e-9


def test_never_needs_to_be_known_all_the_time() -> None:
    truth = Truth(holds=(), fails=((0.0, 4.0), (5.0, 10.0)))
    assert truth.never((0.0, 4.0))
    assert not truth.never((0.0, 10.0))


def test_what_is_shared_is_measured_once_until_it_is_forgotten() -> None:
    scene, measured = Scene(tracks(rest((10, 10), 5))), []

    def measure() -> int:
        measured.append(1)
        return 7

    assert [scene.share(("size",), measure) for _ in range(3)] == [7, 7, 7]
    assert len(measured) == 1
    scene.forget_shared()
    assert scene.share(("size",), measure) == 7
    assert len(measured) == 2


def test_only_so_much_is_shared_at_a_time() -> None:
    scene, measured = Scene(tracks(rest((10, 10), 5))), []

    def measure() -> int:
        measured.append(1)
        return 7

    for key in (*range(1000), *range(1000)):
        scene.share((key,), measure)
    assert len(measured) == 2000


def test_what_is_shared_may_be_forgotten_by_another_thread_at_any_time() -> None:
    scene = Scene(tracks(rest((10, 10), 5)))

    class Restless:
        """A key before each look-up of which another thread forgets everything."""

        def __hash__(self) -> int:
            scene.forget_shared()
            return 1

    assert scene.share((Restless(),), lambda: 7) == 7
