"""Just-in-time findings: how a call is recognised, and how what it found becomes part of a twin.

An observation outlives the generation that it was made on, whose track ids mean nothing in the next one. So it names
instances by where they were (:func:`anchored`), and :func:`fold` finds the tracks of the present generation that are
in the same places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twins.fingerprints import digest
from twins.geometry import Floats, Geometry
from twins.nearness import with_observed
from twins.observed_masks import Masks, add_masks, joined, sights
from twins.relinking import Anchor, box_inside, link
from twins.schema import Alternative, Fact, Observation, ObservedTrack, Provenance, Track, Twin
from twins.unnamed import UNNAMED
from twins.widening import add_rows

KEY_LENGTH = 12
"""Hex digits of a key; short, because a model has to copy the instance ids that contain it."""

ANCHORS = 8
"""Moments at which an existing track is anchored: enough to tell two that cross, few enough to read."""


@dataclass(frozen=True)
class EffectiveTwin:
    """Everything known about a video: a generation with the observations of these keys folded in.

    ``masks`` are those that the observations found; the generation's lie in its file (:mod:`twins.instance_masks`).
    """

    twin: Twin
    geometry: Geometry
    folded: tuple[str, ...]
    generation: str
    masks: Masks = field(default_factory=dict)

    def with_observations(self, observations: Sequence[Observation]) -> "EffectiveTwin":
        """Return the same with further observations folded in."""
        twin, geometry, masks = fold(self.twin, self.geometry, observations)
        keys = (*self.folded, *(observation.key for observation in observations))
        return EffectiveTwin(twin, geometry, keys, self.generation, joined(self.masks, masks))


def observation_key(
    source_sha256: str, tool: str, version: str, weights: str | None, args: Mapping[str, object]
) -> str:
    """Return the key of a call: equal calls on equal content, by the same code and weights, have equal keys.

    Raises:
        TypeError: an argument is no JSON.
    """
    return digest([source_sha256, tool, version, weights, args])[:KEY_LENGTH]


def instance_id(key: str, number: int) -> str:
    """Return the id of the n-th new instance of an observation."""
    return f"o-{key}-{number}"


def anchored(observation: Observation, twin: Twin, geometry: Geometry) -> Observation:
    """Return the observation with every instance it names given an id of its own and the places where it was.

    Args:
        twin, geometry: of the generation whose track ids the observation uses.
    """
    own = {track.id for track in observation.tracks}
    named = dict.fromkeys(name for fact in observation.facts for name in fact.instances if name not in own)
    extra = [anchor(twin.track(name), geometry) for name in named if name in geometry.track_ids]
    return with_own_ids(observation.model_copy(update={"tracks": (*observation.tracks, *extra)}))


def with_own_ids(observation: Observation) -> Observation:
    """Rename the observation's tracks to ``o-<key>-<n>``, in its facts too."""
    ids = [instance_id(observation.key, n) for n in range(len(observation.tracks))]
    tracks = tuple(t.model_copy(update={"id": own}) for t, own in zip(observation.tracks, ids, strict=True))
    names = {track.id: own for track, own in zip(observation.tracks, ids, strict=True)}
    return observation.model_copy(
        update={"tracks": tracks, "facts": tuple(_renamed(fact, names) for fact in observation.facts)}
    )


def fold(twin: Twin, geometry: Geometry, observations: Sequence[Observation]) -> tuple[Twin, Geometry, Masks]:
    """Return twin and geometry with what the observations found added, and the masks among it.

    The given ones stay as they are. Observations count once each, oldest first, in whatever order and however often
    they are given. An observed track that lies on a known one is that one: its facts and masks become the known
    track's. Others become tracks of their own.
    """
    fresh = {o.key: with_own_ids(o) for o in observations if source_of_finding(o.key) not in twin.sources}
    in_order = _with_nowhere(sorted(fresh.values(), key=lambda o: (o.created, o.key)), twin)
    names: dict[str, str] = {}
    masks: Masks = {}
    for observation in in_order:
        twin, geometry, known = _add_tracks(twin, geometry, observation)
        names |= known
        # At once: a later observation may know the track by the places that these masks tell.
        geometry, more = add_masks(geometry, _named(observation, names))
        masks = joined(masks, more)
    twin, geometry = with_observed(twin, geometry, [pair for o in in_order for pair in _named(o, names)])
    # Facts come last, because a fact may name an instance that another observation found.
    facts = (_renamed(fact, names, source_of_finding(o.key)) for o in in_order for fact in o.facts)
    return twin.model_copy(update={"facts": (*twin.facts, *facts)}), geometry, masks


def _named(observation: Observation, names: Mapping[str, str]) -> list[tuple[str, ObservedTrack]]:
    """Return what was observed of each track, with the id under which the twin knows it."""
    return [(names.get(track.id, track.id), track) for track in observation.tracks]


def anchor(track: Track, geometry: Geometry) -> ObservedTrack:
    """Return a known track as an observed one, by a few of the places where it was."""
    boxes = geometry.boxes[geometry.row(track.id)]
    columns = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    if len(columns) > ANCHORS:
        columns = columns[np.linspace(0, len(columns) - 1, ANCHORS).round().astype(int)]
    return ObservedTrack(
        id=track.id,
        category=track.category,
        confidence=track.confidence,
        known=True,
        frames=tuple((int(geometry.frame_index[t]), float(geometry.seconds[t]), _box(boxes[t])) for t in columns),
    )


def _add_tracks(twin: Twin, geometry: Geometry, observation: Observation) -> tuple[Twin, Geometry, dict[str, str]]:
    """Add what is new; return also which known track each of the others is."""
    source = source_of_finding(observation.key)
    found = [_clipped(track, geometry) for track in observation.tracks]
    linked = link([track.frames for track in found], geometry)
    new = [track for track, row in zip(found, linked, strict=True) if row is None]
    seen = {geometry.track_ids[row]: track for track, row in zip(found, linked, strict=True) if row is not None}
    tracks = [_recognised(track, seen[track.id], source) if track.id in seen else track for track in twin.tracks]
    tracks += [Track(id=t.id, category=t.category, confidence=t.confidence, source=source) for t in new]
    by = Provenance(specialist=observation.tool, version=observation.tool_version, weights=observation.weights)
    twin = twin.model_copy(update={"tracks": tuple(tracks), "sources": twin.sources | {source: by}})
    geometry = add_rows(geometry, [(track.id, sights(track, geometry)) for track in new])
    return twin, geometry, {track.id: known for known, track in seen.items()}


def source_of_finding(key: str) -> str:
    """Return the source of the facts and tracks of an observation."""
    return f"o-{key}"


def _box(box: Floats) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in box)
    return x1, y1, x2, y2


def _clipped(track: ObservedTrack, geometry: Geometry) -> ObservedTrack:
    """Drop what a careless tool put outside the picture, and of frames with the same time all but the first."""
    frames: dict[float, Anchor] = {}
    for index, seconds, box in sorted(track.frames, key=lambda frame: frame[1]):
        inside = box_inside(box, geometry.width, geometry.height)
        if inside is not None and np.isfinite(seconds):
            frames.setdefault(seconds, (index, seconds, inside))
    return track.model_copy(update={"frames": tuple(frames.values())})


def _with_nowhere(observations: Sequence[Observation], twin: Twin) -> list[Observation]:
    """Add to each observation a track without a place for every instance that its facts name and nobody knows."""
    known = {track.id for track in twin.tracks} | {track.id for o in observations for track in o.tracks}
    completed = []
    for observation in observations:
        names = dict.fromkeys(name for fact in observation.facts for name in fact.instances if name not in known)
        lost = tuple(ObservedTrack(id=name, frames=()) for name in names)
        completed.append(with_own_ids(observation.model_copy(update={"tracks": observation.tracks + lost})))
    return completed


def _recognised(track: Track, observed: ObservedTrack, source: str) -> Track:
    """Name a track that had no name; keep another opinion about a named one as an alternative."""
    names = {track.category, UNNAMED, *(alternative.category for alternative in track.alternatives)}
    if observed.known or observed.category in names:
        return track
    if track.category == UNNAMED:
        update: dict[str, object] = {"category": observed.category, "confidence": observed.confidence, "source": source}
    else:
        other = Alternative(category=observed.category, confidence=observed.confidence)
        update = {"alternatives": (*track.alternatives, other)}
    return track.model_copy(update=update)


def _renamed(fact: Fact, names: Mapping[str, str], source: str | None = None) -> Fact:
    return fact.model_copy(
        update={
            "about": names.get(fact.about, fact.about) if fact.about is not None else None,
            "others": tuple(names.get(name, name) for name in fact.others),
            "source": source or fact.source,
        }
    )
