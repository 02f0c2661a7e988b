"""What a world is before it is drawn: plain values, in scene units and seconds.

The scene's origin is the middle of the picture, x points right, y down. An unmoved camera sees 16 units across and 9
down, whatever the size of the film.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Keys = tuple[tuple[float, float, float], ...]
"""Where something is: ``(seconds, x, y)``, rising in time; before and after it goes on at the same speed."""

Span = tuple[float, float]

ACROSS, DOWN = 16.0, 9.0
"""Scene units that an unmoved camera sees."""

ALWAYS: tuple[Span, ...] = ((0.0, float("inf")),)


@dataclass(frozen=True)
class Thing:
    """Something in a world.

    Args:
        size: radius of the circle around the shape, in scene units.
        path: where its centre is.
        nearness: larger is nearer; the nearer thing covers the farther.
        growth: ``(seconds, factor)`` by which it is larger than ``size``; interpolated, held at both ends.
        present: spans in which it exists.
        extent: full width and height of a slab; no other shape has one.
    """

    id: str
    shape: str
    colour: str
    size: float
    path: Keys
    texture: str = "plain"
    nearness: float = 1.0
    growth: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    present: tuple[Span, ...] = ALWAYS
    extent: tuple[float, float] | None = None


@dataclass(frozen=True)
class Spec:
    """One clip, completely: rendering it twice gives the same frames.

    Args:
        camera: still, pan, shake or zoom.
        noise: standard deviation of the sensor's noise, in grey levels of 255.
        contrast: 1 is full; less pulls every pixel towards grey.
    """

    seed: int
    background: str
    things: tuple[Thing, ...]
    camera: str = "still"
    width: int = 480
    height: int = 270
    fps: int = 25
    seconds: float = 4.0
    noise: float = 3.0
    contrast: float = 1.0

    @property
    def frame_count(self) -> int:
        """Number of frames of the clip."""
        return round(self.seconds * self.fps)


@dataclass(frozen=True)
class Event:
    """Something that happens: ``subject`` and ``object`` are ids of things, ``span`` is in seconds."""

    name: str
    span: Span
    subject: str
    object: str | None = None


@dataclass(frozen=True)
class World:
    """A clip and everything that is true of it. ``facts`` are what two worlds of one group can differ in."""

    name: str
    group: str
    spec: Spec
    facts: Mapping[str, str]
    events: tuple[Event, ...]
    difficulty: frozenset[str] = field(default_factory=frozenset)

    def thing(self, identity: str) -> Thing:
        """Return the thing with this id. Raises ``KeyError`` where there is none."""
        for thing in self.spec.things:
            if thing.id == identity:
                return thing
        raise KeyError(identity)


@dataclass(frozen=True)
class Want:
    """What a question asks for: an event of this name whose doer looks like this, and perhaps how many.

    Args:
        event: name of the event.
        subject: what must be true of the doer: ``shape``, ``colour``; none of it matters when empty.
        count: the exact number of different doers; any positive number when none, no such event when 0.
        after: name of an event of another thing that must begin earlier.
        several: at least two different doers.
    """

    event: str
    subject: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None
    after: str | None = None
    several: bool = False

    def holds(self, world: World) -> bool:
        """Say whether the world has what is wanted."""
        doers = {event.subject for event in world.events if self._fits(event, world)}
        if self.count is not None:
            return len(doers) == self.count
        return len(doers) >= (2 if self.several else 1)

    def _fits(self, event: Event, world: World) -> bool:
        if event.name != self.event:
            return False
        thing = world.thing(event.subject)
        if any(getattr(thing, key) != value for key, value in self.subject.items()):
            return False
        return self.after is None or any(
            earlier.name == self.after and earlier.subject != event.subject and earlier.span[0] < event.span[0]
            for earlier in world.events
        )


@dataclass(frozen=True)
class Ask:
    """A question about one of a group's worlds, still without its looks.

    Args:
        phrasings: templates; ``{a}`` is filled with what thing a looks like, ``{an_a}`` with an article before it.
        wants: all must hold in the right world, and not all in any other of the library. ``subject`` values that name
            a fact (``a.colour``) stand for that fact's value.
        answer: ids of the things that answer.
        during: names of the events whose spans answer.
        right: position of the right world in the group.
    """

    phrasings: tuple[str, ...]
    wants: tuple[Want, ...]
    answer: tuple[str, ...]
    during: tuple[str, ...]
    right: int = 0
    demo: bool = False


@dataclass(frozen=True)
class WorldQuestion:
    """A question with its answer: exactly one world is right, every distractor differs from it in one fact."""

    id: str
    family: str
    phrasings: tuple[str, ...]
    clip: str
    distractors: tuple[str, ...]
    instances: tuple[str, ...]
    spans: tuple[Span, ...]
    difficulty: frozenset[str]
    demo: bool = False
