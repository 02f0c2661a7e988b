"""Give a family's story its looks: who wears what, on which ground, filmed how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from evals.worlds import backgrounds, motion
from evals.worlds.families.family import Cast, Family, Scene, mirrored
from evals.worlds.palette import RGB, distinct
from evals.worlds.spec import Event, Spec, Thing, World
from evals.worlds.sprites import SHAPES, TEXTURES

Rng = np.random.Generator

_MATERIALS = ("bricks", "wood", "concrete", "tiles")
_STOPPING = {"stops", "pauses", "settles", "catches"}
_SMALL = 0.4


@dataclass(frozen=True)
class Conditions:
    """What makes a group of clips hard to see."""

    camera: str = "still"
    low_contrast: bool = False
    small: bool = False
    posts: bool = False


DECK = (
    Conditions(),
    Conditions("pan"),
    Conditions("shake"),
    Conditions("zoom"),
    Conditions(low_contrast=True),
    Conditions(small=True),
    Conditions(posts=True),
    Conditions(),
    Conditions("shake", low_contrast=True),
    Conditions("pan", small=True),
    Conditions("shake", posts=True),
    Conditions("still", small=True, posts=True),
)
"""Dealt to the groups of a library in a shuffled order, so that every difficulty occurs."""


def cast_group(family: Family, conditions: Conditions, seed: tuple[int, ...]) -> list[World]:
    """Return the worlds of a group, the first as the family has it, each other different in one fact; no names yet."""
    rng = np.random.default_rng(seed)
    background = str(rng.choice(sorted(backgrounds.PAINTERS)))
    looks, spare = _looks(rng, family, background, conditions)
    facts = {**looks, **family.facts}
    tellings = [facts] + [facts | {key: spare if value == "spare" else value} for key, value in family.variants]
    cast = _cast(rng, family, background, conditions, facts)
    film = _film(rng, family, background, conditions)
    turned = bool(rng.integers(2))
    return [_world(family, replace(cast, facts=telling), film, conditions, turned) for telling in tellings]


def _looks(rng: Rng, family: Family, background: str, conditions: Conditions) -> tuple[dict[str, str], str]:
    """Return the looks of all roles as facts, and a colour that nobody wears."""
    roles = family.roles
    colours = _colours(rng, background, 2 if family.same_looks else len(roles) + 1)
    facts: dict[str, str] = {}
    taken: set[str] = set()
    for number, role in enumerate(roles):
        first = roles[0] if family.same_looks and number else None
        shape = facts[f"{first}.shape"] if first else _shape(rng, family, role, taken, conditions)
        taken.add(shape)
        facts[f"{role}.shape"] = shape
        facts[f"{role}.colour"] = colours[0] if family.same_looks else colours[number]
        texture = facts[f"{first}.texture"] if first else str(rng.choice(TEXTURES, p=(0.6, 0.2, 0.2)))
        facts[f"{role}.texture"] = family.textures.get(role, texture)
    return facts, colours[-1]


def _colours(rng: Rng, background: str, number: int) -> list[str]:
    """Return colours that differ clearly from one another and from the ground."""
    usable = [name for name in RGB if name not in backgrounds.DROWNED[background]]
    while True:
        chosen = [str(name) for name in rng.choice(usable, number, replace=False)]
        # Five or more clearly different colours need not exist on every ground.
        if distinct(chosen) or number > 4:
            return chosen


def _shape(rng: Rng, family: Family, role: str, taken: set[str], conditions: Conditions) -> str:
    allowed = family.shapes.get(role)
    if allowed is None:
        # A small bar is a hairline.
        allowed = tuple(shape for shape in SHAPES if shape not in taken and not (conditions.small and shape == "bar"))
    return str(rng.choice(allowed))


def _cast(rng: Rng, family: Family, background: str, conditions: Conditions, facts: Mapping[str, str]) -> Cast:
    size = rng.uniform(0.74, 0.92) * family.largest
    if conditions.small:
        size = max(size * _SMALL / 0.8, 0.8 * family.smallest * 0.8)
    material = str(rng.choice([name for name in _MATERIALS if name != background]))
    return Cast(facts, float(size), 4.0, tuple(rng.uniform(size=6).tolist()), material)


def _film(rng: Rng, family: Family, background: str, conditions: Conditions) -> Spec:
    camera = conditions.camera if conditions.camera in family.cameras else str(rng.choice(family.cameras))
    width, height = ((480, 270), (640, 360))[int(rng.uniform() < 0.3)]
    return Spec(
        seed=int(rng.integers(2**31)),
        background=background,
        things=(),
        camera=camera,
        width=width,
        height=height,
        fps=int(rng.choice((24, 25, 30))),
        seconds=4.0,
        noise=float(rng.uniform(1.5, 4.5)),
        contrast=0.5 if conditions.low_contrast else 1.0,
    )


def _world(family: Family, cast: Cast, film: Spec, conditions: Conditions, turned: bool) -> World:
    scene = family.stage(cast)
    if conditions.posts and not family.hidden:
        scene = Scene((*scene.things, *_posts(cast)), scene.events)
    if turned:
        scene = mirrored(scene)
    spec = replace(film, things=scene.things)
    events = (*scene.events, *_plain_truths(spec))
    return World("", family.name, spec, cast.facts, events, _difficulty(family, conditions, spec, events))


def _posts(cast: Cast) -> tuple[Thing, ...]:
    """Return two posts in front, thinner than what moves behind them: they cut it in two but never hide it."""
    across = min(0.34, 0.75 * cast.size)
    places = (-2.9 + cast.lane(4, 0.4), 2.5 + cast.lane(5, 0.4))
    return tuple(replace(cast.wall(x, 0.6, across, 9.4, nearness=5.0), id=f"post{i}") for i, x in enumerate(places))


def _plain_truths(spec: Spec) -> list[Event]:
    """Return what can be said of every thing: that it exists, and whether it moves at all or rests throughout."""
    times = np.arange(spec.frame_count) / spec.fps
    events = []
    for thing in spec.things:
        if thing.shape == "slab":
            continue
        way = motion.positions(thing.path, times)
        moves = float(np.ptp(way, axis=0).max()) > 0.25 * thing.size
        events += [Event("exists", (0.0, spec.seconds), thing.id)]
        events += [Event("moves" if moves else "rests", (0.0, spec.seconds), thing.id)]
    return events


def _difficulty(family: Family, conditions: Conditions, spec: Spec, events: tuple[Event, ...]) -> frozenset[str]:
    tags = {
        "camera still": spec.camera == "still",
        "camera moving": spec.camera != "still",
        "stopping": any(event.name in _STOPPING for event in events),
        "occlusion": family.hidden or conditions.posts,
        "low contrast": conditions.low_contrast,
        "small": conditions.small,
    }
    return frozenset(tag for tag, holds in tags.items() if holds)
