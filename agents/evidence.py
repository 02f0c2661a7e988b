"""What a candidate's geometry says of typed sub-queries: truth of pairs, spans, order and counts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agents.grounding import Grounder
from agents.labelling import is_labelled
from agents.scenes import crowds, outcomes, scene
from agents.told_looks import is_sure, is_told, tell_tale
from twins.geometry import Doubles, Geometry, Ints
from twins.predicates import OPEN, PREDICATES, RELATIVE, Scene, Truth, evaluate, mark
from twins.predicates.truth import FAILS, HOLDS, Marks, spans_of
from twins.protocols import TextEncoder
from twins.schema import Span, Twin

MAX_PAIRS = 48
"""Pairs of one relation that are looked at, the best-fitting first: bounds the time a crowd takes."""
UNKNOWN_VALUE = 0.45
"""A condition of which nothing is known: just under half, so that evidence wins."""
SIDE = 0.45
"""Share of the frame within which a centre is on its left (or upper) side."""
ORDER_SLACK = 0.1
"""Seconds by which one event must start before another one to be earlier."""
CONTRADICTED = 0.7
"""Share of the clip over which a predicate must fail to be refuted, and its denial verified, where it is nowhere seen
to hold. Some are always unknown: at the ends of movements, near a threshold, where a tracker missed the thing."""
MAX_DENIED = 400
"""Pairs of which a denial is looked at; of more nobody can say that none does it."""
MEANT = 0.45
"""Grounding score from which a track counts as what a phrase means."""
MAY_BE_MEANT = 0.25
"""Grounding score from which it is open whether a track is meant: it may be no thing, or look otherwise."""
BRIEF_SHARE = 0.1
"""A track in view for less than this share of the clip is not counted among *all*."""
UNSEEN_SHARE = 0.85
"""How sure a relation is, beside one whose second is followed, that is told by what the first does alone."""

UNBOUNDED = 10_000
"""An upper bound that is none."""
BOUND = re.compile(r"^(>=|<=|=)?\s*(\d{1,4})$")


@dataclass(frozen=True)
class Bound:
    """How many: at least ``low``, at most ``high``."""

    low: int
    high: int

    def holds(self, number: int) -> bool:
        """Say whether the number is within."""
        return self.low <= number <= self.high


def parse_bound(text: str) -> Bound | None:
    """Read ``3``, ``=3``, ``>=2``, ``<=1``; none where it is no bound."""
    found = BOUND.match(text.strip())
    if found is None:
        return None
    number = int(found[2])
    return {">=": Bound(number, UNBOUNDED), "<=": Bound(0, number)}.get(found[1] or "=", Bound(number, number))


class Evidence:
    """One candidate as typed sub-queries see it: its objects (joined tracks) and what the predicates say of them."""

    def __init__(self, twin: Twin, geometry: Geometry, encoder: TextEncoder | None = None) -> None:
        self.twin = twin
        self.geometry = geometry
        self.grounder = Grounder(twin, geometry, encoder)
        numbers = {track.id: number for number, track in enumerate(twin.tracks)}
        self._rows = [(row, numbers[name]) for row, name in enumerate(geometry.track_ids) if name in numbers]
        self._fits: dict[str, Doubles] = {}

    @cached_property
    def scene(self) -> Scene:
        """The geometry, prepared for predicates."""
        return scene(self.twin, self.geometry)

    @cached_property
    def objects(self) -> tuple[tuple[int, ...], ...]:
        """The rows of each object, the longest seen first; only of tracks that the twin knows."""
        seen = np.isfinite(self.geometry.boxes[..., 0]).sum(axis=1) if self._rows else np.empty(0)
        groups: dict[int, list[int]] = {}
        for row, _ in self._rows:
            groups.setdefault(int(self.scene.object_of[row]), []).append(row)
        return tuple(tuple(sorted(rows, key=lambda r: -seen[r])) for rows in groups.values())

    @cached_property
    def presence(self) -> Doubles:
        """(objects,) share of the clip in which each is in view."""
        if not len(self.geometry.seconds) or not self.objects:
            return np.zeros(len(self.objects))
        return np.asarray(self.scene.seen[list(self._members)].mean(axis=1), np.float64)

    def member(self, number: int) -> int:
        """Return the scene's index of an object."""
        return self._members[number]

    def crowds(self, numbers: Iterable[int]) -> int:
        """Count the objects that are a crowd: several things, nobody knows how many."""
        return sum(self.member(number) in self._crowds for number in numbers)

    @cached_property
    def _crowds(self) -> frozenset[int]:
        return crowds(self.twin, self.geometry)

    def in_view(self, number: int) -> tuple[Span, ...]:
        """Return the spans in which an object is seen."""
        return spans_of(self.scene.seen[self.member(number)], self.scene.edges)

    @cached_property
    def _tracks(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of each object's tracks in the twin."""
        number_of = dict(self._rows)
        return tuple(tuple(number_of[row] for row in rows) for rows in self.objects)

    @cached_property
    def _members(self) -> tuple[int, ...]:
        return tuple(int(self.scene.object_of[rows[0]]) for rows in self.objects)

    def name(self, number: int) -> str:
        """Return the instance id of an object: that of its longest seen track."""
        return self.geometry.track_ids[self.objects[number][0]]

    def grounded(self, phrase: str) -> Doubles:
        """Return (objects,) how well each fits a noun phrase, and how sure it is that it is a thing at all."""
        return np.asarray(self.fits(phrase) * self.salience)

    def meant(self, phrase: str) -> list[int]:
        """Return the objects that a noun phrase means."""
        return np.flatnonzero(self.grounded(phrase) >= MEANT).tolist()

    def may_be_meant(self, phrase: str) -> list[int]:
        """Return the objects of which it is open whether a noun phrase means them."""
        scores = self.grounded(phrase)
        return np.flatnonzero((scores >= MAY_BE_MEANT) & (scores < MEANT)).tolist()

    def stains(self, phrase: str) -> list[int]:
        """Return the objects that a noun phrase would mean, were it surer that they are things."""
        return np.flatnonzero((self.fits(phrase) >= MEANT) & (self.grounded(phrase) < MEANT)).tolist()

    def bearing(self, phrase: str) -> list[int]:
        """Return the objects that are told to look as a phrase says, however little they may be things.

        What is shown of a track must not be denied of it. Of sizes alone, or of names, nothing is told here.
        """
        looks = tell_tale(self.grounder.describe(phrase))
        if not looks:
            return []
        fits = self.fits(phrase)
        return [
            number
            for number, tracks in enumerate(self._tracks)
            if fits[number] >= MAY_BE_MEANT and any(is_told(looks, self.twin.tracks[track]) for track in tracks)
        ]

    def surely_look(self, phrase: str, numbers: Iterable[int]) -> list[int]:
        """Return those of some objects of which the looks that a phrase says were surely measured."""
        looks = tell_tale(self.grounder.describe(phrase))
        return [n for n in numbers if any(is_sure(looks, self.twin.tracks[track]) for track in self._tracks[n])]

    def fits(self, phrase: str) -> Doubles:
        """Return (objects,) how well each fits a noun phrase, the best of its tracks."""
        if phrase not in self._fits:  # each reading of a question binds its phrases anew
            scores = self.grounder.scores(phrase).tolist()
            best = [max(scores[number] for number in numbers) for numbers in self._tracks]
            self._fits[phrase] = np.array(best, np.float64)
        return self._fits[phrase]

    @cached_property
    def salience(self) -> Doubles:
        """(objects,) how sure it is of each that it is a thing: the surest of its tracks. What has a name is one."""
        sure = [max(t.salience, t.confidence if is_labelled(t) else 0.0) for t in self.twin.tracks]
        return np.array([max(sure[number] for number in numbers) for numbers in self._tracks], np.float64)

    def values(self, name: str, pairs: list[tuple[int, int | None]]) -> Doubles:
        """Return (len(pairs),) how far a predicate holds: 1 at some time, 0 known never to, between where unknown.

        What holds of something that may be no thing at all, or hardly, holds the less for it.
        """
        if not pairs:
            return np.empty(0)
        relative = RELATIVE.get(name, name) if pairs[0][1] is not None else name
        if PREDICATES[relative].arity == 2 and pairs[0][1] is None:
            return np.array([self._any_other(relative, subject) for subject, _ in pairs])
        alone = PREDICATES[relative].arity == 1
        members = [(self.member(s), self.member(s if alone or o is None else o)) for s, o in pairs]
        holds, fails = self._outcomes(relative, members)
        sure = np.array([min(self.salience[n] for n in pair if n is not None) for pair in pairs])
        return np.where(holds > 0, UNKNOWN_VALUE + (1 - UNKNOWN_VALUE) * sure * holds, UNKNOWN_VALUE * (1 - fails))

    def _outcomes(self, name: str, members: list[tuple[int, int]]) -> tuple[Doubles, Doubles]:
        """Return for pairs of the scene's objects how clearly a predicate holds, and its share of frames that fail."""
        known = outcomes(self.scene)
        missing = [pair for pair in dict.fromkeys(members) if (name, *pair) not in known]
        if missing:
            a, b = np.array(missing).T
            marks = mark(name, self.scene, a, b)
            holds, fails = self._support(name, a, marks), (marks == FAILS).mean(axis=1)
            # The outcomes are kept, and scenes outlive the question.
            self.scene.forget_shared()
            found = zip(missing, holds.tolist(), fails.tolist(), strict=True)
            known.update({(name, *pair): (held, failed) for pair, held, failed in found})
        told = [known[(name, *pair)] for pair in members]
        return np.array([held for held, _ in told]), np.array([failed for _, failed in told])

    def _support(self, name: str, a: Ints, marks: Marks) -> Doubles:
        """Return (K,) how clearly a predicate holds of K subjects somewhere, 0 where it never does."""
        holds = (marks == HOLDS).any(axis=1).astype(np.float64)
        support = PREDICATES[name].support
        return holds if support is None or not holds.any() else np.asarray(holds * support(self.scene, a, marks))

    def _any_other(self, name: str, subject: int) -> float:
        """Return how far a relation holds with whatever else there is, followed or not."""
        others: list[tuple[int, int | None]] = [(subject, o) for o in range(len(self.objects)) if o != subject]
        best = float(self.values(name, others[:MAX_PAIRS]).max()) if others else UNKNOWN_VALUE
        if name not in OPEN:
            return best
        alone = float(self.values(OPEN[name], [(subject, None)])[0])
        if alone > UNKNOWN_VALUE:
            alone = UNKNOWN_VALUE + UNSEEN_SHARE * (alone - UNKNOWN_VALUE)
        return max(best, alone) if best > UNKNOWN_VALUE else alone

    def truth(self, name: str, subject: int, other: int | None) -> Truth:
        """Return the spans where a predicate holds of objects."""
        rows = self.objects
        if other is not None and PREDICATES[name].arity == 1 and name not in RELATIVE:
            other = None
        return evaluate(name, self.scene, rows[subject][0], None if other is None else rows[other][0])

    def side(self, name: str, subject: int) -> float:
        """Return how far an object is on the named side of the frame: the share of its time that it is there."""
        return side_share(self.geometry, self.objects[subject][0], name)


STATE_COVER = 0.5
"""Share of a claimed span that a state must be seen to hold over, and of a thing's time that it is on a side."""
ELSEWHERE = 0.1
"""Share of its time below which a thing is not on a side of the picture."""
SIDES = ("left_of", "right_of", "above", "below", "in_front_of", "behind")


def side_share(geometry: Geometry, row: int, name: str, span: Span | None = None) -> float:
    """Return the share of a track's time that it spends on one side of the frame; unknown is :data:`UNKNOWN_VALUE`.

    Args:
        span: seconds that are looked at; all where there are none.
    """
    start, end = span or (-np.inf, np.inf)
    looked = (geometry.seconds >= start) & (geometry.seconds <= end)
    centres = geometry.centroids[row][looked]
    known = np.isfinite(centres[:, 0])
    if not known.any() or name not in SIDES:
        return UNKNOWN_VALUE
    x, y = centres[known, 0] / max(geometry.width, 1), centres[known, 1] / max(geometry.height, 1)
    if name in ("in_front_of", "behind"):
        near = geometry.nearness[row][looked & np.isfinite(geometry.nearness[row])]
        if not len(near):
            return UNKNOWN_VALUE
        return float(np.mean(near > 0.5) if name == "in_front_of" else np.mean(near < 0.5))
    inside = {"left_of": x < SIDE, "right_of": x > 1 - SIDE, "above": y < SIDE, "below": y > 1 - SIDE}[name]
    return float(inside.mean())


def in_order(relation: str, first: Truth, second: Truth) -> tuple[float, Span | None]:
    """Say whether two happenings stand in a relation of time, and over which span.

    ``before``: the first starts earlier and does not end later, at some pair of their spans; ``after`` is its
    converse; ``during``: they overlap.

    Returns:
        1, 0 or :data:`UNKNOWN_VALUE` (one of them was not seen), and the hull of the pair that satisfies it.
    """
    if relation == "after":
        return in_order("before", second, first)
    if not first.ever or not second.ever:
        return UNKNOWN_VALUE, None
    for a in first.holds:
        for b in second.holds:
            if relation == "before" and a[0] + ORDER_SLACK < b[0] and a[1] <= b[1] + ORDER_SLACK:
                return 1.0, (a[0], b[1])
            if relation == "during" and min(a[1], b[1]) > max(a[0], b[0]):
                return 1.0, (max(a[0], b[0]), min(a[1], b[1]))
    return 0.0, None
