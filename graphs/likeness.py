"""Which videos are most like some others: their sentences, as they lie in the search index, against each other."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agents.claims import check_claim
from agents.likeness import SAME, like_sentences, rarity, share_of_deeds, shared_pairs, weigh
from agents.ranking import Centring
from agents.relevance import LOOKS
from agents.same_kind import may_hold, same_kind
from graphs.embedding import read_part
from graphs.recall import centred_rows, centring_of
from twins.geometry import Doubles, Floats
from twins.observations import EffectiveTwin
from twins.predicates import PREDICATES
from twins.protocols import TextEncoder
from twins.queries import CheckedClaim, Claim, SubQuery
from twins.schema import Component, Fact, Track, Twin
from twins.search import SearchIndex, Snapshot
from twins.search.exact import max_sim
from twins.store import Store

PROPOSED = 200
"""Videos whose likeness is worked out; by their nearest sentences, and as many by what they tell."""
SHARED_TOLD = 3
SOURCE = "likeness"


@dataclass(frozen=True)
class Edit:
    """How the others should differ: taken apart, and as text."""

    parts: Sequence[SubQuery] = ()
    text: str = ""


@dataclass(frozen=True, eq=False)
class _Sentences:
    """What a video says.

    Args:
        components: n sentences.   raw, rows: (n, d) unit rows, as they are stored, and centred.
        facts: n facts of predicates that say so; none where somebody else does.
        tracks: what they are facts of, by id.
        told: what is told by predicates (:func:`graphs.told.told_by`).
    """

    components: tuple[Component, ...]
    raw: Floats
    rows: Floats
    facts: tuple[Fact | None, ...]
    tracks: dict[str, Track]
    told: tuple[str, ...]


class Likeness:
    """Compares videos with references.

    Args:
        references: ids of the videos that others should be like; each counts as much.
        edit: how they should differ: what it speaks of does not count.
        index, encoder: where sentences are searched.
        store: of the twins.
        read: returns the effective twin of a video.
    """

    def __init__(
        self,
        references: Sequence[str],
        edit: Edit,
        index: SearchIndex,
        encoder: TextEncoder,
        store: Store,
        read: Callable[[str], EffectiveTwin],
    ) -> None:
        self._references = tuple(references)
        self._edit = edit
        self._index = index
        self._store = store
        self._read = read
        self._snapshot: Snapshot = index.snapshot(encoder.name)

    @cached_property
    def _said(self) -> list[tuple[_Sentences, Doubles]]:
        """What the references say that count, each with what its sentences weigh."""
        said = [self._sentences(name) for name in self._references]
        weighed = [(one, weigh(one.components, self._edit.parts, self._edit.text)) for one in said]
        return [(one, weights) for one, weights in weighed if weights.any()]

    def ranked(self) -> list[tuple[str, float]]:
        """Return (id, likeness 0-1) of the others, most like first; none where nothing is said of the references."""
        if not self._said:
            return []
        deeds = [self._deeds(one) for one, _ in self._said]
        names = self._proposed(deeds)
        rows, offsets = centred_rows(self._snapshot, names, self._centre)
        total = np.zeros(len(names))
        for (one, weights), told in zip(self._said, deeds, strict=True):
            share = share_of_deeds(one.components) if told else 0.0
            does = np.array([told.get(name, 0.0) for name in names])
            total += (1 - share) * like_sentences(one.rows, weights, rows, offsets) + share * does
        scores = (round(float(score), 6) for score in total / len(self._said))
        return sorted(zip(names, scores, strict=True), key=lambda found: (-found[1], found[0]))

    def shared(self, video_id: str) -> tuple[CheckedClaim, ...]:
        """Return what a video has in common with the references, each line checked as far as it can be.

        Raises:
            TwinseekError: the video is gone or damaged.
        """
        found, twin = self._sentences(video_id), self._read(video_id)
        lines: list[CheckedClaim] = []
        for one, weights in self._said:
            pairs = shared_pairs(one.components, weights, _similar(one, found), found.components, SHARED_TOLD)
            facts = {id(part): fact for part, fact in zip(found.components, found.facts, strict=True)}
            lines += [_checked(there, here, facts[id(here)], twin) for there, here in pairs]
        return tuple(dict.fromkeys(lines))

    def _deeds(self, one: _Sentences) -> dict[str, float]:
        """Return how much of what a reference tells by predicates each video tells, from 0 to 1.

        Half of it whoever does it, half by those who look the same: so that neither the deed nor who does it is all.
        """
        deeds = [name for name in one.told if name in PREDICATES]
        found: dict[str, float] = defaultdict(float)
        for names in (deeds, one.told):
            holders = {name: self._index.bm25_told([name]) for name in dict.fromkeys(names)}
            rare = {name: rarity(len(held), len(self._snapshot.video_ids)) for name, held in holders.items()}
            total = sum(rare.values())
            for name, held in holders.items():
                for video_id in held if rare[name] > 0 else ():
                    found[video_id] += rare[name] / total / 2
        return dict(found)

    def _proposed(self, deeds: Sequence[dict[str, float]]) -> list[str]:
        """Return the videos that are nearest by sentences or by deeds, in the index's order."""
        near = np.zeros(len(self._snapshot.video_ids))
        for one, weights in self._said:
            near += weights @ np.maximum(max_sim(one.raw, self._snapshot).best, -1.0)
        by_words = [self._snapshot.video_ids[place] for place in np.argsort(-near, kind="stable").tolist()]
        doing = {name: sum(told.get(name, 0.0) for told in deeds) for told in deeds for name in told}
        by_deeds = sorted(doing, key=lambda name: (-doing[name], name))
        left = {*self._references, *(set(self._snapshot.video_ids) - set(self._store.video_ids()))}
        chosen = {
            name
            for ordered in (by_words, by_deeds)
            for name in [name for name in ordered if name not in left][:PROPOSED]
        }
        return [name for name in self._snapshot.video_ids if name in chosen]

    @property
    def _centre(self) -> Centring:
        return centring_of(self._snapshot, 1)

    def _sentences(self, video_id: str) -> _Sentences:
        """Read what is searched of a video, part by part as its rows lie."""
        raw, places = self._snapshot.rows_of(video_id)
        positions = self._snapshot.positions([video_id])
        parts = [read_part(self._store, video_id, self._snapshot.parts[position]) for position in positions]
        whose = np.repeat(np.arange(len(parts)), self._snapshot.counts[positions])
        sentences = tuple(parts[part].components[place] for part, place in zip(whose, places, strict=True))
        twin = self._read(video_id).twin
        facts = _facts_of(sentences, twin)
        told = tuple(name for part in parts for name in part.told)
        unit = np.asarray(raw, np.float32)
        return _Sentences(sentences, unit, self._centre(unit), facts, {track.id: track for track in twin.tracks}, told)


def _facts_of(sentences: Sequence[Component], twin: Twin) -> tuple[Fact | None, ...]:
    """Return the fact by which a predicate tells each sentence; none where none does."""
    known = {(fact.text.rstrip("."), fact.instances): fact for fact in twin.facts if fact.predicate is not None}
    return tuple(known.get((part.text, part.instances)) for part in sentences)


def _similar(one: _Sentences, other: _Sentences) -> Floats:
    """Return (n, m) cosines; of two that predicates tell, those are alike in which things of a kind do the same.

    That something moves up is near in words to that it moves down. That a building stops as a kettle does is nothing
    that two videos have in common; of things that nobody has named, any may do it.
    """
    found = np.asarray(one.rows @ other.rows.T, np.float32)
    for row, there in enumerate(one.facts):
        for column, here in enumerate(other.facts):
            if there is not None and here is not None:
                found[row, column] = max(found[row, column], SAME) if _same(one, there, other, here) else 0.0
    return found


def _same(one: _Sentences, there: Fact, other: _Sentences, here: Fact) -> bool:
    """Say whether two facts tell the same of things of a kind."""
    if there.predicate != here.predicate or len(there.instances) != len(here.instances):
        return False
    tracks = [
        (one.tracks[name], other.tracks[like]) for name, like in zip(there.instances, here.instances, strict=True)
    ]
    if here.predicate == "inside" and not all(map(may_hold, tracks[-1])):
        return False
    return all(same_kind(first, second) for first, second in tracks)


def _checked(there: Component, here: Component, fact: Fact | None, other: EffectiveTwin) -> CheckedClaim:
    """Return what two videos say alike as a line of a trace; what predicates and looks say is recomputed."""
    same = there.text.casefold() == here.text.casefold()
    told = f"as there, {here.text}" if same else f"{here.text} (there: {there.text})"
    claim = Claim(claim=told, instances=here.instances, span=here.span, source=SOURCE)
    if fact is not None:
        claim = claim.model_copy(update={"predicate": fact.predicate, "span": fact.span})
    elif here.kind == "attribute" and here.instances:
        looks = (look for look in other.twin.track(here.instances[0]).attributes if look.kind in LOOKS)
        named = next((look for look in looks if look.text in here.text), None)
        claim = claim.model_copy(update={"predicate": named.kind, "value": named.text}) if named else claim
    return check_claim(claim, other.twin, other.geometry)
