"""From a noun phrase to the tracks that it may mean, each with a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agents.clauses import RELATIVES
from agents.descriptions import Description, describe, is_shape_noun, words_of_name
from agents.labelling import is_described, is_labelled, is_surely_labelled
from agents.lexicon import lexicon, noun_stems
from agents.negations import affirmed_words
from twins.coco_kinds import is_kind_or_crowd
from twins.geometry import Doubles, Geometry
from twins.protocols import TextEncoder
from twins.schema import Attribute, Track, Twin

UNKNOWN_LOOK = 0.4
"""Score of a look that nobody measured: between right and wrong."""
WRONG_LOOK = 0.05
"""A measured look that is another one; not zero, because measurements err."""
UNLABELLED = 0.5
"""Score of a category word against a track that nobody labelled: unknown is not false."""
WRONG_CATEGORY = 0.08
ROLE_MATCH = 0.7
"""A word that does not name the category, but stands in what is said of the track."""
KIND_MATCH = 0.9
"""A word for a wider kind: a woman is a person."""
LIKE_LOW, LIKE_HIGH, LIKE_SCORE = 0.35, 0.8, 0.75
"""Cosine between category words from which they count as related, to which as the same, and what that is worth."""
NOT_A_PERSON = 0.7
"""*Someone* may be said of an animal or a thing in play."""
WHO = RELATIVES | frozenset(["he", "she", "it", "they"])
"""Subjects behind which a word is a verb: a dog that *pants*."""
HEAD_SHARE = 0.7
"""Weight of the last noun of a phrase; the words before it share the rest."""


@dataclass(frozen=True)
class Words:
    """What a track's words say, stemmed once: its category's, and those of its attributes, roles and states."""

    category: frozenset[str]
    said: frozenset[str]


class Grounder:
    """Scores the tracks of one twin against noun phrases.

    Args:
        twin: the effective twin.
        geometry: its boxes; sizes are compared where no size was measured.
        encoder: compares category words that are not the same word; without one only equal words match.
    """

    def __init__(self, twin: Twin, geometry: Geometry, encoder: TextEncoder | None = None) -> None:
        self.twin = twin
        self._geometry = geometry
        self._encoder = encoder
        self._about: dict[str, list[str]] = {}
        for fact in twin.facts:
            if fact.about is not None and fact.kind in ("role", "state", "object", "attribute", "action", "purpose"):
                self._about.setdefault(fact.about, []).append(fact.text)
        self._described = is_described(twin)
        self._words: dict[str, Words] = {}
        self._scores: dict[str, Doubles] = {}
        self._areas: Doubles | None = None
        self._categories = tuple({track.category: None for track in twin.tracks if is_labelled(track)})
        self._names = frozenset(words_of_name(category) for category in self._categories)
        sure = (track.category for track in twin.tracks if is_surely_labelled(track))
        self._labels = frozenset(stem for category in sure for stem in _stems_of(category))

    def describe(self, phrase: str) -> Description:
        """Read a noun phrase, with what the things of this twin are called."""
        return describe(phrase, self._names)

    def scores(self, phrase: str) -> Doubles:
        """Return (len(twin.tracks),) scores 0–1 of a noun phrase; 1 for every track where it demands nothing."""
        if phrase not in self._scores:
            description = self.describe(phrase)
            values = [self._score(description, number, track) for number, track in enumerate(self.twin.tracks)]
            self._scores[phrase] = np.asarray(values, np.float64)
        return self._scores[phrase]

    def _score(self, description: Description, number: int, track: Track) -> float:
        score = 1.0
        for kind, term, word in description.looks:
            score *= self._look(kind, term, word, number, track)
        if description.nouns:
            *before, head = [self._noun(noun, track) for noun in description.nouns]
            rest = sum(before) / len(before) if before else head
            score *= HEAD_SHARE * head + (1 - HEAD_SHARE) * rest
        elif description.person and is_labelled(track) and self._noun("person", track) < 0.5:
            score *= NOT_A_PERSON
        for excluded in description.excluded:
            # As a wrong look: where nothing else is there, it is told that this one is not meant.
            score *= max(1 - self._score(excluded, number, track), WRONG_LOOK)
        return score

    # -- looks ----------------------------------------------------------------------------------------------------

    def _look(self, kind: str, term: str, word: str, number: int, track: Track) -> float:
        if kind == "size":
            return self._size(term, number, track)
        if kind == "shape" and is_labelled(track) and (named := self._noun(word, track)) > 0.5:
            return named
        named_otherwise = self._described and kind == "shape" and is_labelled(track)
        if named_otherwise and is_shape_noun(word, term) and not self._has_word(word, track):
            return WRONG_CATEGORY  # a round table is no ball
        best = look_match(kind, term, track)
        if best is None:
            return (
                WRONG_CATEGORY if kind == "shape" and is_labelled(track) and not _is_adjective(term) else UNKNOWN_LOOK
            )
        return best

    def _has_word(self, word: str, track: Track) -> bool:
        """Say whether a word stands among what is said of how a track looks."""
        return any(word in attribute.text.lower().split() for attribute in track.attributes)

    def _size(self, term: str, number: int, track: Track) -> float:
        """Compare with the other tracks: size words are said of things beside others."""
        areas = self._median_areas()
        known = np.isfinite(areas)
        measured = look_match("size", term, track)
        if not known.any() or not known[number]:
            return UNKNOWN_LOOK if measured is None else measured
        largest, smallest = float(np.nanmax(areas)), float(np.nanmin(areas))
        if term == "largest":
            return float(areas[number] / largest)
        if term == "smallest":
            return float(smallest / max(areas[number], 1e-9))
        if largest < 1.3 * smallest:
            return UNKNOWN_LOOK if measured is None else measured
        place = float(np.log(areas[number] / smallest) / np.log(largest / smallest))
        relative = {"large": place, "small": 1 - place}.get(term, 1 - 2 * abs(place - 0.5))
        return max(0.1, relative, measured or 0.0)

    def _median_areas(self) -> Doubles:
        if self._areas is None:
            self._areas = np.full(len(self.twin.tracks), np.nan)
            rows = {name: row for row, name in enumerate(self._geometry.track_ids)}
            for number, track in enumerate(self.twin.tracks):
                area = self._geometry.area[rows[track.id]] if track.id in rows else np.empty(0)
                area = area[np.isfinite(area) & (area > 0)]
                if len(area):
                    self._areas[number] = float(np.median(area))
        return self._areas

    # -- categories -------------------------------------------------------------------------------------------------

    def _noun(self, noun: str, track: Track) -> float:
        if not is_labelled(track):
            return max(UNLABELLED, ROLE_MATCH if self._is_said(noun, track) else 0.0)
        # What is not sure to be a dog is as good as unnamed.
        return track.confidence * self._named(noun, track) + (1 - track.confidence) * UNLABELLED

    def _named(self, noun: str, track: Track) -> float:
        words = self._of(track)
        if noun_stems(noun) & words.category:
            return 1.0
        score = max([a.confidence for a in track.alternatives if noun_stems(noun) & _stems_of(a.category)], default=0.0)
        if is_kind(noun, track.category):
            score = max(score, KIND_MATCH)
        if self._is_said(noun, track):
            score = max(score, ROLE_MATCH)
        # Where something is called so, a like name is another thing's: beside a boy a girl is no boy.
        like = 0.0 if noun_stems(noun) & self._labels else self._likeness(noun, track.category)
        return max(score, like, WRONG_CATEGORY)

    def _is_said(self, noun: str, track: Track) -> bool:
        """Say whether a word stands in what is said of a track, and may tell what it is.

        Where something else is called so, it does not: who *throws the ball* is no ball.
        """
        names = kind_stems(noun) if is_worn(noun) else noun_stems(noun)
        return bool(names & self._of(track).said) and not names & self._labels

    def _of(self, track: Track) -> Words:
        if track.id not in self._words:
            said = ", ".join([*(a.text for a in track.attributes), *self._about.get(track.id, ())])
            self._words[track.id] = Words(_stems_of(track.category), said_stems(said))
        return self._words[track.id]

    def _likeness(self, noun: str, category: str) -> float:
        if self._encoder is None:
            return 0.0
        first, second = _vectors_of(self._encoder, (noun, category), self._categories)
        cosine = float(first @ second)
        return LIKE_SCORE * min(max((cosine - LIKE_LOW) / (LIKE_HIGH - LIKE_LOW), 0.0), 1.0)


def look_match(kind: str, term: str, track: Track) -> float | None:
    """Compare a basic term with what was measured of a track.

    Returns:
        1 where it was measured so, less for a neighbouring colour or an unsure measurement, :data:`WRONG_LOOK` where
        something else was measured; none where nothing of the kind is known.
    """
    best: float | None = None
    for attribute in track.attributes:
        for said in terms_of(attribute, kind):
            near = lexicon().neighbours.get(term, {}).get(said, 0.0)
            raw = 1.0 if said == term else max(near, WRONG_LOOK)
            value = attribute.confidence * raw + (1 - attribute.confidence) * UNKNOWN_LOOK
            best = value if best is None else max(best, value)
    return best


@lru_cache(maxsize=4096)
def terms_of(attribute: Attribute, kind: str) -> tuple[str, ...]:
    """Return the basic terms of this kind in an attribute's text (``white with brown patches``: white, brown)."""
    named = attribute.kind in (kind, "other") or (kind == "tone" and attribute.kind == "colour")
    if not named or is_kind_or_crowd(attribute):
        return ()
    found = [lexicon().looks.get(word.strip(",.;")) for word in attribute.text.lower().split()]
    return tuple(dict.fromkeys(look[1] for look in found if look is not None and look[0] == kind))


@lru_cache(maxsize=8192)
def is_kind(noun: str, category: str) -> bool:
    """Say whether one word names a wider kind of the other's things (person, woman)."""
    head = _head(category)
    kinds = lexicon().kinds.items()
    return is_wider(noun, category) or any(
        noun_stems(head) & noun_stems(kind) and noun in words for kind, words in kinds
    )


@lru_cache(maxsize=8192)
def is_wider(noun: str, category: str) -> bool:
    """Say whether a word names the wider kind of a category's things: every woman is a person."""
    head = _head(category)
    return any(
        noun_stems(noun) & noun_stems(kind) and any(noun_stems(word) & noun_stems(head) for word in members)
        for kind, members in lexicon().kinds.items()
    )


@lru_cache(maxsize=8192)
def kind_stems(noun: str) -> frozenset[str]:
    """Return the stems of a word and of what is of its kind: who wears a cap wears a hat."""
    members = (word for kind, words in lexicon().kinds.items() if noun_stems(noun) & noun_stems(kind) for word in words)
    return noun_stems(noun).union(*(noun_stems(word) for word in members))


@lru_cache(maxsize=8192)
def is_worn(noun: str) -> bool:
    """Say whether a word names a kind of what is worn."""
    return any(noun_stems(noun) & noun_stems(word) for word in lexicon().asking["worn"])


@lru_cache(maxsize=8192)
def said_stems(text: str) -> frozenset[str]:
    """Return the stems of a text's words without those that it denies: of ``red shirt, no hat`` not the hat."""
    words = affirmed_words(text)
    deeds = {
        at for at, word in enumerate(words[1:], 1) if word in lexicon().asking["unstemmed"] and words[at - 1] in WHO
    }
    return _stems_of(" ".join(word for at, word in enumerate(words) if at not in deeds))


def _head(category: str) -> str:
    return category.lower().split()[-1] if category.split() else ""


def _is_adjective(term: str) -> bool:
    return term in ("elongated", "compact", "irregular", "tall", "wide")


@lru_cache(maxsize=8192)
def _stems_of(text: str) -> frozenset[str]:
    words = text.lower().replace("-", " ").split()
    return frozenset(stem for word in words for stem in noun_stems(word.strip(",.;:()'")))


_vectors: dict[tuple[str, str], Doubles] = {}
MAX_VECTORS = 20_000


def _vectors_of(encoder: TextEncoder, words: Sequence[str], likely: Sequence[str]) -> list[Doubles]:
    """Return the unit vectors of some words, encoded once a process.

    Args:
        likely: words that are asked for sooner or later, encoded with the first: most of a word's time is the call.
    """
    name = encoder.fingerprint
    found = {word: vector for word in words if (vector := _vectors.get((name, word))) is not None}
    lacking = [word for word in words if word not in found]
    if lacking:
        if len(_vectors) > MAX_VECTORS:
            _vectors.clear()
        new = list(dict.fromkeys([*lacking, *(word for word in likely if (name, word) not in _vectors)]))
        found.update(zip(new, np.asarray(encoder.encode(new), np.float64), strict=True))
        _vectors.update({(name, word): found[word] for word in new})
    return [found[word] for word in words]
