"""Whether something is done before all others that do it, or after them: *enters first*, *leaves last*."""

import re
from dataclasses import dataclass

from agents.evidence import CONTRADICTED, ORDER_SLACK, Evidence
from agents.predications import PREDICATION, Predication, predication
from twins.predicates.truth import Truth, covered
from twins.queries import Check

VALUE = re.compile(rf"^{PREDICATION}\s+of\s+(.{{1,200}})$")


@dataclass(frozen=True)
class Ranked:
    """What is done first, or last, and the noun phrase of all that may do it."""

    done: Predication
    rivals: str


def read_rank(value: str | None) -> Ranked | None:
    """Return what a value says, ``hits(1, 2) of red ball``; none where it is none."""
    found = VALUE.match(value or "")
    return None if found is None else Ranked(predication(found), found[4])


def standing(
    evidence: Evidence, rank: str, relation: str, subject: int, other: int | None, rivals: str
) -> tuple[Check, list[int]]:
    """Say whether an object does something before all others that may do it, or after them.

    Nobody is first who is alone; what may have been done unseen, or by what may be no thing, leaves it open.

    Args:
        evidence: of the video.
        rank: ``first`` or ``last``.
        relation: what is done.
        subject, other: by whom, and to whom where it is done to somebody.
        rivals: the noun phrase of all that may do it.

    Returns:
        The check, and the others that do it.
    """
    own = evidence.truth(relation, subject, other)
    sure = set(evidence.meant(rivals))
    others = [n for n in (*sure, *evidence.may_be_meant(rivals)) if n not in (subject, other)]
    truths = {n: evidence.truth(relation, n, other) for n in others}
    doing = [n for n in others if truths[n].ever]
    if not own.ever:
        return "unverifiable", doing
    ahead = [n for n in doing if not _comes_later(rank, own, truths[n])]
    if sure & set(ahead):
        return "refuted", doing
    start, end = evidence.scene.clip
    unseen = any(
        covered(truths[n].fails, (start, end)) < CONTRADICTED * (end - start) for n in set(others) - set(doing)
    )
    alone = not sure & set(doing)
    return "unverifiable" if ahead or unseen or alone else "verified", doing


def _comes_later(rank: str, own: Truth, rival: Truth) -> bool:
    """Say whether one begins to do something clearly before another does, or begins for the last time clearly after."""
    if rank == "first":
        return own.holds[0][0] + ORDER_SLACK < rival.holds[0][0]
    return rival.holds[-1][0] + ORDER_SLACK < own.holds[-1][0]
