"""Claims of how many things there are, or do a thing, recomputed from what a twin knows of all of them."""

import re
from collections.abc import Sequence

import numpy as np

from agents.evidence import CONTRADICTED, ELSEWHERE, SIDES, STATE_COVER, UNBOUNDED, UNKNOWN_VALUE, Bound, Evidence
from agents.labelling import is_labelled
from agents.look_claims import is_called
from agents.reading import FRAME
from agents.told_looks import scene_looks_so
from agents.told_things import may_be_unseen
from twins.geometry import Doubles
from twins.predicates import PREDICATES, RELATIVE
from twins.queries import Check

COUNTED = re.compile(
    r"^\s*(all|[<>=]{0,2}\s*\d{1,4})\s*(times)?(?:\s+of\s+(.{1,200}?))?"
    r"(?:\s+that\s+(not\s+)?([a-z_]{1,32})(?:\(\s*([^(),;]{1,80}?)\s*\))?)?\s*$"
)
"""What a claim counts: amount, *times*, of what, *not*, what that does, and to whom: ``2 of ball that collides(3)``,
``3 of ball that left_of(frame)``."""


def check_at_least(bound: Bound, least: int) -> Check:
    """Check a number of which only the least is known: a crowd is one object, and two things or more."""
    if least > bound.high:
        return "refuted"
    return "verified" if least >= bound.low and bound.high >= UNBOUNDED else "unverifiable"


def check_described(
    bound: Bound | None,
    phrase: str,
    evidence: Evidence,
    doing: str | None = None,
    to: str | None = None,
    *,
    denied: bool,
) -> Check:
    """Check a number of what a phrase means, or of those of them that do a thing.

    What may be meant besides, or may do it, is counted where it matters: no more than two are verified only where no
    third one is unsure.

    Args:
        bound: the number; none where it is all.
        phrase: of what.
        evidence: of the video.
        doing: the predicate of what they do.
        to: to whom, an instance, or the picture itself for its sides; none where it may be anybody.
        denied: of those that do not do it.
    """
    other = next((n for n in range(len(evidence.objects)) if evidence.name(n) == to), None)
    if not evidence.objects or (to is not None and not _takes(doing, to, known=other is not None)):
        return "unverifiable"
    meant = [n for n in evidence.meant(phrase) if n != other]
    names = tuple(evidence.name(n) for n in meant)
    named = sum(is_named(phrase, name, evidence) for name in names)
    if named < len(names):  # some may be of the kind and some not: nobody named them
        return "refuted" if doing is None and bound is not None and named > bound.high else "unverifiable"
    if several := evidence.crowds(meant):
        return check_at_least(bound, named + several) if doing is None and bound is not None else "unverifiable"
    unsure = [n for n in may_be_counted(phrase, evidence) if n != other]
    meant = [n for n in meant if n not in unsure]
    if doing is None:
        # Of all that are of a kind nothing is said where it is not said what they do.
        # A caption that tells of a man in a cap leaves open that there is no hat.
        unseen = not meant and (may_be_unseen(phrase, evidence) or is_of_scene(phrase, evidence))
        return "unverifiable" if bound is None else _within(bound, len(meant), len(meant) + len(unsure) + unseen)
    everybody = (*meant, *unsure)
    values = (
        _on_side(evidence, doing, everybody) if to == FRAME else evidence.values(doing, [(n, other) for n in everybody])
    )
    sure = values <= 0.01 if denied else values >= 0.99
    possible = values <= UNKNOWN_VALUE if denied else values > UNKNOWN_VALUE * (1 - CONTRADICTED)
    if bound is not None:
        return _within(bound, int(sure[: len(meant)].sum()), int(possible.sum()))
    if not possible[: len(meant)].all():
        return "refuted"
    done = sure if denied else values > UNKNOWN_VALUE
    return "verified" if sure[: len(meant)].all() and done.all() and meant else "unverifiable"


def may_be_counted(phrase: str, evidence: Evidence) -> list[int]:
    """Return the objects of which it is open whether they count: they may be no thing, or look otherwise."""
    meant = evidence.meant(phrase)
    sure = evidence.surely_look(phrase, meant)
    found = {*meant, *evidence.may_be_meant(phrase), *evidence.bearing(phrase)}
    return sorted(found.difference(sure))


def is_of_scene(phrase: str, evidence: Evidence) -> bool:
    """Say whether a phrase says no more than how the scene looks: then it is not so that nothing looks so."""
    return scene_looks_so(evidence.grounder.describe(phrase), evidence.twin)


def is_named(phrase: str, name: str, evidence: Evidence) -> bool:
    """Say whether nothing but its label could say that an instance is of a kind, and says so.

    Where there is a label, it says more than the outline: a round table is no ball.
    """
    meant = evidence.grounder.describe(phrase)
    by_outline = () if is_labelled(evidence.twin.track(name)) else meant.shape_nouns
    return is_called(
        [noun for noun in (*meant.nouns, *meant.shape_nouns) if noun not in by_outline], name, evidence.twin
    )


def _takes(doing: str | None, to: str, *, known: bool) -> bool:
    """Say whether a predicate can be said of somebody: of another thing, or of the picture."""
    if doing is None:
        return False
    return doing in SIDES if to == FRAME else known and (PREDICATES[doing].arity == 2 or doing in RELATIVE)


def _on_side(evidence: Evidence, side: str, numbers: Sequence[int]) -> Doubles:
    """Return how far some objects are on a side of the picture, as :meth:`Evidence.values` says it of predicates."""
    shares = np.array([evidence.side(side, number) for number in numbers])
    there = UNKNOWN_VALUE + (1 - UNKNOWN_VALUE) * evidence.salience[list(numbers)]
    return np.select([shares >= STATE_COVER, shares >= ELSEWHERE], [there, UNKNOWN_VALUE], 0.0)


def _within(bound: Bound, least: int, most: int) -> Check:
    """Check a number that is known to lie between two others."""
    if least > bound.high or most < bound.low:
        return "refuted"
    return "verified" if bound.low <= least and (most <= bound.high or bound.high >= UNBOUNDED) else "unverifiable"
