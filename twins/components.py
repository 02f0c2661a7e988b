"""The many small views of a twin that are embedded for retrieval, each a sentence.

Small views beat one long description: a question names an object by its role, by what it does at one moment, or by
the order of two events, seldom by everything at once.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from twins.schema import Component, Fact, FactKind, Span, Track, Twin
from twins.sentences import track_name
from twins.unnamed import UNNAMED

CLAUSE_WORDS = 3
"""A clause of fewer words says nothing by itself."""
COMMON_WORDS = {"A", "An", "At", "Both", "He", "In", "It", "On", "One", "She", "The", "Then", "They", "Two", "With"}
"""First words that lose their capital inside a sentence; any other may be a name."""
LONGEST_PAUSE = 30.0
"""Seconds between two events beyond which nobody tells them as one story."""

# Not at `before` and `after`: "runs after the ball" is one clause.
_CLAUSE = re.compile(r"\s*(?:[;:]|,?\s+(?:and then|then|while|and|but)\s+|,\s+(?=\w+ing\b))\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def components(twin: Twin, *, captions: bool = True) -> tuple[Component, ...]:
    """Return the sentences of a twin that are searched, equal ones merged, in a stable order.

    Views: object, object with looks, object with role, role, single attributes, state (with and without its object),
    event, event clause, two events in a row, relation, motion, scene, text seen, action, purpose, caption.

    Args:
        twin: the effective twin, with the facts of the predicates.
        captions: false leaves captions out, so that a measurement cannot profit from them.
    """
    tracks = {track.id: track for track in twin.tracks}
    parts: list[Component] = []
    for track in twin.tracks:
        parts.extend(_object_views(track))
    for fact in twin.facts:
        if fact.kind != "caption" or captions:
            parts.extend(_fact_views(fact, tracks))
    parts.extend(_sequences(twin.facts, tracks))
    return merge(parts)


def merge(parts: Iterable[Component]) -> tuple[Component, ...]:
    """Merge equal sentences (letter case, spaces and a final stop aside): their instances and spans are joined."""
    merged: dict[str, Component] = {}
    for part in parts:
        text = _tidy(part.text)
        key = text.casefold()
        if not key:
            continue
        earlier = merged.get(key)
        merged[key] = part.model_copy(update={"text": text}) if earlier is None else _joined(earlier, part)
    return tuple(merged.values())


def _tidy(text: str) -> str:
    return " ".join(text.split()).rstrip(".").strip(" ,;")


def _joined(first: Component, second: Component) -> Component:
    return first.model_copy(
        update={
            "instances": tuple(dict.fromkeys(first.instances + second.instances)),
            "span": _hull(first.span, second.span),
            "confidence": max(first.confidence, second.confidence),
        }
    )


def _hull(first: Span | None, second: Span | None) -> Span | None:
    if first is None or second is None:
        return None
    return (min(first[0], second[0]), max(first[1], second[1]))


def _object_views(track: Track) -> Iterator[Component]:
    """Name the object, then say how it looks: each attribute alone, and all together."""

    def view(kind: FactKind, text: str, confidence: float) -> Component:
        return Component(kind=kind, text=text, instances=(track.id,), confidence=confidence, source=track.source)

    if track.category != UNNAMED:
        yield view("object", track.category, track.confidence)
    name = track_name(track)
    if name != track.category:
        yield view("object", name, track.confidence if track.category != UNNAMED else 1.0)
    for attribute in track.attributes:
        text = (
            f"{attribute.text} {track.category}" if attribute.kind != "other" else f"{track.category}, {attribute.text}"
        )
        yield view("attribute", text, attribute.confidence)
    if len(track.attributes) > 1:
        looks = ", ".join(attribute.text for attribute in track.attributes)
        yield view("attribute", f"{track.category}: {looks}", min(a.confidence for a in track.attributes))


def _fact_views(fact: Fact, tracks: dict[str, Track]) -> Iterator[Component]:
    yield _component(fact, fact.text)
    subject = tracks.get(fact.about) if fact.about is not None else None
    if subject is not None and fact.kind in ("role", "state", "action", "purpose"):
        # A state reads "stands up": with its subject it is a sentence, alone it is what many questions say.
        yield _component(fact, f"{track_name(subject)} {fact.text}")
    if fact.kind in ("event", "role") and fact.predicate is None:
        yield from (_component(fact, clause) for clause in clauses(fact.text))
    if fact.kind in ("caption", "scene"):
        yield from (_component(fact, part) for part in _SENTENCE.split(fact.text))


def _component(fact: Fact, text: str, *, span: Span | None = None, instances: tuple[str, ...] = ()) -> Component:
    return Component(
        kind=fact.kind,
        text=text,
        instances=instances or fact.instances,
        span=span or fact.span,
        confidence=fact.confidence,
        source=fact.source,
    )


def clauses(text: str) -> list[str]:
    """Split a sentence into the clauses that can stand alone; none where it has only one."""
    parts = [part.strip(" ,.") for sentence in _SENTENCE.split(text) for part in _CLAUSE.split(sentence)]
    parts = [part for part in parts if len(part.split()) >= CLAUSE_WORDS]
    return parts if len(parts) > 1 or (parts and parts[0] != _tidy(text)) else []


def _sequences(facts: tuple[Fact, ...], tracks: dict[str, Track]) -> Iterator[Component]:
    """Tell every two events in a row as one: annotated ones in a line, those of predicates a line an object."""
    events = [fact for fact in facts if fact.kind == "event" and fact.span is not None]
    told = [fact for fact in events if fact.predicate is None]
    found = [fact for fact in events if fact.predicate is not None]
    lines = [told, *([f for f in found if f.about == subject] for subject in dict.fromkeys(f.about for f in found))]
    for line in lines:
        for first, second in pairwise(sorted(line, key=_when)):
            near = first.span and second.span and second.span[0] - first.span[1] <= LONGEST_PAUSE
            if near and first.text != second.text:
                yield _component(
                    first,
                    f"{_tidy(first.text)}, then {_continued(second, tracks)}",
                    span=_hull(first.span, second.span),
                    instances=tuple(dict.fromkeys(first.instances + second.instances)),
                )


def _continued(fact: Fact, tracks: dict[str, Track]) -> str:
    """Return an event as it reads after another: without its subject where a predicate tells both of one object."""
    text = _tidy(fact.text)
    if fact.predicate is not None and fact.about in tracks:
        return text.removeprefix(f"the {track_name(tracks[fact.about])} ")
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first in COMMON_WORDS else text


def _when(fact: Fact) -> tuple[float, float, str]:
    span = fact.span or (0.0, 0.0)
    return (*span, fact.text)
