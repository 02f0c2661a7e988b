"""From verdicts to one order of all videos."""

from collections.abc import Sequence

from twins.queries import CheckedClaim, Status
from twins.schema import Span, Strict

SHOWN_WHEN_NOTHING_FITS = 3
"""How many of the closest videos are shown, as dropped, when none passes the threshold."""


class Judged(Strict):
    """One candidate after its claims were checked."""

    video_id: str
    score: float
    status: Status
    spans: tuple[Span, ...]
    instances: tuple[str, ...]
    trace: tuple[CheckedClaim, ...]
    reading: str | None = None


class RankedHit(Strict):
    """One shown video before its instances are grounded in frames."""

    rank: int
    coarse_score: float
    judged: Judged


def rank_videos(
    coarse: Sequence[tuple[str, float]], judged: Sequence[Judged], threshold: float, top: int
) -> tuple[list[str], list[RankedHit]]:
    """Return the ids of all videos in final order, and the hits to show.

    Judged videos come first, by score; equal scores go to the verified one, then to the better recall, then by id.
    Videos that no judge saw follow in the order of recall. A judged video under the threshold is dropped: it keeps
    its rank, but is shown only when nothing passes.
    """
    recalled = dict(coarse)
    by_verdict = sorted(
        judged, key=lambda v: (-v.score, v.status != "verified", -recalled.get(v.video_id, 0.0), v.video_id)
    )
    unseen = [name for name, _ in coarse if name not in {verdict.video_id for verdict in judged}]
    ranking = [verdict.video_id for verdict in by_verdict] + unseen
    passing = [verdict for verdict in by_verdict if verdict.score >= threshold]
    unjudged = [_coarse(name) for name in unseen] if not judged else []
    closest = [verdict.model_copy(update={"status": "dropped"}) for verdict in by_verdict[:SHOWN_WHEN_NOTHING_FITS]]
    place = {name: rank for rank, name in enumerate(ranking, start=1)}
    return ranking, [
        RankedHit(rank=place[verdict.video_id], coarse_score=recalled.get(verdict.video_id, 0.0), judged=verdict)
        for verdict in passing[:top] or closest or unjudged[:top]
    ]


def _coarse(video_id: str) -> Judged:
    """Stand in for the verdict of a video that no judge saw: its recall score is not on a judge's scale."""
    return Judged(video_id=video_id, score=0.0, status="coarse", spans=(), instances=(), trace=())
