"""What a tool returned, made into facts and tracks that a twin can take: checked, bounded, and the rest counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from agents.negations import without_denials
from graphs.plain_numbers import as_numbers
from graphs.tool_measures import MaskReading, read_nearness
from twins.observations import EffectiveTwin, anchor
from twins.predicates import PREDICATES
from twins.relinking import Anchor, box_inside
from twins.schema import Fact, ObservedTrack, Provenance, Span

MOST_ENTRIES = 1000
"""Entries of an artifact that are looked at; a tool that returns more is not meant seriously."""
MOST_FACTS = 48
MOST_TRACKS = 32
MOST_BOXES = 256
"""Facts, tracks, and boxes of a track that one call may add to a twin."""
LONGEST_TEXT = 300
"""Characters of a fact; each is embedded, and read by every judge that looks at the video afterwards."""
LONGEST_NAME = 60
LONGEST_ID = 64

FACT_KEYS = frozenset({"about", "others", "kind", "text", "confidence", "span", "predicate"})
MEASURE_KEYS = frozenset({"masks", "nearness", "scale", "by"})
TRACK_KEYS = frozenset({"id", "category", "confidence", "frames"}) | MEASURE_KEYS
KNOWN_KEYS = frozenset({"id"}) | MEASURE_KEYS
"""Of an entry that says more of an instance of the twin: its category and its place are known."""


LETTERS = "text"
"""Kind of a fact that repeats letters of the picture, whatever they say."""


class ArtifactError(Exception):
    """Nothing of an artifact can be used; the message says why."""


@dataclass
class Found:
    """What is left of an artifact, and how many entries and keys were dropped."""

    facts: tuple[Fact, ...] = ()
    tracks: tuple[ObservedTrack, ...] = ()
    dropped: int = 0

    @property
    def spans(self) -> tuple[Span, ...]:
        """The times that the facts are about, each once, in order."""
        return tuple(sorted({fact.span for fact in self.facts if fact.span is not None}))


def read_artifact(artifact: object, tool: Provenance, known: EffectiveTwin) -> Found:
    """Return the facts and tracks of an artifact.

    Args:
        artifact: a list of dictionaries as docs/plugins.md describes them: with ``frames``, ``masks`` or ``nearness`` a
            track, else a fact.
        tool: who found them.
        known: the twin that the tool has looked at; instances that are neither there nor found now are dropped.

    Raises:
        ArtifactError: it is no list, or not one of its entries can be used.
    """
    if artifact is None:
        raise ArtifactError("it returned no artifact: it must be made with response_format='content_and_artifact'")
    if not isinstance(artifact, list | tuple):
        raise ArtifactError(f"it returned {type(artifact).__name__} as its artifact, not a list of facts and tracks")
    reader = _Reader(tool, known)
    entries = list(artifact[:MOST_ENTRIES])
    for entry in entries:  # tracks first: a fact may be about one that comes after it
        if isinstance(entry, Mapping) and _is_track(entry):
            reader.add_track(entry)
    for entry in entries:
        if not isinstance(entry, Mapping):
            reader.dropped += 1
        elif not _is_track(entry):
            reader.add_fact(entry)
    found = Found(tuple(reader.facts), tuple(reader.tracks), reader.dropped + len(artifact) - len(entries))
    if artifact and not found.facts and not found.tracks and not reader.denied:
        raise ArtifactError(f"none of the {len(artifact)} entries of its artifact is a fact or a track")
    return found


class _Reader:
    """Takes the entries of one artifact one by one."""

    def __init__(self, tool: Provenance, known: EffectiveTwin) -> None:
        self.facts: list[Fact] = []
        self.tracks: list[ObservedTrack] = []
        self.dropped = self.denied = 0
        self._tool = tool
        self._known = known
        self._instances = {track.id for track in known.twin.tracks}
        size = (known.geometry.width, known.geometry.height)
        self._masks = MaskReading(size, known.twin.duration, self._frame_index)

    def add_track(self, entry: Mapping[Any, Any]) -> None:
        """Take a track: a new one, if it has a name of its own and a place, or what is more to say of a known one."""
        name, given = entry.get("id"), entry.get("frames", ())
        taken = self._instances | {track.id for track in self.tracks}
        fits = isinstance(name, str) and 0 < len(name) <= LONGEST_ID and name not in taken
        if isinstance(name, str) and name in self._instances and "frames" not in entry:
            self._add_known(name, entry)
            return
        given = given if isinstance(given, list | tuple) else ()
        frames = self._frames(given)
        if not fits or not frames or len(self.tracks) == MOST_TRACKS:
            self.dropped += 1
            return
        self.dropped += len(set(entry) - TRACK_KEYS) + len(given) - len(frames)
        values = {
            "id": name,
            "category": tidy(entry.get("category"), LONGEST_NAME) or "object",
            "confidence": _share(entry.get("confidence"), 0.5),
            "frames": frames,
        }
        self._add(ObservedTrack.model_validate(values), entry)

    def _add_known(self, name: str, entry: Mapping[Any, Any]) -> None:
        """Take what an entry says of an instance of the twin; once, and if that is anything."""
        track = self._known.twin.track(name)
        fits = all(name != other.id for other in self.tracks) and len(self.tracks) < MOST_TRACKS
        if not fits or name not in self._known.geometry.track_ids:
            self.dropped += 1
            return
        self.dropped += len(set(entry) - KNOWN_KEYS)
        self._add(anchor(track, self._known.geometry), entry)
        if not self.tracks[-1].masks and self.tracks[-1].nearness is None:
            self.tracks.pop()

    def _add(self, track: ObservedTrack, entry: Mapping[Any, Any]) -> None:
        """Add a track with the masks and the nearness that an entry has of it."""
        masks, lost = self._masks.read(entry.get("masks"))
        nearness, missed = read_nearness(entry, self._known.twin.duration, self._tool)
        self.dropped += lost + missed
        self.tracks.append(track.model_copy(update={"masks": masks, "nearness": nearness}))

    def add_fact(self, entry: Mapping[Any, Any]) -> None:
        """Take a fact, if it says something, of a kind that there is, about instances that there are.

        What it says to be missing is left out: whoever looks for it would find it here.
        """
        text = tidy(entry.get("text"), LONGEST_TEXT)
        if entry.get("kind") != LETTERS:
            said, text = text, without_denials(text)
            if said and not text:
                self.denied += 1
                return
        about, others = entry.get("about"), entry.get("others") or ()
        names = [about] if about is not None else []
        names += others if isinstance(others, list | tuple) else [others]
        there = self._instances | {track.id for track in self.tracks}
        span = self._span(entry.get("span"))
        whole = not names or all(isinstance(name, str) and name in there for name in names)
        if not text or not whole or span == () or len(self.facts) == MOST_FACTS:
            self.dropped += 1
            return
        predicate = entry.get("predicate")
        values = {
            "about": about,
            "others": names[about is not None :],
            "kind": entry.get("kind"),
            "text": text,
            "confidence": _share(entry.get("confidence"), 0.5),
            "span": span,
            "source": self._tool.specialist,
            "predicate": predicate if isinstance(predicate, str) and predicate in PREDICATES else None,
        }
        try:
            self.facts.append(Fact.model_validate(values))
        except ValidationError:
            self.dropped += 1
        else:
            self.dropped += len(set(entry) - FACT_KEYS)

    def _span(self, value: object) -> Span | tuple[()] | None:
        """Return a span within the clip; none for the whole clip, nothing where it is no span or lies outside."""
        if value is None:
            return None
        numbers = as_numbers(value, 2)
        if numbers is None:
            return ()
        start, end = max(0.0, numbers[0]), min(self._known.twin.duration, numbers[1])
        return (round(start, 3), round(end, 3)) if start <= end else ()

    def _frames(self, given: Sequence[object]) -> list[Anchor]:
        """Return where a track is; a frame is ``[seconds, box]`` or ``[frame_index, seconds, box]``."""
        geometry = self._known.geometry
        frames: list[Anchor] = []
        for entry in given[:MOST_BOXES]:
            if not isinstance(entry, list | tuple) or len(entry) not in (2, 3):
                continue
            seconds, box = as_numbers(entry[-2:-1], 1), as_numbers(entry[-1], 4)
            if seconds is None or box is None or not 0 <= seconds[0] <= self._known.twin.duration:
                continue
            inside = box_inside((box[0], box[1], box[2], box[3]), geometry.width, geometry.height)
            index = entry[0] if len(entry) == 3 else self._frame_index(seconds[0])
            if inside is not None and isinstance(index, int) and index >= 0:
                frames.append((index, seconds[0], inside))
        return frames

    def _frame_index(self, seconds: float) -> int:
        """Return the number of the frame on display at a time, between sampled frames by their distance."""
        geometry = self._known.geometry
        return round(float(np.interp(seconds, geometry.seconds, geometry.frame_index))) if len(geometry.seconds) else 0


def _is_track(entry: Mapping[Any, Any]) -> bool:
    return any(key in entry for key in ("frames", "masks", "nearness"))


def tidy(value: object, longest: int) -> str:
    """Return a text on one line without control and direction characters, cut where it is too long."""
    if not isinstance(value, str):
        return ""
    # Ten times as much is looked at, so that a text of spaces is not worked through to its end.
    shown = "".join(letter if letter.isprintable() else " " for letter in value[: 10 * longest])
    text = " ".join(shown.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _share(value: object, otherwise: float) -> float:
    numbers = as_numbers([value], 1)
    return min(1.0, max(0.0, numbers[0])) if numbers else otherwise
