"""What the predicates find in a clip, as short sentences."""

from collections.abc import Iterable
from typing import Literal

from twins.geometry import Geometry
from twins.predicates import PREDICATES, Scene
from twins.predicates.findings import Finding, find
from twins.schema import Attribute, Fact, Provenance, Track, Twin
from twins.unnamed import is_unnamed

SOURCE = "predicates"
PROVENANCE = Provenance(specialist="predicates", version="7")
"""What to file under :data:`SOURCE` in a twin's sources."""

NAME_KINDS = ("size", "colour", "texture", "shape")
"""Attributes that stand before a noun, in the order in which English puts them."""
NAME_WORDS = 2
"""Longest attribute, in words, that still reads as an adjective."""
NAME_CONFIDENCE = 0.3
"""Attributes less sure than this are left out of names."""
OF_UNNAMED = ("texture", "shape")
"""Attributes that tell apart what has no better name: the outline of a dog is no part of what it is called."""

FACT_KIND: dict[str, Literal["relation", "motion", "event"]] = {
    "spatial": "relation",
    "motion": "motion",
    "size": "motion",
    "presence": "event",
    "interaction": "relation",
}


def predicate_facts(twin: Twin, geometry: Geometry) -> tuple[Fact, ...]:
    """Return the relations, movements and events of a clip as sentences with spans, most salient first.

    Tens per video: :data:`twins.predicates.findings.MOST_FINDINGS` bounds them. Tracks are called by category and
    looks; an unlabelled one is an ``object``. Each fact has ``predicate``, ``about``, ``others``, ``span`` and the
    source ``predicates``.
    """
    scene = scene_of(twin, geometry)
    known = {track.id: track for track in twin.tracks}
    head = [geometry.track_ids[list(scene.object_of).index(m)] for m in range(scene.count)]
    return tuple(
        _fact(finding, head, known, twin.duration)
        for finding in find(scene)
        if all(head[m] in known for m in _members(finding))
    )


def scene_of(twin: Twin, geometry: Geometry) -> Scene:
    """Return the scene of a twin; imported tracks are whole, so that none of them are joined."""
    return Scene(geometry, link=twin.origin == "perceived")


def _members(finding: Finding) -> tuple[int, ...]:
    return (finding.subject,) if finding.other is None else (finding.subject, finding.other)


def _fact(finding: Finding, head: list[str], known: dict[str, Track], duration: float) -> Fact:
    predicate = PREDICATES[finding.name]
    subject = known[head[finding.subject]]
    other = None if finding.other is None else known[head[finding.other]]
    start, end = finding.span
    # A scene takes its last frame to last as long as the others do; a clip may end sooner.
    end = min(end, max(duration, start))
    return Fact(
        about=subject.id,
        others=() if other is None else (other.id,),
        kind="event" if predicate.event else FACT_KIND[predicate.kind],
        text=sentence(finding.name, subject, other),
        confidence=min(1.0, round(finding.salience / 2, 3)),
        span=(round(max(start, 0.0), 3), round(end, 3)),
        source=SOURCE,
        predicate=finding.name,
    )


def sentence(name: str, subject: Track, other: Track | None = None) -> str:
    """Say a predicate of one track, or of two: ``the red round object follows the blue square object``."""
    first = f"the {track_name(subject)} {PREDICATES[name].phrases[0]}"
    if other is None:
        return first
    second = track_name(other)
    # Two that look alike: "the red cup passes the red cup" would be one cup.
    article = "another" if second == track_name(subject) else "the"
    return f"{first} {article} {second}"


def track_name(track: Track) -> str:
    """Return what to call a track, without an article: its looks that fit before a noun, and its category."""
    return " ".join([*adjectives(track.attributes, track.category), track.category])


def adjectives(attributes: Iterable[Attribute], category: str) -> list[str]:
    """Return at most one attribute of each kind, the surest, in the order of English adjectives."""
    best: dict[str, Attribute] = {}
    for attribute in attributes:
        fits = attribute.kind in NAME_KINDS and len(attribute.text.split()) <= NAME_WORDS
        fits = fits and (attribute.kind not in OF_UNNAMED or is_unnamed(category))
        if not fits or attribute.confidence < NAME_CONFIDENCE or attribute.text.lower() in category.lower().split():
            continue
        if attribute.kind not in best or attribute.confidence > best[attribute.kind].confidence:
            best[attribute.kind] = attribute
    return [best[kind].text for kind in NAME_KINDS if kind in best]
