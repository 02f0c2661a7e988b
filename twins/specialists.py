"""What can be plugged into the index: specialists that see arrays and return arrays or plain facts.

The offline profile needs none of them. Others implement them with learned models; everything here is NumPy, so that
neither side imports the other's framework.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from twins.frames import Frame
from twins.geometry import Bools, Bytes, Floats
from twins.schema import Alternative, FactKind, Provenance

Boxes = Mapping[str, tuple[float, float, float, float]]
"""By track id, xyxy in pixels of the frame that comes with them."""


class Specialist(Protocol):
    """What every specialist says of itself; ``provenance`` goes into fingerprints and into the twin's sources."""

    @property
    def provenance(self) -> Provenance:
        """Name, version and hash of the weights."""


def source_of(part: str, specialist: Specialist) -> str:
    """Return the key of a plugin among a twin's sources; the colon keeps it apart from names of what is built in."""
    return f"{part}:{specialist.provenance.specialist}"


@dataclass(frozen=True)
class SegmentedTrack:
    """One instance over some frames.

    Args:
        masks: by position in the sequence of frames given, (h, w) at the frames' size.
        scores: by the same positions, how sure the segmenter is, 0 to 1.
        name: of one who knows its things again (:class:`ShotSegmenter`); equal names in a shot are one thing.
    """

    masks: Mapping[int, Bools]
    scores: Mapping[int, float] = field(default_factory=dict)
    name: str | None = None


class ShotSegmenter(Protocol):
    """Finds things in one shot and follows them, from each call into the next."""

    def segment(self, frames: Sequence[Frame]) -> Sequence[SegmentedTrack]:
        """Return every instance, with its name, in the sampled frames that come after those of the call before."""


class Segmenter(Specialist, Protocol):
    """Finds things and follows them."""

    def segment(self, frames: Sequence[Frame]) -> Sequence[SegmentedTrack]:
        """Return every instance in consecutive sampled frames of one shot."""

    def begin(self) -> ShotSegmenter | None:
        """Return who takes the frames of a shot that begins; none where each call stands by itself."""


@dataclass(frozen=True)
class Spot:
    """Where something is in one of the frames that are given: a box, or a point on it.

    Args:
        position: in the sequence of frames.
        box: xyxy, half-open, in pixels of that frame's image; or none.
        point: x and y in the same pixels; or none.
    """

    position: int
    box: tuple[float, float, float, float] | None = None
    point: tuple[float, float] | None = None


@runtime_checkable
class SpotSegmenter(Segmenter, Protocol):
    """A segmenter that can be shown what to follow."""

    def follow(self, frames: Sequence[Frame], spots: Sequence[Spot]) -> Sequence[SegmentedTrack]:
        """Return one track for each spot, in their order, over all of the frames; it may have no mask at all.

        Args:
            frames: of one shot, rising in time, all of one size.
            spots: what to follow, forwards and backwards in time from where it is told to be.
        """


class Depth(Specialist, Protocol):
    """Tells how near everything is."""

    @property
    def scale(self) -> str:
        """``weak``, ``relative`` or ``metric``; see :class:`twins.geometry.Geometry`."""

    def nearness(self, images: Sequence[Bytes]) -> Sequence[Floats]:
        """Return (h, w) nearness of each (h, w, 3) RGB image; larger is nearer, NaN where unknown.

        It is compared by ratios: the inverse of the distance, in whatever unit, is what it should be proportional to.
        """


@dataclass(frozen=True)
class Label:
    """What a thing is called, with other names that were possible, the likeliest first."""

    category: str
    confidence: float
    alternatives: tuple[Alternative, ...] = ()


class Labeller(Specialist, Protocol):
    """Names things."""

    def label(self, frame: Frame, boxes: Boxes) -> Mapping[str, Label]:
        """Return a label for each track of the frame that can be named; others are left out, never guessed."""


@dataclass(frozen=True)
class Detection:
    """One thing that was recognised in a frame; ``box`` is xyxy in pixels of that frame's image.

    ``alternatives`` are less sure names for what is at the same place, the surest first.
    """

    category: str
    confidence: float
    box: tuple[float, float, float, float]
    alternatives: tuple[Alternative, ...] = ()


@runtime_checkable
class Detector(Specialist, Protocol):
    """Finds things and names them, each frame by itself."""

    @property
    def open(self) -> bool:
        """Whether it looks for whatever it is given words for."""

    @property
    def sure(self) -> float | None:
        """Confidence, 0 to 1, from which it is right more often than wrong; none where it does not say."""

    def detect(self, frames: Sequence[Frame], words: Sequence[str] = ()) -> Sequence[Sequence[Detection]]:
        """Return what is recognised in each frame, in any order, things at different places.

        Args:
            frames: of one clip.
            words: names of things to look for besides those that it knows; who is not open leaves them out.
        """

    def find(self, frames: Sequence[Frame], names: Sequence[str]) -> Sequence[Sequence[Detection]]:
        """Return what has one of these names in each frame; who is not open has only those that it knows."""


Namer = Labeller | Detector
"""Who gives things their names."""


@dataclass(frozen=True)
class Phrase:
    """A few words about a track or the whole picture."""

    kind: FactKind
    text: str
    confidence: float


class Describer(Specialist, Protocol):
    """Says in words how a thing looks, what it does or what it is there for."""

    def describe(self, frames: Sequence[Frame], boxes: Sequence[Boxes]) -> Mapping[str, Sequence[Phrase]]:
        """Return short phrases by track id; the empty id stands for the whole picture.

        Args:
            frames: some of one shot, rising in time.
            boxes: those of each frame.
        """

    @property
    def suggests(self) -> bool:
        """Whether it names things that a detector could look for."""

    def names(self, frames: Sequence[Frame]) -> Sequence[str]:
        """Return names of things that are in some frames of a clip."""


@dataclass(frozen=True)
class Specialists:
    """Who works on the twins besides what is built in; picklable where several processes share the work."""

    labeller: Namer | None = None
    depth: Depth | None = None
    describer: Describer | None = None
    segmenter: Segmenter | None = None
