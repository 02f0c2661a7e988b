"""What stays of a list, or leaves it, by a condition."""

from collections.abc import Sequence

from agents.camera import RELATION as CAMERA
from graphs.chat_talk import (
    Said,
    Talk,
    again,
    but_nothing_fits,
    new_id,
    only,
    remembered,
    shown_again,
    spoken_of,
    still_there,
)
from graphs.chat_turns import ShownVideo, Turn, meant, ranked_of, spans_of, trace_of
from graphs.chat_words import NOTHING_LEFT, tell_left, tell_none_dropped, tell_refined
from twins.predicates.truth import merge_spans
from twins.queries import CheckedClaim, Hit
from twins.schema import Span


def refine(talk: Talk) -> Said:
    """Keep those of the shown videos where a condition holds, or those that are named."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    videos, condition = meant(talk.message, listed), talk.message.text
    if not condition:
        return _left(talk, listed, videos, f"only {_numbers(videos)}")
    record = talk.ask(condition, **only(still_there(talk, videos)))
    kept = _ranked(talk, [(video, hit) for video, hit in _paired(videos, holding(record.results))])
    refuted = [any(line.check == "refuted" for line in hit.trace) for hit in record.results]
    answer = tell_refined(kept, len(videos), condition, refuted=bool(refuted) and all(refuted))
    left = [video["video_id"] for video in videos if video["video_id"] not in {hit.video_id for hit in kept}]
    refined = record.model_copy(
        update={
            "query": f"{listed['query']}; only: {condition}",
            "answer": answer,
            "results": tuple(kept),
            "ranking": (*(hit.video_id for hit in kept), *left),
            "warnings": but_nothing_fits(record),
        }
    )
    return Said(answer, refined, talk.turn(refined, shows=bool(kept)))


def drop(talk: Talk) -> Said:
    """Leave out the shown videos that are named, or those where a condition holds."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    videos, condition = meant(talk.message, listed), talk.message.text
    if condition:
        record = talk.ask(condition, **only(still_there(talk, videos)))
        gone = {hit.video_id for hit in holding(record.results)}
        if not gone:
            return Said(tell_none_dropped(condition), turn=again(talk, listed))
        how = f"without: {condition}"
    else:
        gone = {video["video_id"] for video in videos}
        how = f"without {_numbers(videos)}"
    return _left(talk, listed, [video for video in listed["shown"] if video["video_id"] not in gone], how)


def _left(talk: Talk, listed: Turn, videos: Sequence[ShownVideo], how: str) -> Said:
    """Show what is left of a list, as it was found."""
    if not videos:
        return Said(NOTHING_LEFT, turn=again(talk, listed))
    hits, told = shown_again(talk, videos)
    answer = "\n".join([tell_left(hits, len(listed["shown"])), *told])
    record = remembered(listed, hits, answer).model_copy(
        update={"query_id": new_id(), "query": f"{listed['query']}; {how}"}
    )
    return Said(answer, record, talk.turn(record, shows=True, like=listed))


def _numbers(videos: Sequence[ShownVideo]) -> str:
    return ", ".join(str(video["rank"]) for video in videos)


def holding(hits: tuple[Hit, ...]) -> list[Hit]:
    """Return the videos of which a condition holds.

    Where it could be verified of any, as a whole or else in part, it can be, and less is not enough of the others.
    """
    passing = [hit for hit in hits if hit.status in ("verified", "judged")]
    passing = [hit for hit in passing if not any(line.check == "refuted" for line in hit.trace)]
    verified = [hit for hit in passing if hit.status == "verified"]
    whole = [hit for hit in verified if all(line.check == "verified" for line in hit.trace)]
    return whole or verified or passing


def _paired(videos: Sequence[ShownVideo], hits: Sequence[Hit]) -> list[tuple[ShownVideo, Hit]]:
    """Pair what was found of videos now with what was found of them before."""
    before = {video["video_id"]: video for video in videos}
    return [(before[hit.video_id], hit) for hit in hits]


def _ranked(talk: Talk, found: Sequence[tuple[ShownVideo, Hit]]) -> list[Hit]:
    """Return videos that were asked about twice, in order: both questions count alike, and both are told."""
    both = sorted((_both(talk, before, hit) for before, hit in found), key=lambda hit: (-hit.score, hit.rank))
    return [hit.model_copy(update={"rank": rank}) for rank, hit in enumerate(both, start=1)]


def _both(talk: Talk, before: ShownVideo, hit: Hit) -> Hit:
    trace: tuple[CheckedClaim, ...] = tuple(dict.fromkeys((*hit.trace, *trace_of(before))))
    checks = {line.check for line in trace}
    names = [instance.id for instance in hit.instances]
    if talk.generation(hit.video_id) == before["generation"]:
        names = list(dict.fromkeys([*names, *before["instances"]]))
    merged = ranked_of(
        ShownVideo(
            rank=before["rank"],
            video_id=hit.video_id,
            name=before["name"],
            generation=before["generation"],
            score=(before["score"] + hit.score) / 2,
            coarse_score=hit.coarse_score,
            # What is verified beside the point of both questions makes it no more than judged.
            status="verified" if "verified" in (hit.status, before["status"]) and "refuted" not in checks else "judged",
            spans=[list(span) for span in when_both_hold(hit, before)],
            instances=names,
            trace=[line.model_dump(mode="json") for line in trace],
        )
    )
    return talk.desk.ground(talk.library, merged)


def when_both_hold(hit: Hit, before: ShownVideo) -> tuple[Span, ...]:
    """Return when both questions hold: all times of what is told to happen, or else those of the later question.

    That something is in view throughout says no time beside what it does.
    """
    asked = ((hit.spans, hit.trace), (spans_of(before), trace_of(before)))
    happening = [span for spans, trace in asked if any(map(_happens, trace)) for span in spans]
    return merge_spans(happening) or hit.spans or spans_of(before)


def _happens(line: CheckedClaim) -> bool:
    return line.check == "verified" and (line.span is not None or line.predicate == CAMERA)
