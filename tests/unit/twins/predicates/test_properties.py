"""What must hold for any tracks."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.predicate_tracks import observe
from benchmarks.predicate_worlds import WORLDS
from twins.geometry import Geometry, Visibility
from twins.predicates import PREDICATES, Scene, Truth, evaluate
from twins.predicates.truth import covered

FRAMES = 30
PAIRS = sorted(name for name, predicate in PREDICATES.items() if predicate.arity == 2)


@st.composite
def geometries(draw: st.DrawFn, *, hidden: bool = True) -> Geometry:
    """Two or three boxes on smooth random paths, with gaps of every kind."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 3))
    t = np.arange(FRAMES) / 10
    start, speed = rng.uniform(80, 400, (n, 1, 2)), rng.normal(0, 80, (n, 1, 2))
    swing = rng.uniform(0, 80, (n, 1, 2)) * np.sin(rng.uniform(0, 3, (n, 1, 2)) * t[None, :, None] * 2)
    centres = start + speed * t[None, :, None] + swing
    half = rng.uniform(10, 60, (n, 1, 2)) * np.exp(rng.normal(0, 0.2, (n, 1, 1)) * t[None, :, None])
    boxes = np.concatenate((centres - half, centres + half), axis=2)
    visibility = np.full((n, FRAMES), Visibility.VISIBLE, np.uint8)
    if hidden:
        for row in range(n):
            first, length = rng.integers(0, FRAMES), rng.integers(0, 15)
            visibility[row, first : first + length] = rng.choice([0, 2, 3])
    boxes[visibility != Visibility.VISIBLE] = np.nan
    nearness = np.where(visibility == Visibility.VISIBLE, rng.uniform(0.2, 1, (n, 1)), np.nan)
    return Geometry(
        track_ids=tuple(map(str, range(n))),
        frame_index=np.arange(FRAMES),
        seconds=t,
        boxes=boxes.astype(np.float32),
        area=(boxes[..., 2:] - boxes[..., :2]).prod(axis=2).astype(np.float32),
        nearness=nearness.astype(np.float32),
        visibility=visibility,
        width=640,
        height=480,
        nearness_scale=draw(st.sampled_from(["weak", "relative", "metric"])),
    )


def every(geometry: Geometry) -> dict[tuple[str, int, int | None], Truth]:
    """Return the answers to every predicate about the first two rows."""
    scene = Scene(geometry, link=False)
    answers: dict[tuple[str, int, int | None], Truth] = {}
    for name, predicate in PREDICATES.items():
        for a, b in ((0, 1), (1, 0)):
            other = b if predicate.arity == 2 else None
            answers[name, a, other] = evaluate(name, scene, a, other)
    return answers


@settings(max_examples=15)
@given(geometries())
def test_holding_and_failing_never_overlap_and_stay_in_the_clip(geometry: Geometry) -> None:
    for truth in every(geometry).values():
        spans = sorted(truth.holds + truth.fails)
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start
        assert all(0.0 <= start < end <= FRAMES / 10 + 1e-9 for start, end in spans)


@settings(max_examples=15)
@given(geometries())
def test_sides_and_depth_are_mirrored_when_the_two_change_places(geometry: Geometry) -> None:
    answers = every(geometry)
    for name, opposite in (("left_of", "right_of"), ("above", "below"), ("in_front_of", "behind")):
        assert answers[name, 0, 1] == answers[opposite, 1, 0]
    for name in ("near", "touching", "moves_with", "meets"):
        assert answers[name, 0, 1] == answers[name, 1, 0]


@settings(max_examples=12)
@given(geometries())
def test_a_mirrored_picture_swaps_left_and_right_and_nothing_else(geometry: Geometry) -> None:
    boxes = geometry.boxes.copy()
    boxes[..., 0], boxes[..., 2] = 640 - geometry.boxes[..., 2], 640 - geometry.boxes[..., 0]
    swap = {"left_of": "right_of", "moves_left": "moves_right"}
    swap |= {there: here for here, there in swap.items()}
    before, after = every(geometry), every(replace(geometry, boxes=boxes))
    for (name, a, b), truth in before.items():
        _same(truth, after[swap.get(name, name), a, b])


@settings(max_examples=12)
@given(geometries(), st.sampled_from([0.5, 2.0, 3.0]))
def test_a_picture_of_another_resolution_gives_the_same_answers(geometry: Geometry, scale: float) -> None:
    scaled = replace(
        geometry,
        boxes=(geometry.boxes * scale).astype(np.float32),
        area=geometry.area * np.float32(scale**2),
        width=int(640 * scale),
        height=int(480 * scale),
    )
    before, after = every(geometry), every(scaled)
    for key, truth in before.items():
        _same(truth, after[key])


@settings(max_examples=12)
@given(geometries(), st.floats(-40, 40), st.floats(-40, 40))
def test_relations_do_not_depend_on_the_place_in_the_picture(geometry: Geometry, dx: float, dy: float) -> None:
    moved = replace(geometry, boxes=(geometry.boxes + np.array([dx, dy, dx, dy])).astype(np.float32))
    before, after = every(geometry), every(moved)
    # What has to do with the picture's edge does depend on it.
    edge = {"enters", "leaves", "grows", "shrinks", "moves_toward", "moves_away", "hides", "hides_behind"}
    for key, truth in before.items():
        if key[0] not in edge:
            _same(truth, after[key])


@settings(max_examples=12)
@given(geometries())
def test_played_backwards_coming_is_going(geometry: Geometry) -> None:
    backwards = replace(
        geometry,
        boxes=geometry.boxes[:, ::-1],
        area=geometry.area[:, ::-1],
        nearness=geometry.nearness[:, ::-1],
        visibility=geometry.visibility[:, ::-1],
    )
    forward, back = every(geometry), every(backwards)
    swap = {"approaches": "parts_from", "enters": "leaves", "appears": "disappears", "moves_left": "moves_right"}
    swap |= {"grows": "shrinks", "moves_up": "moves_down"}
    swap |= {there: here for here, there in swap.items()}
    for name in (*swap, "near", "left_of", "inside", "moves"):
        for a, b in ((0, 1), (1, 0)):
            other = b if PREDICATES[name].arity == 2 else None
            expected = forward[name, a, other].holds
            found = back[swap.get(name, name), a, other].holds
            # A frame stands for the time after it, so that moments move by a frame when the order turns.
            turned = [(FRAMES / 10 - end, FRAMES / 10 - start) for start, end in reversed(found)]
            assert np.array(expected).shape == np.array(turned).shape, (name, expected, turned)
            assert np.abs(np.array(expected) - np.array(turned)).max(initial=0) <= 0.1 + 1e-6


def _same(first: Truth, second: Truth) -> None:
    """Compare up to one frame: a comparison on a threshold may fall either way by rounding."""
    for one, two in ((first.holds, second.holds), (first.fails, second.fails)):
        common = sum(covered(two, span) for span in one)
        assert sum(b - a for a, b in one) == pytest.approx(common, abs=0.21)
        assert sum(b - a for a, b in two) == pytest.approx(common, abs=0.21)


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_the_frame_rate_does_not_decide(name: str) -> None:
    for seed in range(2):
        for kind in ("yes", "no"):
            answers = []
            for fps in (8.0, 12.0, 25.0):
                rng = np.random.default_rng([seed, *name.encode()])
                world = WORLDS[name][kind][0](rng)
                geometry, subject, other = observe(world, rng, noise=False, fps=fps)
                answers.append(evaluate(name, Scene(geometry), subject, other).ever)
            assert answers == [world.answer] * 3, (kind, seed)
