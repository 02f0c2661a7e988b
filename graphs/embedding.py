"""The vectors stage: every sentence of every twin in the search index, no frame decoded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from agents.ranking_records import instance_vectors
from twins.geometry import Floats
from twins.protocols import TextEncoder
from twins.schema import Component
from twins.search.index import SearchIndex
from twins.search.writer import Batch, SpaceVectors
from twins.store import Store

VERSION = 2
"""Raised when what is put into the search index changes."""

VIDEOS_PER_COMMIT = 32
"""Videos put into the search index between two commits: a kill loses at most their embedding, which is repeated."""

Event = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """What is embedded together: the components of one generation, or the facts of one observation."""

    video_id: str
    name: str
    components: tuple[Component, ...]


def words_space(encoder: str) -> str:
    """Name the space that holds an encoder's word states."""
    return f"{encoder}-words"


def instances_space(encoder: str) -> str:
    """Name the space that holds one mean vector for each instance."""
    return f"{encoder}-instances"


def embed_library(
    store: Store, index: SearchIndex, encoder: TextEncoder, on_event: Callable[[Event], None] | None = None
) -> int:
    """Bring the search index up to date with the twins; return how many parts were put into it.

    Vectors that a part already has on disk are read; only new parts, or those of another encoder, are embedded.
    """
    held = {key: part.stamp for key, part in index.parts().items()}
    wanted = {(video_id, name) for video_id in store.video_ids() for name in part_names(store, video_id)}
    for video_id, name in sorted(set(held) - wanted):
        index.drop(video_id, name)
    stale = sorted(key for key in wanted if held.get(key) != _stamp(encoder))
    pending = iter(stale)
    while chunk := list(islice(pending, VIDEOS_PER_COMMIT)):
        with index.batch() as batch:
            for video_id, name in chunk:
                _put(store, batch, encoder, read_part(store, video_id, name))
                if on_event:
                    on_event({"event": "embedded", "video": video_id})
    return len(stale)


def part_names(store: Store, video_id: str) -> Iterator[str]:
    """Yield the live generation of a video and the keys of its observations."""
    current = store.current(video_id)
    if current is not None:
        yield current
    yield from (observation.key for observation in store.observations(video_id))


def read_part(store: Store, video_id: str, name: str) -> Part:
    """Read the sentences of one part."""
    observation = store.observation(video_id, name)
    if observation is None:
        return Part(video_id, name, store.components(video_id, name))
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
    return Part(video_id, name, facts)


def _put(store: Store, batch: Batch, encoder: TextEncoder, part: Part) -> None:
    texts = [component.text for component in part.components]
    sentences = _kept(store, part, encoder.name, encoder.fingerprint, len(texts))
    if sentences is None:
        sentences = _once(texts, encoder)
        store.write_vectors(part.video_id, _folder(encoder.name, encoder.fingerprint), part.name, sentences)
    states, owners = _word_states(texts, encoder)
    instances = instance_vectors(part.components, sentences)
    spaces: SpaceVectors = {
        encoder.name: (sentences, np.arange(len(texts), dtype=np.int32)),
        words_space(encoder.name): (states.astype(np.float16), owners),
        instances_space(encoder.name): (instances, np.arange(len(instances), dtype=np.int32)),
    }
    batch.put(part.video_id, part.name, spaces, "\n".join(texts), _stamp(encoder))


def _stamp(encoder: TextEncoder) -> str:
    return f"{VERSION}-{encoder.fingerprint}"


def _folder(encoder: str, fingerprint: str) -> str:
    """Vectors of other weights or another version of the code lie beside these, and are not mistaken for them."""
    return f"{encoder}-{fingerprint[:8]}"


def _kept(store: Store, part: Part, encoder: str, fingerprint: str, count: int) -> Floats | None:
    vectors = store.read_vectors(part.video_id, _folder(encoder, fingerprint), part.name)
    return vectors if vectors is not None and len(vectors) == count else None


def _once(texts: Sequence[str], encoder: TextEncoder) -> Floats:
    """Embed equal sentences once."""
    if not texts:
        return np.empty((0, encoder.dimensions), np.float32)
    distinct = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return encoder.encode(list(distinct))[[distinct[text] for text in texts]]


def _word_states(texts: Sequence[str], encoder: TextEncoder) -> tuple[Floats, np.ndarray]:
    """Return (w, d) states of all words and (w,) the component that each belongs to."""
    found = encoder.encode_words(texts) if texts else []
    states = [words.states for words in found] or [np.empty((0, encoder.dimensions), np.float32)]
    owners = np.repeat(np.arange(len(found)), [len(words.words) for words in found])
    return np.concatenate(states), owners.astype(np.int32)
