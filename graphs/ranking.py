"""From verdicts to one order of all videos."""

from collections.abc import Sequence

from agents.claims import CheckedVerdict
from twins.queries import CheckedClaim, Status
from twins.schema import Span, Strict

SHOWN_WHEN_NOTHING_FITS = 3
"""How many of the closest videos are shown, as dropped, when none passes the threshold."""
NEAR = 0.05
"""Score below which nothing is called close."""
OUTSTANDING = 2.0
"""Odds of a dropped score, in those of the next one, from which it stands out. Odds, because recall's scores are
logistic: there a quotient of odds is a distance of likeness, wherever on the scale it lies."""
CLOSE, MOST_COMPARED = 0.05, 5
"""Scores so near to the best one are compared with each other, those of so many videos at most."""


class Judged(Strict):
    """One candidate after its claims were checked.

    ``supported`` where a part of the question was verified; ``by_rules`` where a model was asked in vain;
    ``taken_back`` are refuted claims that were sent back and not made again; ``stands_out`` is as of a
    :class:`twins.queries.Hit`.
    """

    video_id: str
    score: float
    status: Status
    spans: tuple[Span, ...]
    instances: tuple[str, ...]
    trace: tuple[CheckedClaim, ...]
    supported: bool = False
    by_rules: bool = False
    taken_back: tuple[CheckedClaim, ...] = ()
    reading: str | None = None
    stands_out: bool = False


class RankedHit(Strict):
    """One shown video before its instances are grounded in frames."""

    rank: int
    coarse_score: float
    judged: Judged


def judged_of(video_id: str, checked: CheckedVerdict) -> Judged:
    """Return a checked verdict as it is ranked."""
    return Judged(
        video_id=video_id,
        score=checked.verdict.score,
        status=checked.status,
        spans=checked.verdict.spans,
        instances=checked.verdict.instances,
        trace=checked.trace,
        supported=checked.supported,
        reading=checked.verdict.reading,
    )


def order_verdicts(
    coarse: Sequence[tuple[str, float]], judged: Sequence[Judged], threshold: float, *, verified_first: bool = False
) -> list[Judged]:
    """Return verdicts by score; equal scores go to the verified one, then to the better recall, then by id.

    Args:
        coarse: (id, recall score) of every video.
        judged: the verdicts.
        threshold: from which a video passes.
        verified_first: among those that pass, a verdict with nothing verified comes after all that have. For judges
            whose scores may be talked up by what they read.
    """
    recalled = dict(coarse)

    def place(verdict: Judged) -> tuple[int, float, bool, float, str]:
        tier = 2 if verdict.score < threshold else int(not verdict.supported)
        recall = recalled.get(verdict.video_id, 0.0)
        return (tier if verified_first else 0, -verdict.score, verdict.status != "verified", -recall, verdict.video_id)

    return sorted(judged, key=place)


def close_call(ordered: Sequence[Judged], threshold: float) -> list[Judged]:
    """Return the leading verdicts whose scores are too close to tell which is best; fewer than two are none."""
    best = ordered[0] if ordered and ordered[0].score >= threshold else None
    near = [v for v in ordered if best and v.score >= threshold and best.score - v.score <= CLOSE]
    near = [v for v in near if v.supported == near[0].supported]
    contenders = near[:MOST_COMPARED]
    return contenders if len(contenders) > 1 and list(ordered[: len(contenders)]) == contenders else []


def rank_videos(
    coarse: Sequence[tuple[str, float]], by_verdict: Sequence[Judged], threshold: float, top: int, spare: int = 0
) -> tuple[list[str], list[RankedHit]]:
    """Return the ids of all videos in final order, and the hits to show, with some to spare.

    Judged videos come first, in the order given. Videos that no judge saw follow in the order of recall. A judged video
    under the threshold is dropped: it keeps its rank, but is shown only when nothing passes.
    """
    recalled = dict(coarse)
    unseen = [name for name, _ in coarse if name not in {verdict.video_id for verdict in by_verdict}]
    ranking = [verdict.video_id for verdict in by_verdict] + unseen
    passing = [verdict for verdict in by_verdict if verdict.score >= threshold]
    unjudged = [_coarse(name) for name in unseen] if not by_verdict else []
    least = by_verdict[: SHOWN_WHEN_NOTHING_FITS + spare]
    closest = [verdict.model_copy(update={"status": "dropped"}) for verdict in least]
    if closest and stands_out(closest):
        closest[0] = closest[0].model_copy(update={"stands_out": True})
    place = {name: rank for rank, name in enumerate(ranking, start=1)}
    return ranking, [
        RankedHit(rank=place[verdict.video_id], coarse_score=recalled.get(verdict.video_id, 0.0), judged=verdict)
        for verdict in passing[: top + spare] or closest or unjudged[: top + spare]
    ]


def stands_out(dropped: Sequence[Judged]) -> bool:
    """Say whether the first of what was dropped is far closer than the next, and nothing refuted speaks against it.

    That something refuted is told of it is a reason not to take it; that nothing could be checked is none.
    """
    best, following = (*dropped[:2], None, None)[:2]
    if best is None or following is None or best.score < NEAR:
        return False  # one alone is not closer than any other
    if any(line.check == "refuted" for line in best.trace):
        return False
    # s / (1 - s) against t / (1 - t), but a score may be 1.
    return best.score * (1 - following.score) >= OUTSTANDING * following.score * (1 - best.score)


def _coarse(video_id: str) -> Judged:
    """Stand in for the verdict of a video that no judge saw: its recall score is not on a judge's scale."""
    return Judged(video_id=video_id, score=0.0, status="coarse", spans=(), instances=(), trace=())
