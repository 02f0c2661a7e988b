"""What is known about one video, as it is written to disk: plain facts, no arrays.

Per-frame data lives beside these facts, in :mod:`twins.geometry` and :mod:`twins.masks`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from twins.run_lengths import check_counts

SCHEMA_VERSION = 1
"""Version of every file that this package writes; readers refuse a newer one."""


class Strict(BaseModel):
    """A value that crosses a boundary: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _ordered(span: tuple[float, float]) -> tuple[float, float]:
    if not 0.0 <= span[0] <= span[1]:
        raise ValueError(f"a span is [start, end) with 0 <= start <= end, not {span}")
    return span


Span = Annotated[tuple[float, float], AfterValidator(_ordered)]
"""``[start, end)`` in seconds since the stream's first frame."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]

FactKind = Literal[
    "object",  # a category, named
    "attribute",  # how an object looks
    "state",  # what an object does or is like for a while
    "role",  # what an object is there for
    "relation",  # a predicate between two objects that holds over a span
    "motion",  # a predicate of one object's movement
    "event",  # something that happens
    "scene",  # the place, the light, the camera
    "text",  # letters seen in the picture
    "caption",  # a sentence about the whole video
    "action",
    "purpose",
]


class Provenance(Strict):
    """Who says so: the specialist, its version and its weights."""

    specialist: str
    version: str
    weights: str | None = None


class Alternative(Strict):
    """Another category that the labeller thought possible."""

    category: str
    confidence: Confidence


class Attribute(Strict):
    """How an instance looks: ``kind`` is colour, size, shape, texture, material or other."""

    kind: Literal["colour", "size", "shape", "texture", "material", "other"]
    text: str
    confidence: Confidence = 1.0
    source: str


class Track(Strict):
    """One instance, kept over time. ``source`` is a key of :attr:`Twin.sources`.

    ``salience`` is how sure it is that this is a thing at all, and no stain of the background.
    """

    id: str
    category: str = "object"
    confidence: Confidence = 0.0
    alternatives: tuple[Alternative, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    salience: Confidence = 1.0
    source: str


class Fact(Strict):
    """One sentence that is held to be true, and of what and when.

    ``about`` is the instance that the sentence describes (none: the whole video), ``others`` the further
    instances that take part, ``span`` the time it holds (none: throughout).
    """

    about: str | None = None
    others: tuple[str, ...] = ()
    kind: FactKind
    text: str
    confidence: Confidence = 1.0
    span: Span | None = None
    source: str
    predicate: str | None = None

    @property
    def instances(self) -> tuple[str, ...]:
        """Every instance that the fact names, its subject first."""
        return ((self.about,) if self.about is not None else ()) + self.others


class Shot(Strict):
    """A stretch of video between two cuts."""

    span: Span
    source: str


class Twin(Strict):
    """Everything known about a video except its per-frame arrays (``twin.json``)."""

    schema_version: Literal[1] = 1
    video_id: str
    duration: float
    width: int
    height: int
    frame_count: int
    origin: Literal["perceived", "imported"]
    sources: dict[str, Provenance]
    tracks: tuple[Track, ...] = ()
    shots: tuple[Shot, ...] = ()
    facts: tuple[Fact, ...] = ()

    def track(self, instance: str) -> Track:
        """Return the track with this id. Raises ``KeyError`` where there is none."""
        for track in self.tracks:
            if track.id == instance:
                return track
        raise KeyError(instance)


class Component(Strict):
    """One sentence of a twin that is embedded for retrieval (``components.json``)."""

    kind: FactKind
    text: str
    instances: tuple[str, ...] = ()
    span: Span | None = None
    confidence: Confidence = 1.0
    source: str


class ObservedMask(Strict):
    """Where exactly an instance is in one frame: COCO's run lengths, at the displayed size or smaller."""

    frame_index: int = Field(ge=0)
    seconds: float
    size: tuple[int, int]
    counts: str

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_counts(self.counts, *self.size)
        return self


class ObservedNearness(Strict):
    """How near an instance is at some times, ``(seconds, nearness)``, larger is nearer; ``by`` is who measured it.

    Values can be compared where ``by`` is the same: each has a unit of its own.
    """

    scale: Literal["weak", "relative", "metric"]
    by: Provenance
    values: tuple[tuple[float, float], ...]


class ObservedTrack(Strict):
    """An instance that a just-in-time tool speaks of; ``frames`` anchor it by time and box.

    Each frame is ``(frame_index, seconds, (x1, y1, x2, y2))`` with the box in displayed pixels. A ``known`` one is a
    track of the generation that the tool looked at: its category is that generation's, and no finding of the tool.
    ``masks`` and ``nearness`` are found of either kind.
    """

    id: str
    category: str = "object"
    confidence: Confidence = 0.0
    known: bool = False
    frames: tuple[tuple[int, float, tuple[float, float, float, float]], ...]
    masks: tuple[ObservedMask, ...] = ()
    nearness: ObservedNearness | None = None


class Observation(Strict):
    """What one just-in-time tool call found (``observations/<key>.json``); also its cache entry.

    ``text`` is what the tool told the judge who called it, so that the same call is answered alike; no fact is made of
    it.
    """

    key: str
    schema_version: Literal[1] = 1
    tool: str
    tool_version: str
    weights: str | None = None
    args: dict[str, object]
    source_sha256: str
    created: str
    cost: dict[str, float] = {}
    text: str = ""
    spans: tuple[Span, ...] = ()
    facts: tuple[Fact, ...] = ()
    tracks: tuple[ObservedTrack, ...] = ()


class Source(Strict):
    """The file that a twin describes (``source.json``): where it was seen, and what it holds.

    ``sha256`` and ``size`` are none for an imported twin whose file was not found.
    """

    schema_version: Literal[1] = 1
    video_id: str
    names: tuple[str, ...]
    paths: tuple[str, ...] = ()
    sha256: str | None = None
    size: int | None = None
    duration: float
    width: int
    height: int
