"""What stays of a list, or leaves it, by a condition."""

from collections.abc import Sequence

from agents.camera import RELATION as CAMERA
from agents.lexicon import content_stems
from agents.open_parts import SOURCE as OPEN
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
from twins.queries import CheckedClaim, Hit, ResultRecord
from twins.schema import Span

HAVING = "wear wears wearing has having with shows showing shown seen visible contains"
"""Words by which a condition says that something is there; a description says it without them: a man in a cap."""


def refine(talk: Talk) -> Said:
    """Keep those of the shown videos where a condition holds, or those that are named."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    videos, condition = meant(talk.message, listed), talk.message.text
    if not condition:
        return _left(talk, listed, videos, f"only {_numbers(videos)}")
    record = talk.ask(condition, **only(still_there(talk, videos)))
    found = {hit.video_id: hit for hit in holding(record, condition)}
    kept = _ranked(talk, [(video, found[video["video_id"]]) for video in videos if video["video_id"] in found])
    refuted = {hit.video_id for hit in record.results if is_refuted(hit)}
    open_ = [video for video in videos if video["video_id"] not in refuted and video["video_id"] not in found]
    whys = [(hit, found[hit.video_id]) for hit in kept]
    answer = tell_refined(whys, videos, condition, open_)
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
        verified, judged = meeting(record, condition)
        gone = {hit.video_id for hit in (*verified, *judged)}
        if not gone:
            return Said(tell_none_dropped(condition), turn=again(talk, listed))
        how = f"without: {condition}"
    else:
        gone, judged = {video["video_id"] for video in videos}, []
        how = f"without {_numbers(videos)}"
    left = [video for video in listed["shown"] if video["video_id"] not in gone]
    only_judged = {hit.video_id for hit in judged}
    return _left(talk, listed, left, how, [video for video in videos if video["video_id"] in only_judged])


def _left(talk: Talk, listed: Turn, videos: Sequence[ShownVideo], how: str, judged: Sequence[ShownVideo] = ()) -> Said:
    """Show what is left of a list, as it was found; ``judged`` left it though nothing could be verified of them."""
    if not videos:
        return Said(NOTHING_LEFT, turn=again(talk, listed))
    hits, told = shown_again(talk, videos)
    answer = "\n".join([tell_left(hits, len(listed["shown"]), judged), *told])
    record = remembered(listed, hits, answer).model_copy(
        update={"query_id": new_id(), "query": f"{listed['query']}; {how}"}
    )
    return Said(answer, record, talk.turn(record, shows=True, like=listed))


def _numbers(videos: Sequence[ShownVideo]) -> str:
    return ", ".join(str(video["rank"]) for video in videos)


def holding(record: ResultRecord, condition: str) -> list[Hit]:
    """Return the videos of which a condition holds: all of it was verified, or somebody has told just this.

    That nothing speaks against it is not enough: of a man of whom nobody has said that he is happy, it is not known.
    """
    return [hit for hit in record.results if _passes(hit) and (_is_verified(hit) or _is_told(hit, record, condition))]


def meeting(record: ResultRecord, condition: str) -> tuple[list[Hit], list[Hit]]:
    """Return the videos that a condition takes out: those of which it was verified, and those only judged to meet it.

    Unlike what stays, what should go is not known for less than certain: somebody who wants to see no people wants to
    see none that a describer has told of either. Of what nobody has said a word, nothing is judged.
    """
    passing = [hit for hit in record.results if _passes(hit)]
    verified = [hit for hit in passing if _is_verified(hit)]
    near = [hit for hit in passing if hit.status == "judged" and any(line.source != OPEN for line in hit.trace)]
    judged = [hit for hit in passing if hit in near or _is_told(hit, record, condition)]
    return verified, [hit for hit in judged if hit not in verified]


def is_refuted(hit: Hit) -> bool:
    """Say whether something speaks against a video."""
    return any(line.check == "refuted" for line in hit.trace)


def _passes(hit: Hit) -> bool:
    return hit.status in ("verified", "judged") and not is_refuted(hit)


def _is_verified(hit: Hit) -> bool:
    return hit.status == "verified" and all(line.check == "verified" for line in hit.trace)


def _is_told(hit: Hit, record: ResultRecord, condition: str) -> bool:
    """Say whether a model that judged a video, or a description of it, tells what a condition demands.

    What rules quote of a description is what is nearest in words. It tells the condition where nothing is left open
    that could be measured, and no word of it is missing.
    """
    if record.strategy == "llm" and not hit.by_rules:
        return any(line.source != OPEN for line in hit.trace)
    said = [line for line in hit.trace if line.check == "unverifiable" and line.source != OPEN]
    if len(said) < sum(line.check == "unverifiable" for line in hit.trace) or any(line.predicate for line in said):
        return False
    wanted = content_stems(condition) - content_stems(HAVING)
    return bool(said) and bool(wanted) and wanted <= content_stems(" ".join(line.claim for line in hit.trace))


def _ranked(talk: Talk, found: Sequence[tuple[ShownVideo, Hit]]) -> list[Hit]:
    """Return videos that were asked about twice, in order: both questions count alike, and both are told.

    What does not fit the question before fits no better for meeting a condition too.
    """
    both = sorted((_both(talk, before, hit) for before, hit in found), key=lambda hit: (-hit.score, hit.rank))
    return [hit.model_copy(update={"rank": rank}) for rank, hit in enumerate(both, start=1)]


def _both(talk: Talk, before: ShownVideo, hit: Hit) -> Hit:
    trace: tuple[CheckedClaim, ...] = tuple(dict.fromkeys((*hit.trace, *trace_of(before))))
    checks = {line.check for line in trace}
    dropped = before["status"] == "dropped"
    # What is verified beside the point of both questions makes it no more than judged.
    held = "verified" in (hit.status, before["status"]) and "refuted" not in checks
    names = [instance.id for instance in hit.instances]
    if talk.generation(hit.video_id) == before["generation"]:
        names = list(dict.fromkeys([*names, *before["instances"]]))
    merged = ranked_of(
        ShownVideo(
            rank=before["rank"],
            video_id=hit.video_id,
            name=before["name"],
            generation=before["generation"],
            score=min(before["score"], hit.score) if dropped else (before["score"] + hit.score) / 2,
            coarse_score=hit.coarse_score,
            status="dropped" if dropped else "verified" if held else "judged",
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
