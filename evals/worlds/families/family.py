"""What a family of worlds is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from evals.worlds.spec import Ask, Event, Keys, Thing


@dataclass(frozen=True)
class Scene:
    """Who moves how, and what happens thereby."""

    things: tuple[Thing, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Cast:
    """What a story is staged with.

    Args:
        facts: everything that is true and may differ: looks of the roles (``a.colour`` …) and the story's turns.
        size: usual radius of a thing, in scene units.
        chance: a few numbers from 0 to 1, equal for all worlds of a group.
        material: what walls are made of.
    """

    facts: Mapping[str, str]
    size: float
    seconds: float
    chance: tuple[float, ...]
    material: str

    def thing(self, role: str, path: Keys, bigger: float = 1.0, nearness: float = 1.0) -> Thing:
        """Return the thing that plays a role."""
        shape, colour, texture = (self.facts[f"{role}.{part}"] for part in ("shape", "colour", "texture"))
        return Thing(role, shape, colour, self.size * bigger, path, texture, nearness)

    def wall(self, x: float, y: float, across: float, down: float, nearness: float = 2.0) -> Thing:
        """Return a slab that stands there, nearer than what moves behind it."""
        still = ((0.0, x, y),)
        return Thing(
            "wall", "slab", "none", max(across, down) / 2, still, self.material, nearness, extent=(across, down)
        )

    def lane(self, number: int, spread: float = 1.0) -> float:
        """Return a height in the scene, up to ``spread`` units off the middle."""
        return (2.0 * self.chance[number] - 1.0) * spread

    def always(self) -> tuple[float, float]:
        """Return the span of the whole clip."""
        return (0.0, self.seconds)

    def until_end(self, start: float) -> tuple[float, float]:
        """Return the span from a moment to the end of the clip."""
        return (start, self.seconds)


@dataclass(frozen=True)
class Family:
    """A story and the ways in which it can turn out.

    Args:
        stage: makes a scene of a cast; reads the facts.
        facts: the turns of the first world.
        variants: ``(fact, value)`` that each further world has instead; a colour ``spare`` is one that nobody wears.
        roles: ids that need looks.
        shapes: allowed shapes of a role, where not any will do.
        same_looks: all roles look alike.
        textures: patterns that roles must have, where not any will do.
        cameras: what the camera may do without spoiling the story.
        hidden: something is covered by the story itself.
        stops: something stops in the story.
    """

    name: str
    stage: Callable[[Cast], Scene]
    facts: Mapping[str, str]
    variants: tuple[tuple[str, str], ...]
    asks: tuple[Ask, ...]
    roles: tuple[str, ...] = ("a", "b")
    shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same_looks: bool = False
    textures: Mapping[str, str] = field(default_factory=dict)
    cameras: tuple[str, ...] = ("still", "pan", "shake", "zoom")
    hidden: bool = False
    stops: bool = False
    smallest: float = 0.5
    largest: float = 1.0


def still(x: float, y: float) -> Keys:
    """Return the path of something that does not move."""
    return ((0.0, x, y),)


def line(seconds: float, start: tuple[float, float], end: tuple[float, float]) -> Keys:
    """Return a straight path at constant speed over the clip."""
    return ((0.0, *start), (seconds, *end))


def mirrored(scene: Scene) -> Scene:
    """Return the scene as in a mirror: left and right change places."""
    things = tuple(replace(thing, path=tuple((t, -x, y) for t, x, y in thing.path)) for thing in scene.things)
    return Scene(things, scene.events)
