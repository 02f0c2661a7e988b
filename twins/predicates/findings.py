"""Which of all that the predicates find in a clip is worth saying."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from twins.geometry import Doubles, Ints
from twins.predicates import PREDICATES, Scene, mark
from twins.predicates.movement import moving, usual_sizes
from twins.predicates.pairs import distance, pair_size
from twins.predicates.truth import HOLDS, spans_of
from twins.schema import Span

MOST_FINDINGS = 60
"""Tens of sentences a video: what a person could still read."""
MOST_OF_KIND = {"spatial": 20, "motion": 24, "presence": 20, "interaction": 24, "size": 8}
"""So that twenty objects standing side by side do not crowd out the one thing that happens."""
MOST_OF_NAME = 8
"""So that who runs about does not approach and leave everybody in turn."""
MOST_PAIRS = 90
"""Pairs looked at, the nearest and liveliest first: bounds the work in a crowd."""
MOST_SPANS = 3
"""Longest stretches kept of one relation that holds again and again."""
MOST_CELLS = 40_000
"""Pairs times frames that are looked at together."""
NEAR_SIZES = 3.0
"""Pairs farther apart than this many sizes all the time have nothing to do with each other unless one moves."""
STATE_SECONDS = 0.6
"""A state must last this long, and"""
STATE_SHARE = 0.08
"""this share of the clip, to be worth a sentence."""
PAUSE_SECONDS = 1.0
"""A state that comes back within this time is told as one."""

WEIGHT = {
    "collides": 1.0, "overtakes": 1.0, "circles": 1.0, "hides_behind": 1.0, "follows": 0.95, "meets": 0.85,
    "hides": 0.9, "crosses_view": 0.8, "leaves_as_it_came": 0.8, "covers": 0.6,
    "carries": 0.85, "reappears": 0.8, "passes": 0.7, "moves_with": 0.7, "turns": 0.75, "stops": 0.7, "starts": 0.65,
    "enters": 0.75, "leaves": 0.75, "disappears": 0.65, "appears": 0.6, "approaches": 0.65, "parts_from": 0.6,
    "inside": 0.6, "fast": 0.6, "moves_toward": 0.55, "moves_away": 0.55, "touching": 0.5, "in_front_of": 0.5,
    "behind": 0.5, "slow": 0.45, "grows": 0.45, "shrinks": 0.45, "moves_left": 0.5, "moves_right": 0.5,
    "moves_up": 0.5, "moves_down": 0.5, "left_of": 0.35, "right_of": 0.35, "above": 0.35, "below": 0.35, "near": 0.3,
    "moves": 0.3, "still": 0.25,
}  # fmt: skip
"""How much people have to say about it: what happens between things before what one does before how they stand."""

IMPLIED = {
    "collides": ("touching", "near", "approaches", "passes", "meets"),
    "meets": ("near", "approaches"),
    "follows": ("approaches", "moves_with", "near"),
    "overtakes": ("passes", "approaches", "parts_from", "follows"),
    "passes": ("approaches", "parts_from"),
    "circles": ("passes", "approaches", "parts_from"),
    "carries": ("moves_with", "touching", "near", "inside"),
    "inside": ("touching", "near", "in_front_of", "left_of", "right_of", "above", "below"),
    "touching": ("near",),
    "covers": ("in_front_of", "near", "touching"),
    "crosses_view": ("leaves",),
    "leaves_as_it_came": ("leaves",),
    "hides": ("disappears",),
    "hides_behind": ("behind", "near", "touching", "passes", "inside"),
    "enters": ("appears",),
    "leaves": ("disappears",),
    "reappears": ("appears",),
    "moves_toward": ("grows",),
    "moves_away": ("shrinks",),
    "moves_left": ("moves",),
    "moves_right": ("moves",),
    "moves_up": ("moves",),
    "moves_down": ("moves",),
    "fast": ("moves",),
    "slow": ("moves",),
}
"""What need not be said where the stronger relation is said of the same objects at the same time."""

MIRRORED = {"left_of": "right_of", "above": "below", "in_front_of": "behind"}
"""The same, seen from the other one; only one of the two is told."""
MIRRORED |= {other: name for name, other in MIRRORED.items()}
OPPOSITE = {**MIRRORED, "approaches": "parts_from", "parts_from": "approaches"}
MUTUAL = ("collides", "meets", "moves_with", "touching", "near", "circles")
"""Told once of two objects, with the livelier or the first one as subject."""
REACHING = ("approaches", "parts_from")
FAR_COST = 0.3
"""Who runs across the picture comes nearer to everything; only coming close is news."""
SIDES = ("left_of", "right_of", "above", "below", "in_front_of", "behind", "near", "touching")


@dataclass(frozen=True)
class Finding:
    """A predicate that holds of an object (or two) over a span, and how much it is worth saying, about 0 to 2."""

    name: str
    subject: int
    other: int | None
    span: Span
    salience: float


def find(scene: Scene) -> list[Finding]:
    """Return what is worth saying of a clip, most salient first, at most MOST_FINDINGS."""
    if not scene.count or not len(scene.seconds):
        return []
    everyone = np.arange(scene.count)
    found: list[Finding] = []
    for name, predicate in PREDICATES.items():
        if predicate.arity == 1:
            found += _found(scene, name, everyone, everyone)
    pairs = _worthwhile_pairs(scene)
    sides, acts = _oriented(scene, pairs), _active(scene, pairs)
    for name, predicate in PREDICATES.items():
        if predicate.arity == 2:
            for some in _portions(scene, sides if name in SIDES else acts):
                found += _found(scene, name, some[:, 0], some[:, 1])
    return _select(_say_changes(_unimplied(found)))


def _portions(scene: Scene, pairs: Ints) -> list[Ints]:
    """Split pairs (P, 2) so that the arrays of a long clip take no more memory than those of a short one."""
    # What was measured of one portion would only pile up.
    if len(scene.seconds) * len(pairs) > MOST_CELLS:
        scene.forget_shared()
    step = max(1, MOST_CELLS // len(scene.seconds))
    return [pairs[start : start + step] for start in range(0, len(pairs), step)]


def _worthwhile_pairs(scene: Scene) -> Ints:
    """Return (P, 2) pairs of which one moves or which come near each other, the nearest first."""
    every = np.stack(np.triu_indices(scene.count, 1), axis=1)
    nearest = np.concatenate([_nearest(scene, some) for some in _portions(scene, every)] or [np.empty(0)])
    a, b = every[:, 0], every[:, 1]
    lively = scene.once(_liveliness)
    movement = np.maximum(lively[a], lively[b])
    worth = np.isfinite(nearest) & ((nearest <= NEAR_SIZES) | (movement > 0))
    # Never in view together: only hiding and the like could relate them, and that needs nearness.
    order = np.argsort(nearest - 3 * movement, kind="stable")
    chosen = order[worth[order]][:MOST_PAIRS]
    return np.stack((a[chosen], b[chosen]), axis=1)


def _nearest(scene: Scene, pairs: Ints) -> Doubles:
    """Return (P,) the least gap of each pair over the clip in sizes; infinite where they are never seen together."""
    with np.errstate(invalid="ignore"):
        apart = distance(scene, pairs[:, 0], pairs[:, 1]) / pair_size(scene, pairs[:, 0], pairs[:, 1])
    return np.asarray(np.where(np.isfinite(apart), apart, np.inf).min(axis=1), np.float64)


def _oriented(scene: Scene, pairs: Ints) -> Ints:
    """Return each pair as figure and ground: people place what moves or is small by what rests or is large."""
    lively, size = scene.once(_liveliness), scene.once(usual_sizes)
    a, b = pairs[:, 0], pairs[:, 1]
    swap = np.where(np.abs(lively[a] - lively[b]) > 0.2, lively[a] < lively[b], size[a] > size[b])
    return np.where(swap[:, None], pairs[:, ::-1], pairs)


def _active(scene: Scene, pairs: Ints) -> Ints:
    """Return both orders of each pair, the first of which moves at some time or goes out of view."""
    both = np.concatenate((pairs, pairs[:, ::-1]))
    acts = np.asarray(scene.once(moving).any(axis=1) | (~scene.seen).any(axis=1))
    return np.asarray(both[acts[both[:, 0]]], np.int64)


def _found(scene: Scene, name: str, a: Ints, b: Ints) -> list[Finding]:
    predicate = PREDICATES[name]
    marks = mark(name, scene, a, b)
    found = []
    for k in np.flatnonzero((marks == HOLDS).any(axis=1)):
        held = spans_of(marks[k] == HOLDS, scene.edges)
        spans = list(held) if predicate.event else _lasting(held, scene)
        other = None if predicate.arity == 1 else int(b[k])
        found += [
            Finding(name, int(a[k]), other, span, _salience(scene, name, int(a[k]), other, span))
            for span in spans[:MOST_SPANS]
        ]
    return found


def _lasting(spans: Iterable[Span], scene: Scene) -> list[Span]:
    """Join near spans and return those that last, the longest first."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= PAUSE_SECONDS:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    length = scene.clip[1] - scene.clip[0]
    least = min(max(STATE_SECONDS, STATE_SHARE * length), 0.5 * length)
    return sorted((s for s in joined if s[1] - s[0] >= least), key=lambda s: s[0] - s[1])


def _salience(scene: Scene, name: str, a: int, b: int | None, span: Span) -> float:
    """Add up the predicate's weight, its share of the clip, and the size and liveliness of who takes part."""
    lively, size = scene.once(_liveliness), scene.once(usual_sizes)
    members = [a] if b is None else [a, b]
    share = 1.0 if PREDICATES[name].event else (span[1] - span[0]) / max(scene.clip[1] - scene.clip[0], 1e-9)
    large = min(1.0, 4 * sum(float(size[m]) for m in members) / len(members) / scene.diagonal)
    value = WEIGHT[name] + 0.2 * share + 0.2 * max(float(lively[m]) for m in members) + 0.2 * large
    if b is not None and name in REACHING and not _reached(scene, name, a, b, span):
        value -= FAR_COST
    return value


def _reached(scene: Scene, name: str, a: int, b: int, span: Span) -> bool:
    """Say whether an approach ends (or a parting begins) close to the other."""
    moment = span[1] if name == "approaches" else span[0]
    frame = min(int(np.searchsorted(scene.edges, moment - 1e-9)), len(scene.seconds)) - (name == "approaches")
    pair = np.array([a]), np.array([b])
    return bool(distance(scene, *pair)[0, frame] <= pair_size(scene, *pair)[0, frame])


def _liveliness(scene: Scene) -> Doubles:
    """Return (M,) the share of the clip in which each object moves."""
    return np.asarray(scene.once(moving).mean(axis=1), np.float64)


def _unimplied(found: list[Finding]) -> list[Finding]:
    """Leave out what a stronger finding about the same objects says already."""
    stronger: dict[tuple[str, frozenset[int | None]], list[Span]] = {}
    for finding in found:
        for weaker in IMPLIED.get(finding.name, ()):
            stronger.setdefault((weaker, frozenset((finding.subject, finding.other))), []).append(finding.span)
    return [
        finding
        for finding in found
        if not any(
            _mostly_within(finding.span, span)
            for span in stronger.get((finding.name, frozenset((finding.subject, finding.other))), ())
        )
    ]


def _mostly_within(span: Span, other: Span) -> bool:
    # What led up to an event or came of it belongs to it.
    other = (other[0] - PAUSE_SECONDS, other[1] + PAUSE_SECONDS)
    return min(span[1], other[1]) - max(span[0], other[0]) >= 0.5 * (span[1] - span[0])


def _say_changes(found: list[Finding]) -> list[Finding]:
    """Raise what turns into its opposite later: two that change sides are news, two that stay are not."""
    there = {(f.name, f.subject, f.other) for f in found}
    return [
        replace(f, salience=f.salience + 0.3) if (OPPOSITE.get(f.name), f.subject, f.other) in there else f
        for f in found
    ]


def _select(found: list[Finding]) -> list[Finding]:
    """Return the most salient, a limited number of each kind and name, and mutual ones once."""
    room = Counter(MOST_OF_KIND)
    names: Counter[str] = Counter()
    told: dict[tuple[str, int, int], list[Span]] = {}
    chosen: list[Finding] = []
    for finding in sorted(found, key=lambda f: (-f.salience, f.span, f.name, f.subject, f.other or 0)):
        kind = PREDICATES[finding.name].kind
        if finding.name in MUTUAL and finding.other is not None:
            mirrored = told.get((finding.name, finding.other, finding.subject), [])
            if any(_mostly_within(finding.span, span) for span in mirrored):
                continue
            told.setdefault((finding.name, finding.subject, finding.other), []).append(finding.span)
        if room[kind] > 0 and names[finding.name] < MOST_OF_NAME and len(chosen) < MOST_FINDINGS:
            room[kind] -= 1
            names[finding.name] += 1
            chosen.append(finding)
    return chosen
