"""Videos like some that were shown, perhaps with a difference: the edit decides which, likeness in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphs.answering import NAME
from graphs.chat_conditions import holding
from graphs.chat_reasons import BY_LIKENESS
from graphs.chat_talk import Said, Talk, added, but_nothing_fits, new_id, spoken_of
from graphs.chat_turns import ShownVideo, meant
from graphs.chat_words import tell_alike, tell_likeness, tell_unlike
from graphs.likeness import Likeness
from graphs.ranking import SHOWN_WHEN_NOTHING_FITS, Judged, RankedHit
from prompts import one_line
from twins.errors import TwinseekError
from twins.predicates.truth import merge_spans
from twins.queries import Cost, Hit, ResultRecord

LIKENESS = "likeness"
"""The strategy of such a list."""


@dataclass(frozen=True)
class Wanted:
    """What others should be like.

    Args:
        references: ids of the videos.
        edit: how they should differ; empty where they need not.
        asked: both in words.
    """

    references: tuple[str, ...]
    edit: str
    asked: str


def alike(talk: Talk) -> Said:
    """Look for videos like some that were shown, with a difference."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    videos, edit = meant(talk.message, listed), talk.message.text
    names = " and ".join(one_line(video["name"], NAME) for video in videos)
    return nearest(talk, Wanted(tuple(video["video_id"] for video in videos), edit, tell_likeness(names, edit)))


def nearest(talk: Talk, wanted: Wanted, before: Sequence[ShownVideo] = (), count: int = 0) -> Said:
    """Show the videos that are most like some.

    Whether the edit holds is asked of the judge; where it holds of none, the most alike are shown as dropped.

    Args:
        before: videos that were shown already: the numbers go on after them.
        count: how many at most; 0 is as many as a list holds.
    """
    likeness = talk.desk.likeness(talk.library, wanted.references, wanted.edit)
    ranked = dict(likeness.ranked())
    if not ranked:
        return Said(f"Nothing is known by which a video {wanted.asked} could be found.")
    checked, fit, dropped = _edited(talk, wanted.edit, list(ranked)) if wanted.edit else (None, {}, False)
    old = {video["video_id"] for video in before}
    names = [name for name in ranked if name not in old and (checked is None or name in fit)]
    most = SHOWN_WHEN_NOTHING_FITS if dropped else count or talk.desk.page(talk.library)
    hits = _shown(talk, likeness, [(name, ranked[name], fit.get(name)) for name in names], most, dropped=dropped)
    hits = [hit.model_copy(update={"rank": hit.rank + len(before)}) for hit in hits]
    if dropped:
        answer = tell_unlike(wanted.asked, wanted.edit, hits, len(ranked))
    else:
        verified = any(line.check == "verified" for hit in fit.values() for line in hit.trace)
        unchecked = "" if verified else wanted.edit
        answer = tell_alike(wanted.asked, hits, len(fit) if fit else len(ranked), len(ranked), unchecked)
    first = [hit.video_id for hit in hits]
    record = _record(checked, wanted).model_copy(
        update={
            "answer": answer,
            "results": tuple(hits),
            "ranking": (*first, *(name for name in ranked if name not in first)),
        }
    )
    turn = talk.turn(record, shows=bool(hits))
    turn["order"] = BY_LIKENESS
    turn["alike"] = {"references": list(wanted.references), "edit": wanted.edit, "asked": wanted.asked}
    return Said(answer, record, turn)


def _edited(talk: Talk, edit: str, names: Sequence[str]) -> tuple[ResultRecord, dict[str, Hit], bool]:
    """Ask of the videos that are most alike whether they differ as wanted.

    Returns:
        The answer, those that do, and false; where none does, what there is to say of the most alike, and true.
    """
    # Likeness orders them: no model need compare close ones.
    unordered = {"masks": "none", "ordered": False}
    checked = talk.ask(edit, within=names, top=len(names), **unordered)
    if fit := {hit.video_id: hit for hit in holding(checked, edit)}:
        return checked, fit, False
    closest = names[:SHOWN_WHEN_NOTHING_FITS]
    again = talk.ask(edit, within=closest, top=len(closest), candidates=len(closest), **unordered)
    both = {
        "cost": added(checked.cost, again.cost),
        "warnings": tuple(dict.fromkeys((*checked.warnings, *again.warnings))),
    }
    return again.model_copy(update=both), {hit.video_id: hit for hit in again.results}, True


def _shown(
    talk: Talk, likeness: Likeness, found: Sequence[tuple[str, float, Hit | None]], most: int, *, dropped: bool
) -> list[Hit]:
    """Return the first videos as hits; one that is gone or damaged is passed over."""
    hits: list[Hit] = []
    for name, score, edited in found:
        if len(hits) == most:
            break
        try:
            ranked = _ranked(likeness, name, score, edited, rank=len(hits) + 1, dropped=dropped)
            hits.append(talk.desk.ground(talk.library, ranked))
        except TwinseekError:
            continue
    return hits


def _ranked(likeness: Likeness, name: str, score: float, edited: Hit | None, *, rank: int, dropped: bool) -> RankedHit:
    """Return a video with its likeness as score, told by what it shares and by how the edit was checked.

    Likeness is no claim that could be verified as a whole: alone it is judged.
    """
    shared = likeness.shared(name)
    held = [line for line in shared if line.check == "verified"]
    spans = edited.spans if edited else ()
    instances = tuple(instance.id for instance in edited.instances) if edited else ()
    judged = Judged(
        video_id=name,
        score=score,
        status="dropped" if dropped else "verified" if edited and edited.status == "verified" else "judged",
        spans=spans or merge_spans([line.span for line in held if line.span is not None]),
        instances=instances or tuple(dict.fromkeys(name for line in held for name in line.instances)),
        trace=tuple(dict.fromkeys((*(edited.trace if edited else ()), *shared))),
    )
    return RankedHit(rank=rank, coarse_score=score, judged=judged)


def _record(checked: ResultRecord | None, wanted: Wanted) -> ResultRecord:
    """Return the record of an answer without its videos; what the edit was taken for is told."""
    return ResultRecord(
        query_id=new_id() if checked is None else checked.query_id,
        mode="compose",
        query=wanted.asked,
        reference=wanted.references[0] if len(wanted.references) == 1 else None,
        edit=wanted.edit or None,
        strategy=LIKENESS,
        answer="",
        models={} if checked is None else checked.models,
        sub_queries=() if checked is None else checked.sub_queries,
        results=(),
        ranking=(),
        cost=Cost() if checked is None else checked.cost,
        warnings=() if checked is None else but_nothing_fits(checked),
    )
