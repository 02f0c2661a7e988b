"""Whether what may be no thing does what is denied of all: nobody can then say that nothing does it."""

from collections.abc import Sequence

from agents.evidence import CONTRADICTED, ELSEWHERE, MAX_DENIED, UNKNOWN_VALUE, Evidence
from agents.reading import FRAME
from twins.queries import SubQuery


def may_be_done(
    evidence: Evidence,
    part: SubQuery,
    subjects: Sequence[int],
    others: Sequence[int | None],
    *,
    besides: Sequence[int] = (),
    to_any: bool,
) -> bool:
    """Say whether what is no sure thing may do what a part denies of all, or have it done to it.

    However likely a track is a stain of the background, a twin's facts tell what it does.

    Args:
        evidence: of the video.
        part: the denial.
        subjects: objects that surely are meant.
        others: to whom it is denied of them; of a property, or where it may be anybody, only none.
        besides: objects that may do it, too, though they may not be meant.
        to_any: what ``others`` are of may be anything, so that it is denied to stains, too.
    """
    unsure = [*dict.fromkeys((*evidence.stains(part.subject or ""), *besides))]
    pairs = [(s, o) for s in unsure for o in others if s != o]
    if to_any:
        pairs += [(s, o) for s in (*subjects, *unsure) for o in evidence.stains(part.object or "") if s != o]
    if part.object == FRAME:
        return any(evidence.side(part.relation or "", s) >= ELSEWHERE for s in unsure)
    known = UNKNOWN_VALUE * (1 - CONTRADICTED)
    return len(pairs) > MAX_DENIED or bool((evidence.values(part.relation or "", pairs) > known).any())
