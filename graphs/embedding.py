"""The vectors stage: every sentence of every twin in the search index, no frame decoded."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.ranking_records import instance_vectors
from graphs.told import told_by
from twins.errors import TwinseekError
from twins.geometry import Floats
from twins.one_video import one_video
from twins.protocols import TextEncoder, WordStates
from twins.schema import Component, ObservedTrack, Track
from twins.search.index import HeldPart, SearchIndex
from twins.search.writer import Batch, SpaceVectors
from twins.store import Store
from twins.unnamed import is_unnamed

log = logging.getLogger(__name__)

VERSION = 6
"""Raised when what is put into the search index changes."""

PARTS_PER_COMMIT = 32
"""Parts put into the search index between two commits: a kill loses at most their embedding, which is repeated."""

ROUNDS = 10
"""So often the twins are compared with the index at most; more rounds are for the next call."""

Event = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """What is embedded together: the components of one generation, or the facts of one observation.

    ``told`` is what it tells (:func:`graphs.told.told_by`), ``labels`` what its things are called.
    """

    video_id: str
    name: str
    components: tuple[Component, ...]
    told: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What the part is called in the search index."""
        return self.video_id, self.name

    @property
    def texts(self) -> list[str]:
        """The sentences."""
        return [component.text for component in self.components]


Halves = NDArray[np.float16]
Ints32 = NDArray[np.int32]
Stamps = Mapping[str, str]
"""By encoder, what its vectors were made with."""


def words_space(encoder: str) -> str:
    """Name the space that holds an encoder's word states."""
    return f"{encoder}-words"


def instances_space(encoder: str) -> str:
    """Name the space that holds one mean vector for each instance."""
    return f"{encoder}-instances"


def embed_library(
    store: Store,
    index: SearchIndex,
    encoder: TextEncoder,
    on_event: Callable[[Event], None] | None = None,
    videos: Collection[str] | None = None,
) -> int:
    """Bring the search index up to date with the twins; return how many parts were put into it.

    Vectors that a part already has on disk are read; only new parts, or those of another encoder, are embedded. A video
    that cannot be read is passed over.

    Args:
        store, index, encoder: what is read, written and asked.
        on_event: told of every portion that is done.
        videos: only these are compared; by default all of the library.
    """
    put = 0
    damaged: set[tuple[str, str]] = set()
    # Others may replace and remove videos meanwhile: what this call has put of those is taken back by its next round.
    for _ in range(ROUNDS):
        changed, done = _embed_round(store, index, encoder, on_event, videos, damaged)
        put += done
        if not changed:
            break
    return put


def missing_parts(index: SearchIndex, encoder: TextEncoder, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the given (video_id, part) that the index does not hold as this encoder embeds them."""
    held, stamp = index.parts(), _stamp(encoder)
    return {key for key in wanted if key not in held or _stamps(held[key]).get(encoder.name) != stamp}


def _embed_round(
    store: Store,
    index: SearchIndex,
    encoder: TextEncoder,
    on_event: Callable[[Event], None] | None,
    videos: Collection[str] | None,
    damaged: set[tuple[str, str]],
) -> tuple[bool, int]:
    """Compare twins and index once and mend the differences; return whether there were any, and the parts put.

    Args:
        damaged: parts that a round before could not read, and said so; it is added to.
    """
    names = store.video_ids() if videos is None else [name for name in store.video_ids() if name in videos]
    held = {key: _stamps(part) for key, part in index.parts().items() if videos is None or key[0] in videos}
    wanted = {(video_id, name) for video_id in names for name in part_names(store, video_id)}
    gone = set(held) - wanted
    stale = iter(sorted(key for key in wanted - damaged if held.get(key, {}).get(encoder.name) != _stamp(encoder)))
    put = 0
    while chunk := list(islice(stale, PARTS_PER_COMMIT)):
        parts = [part for part in (_try_to_read(store, *key, damaged) for key in chunk) if part is not None]
        # Dropped with what takes its place, so that a replaced video is found at every moment.
        replaced = {key for key in gone if key[0] in {part.video_id for part in parts}}
        with index.batch() as batch:
            put += _put(store, batch, encoder, parts, held)
            _drop(batch, replaced)
        gone -= replaced
        if on_event and parts:
            on_event({"event": "embedded", "parts": len(parts)})
    if gone:
        with index.batch() as batch:
            _drop(batch, gone)
    return put > 0 or bool(gone), put


def _drop(batch: Batch, keys: Iterable[tuple[str, str]]) -> None:
    for video_id, name in sorted(keys):
        batch.drop(video_id, name)


def part_names(store: Store, video_id: str) -> Iterator[str]:
    """Yield the live generation of a video and the keys of its observations."""
    current = store.current(video_id)
    if current is not None:
        yield current
    yield from store.observation_keys(video_id)


def read_part(store: Store, video_id: str, name: str) -> Part:
    """Read the sentences of one part, and what they tell of what."""
    observation = store.observation(video_id, name)
    if observation is None:
        twin = store.twin(video_id, name)
        told, labels = told_by(twin.facts, twin.tracks), _labels(twin.tracks)
        return Part(video_id, name, store.components(video_id, name), told, labels)
    facts = tuple(
        Component(
            kind=fact.kind,
            text=fact.text,
            instances=fact.instances,
            span=fact.span,
            confidence=fact.confidence,
            source=fact.source,
        )
        for fact in observation.facts
    )
    return Part(video_id, name, facts, told_by(observation.facts), _labels(observation.tracks))


def _labels(tracks: Iterable[Track | ObservedTrack]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(track.category for track in tracks if not is_unnamed(track.category)))


def _try_to_read(store: Store, video_id: str, name: str, damaged: set[tuple[str, str]]) -> Part | None:
    """Read the sentences of one part; none where it has gone meanwhile, or is damaged, which is logged and noted."""
    try:
        with one_video(video_id):
            return read_part(store, video_id, name)
    except TwinseekError as error:
        if name in part_names(store, video_id):
            log.warning("%s cannot be found by questions: %s", video_id, error)
            damaged.add((video_id, name))
        return None


@dataclass(frozen=True)
class _Vectors:
    """One part's rows: (n, d) of its n sentences, (w, d) of their words, and (w,) the sentence of each word."""

    sentences: Floats
    words: Halves
    owners: Ints32


def _put(
    store: Store, batch: Batch, encoder: TextEncoder, parts: Sequence[Part], held: Mapping[tuple[str, str], Stamps]
) -> int:
    """Put some parts; those without vectors on disk are embedded together, equal sentences once. Return how many.

    Args:
        held: by whose vectors parts are held already; those stay beside the new ones.
    """
    kept = {part.key: _read(store, encoder, part) for part in parts}
    new = [part for part in parts if kept[part.key] is None]
    distinct = {text: place for place, text in enumerate(dict.fromkeys(text for part in new for text in part.texts))}
    sentences, words = encoder.encode_both(list(distinct)) if distinct else (None, [])
    for part in new:
        places = [distinct[text] for text in part.texts]
        vectors = _gather(sentences, words, places, encoder.dimensions)
        if _write(store, encoder, part, vectors):
            kept[part.key] = vectors
    for part in parts:
        found = kept[part.key]
        if found is not None:
            stamps = {**held.get(part.key, {}), encoder.name: _stamp(encoder)}
            stamp = " ".join(f"{name}={value}" for name, value in sorted(stamps.items()))
            spaces = _spaces(encoder, part, found)
            text = "\n".join(part.texts)
            told, labels = part.told, part.labels
            batch.put(part.video_id, part.name, spaces, text, stamp, told=told, labels=labels, beside=True)
    return sum(found is not None for found in kept.values())


def _gather(sentences: Floats | None, words: Sequence[WordStates], places: Sequence[int], dimensions: int) -> _Vectors:
    if sentences is None or not places:
        nothing = np.empty((0, dimensions), np.float32)
        return _Vectors(nothing, nothing.astype(np.float16), np.empty(0, np.int32))
    states = [words[place].states for place in places]
    owners = np.repeat(np.arange(len(places), dtype=np.int32), [len(rows) for rows in states])
    return _Vectors(sentences[list(places)], np.concatenate(states).astype(np.float16), owners)


def _spaces(encoder: TextEncoder, part: Part, vectors: _Vectors) -> SpaceVectors:
    instances = instance_vectors(part.components, vectors.sentences)
    return {
        encoder.name: (vectors.sentences, np.arange(len(vectors.sentences), dtype=np.int32)),
        words_space(encoder.name): (vectors.words, vectors.owners),
        instances_space(encoder.name): (instances, np.arange(len(instances), dtype=np.int32)),
    }


def _stamps(part: HeldPart) -> Stamps:
    """Return, by encoder, the stamp of the vectors that are held of a part."""
    pairs = (entry.split("=", 1) for entry in part.stamp.split() if "=" in entry)
    return {name: stamp for name, stamp in pairs if name in part.rows}


def _stamp(encoder: TextEncoder) -> str:
    return f"{VERSION}-{encoder.fingerprint}"


def _folders(encoder: TextEncoder) -> tuple[str, str, str]:
    """Vectors of other weights or another version of the code lie beside these, and are not mistaken for them."""
    name = f"{encoder.name}-{encoder.fingerprint[:8]}"
    return name, f"{name}-words", f"{name}-owners"


def _read(store: Store, encoder: TextEncoder, part: Part) -> _Vectors | None:
    """Return the vectors that a part has on disk; none where one of the files is missing or does not fit."""
    found = [store.read_vectors(part.video_id, folder, part.name) for folder in _folders(encoder)]
    sentences, words, owners = found
    if sentences is None or words is None or owners is None:
        return None
    fits = sentences.shape == (len(part.components), encoder.dimensions) and len(words) == len(owners)
    return _Vectors(sentences, words, owners) if fits else None


def _write(store: Store, encoder: TextEncoder, part: Part, vectors: _Vectors) -> bool:
    """Keep a part's vectors on disk; false where its video was removed meanwhile."""
    arrays: tuple[NDArray[Any], ...] = (vectors.sentences, vectors.words, vectors.owners)
    try:
        for folder, rows in zip(_folders(encoder), arrays, strict=True):
            store.write_vectors(part.video_id, folder, part.name, rows)
    except TwinseekError:
        if store.current(part.video_id) is None:
            return False
        raise
    return True
