"""In which order a list of shown videos can be told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from graphs.chat_turns import ShownVideo
from twins.schema import Twin

READ = Callable[[str], Twin]
Key = Callable[[ShownVideo, READ], float | str]


@dataclass(frozen=True)
class Order:
    """An order of videos.

    Args:
        told: how, in words.
        key: of a video; none turns the list as it is.
        falling: the largest first.
    """

    told: str
    key: Key | None
    falling: bool = False

    def sorted(self, videos: Sequence[ShownVideo], read: READ) -> list[ShownVideo]:
        """Return the videos in this order; equal ones stay as they are. ``read`` returns the twin of an id."""
        if (key := self.key) is None:
            return list(reversed(videos))
        return sorted(videos, key=lambda video: key(video, read), reverse=self.falling)


def _when(video: ShownVideo, read: READ) -> float:
    return min((span[0] for span in video["spans"]), default=inf)


def _length(video: ShownVideo, read: READ) -> float:
    return read(video["video_id"]).duration


def _name(video: ShownVideo, read: READ) -> str:
    return video["name"].casefold()


def _score(video: ShownVideo, read: READ) -> float:
    return -video["score"]


KEYS: dict[str, tuple[str, Key | None]] = {
    "time": ("by when it happens", _when),
    "length": ("by length", _length),
    "name": ("by name", _name),
    "score": ("by score", _score),
    "reverse": ("the other way round", None),
}
WORDS = {
    "time": "time moment moments when happen happens start earliest early latest late timestamp chronological "
    "chronologically",
    "length": "length duration long longest longer short shortest shorter seconds",
    "name": "name names title titles filename file alphabet alphabetical alphabetically",
    "score": "score scores rank relevance best worst likeness similarity confidence match",
    "reverse": "reverse reversed around round backwards",
}
FALLING = frozenset(["longest", "longer", "long", "latest", "late", "worst", "descending", "falling"])
"""The largest first; of scores, which fall by themselves, the worst."""


def order_of(text: str) -> Order | None:
    """Return the order that some words name: ``length``, ``longest``; none where they name none."""
    words = text.casefold().split()
    for name, known in WORDS.items():
        if any(word in known.split() for word in words):
            told, key = KEYS[name]
            falling = any(word in FALLING for word in words)
            return Order(told, key, falling)
    return None
