"""What is drawn, and what the gold says of it."""

from dataclasses import replace

import numpy as np
import pytest

from evals.worlds import Spec, Thing, World, render_world, worlds
from evals.worlds.families import FAMILIES
from evals.worlds.film import Ledger
from evals.worlds.spec import Keys

SMALL = {"width": 160, "height": 90, "fps": 10}


def still(x: float, y: float) -> Keys:
    return ((0.0, x, y),)


def scene(*things: Thing, **changes: object) -> Spec:
    plain = Spec(seed=3, background="concrete", things=things, seconds=0.5, noise=0.0, **SMALL)
    return replace(plain, **changes)  # type: ignore[arg-type]


def first(spec: Spec) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    picture = next(render_world(spec))
    return picture.image, picture.masks


def telling(group: str, fact: str, value: str, seed: int = 2) -> World:
    """Return a world as it is filmed, but smaller and with fewer frames."""
    world = next(w for w in worlds(seed, 4 * len(FAMILIES)) if w.group == group and w.facts[fact] == value)
    return replace(world, spec=replace(world.spec, **SMALL))


def shares(world: World, identity: str) -> list[float | None]:
    ledger = Ledger(world.spec)
    for _ in ledger.seen(render_world(world.spec)):
        pass
    return [None if frame is None else frame["share"] for frame in ledger.record()["things"][identity]["frames"]]


def test_a_ball_covers_as_many_pixels_as_its_size_says() -> None:
    _, masks = first(scene(Thing("a", "ball", "red", 2.0, still(0, 0))))
    # 10 pixels a unit: a disc of radius 20, a few per cent off by its stretch and smooth edge.
    assert masks["a"].sum() == pytest.approx(np.pi * 20**2, rel=0.04)
    rows, columns = np.nonzero(masks["a"])
    assert (rows.mean(), columns.mean()) == pytest.approx((44.5, 79.5), abs=1.0)


def test_pixels_of_a_mask_have_the_things_colour() -> None:
    image, masks = first(scene(Thing("a", "square", "blue", 2.0, still(-3, 1))))
    red, green, blue = image[masks["a"]].mean(axis=0)
    assert blue > 1.7 * green > 1.7 * red


def test_the_nearer_thing_takes_the_pixels_of_the_farther() -> None:
    far = Thing("far", "ball", "red", 1.5, still(0, 0), nearness=1.0)
    near = Thing("near", "ball", "green", 1.5, still(1, 0), nearness=2.0)
    _, masks = first(scene(far, near))
    assert not (masks["far"] & masks["near"]).any()
    assert masks["near"].sum() > 1.3 * masks["far"].sum()
    image, swapped = first(scene(replace(far, nearness=3.0), near))
    assert swapped["far"].sum() > 1.3 * swapped["near"].sum()
    assert image[45, 85, 0] > image[45, 85, 1]


def test_a_hidden_thing_has_an_empty_mask_while_it_is_hidden() -> None:
    world = telling("hide", "way", "emerges on the far side")
    hidden = next(event.span for event in world.events if event.name == "hides")
    share = dict(zip(np.arange(40) / 10, shares(world, "a"), strict=True))
    assert all(share[t] == 0.0 for t in share if hidden[0] + 0.15 < t < hidden[1] - 0.15)
    assert all(share[t] > 0.9 for t in share if t < 0.6 or t > 3.4)


@pytest.mark.parametrize(("way", "at_end"), [("stays hidden", False), ("comes back out", True)])
def test_who_stays_hidden_is_not_seen_at_the_end(way: str, at_end: bool) -> None:
    share = shares(telling("hide", "way", way), "a")
    assert min(value for value in share if value is not None) == 0.0
    assert (share[-1] == 1.0) == at_end or share[-1] > 0.9


def test_who_passes_in_front_of_the_wall_is_never_covered() -> None:
    assert min(shares(telling("hide", "way", "passes in front"), "a")) > 0.9  # type: ignore[type-var]


def test_what_vanished_is_absent_and_not_hidden() -> None:
    share = shares(telling("vanish", "a is there", "until midway"), "a")
    assert all(value is not None for value in share[:22])
    assert all(value is None for value in share[22:])


@pytest.mark.parametrize("seed", range(6))
def test_whoever_crosses_behind_is_covered_in_part_and_whoever_crosses_in_front_is_not(seed: int) -> None:
    behind = telling("in front", "crossing", "behind", seed)
    assert 0.15 < min(shares(behind, "a")) < 0.8  # type: ignore[type-var]
    in_front = telling("in front", "crossing", "in front", seed)
    assert min(shares(in_front, "b")) < 0.5  # type: ignore[type-var]
    # At this size a thing is a few pixels wide: its whole area is known to about a sixth.
    assert min(*shares(behind, "b"), *shares(in_front, "a")) > 0.8  # type: ignore[type-var]


def test_frames_are_the_same_each_time_and_differ_with_the_seed() -> None:
    spec = scene(Thing("a", "star", "pink", 1.0, ((0.0, -2.0, 0.0), (0.5, 2.0, 1.0))), noise=4.0, camera="shake")
    once, again = ([p.image for p in render_world(spec)] for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert (next(render_world(replace(spec, seed=4))).image != once[0]).mean() > 0.5


def test_less_contrast_brings_pixels_closer_together() -> None:
    thing = Thing("a", "cross", "yellow", 2.0, still(0, 0))
    full, _ = first(scene(thing))
    faint, _ = first(scene(thing, contrast=0.5))
    assert faint.std() == pytest.approx(0.5 * full.std(), rel=0.05)


def test_a_panning_camera_moves_what_stands_still() -> None:
    spec = scene(Thing("a", "ball", "red", 1.0, still(0, 0)), camera="pan", seconds=2.0)
    middles = [np.nonzero(picture.masks["a"])[1].mean() for picture in render_world(spec)]
    assert abs(middles[-1] - middles[0]) == pytest.approx(22, abs=2)
    assert len(set(np.sign(np.diff(middles)))) == 1


@pytest.mark.slow
def test_whatever_does_not_enter_leave_hide_or_vanish_stays_in_view() -> None:
    excused = {"enters", "leaves", "hides", "vanishes", "pops_up", "blinks", "reappears_beyond"}
    for world in worlds(5, 4 * len(FAMILIES)):
        film = replace(world, spec=replace(world.spec, width=160, height=90, fps=6))
        for thing in world.spec.things:
            gone = any(event.subject == thing.id and event.name in excused for event in world.events)
            if thing.shape != "slab" and not gone:
                assert min(shares(film, thing.id)) > 0.15, (world.group, world.facts, thing.id)  # type: ignore[type-var]
