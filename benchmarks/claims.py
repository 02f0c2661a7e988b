"""Planted claims, true and false, of every kind: share that is verified, refuted, or cannot be told.

Of every predicate, of colours and numbers; denials of every predicate; order in time; spans. On exact tracks, where
every claim has a known answer, and on the same tracks seen through a noisy tracker.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.claims import check_claim
from benchmarks.figures import Figure, Figures, Options, at_least
from benchmarks.predicate_tracks import World, observe
from benchmarks.predicate_worlds import WORLDS
from benchmarks.timed_worlds import MAKERS, Happening, at_once, false_span, in_turn, true_span
from twins.geometry import Geometry
from twins.predicates import PREDICATES
from twins.queries import Check, Claim
from twins.schema import Attribute, Provenance, Span, Track, Twin

CLIPS = 20
COLOURS = ("red", "green", "white", "black")
"""None is a neighbour of another one (``agents/lexicon/look.toml``), so that a wrong one is false."""
DURATION = 8.0
KINDS = ("", "denials", "order", "spans")
UNTOLD = "untold"


@dataclass(frozen=True)
class Planted:
    """A claim with its answer, and what the door made of it.

    Args:
        kind: none where it simply says what holds; *untold* where the tracks do not show that it does not.
    """

    about: str
    true: bool
    check: Check
    kind: str = ""

    @property
    def right(self) -> bool:
        """Whether a true one was verified, or a false one refuted; of an untold one, that it was not verified."""
        if self.kind == UNTOLD:
            return self.check != "verified"
        return self.check == ("verified" if self.true else "refuted")


def measure(options: Options) -> Figures:
    """Yield the shares of true claims verified and of false ones refuted; notes count predicates below 95 %."""
    seeds, clips = (options.seeds[:1], 2) if options.quick else (options.seeds, CLIPS)
    for noise in (False, True):
        planted = [
            claim for seed in seeds for plants in (plant, plant_in_time) for claim in plants(seed, clips, noise=noise)
        ]
        group = "seen through a noisy tracker" if noise else "exact tracks"
        told = [(kind, true) for kind in KINDS for true in (True, False)]
        for kind, true in (*told, (UNTOLD, False)):
            of_kind = [claim for claim in planted if claim.true is true and claim.kind == kind]
            if not of_kind:  # a smoke run plants few
                continue
            shares = [_right(of_kind, about) for about in sorted({claim.about for claim in of_kind})]
            share = 100 * sum(shares) / len(shares)  # every predicate counts alike
            note = f"{len(shares)} predicates, {len(of_kind)} claims; {100 * _checkable(of_kind):.1f} % checkable"
            weak = tuple(_weak(of_kind))
            note = f"{note}; {len(weak)} predicates below 95 %"
            yield Figure(_name(kind, true), share, "%", None if noise else at_least(95), note, weak, group)


def _name(kind: str, true: bool) -> str:
    if kind == UNTOLD:
        return "false claims that nothing tells, not verified"
    told = "true claims verified" if true else "false claims refuted"
    return f"{kind}: {told}" if kind else told


def plant(seed: int, clips: int, *, noise: bool) -> Iterator[Planted]:
    """Yield claims and denials of every predicate, true in half of the worlds; and claims of colours and numbers."""
    for name in sorted(WORLDS):
        rng = np.random.default_rng([seed, *name.encode()])
        for kind in ("yes", "no"):
            makers = WORLDS[name][kind]
            for clip in range(clips):
                world = makers[clip % len(makers)](rng)
                geometry, subject, other = observe(world, rng, noise=noise)
                twin = _twin(geometry, rng)
                yield from _of_predicate(name, world, twin, geometry, subject, other)
                yield from _of_looks(twin, geometry, subject, rng)
                yield from _of_numbers(twin, geometry)


def plant_in_time(seed: int, clips: int, *, noise: bool) -> Iterator[Planted]:
    """Yield claims of what comes before, after and during what, and of when it does; as many true as false ones."""
    rng = np.random.default_rng([seed, *b"time"])
    names = list(MAKERS)
    lasting = [name for name in names if not PREDICATES[name].event]
    for first in names:
        for clip in range(clips):
            for truly, second in ((True, names[clip % len(names)]), (False, lasting[clip % len(lasting)])):
                turns = _Timed.seen(in_turn(first, second, rng), rng, noise=noise)
                if truly:  # the one half for before and after, the other for what does not happen at once
                    yield turns.order("before", True)
                    yield turns.order("before", False, swapped=True)
                    yield turns.order("after", False)
                    yield turns.order("after", True, swapped=True)
                    yield turns.when(true_span(turns.happened[0]), True)
                    yield turns.when(false_span(turns.happened[0], rng), False)
                else:
                    yield turns.order("during", False)
                    yield _Timed.seen(at_once(first, second, rng), rng, noise=noise).order("during", True)


@dataclass(frozen=True)
class _Timed:
    """A world of two happenings as it was seen, with the names of who does them."""

    twin: Twin
    geometry: Geometry
    happened: list[Happening]
    names: tuple[str, ...]

    @classmethod
    def seen(cls, made: tuple[World, list[Happening]], rng: np.random.Generator, *, noise: bool) -> "_Timed":
        world, happened = made
        geometry, *rows = observe(world, rng, noise=noise)
        names = tuple(geometry.track_ids[row] for row in rows if row is not None)
        return cls(_twin(geometry, rng), geometry, happened, names)

    def order(self, relation: str, truly: bool, *, swapped: bool = False) -> Planted:
        """Claim a relation of the first happening to the second, or the other way round."""
        calls = [f"{each.name}({name})" for each, name in zip(self.happened, self.names, strict=True)]
        value = "; ".join(calls[::-1] if swapped else calls)
        return self._planted(relation, truly, "order", value=value, instances=self.names)

    def when(self, span: Span, truly: bool) -> Planted:
        """Claim the first happening over a span."""
        return self._planted(self.happened[0].name, truly, "spans", instances=self.names[:1], span=span)

    def _planted(self, predicate: str, truly: bool, kind: str, **claim: Any) -> Planted:
        said = Claim(claim=predicate, predicate=predicate, **claim)
        return Planted(predicate, truly, check_claim(said, self.twin, self.geometry).check, kind)


def _of_predicate(
    name: str, world: World, twin: Twin, geometry: Geometry, subject: int, other: int | None
) -> Iterator[Planted]:
    """Yield a claim and its denial; the claim alone where nothing tells that it is false."""
    rows = [subject] if other is None or PREDICATES[name].arity == 1 else [subject, other]
    claim = Claim(claim=name, predicate=name, instances=tuple(geometry.track_ids[row] for row in rows))
    if world.untold:
        yield Planted(name, False, check_claim(claim, twin, geometry).check, UNTOLD)
        return
    yield Planted(name, world.answer, check_claim(claim, twin, geometry).check)
    denial = claim.model_copy(update={"negated": True})
    yield Planted(name, not world.answer, check_claim(denial, twin, geometry).check, "denials")


def _of_looks(twin: Twin, geometry: Geometry, subject: int, rng: np.random.Generator) -> Iterator[Planted]:
    """Yield a true and a false claim of a colour."""
    name = geometry.track_ids[subject]
    colour = twin.track(name).attributes[0].text
    wrong = str(rng.choice([other for other in COLOURS if other != colour]))
    for word in (colour, wrong):
        claim = Claim(claim="colour", predicate="colour", value=word, instances=(name,))
        yield Planted("colour", word == colour, check_claim(claim, twin, geometry).check)


def _of_numbers(twin: Twin, geometry: Geometry) -> Iterator[Planted]:
    """Yield that there are at least as many things as there are, and that there are two more than are named."""
    number = len(geometry.track_ids)
    for least in (number, number + 2):
        claim = Claim(claim="count", predicate="count", value=f">={least}", instances=geometry.track_ids)
        yield Planted("count", least == number, check_claim(claim, twin, geometry).check)


def _twin(geometry: Geometry, rng: np.random.Generator) -> Twin:
    """Return a twin of tracks with random colours."""
    tracks = tuple(
        Track(
            id=name, attributes=(Attribute(kind="colour", text=str(rng.choice(COLOURS)), source="made"),), source="made"
        )
        for name in geometry.track_ids
    )
    return Twin(
        video_id="made",
        duration=max(DURATION, float(geometry.seconds[-1])),
        width=geometry.width,
        height=geometry.height,
        frame_count=len(geometry.seconds),
        origin="perceived",
        sources={"made": Provenance(specialist="made", version="1")},
        tracks=tracks,
    )


def _checkable(planted: list[Planted]) -> float:
    return sum(claim.check != "unverifiable" for claim in planted) / len(planted)


def _right(planted: list[Planted], about: str) -> float:
    own = [claim.right for claim in planted if claim.about == about]
    return sum(own) / len(own)


def _weak(planted: list[Planted]) -> Iterator[str]:
    """Name what is right less often than in 95 of 100, with what was said instead."""
    for about in sorted({claim.about for claim in planted}):
        own = [claim for claim in planted if claim.about == about]
        share = _right(planted, about)
        if share < 0.95:
            said = ", ".join(f"{check} {count}" for check, count in Counter(claim.check for claim in own).items())
            yield f"{about}: {100 * share:.0f} % of {len(own)} ({said})"
