"""What the worlds claim to happen does happen, measured on the ways of their things."""

import numpy as np
import pytest

from evals.worlds import World, worlds
from evals.worlds.families import FAMILIES
from evals.worlds.motion import growth, positions
from evals.worlds.programme import differing
from twins.geometry import Doubles

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def library(request: pytest.FixtureRequest) -> list[World]:
    return worlds(request.param, 4 * len(FAMILIES))


def telling(library: list[World], group: str, fact: str, value: str) -> World:
    """Return the world of a group in which a fact has this value, and everything else is as usual there."""
    worlds_of_group = [world for world in library if world.group == group]
    found = [world for world in worlds_of_group if world.facts[fact] == value]
    return min(found, key=lambda world: sum(differing(world, other) for other in worlds_of_group))


def way(world: World, identity: str) -> Doubles:
    times = np.arange(world.spec.frame_count) / world.spec.fps
    return positions(world.thing(identity).path, times)


def gap(world: World, one: str = "a", other: str = "b") -> Doubles:
    return np.linalg.norm(way(world, one) - way(world, other), axis=1)


def speed(world: World, identity: str) -> Doubles:
    return np.linalg.norm(np.diff(way(world, identity), axis=0), axis=1) * world.spec.fps


def ahead_of(world: World) -> Doubles:
    """Return by how much a is ahead of b, in the direction in which a goes."""
    a, b = way(world, "a")[:, 0], way(world, "b")[:, 0]
    return (a - b) * np.sign(a[-1] - a[0])


def test_a_pursuer_comes_where_the_pursued_was_and_keeps_close(library: list[World]) -> None:
    chase = telling(library, "chase", "pursuit", "a follows b")
    later = round(0.8 * chase.spec.fps)
    error = np.linalg.norm(way(chase, "a")[later:] - way(chase, "b")[:-later], axis=1)
    assert error.max() < 0.2
    assert gap(chase).max() < 3.5


def test_swapped_roles_swap_the_ways_and_nothing_else(library: list[World]) -> None:
    chase = telling(library, "chase", "pursuit", "a follows b")
    swapped = telling(library, "chase", "pursuit", "b follows a")
    np.testing.assert_allclose(way(chase, "a"), way(swapped, "b"))
    np.testing.assert_allclose(way(chase, "b"), way(swapped, "a"))


def test_without_pursuit_the_two_drift_apart(library: list[World]) -> None:
    lone = telling(library, "chase", "pursuit", "none")
    assert gap(lone)[-1] > 3 * gap(lone)[0]


def test_only_the_caught_one_is_reached(library: list[World]) -> None:
    caught = telling(library, "caught", "ending", "caught")
    assert gap(caught)[-1] < 1.5 * caught.thing("a").size
    for ending in ("gives up", "turns back", "outrun"):
        assert gap(telling(library, "caught", "ending", ending))[-1] > 5


def test_only_an_overtaker_ends_in_front(library: list[World]) -> None:
    overtaking = ahead_of(telling(library, "overtake", "pace of a", "faster"))
    assert overtaking[0] < -2 and overtaking[-1] > 2
    for pace in ("the same", "fades"):
        behind = ahead_of(telling(library, "overtake", "pace of a", pace))
        assert (behind < -0.4).all()


def test_what_goes_the_opposite_way_is_not_overtaken(library: list[World]) -> None:
    opposite = telling(library, "overtake", "b.heading", "towards a")
    a, b = way(opposite, "a")[:, 0], way(opposite, "b")[:, 0]
    assert np.sign(a[-1] - a[0]) == -np.sign(b[-1] - b[0])


def test_what_stops_before_another_enters_has_stopped_by_then(library: list[World]) -> None:
    for b, stopped_at_entry in (("enters late", True), ("enters early", False)):
        order = telling(library, "order", "b", b)
        entry = next(event.span[0] for event in order.events if event.name == "enters")
        at_entry = speed(order, "a")[int(entry * order.spec.fps) - 1]
        assert (at_entry < 0.05) == stopped_at_entry
        assert speed(order, "a")[-1] < 0.05


def test_only_a_circling_thing_goes_all_the_way_round_another(library: list[World]) -> None:
    def turns(world: World) -> float:
        x, y = (way(world, "a") - way(world, "b")).T
        return float(abs(np.unwrap(np.arctan2(y, x))[[0, -1]] @ [-1, 1]) / (2 * np.pi))

    assert turns(telling(library, "circle", "route", "round b")) > 1.4
    for route in ("straight past", "there and back", "loops beside b"):
        assert turns(telling(library, "circle", "route", route)) < 0.6


def test_only_what_collides_touches(library: list[World]) -> None:
    for contact, touches in (("bounce", True), ("stick", True), ("stop short", False), ("none: they pass", False)):
        world = telling(library, "bounce", "contact", contact)
        sum_of_radii = 2 * world.thing("a").size
        assert (gap(world).min() < 1.06 * sum_of_radii) == touches
        assert gap(world).min() > 0.85 * sum_of_radii


def test_after_a_bounce_both_go_back_where_they_came_from(library: list[World]) -> None:
    bounce = telling(library, "bounce", "contact", "bounce")
    for identity in ("a", "b"):
        x = way(bounce, identity)[:, 0]
        assert np.sign(x[-1]) == np.sign(x[0]) and abs(x[-1]) > 4


def test_a_pushed_thing_moves_only_while_it_is_touched(library: list[World]) -> None:
    push = telling(library, "push", "effect", "shoved along")
    moving = np.flatnonzero(speed(push, "b") > 0.3)
    # 1.7 radii from middle to middle: a ball against the side of a square.
    assert (gap(push)[moving + 1] < 1.75 * push.thing("a").size + 0.15).all()
    for effect in ("a halts at b", "a passes b"):
        assert speed(telling(library, "push", "effect", effect), "b").max() < 1e-6


def test_counts_are_what_they_claim_to_be(library: list[World]) -> None:
    for word, number in (("two", 2), ("three", 3), ("four", 4), ("five", 5)):
        things = telling(library, "count", "how many", word).spec.things
        shape = things[0].shape
        assert sum(thing.shape == shape for thing in things) == number


def test_the_odd_one_out_is_the_only_one_that_moves(library: list[World]) -> None:
    for fact, movers in (("all but one", ["d"]), ("one", ["b", "c", "d"]), ("none", ["a", "b", "c", "d"])):
        world = telling(library, "odd one out", "how many are still", fact)
        assert [role for role in "abcd" if speed(world, role).max() > 0.5] == movers


def test_a_visitor_leaves_where_it_came_in_and_a_passer_by_does_not(library: list[World]) -> None:
    for value, same in (("where it came in", True), ("the far side", False)):
        x = way(telling(library, "visit", "exit", value), "a")[:, 0]
        assert abs(x[0]) > 8 and abs(x[-1]) > 8
        assert (np.sign(x[0]) == np.sign(x[-1])) == same


def test_what_comes_nearer_grows_from_first_to_last(library: list[World]) -> None:
    times = np.linspace(0, 4, 50)
    sizes = {
        value: growth(telling(library, "nearer", "heading", value).thing("a"), times)
        for value in ("toward us", "away from us", "a little aside", "across")
    }
    assert (np.diff(sizes["toward us"]) >= 0).all() and sizes["toward us"][-1] > 2 * sizes["toward us"][0]
    assert (np.diff(sizes["away from us"]) <= 0).all() and sizes["away from us"][0] > 2 * sizes["away from us"][-1]
    assert np.ptp(sizes["a little aside"]) == np.ptp(sizes["across"]) == 0


def test_a_pause_is_a_rest_between_two_moves_the_same_way(library: list[World]) -> None:
    world = telling(library, "pause", "midway", "rests and goes on")
    x = way(world, "a")[:, 0]
    resting = speed(world, "a") < 0.05
    assert 0.7 < resting.sum() / world.spec.fps < 1.3
    assert not resting[:20].any() and not resting[-20:].any()
    assert np.sign(x[-1] - x[0]) == np.sign(np.median(np.diff(x)[~resting]))


def test_who_turns_back_ends_where_it_began(library: list[World]) -> None:
    home = way(telling(library, "turn back", "halfway", "turns round"), "a")
    assert abs(home[0, 0] - home[-1, 0]) < 0.5
    assert np.ptp(home[:, 0]) > 6


def test_those_who_meet_are_close_for_a_second_and_far_apart_at_the_end(library: list[World]) -> None:
    parting = telling(library, "meet", "ending", "part")
    together = (gap(parting) < 3.2 * parting.thing("a").size + 0.3).sum() / parting.spec.fps
    assert 0.8 < together < 2.0
    assert gap(parting)[-1] > 7
    assert gap(telling(library, "meet", "ending", "never meet")).min() > 7
    assert gap(telling(library, "meet", "ending", "leave as a pair"))[-1] < 3.2 * parting.thing("a").size


def test_the_one_that_approaches_moves_and_the_other_does_not(library: list[World]) -> None:
    for value, mover, rester in (("a to b", "a", "b"), ("b to a", "b", "a")):
        world = telling(library, "approach", "who goes", value)
        assert speed(world, rester).max() < 1e-6 < speed(world, mover).max()
        assert gap(world)[-1] < 0.4 * gap(world)[0]
    assert gap(telling(library, "approach", "who goes", "a leaves b"))[-1] > 5


def test_only_the_named_twin_stops_and_the_twins_differ_in_their_pattern_only(library: list[World]) -> None:
    for value, still_ones in (("a", ["a"]), ("b", ["b"]), ("a and b", ["a", "b"]), ("neither", [])):
        world = telling(library, "twins", "who stops", value)
        assert [role for role in "ab" if speed(world, role)[-1] < 0.05] == still_ones
        a, b = world.thing("a"), world.thing("b")
        assert (a.shape, a.colour, a.size) == (b.shape, b.colour, b.size)
        assert (a.texture, b.texture) == ("striped", "plain")


def test_the_one_that_waits_sets_out_when_the_other_is_out_of_the_picture(library: list[World]) -> None:
    for value, alone in (("sets out late", True), ("sets out early", False)):
        world = telling(library, "wait", "a", value)
        begins = int(np.flatnonzero(speed(world, "a") > 0.3)[0])
        assert (abs(way(world, "b")[begins, 0]) > 8 + world.thing("b").size) == alone
    assert speed(telling(library, "wait", "a", "never sets out"), "a").max() < 1e-6
