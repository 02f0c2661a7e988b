"""Planted claims, true and false, of every predicate: share that is verified, refuted, or cannot be told.

On exact tracks, where every claim has a known answer, and on the same tracks seen through a noisy tracker.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.claims import check_claim
from benchmarks.figures import Figure, Figures, Options, at_least
from benchmarks.predicate_tracks import observe
from benchmarks.predicate_worlds import WORLDS
from twins.geometry import Geometry
from twins.predicates import PREDICATES
from twins.queries import Check, Claim
from twins.schema import Attribute, Provenance, Track, Twin

CLIPS = 20
COLOURS = ("red", "green", "yellow", "white", "black")
"""Pairs of which nobody takes one for the other; blue and green, say, are not told apart for sure."""
DURATION = 8.0


@dataclass(frozen=True)
class Planted:
    """A claim with its answer, and what the door made of it."""

    about: str
    true: bool
    check: Check

    @property
    def right(self) -> bool:
        """Whether a true one was verified, or a false one refuted."""
        return self.check == ("verified" if self.true else "refuted")


def measure(options: Options) -> Figures:
    """Yield the shares of true claims verified and of false ones refuted; notes count predicates below 95 %."""
    seeds, clips = (options.seeds[:1], 2) if options.quick else (options.seeds, CLIPS)
    for noise in (False, True):
        planted = [claim for seed in seeds for claim in plant(seed, clips, noise=noise)]
        group = "seen through a noisy tracker" if noise else "exact tracks"
        for true, told in ((True, "true claims verified"), (False, "false claims refuted")):
            of_kind = [claim for claim in planted if claim.true is true]
            shares = [_right(of_kind, about) for about in sorted({claim.about for claim in of_kind})]
            share = 100 * sum(shares) / len(shares)  # every predicate counts alike
            bar = None if noise else at_least(95)
            note = f"{len(shares)} predicates, {len(of_kind)} claims; {100 * _checkable(of_kind):.1f} % checkable"
            weak = tuple(_weak(of_kind))
            yield Figure(told, share, "%", bar, f"{note}; {len(weak)} predicates below 95 %", weak, group)


def plant(seed: int, clips: int, *, noise: bool) -> Iterator[Planted]:
    """Yield claims of every predicate, true in half of the worlds; and of colours and numbers."""
    for name in sorted(WORLDS):
        rng = np.random.default_rng([seed, *name.encode()])
        for kind in ("yes", "no"):
            makers = WORLDS[name][kind]
            for clip in range(clips):
                world = makers[clip % len(makers)](rng)
                geometry, subject, other = observe(world, rng, noise=noise)
                twin = _twin(geometry, rng)
                yield _of_predicate(name, world.answer, twin, geometry, subject, other)
                yield from _of_looks(twin, geometry, subject, rng)
                yield from _of_numbers(twin, geometry)


def _of_predicate(name: str, answer: bool, twin: Twin, geometry: Geometry, subject: int, other: int | None) -> Planted:
    rows = [subject] if other is None or PREDICATES[name].arity == 1 else [subject, other]
    claim = Claim(claim=name, predicate=name, instances=tuple(geometry.track_ids[row] for row in rows))
    return Planted(name, answer, check_claim(claim, twin, geometry).check)


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
