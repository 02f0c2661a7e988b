"""In which order a list of shown videos can be told, and how that is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from graphs.answering import NAME, clock_of
from graphs.chat_turns import ShownVideo
from graphs.chat_words import MOST_NAMED, tell_numbered
from prompts import one_line
from twins.queries import Hit
from twins.schema import Twin

READ = Callable[[str], Twin]
Key = Callable[[ShownVideo, READ], float | str]
Measure = Callable[[ShownVideo, READ], str]


@dataclass(frozen=True)
class Order:
    """An order of videos.

    Args:
        told: how, in words.
        key: of a video; none turns the list as it is.
        falling: the largest first.
        measure: of a video, in words; none where there is nothing to tell but the order.
        superlative: what the first one is, ``longest``; empty where no such word was said.
    """

    told: str
    key: Key | None
    falling: bool = False
    measure: Measure | None = None
    superlative: str = ""

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


def _told_when(video: ShownVideo, read: READ) -> str:
    return f"at {clock_of(when)}" if (when := _when(video, read)) < inf else "at no known time"


def _told_length(video: ShownVideo, read: READ) -> str:
    return f"{_length(video, read):.1f} s"


def _told_score(video: ShownVideo, read: READ) -> str:
    return f"score {video['score']:.2f}"


MEASURES: dict[str, Measure] = {"time": _told_when, "length": _told_length, "score": _told_score}
KEYS: dict[str, tuple[str, Key | None]] = {
    "time": ("by when it happens", _when),
    "length": ("by length", _length),
    "name": ("by name", _name),
    "score": ("by score", _score),
    "reverse": ("the other way round", None),
}
WORDS = {
    "time": "time moment moments when happen happens start earliest earlier early latest later late timestamp "
    "chronological chronologically",
    "length": "length duration long longest longer short shortest shorter seconds",
    "name": "name names title titles filename file alphabet alphabetical alphabetically",
    "score": "score scores rank relevance best better worst worse likeness similarity confidence match",
    "reverse": "reverse reversed around round backwards",
}
FALLING = frozenset(["longest", "longer", "long", "latest", "later", "late", "worst", "worse", "descending", "falling"])
"""The largest first; of scores, which fall by themselves, the worst."""
SUPERLATIVES = {
    **{word: word for word in ("longest", "shortest", "earliest", "latest", "best", "worst")},
    "longer": "longest",
    "shorter": "shortest",
    "earlier": "earliest",
    "later": "latest",
    "better": "best",
    "worse": "worst",
}


def order_of(text: str) -> Order | None:
    """Return the order that some words name: ``length``, ``longest``; none where they name none."""
    words = text.casefold().split()
    for name, known in WORDS.items():
        if any(word in known.split() for word in words):
            told, key = KEYS[name]
            falling = any(word in FALLING for word in words)
            superlative = next((SUPERLATIVES[word] for word in words if word in SUPERLATIVES), "")
            return Order(told, key, falling, MEASURES.get(name), superlative)
    return None


def tell_sorted(order: str, hits: Sequence[Hit], measures: Sequence[str]) -> str:
    """Say in which order a list is now.

    Args:
        order: in words.
        hits: in this order.
        measures: of each what it is ordered by, in words; empty where it has none.
    """
    return f"Sorted {order}: {tell_numbered(hits, measures)}."


def tell_unsorted(hits: Sequence[Hit], measure: str = "") -> str:
    """Say that a list has no other order, because all its videos are the same in what orders them.

    Args:
        hits: in the order that they have.
        measure: of each of them, in words; empty where that was said already.
    """
    stays = f"The order stays as it is: {tell_numbered(hits)}."
    return f"All {len(hits)} are the same ({measure}). {stays}" if measure else stays


def tell_first(superlative: str, names: Sequence[str], measures: Sequence[str]) -> str:
    """Say which videos are the longest (the earliest, …) of some.

    Args:
        superlative: ``longest``.
        names: what the videos are called, in order.
        measures: of each, in words: those that are told alike are first together.
    """
    first = [name for name, measure in zip(names, measures, strict=True) if measure == measures[0]]
    if len(first) == len(names) > 1:
        return f"None is the {superlative}: all {len(names)} are the same ({measures[0]})."
    told = ", ".join(one_line(name, NAME) for name in first[:MOST_NAMED])
    more = f" and {len(first) - MOST_NAMED} more" if len(first) > MOST_NAMED else ""
    return f"The {superlative} {'is' if len(first) == 1 else 'are'} {told}{more} ({measures[0]})."


def tell_orders(wanted: str) -> str:
    """Say by what a list can be sorted."""
    return f"A list cannot be sorted by '{wanted}': by when it happens, length, name or score it can, or reversed."
