"""How each kind of message is answered. Only questions, conditions and likeness search; the rest is remembered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from agents.camera import RELATION as CAMERA
from agents.follow_ups import FollowUp
from agents.likeness import describe_alike
from graphs.answering import NAME, compose_answer
from graphs.chat_desk import Desk
from graphs.chat_turns import (
    ShownVideo,
    Turn,
    last_list,
    meant,
    missing,
    ranked_of,
    shown_of,
    spans_of,
    trace_of,
)
from graphs.chat_words import (
    HELP,
    NOTHING_SHOWN,
    tell_alike,
    tell_broken,
    tell_changed,
    tell_likeness,
    tell_missing,
    tell_refined,
    tell_undiffering,
    tell_where,
    tell_why,
)
from graphs.state import Json
from prompts import one_line
from twins.components import components
from twins.errors import TwinseekError
from twins.predicates.truth import merge_spans
from twins.queries import CheckedClaim, Cost, Hit, ResultRecord, ResultWarning
from twins.schema import Span


@dataclass(frozen=True)
class Talk:
    """A message in its conversation.

    Args:
        desk: where questions are answered.
        library: by the name that the client gave; none is the first that is served.
        message: what it means.
        turns: what was said before.
        write: takes progress events.
        spent: what each part of the answer has cost, from reading the message on; all of them share one budget.
    """

    desk: Desk
    library: str | None
    message: FollowUp
    turns: list[Turn]
    write: Callable[[Json], None]
    spent: list[Cost]

    def ask(self, question: str, **options: Any) -> ResultRecord:
        """Answer a question, telling of the progress."""
        spent = reduce(added, self.spent, Cost())
        for event in self.desk.ask(self.library, question, spent=spent, **options):
            if event["event"] == "result":
                record = ResultRecord.model_validate(event["result"])
                self.spent.append(record.cost)
                return record
            self.write(event)
        raise TwinseekError("there was no answer: ask again")

    def generation(self, video_id: str) -> str:
        """Return the name of a video's live generation; empty where it is gone."""
        try:
            return self.desk.twin(self.library, video_id).generation
        except TwinseekError:
            return ""

    def turn(self, record: ResultRecord, *, shows: bool) -> Turn:
        """Return what is remembered of an answer; ``shows`` says whether it is a new list to refer to."""
        return Turn(
            query_id=record.query_id,
            query=record.query,
            kind=self.message.kind,
            library=self.library,
            positions=[] if shows else list(self.message.positions),
            shown=shown_of(record.results, self.generation) if shows else [],
            by_model="tie_break" in record.models,
        )


@dataclass(frozen=True)
class Said:
    """An answer: in words, as a record where videos are shown, and what is remembered of it."""

    answer: str
    record: ResultRecord | None = None
    turn: Turn | None = None


def question(talk: Talk) -> Said:
    """Answer a new question."""
    record = talk.ask(talk.message.text)
    return Said(record.answer, record, talk.turn(record, shows=True))


def refine(talk: Talk) -> Said:
    """Keep those of the shown videos where a condition holds."""
    spoken_of = _spoken_of(talk)
    if isinstance(spoken_of, Said):
        return spoken_of
    videos, condition = meant(talk.message, spoken_of), talk.message.text
    there = [video for video in videos if talk.generation(video["video_id"])]
    if not there:
        raise TwinseekError("of the videos that were shown none is in the library any more: ask a new question")
    record = talk.ask(condition, **_only(there))
    kept = _ranked(talk, [(video, hit) for video, hit in _paired(videos, holding(record.results))])
    refuted = [any(line.check == "refuted" for line in hit.trace) for hit in record.results]
    answer = tell_refined(kept, len(videos), condition, refuted=bool(refuted) and all(refuted))
    left = [video["video_id"] for video in videos if video["video_id"] not in {hit.video_id for hit in kept}]
    refined = record.model_copy(
        update={
            "query": f"{spoken_of['query']}; only: {condition}",
            "answer": answer,
            "results": tuple(kept),
            "ranking": (*(hit.video_id for hit in kept), *left),
            "warnings": _but_nothing_fits(record),
        }
    )
    return Said(answer, refined, talk.turn(refined, shows=bool(kept)))


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


def why(talk: Talk) -> Said:
    """Compare the traces of shown videos, or explain one."""
    spoken_of = _spoken_of(talk)
    if isinstance(spoken_of, Said):
        return spoken_of
    return Said(
        tell_why(meant(talk.message, spoken_of), by_model=spoken_of.get("by_model", False)),
        turn=_again(talk, spoken_of),
    )


def where(talk: Talk) -> Said:
    """Show when and where the question holds in a video, or look for something in it."""
    spoken_of = _spoken_of(talk)
    if isinstance(spoken_of, Said):
        return spoken_of
    videos = meant(talk.message, spoken_of)
    if talk.message.text:
        record = talk.ask(talk.message.text, **_only(videos))
        return Said(record.answer, record, talk.turn(record, shows=False))
    told: list[str] = []
    hits: list[Hit] = []
    for video in videos:
        try:
            known = talk.desk.twin(talk.library, video["video_id"])
            if known.generation != video["generation"]:
                told.append(tell_changed(video))
                continue
            hits.append(talk.desk.ground(talk.library, ranked_of(video)))
        except TwinseekError as error:
            if len(videos) == 1:
                raise
            told.append(tell_broken(video, error))
        else:
            told.append(tell_where(hits[-1], (known.twin.width, known.twin.height)))
    answer = "\n".join(told)
    return Said(answer, _remembered(spoken_of, hits, answer), _again(talk, spoken_of))


def alike(talk: Talk) -> Said:
    """Look for videos that are described as one of the shown ones is, with a difference."""
    spoken_of = _spoken_of(talk)
    if isinstance(spoken_of, Said):
        return spoken_of
    (video, *_), edit = meant(talk.message, spoken_of), talk.message.text
    parts = talk.desk.decomposer(talk.library).decompose(edit).sub_queries if edit else ()
    said = describe_alike(components(talk.desk.twin(talk.library, video["video_id"]).twin), parts, edit)
    if not said and not edit:
        return Said(f"Nothing is said of {one_line(video['name'], NAME)} by which others like it could be found.")
    record = talk.ask(". ".join(filter(None, (edit, said))), without=[video["video_id"]])
    if edit and record.results and record.results[0].status in ("verified", "judged"):
        record = _by_the_edit(talk, record, edit)
    asked = tell_likeness(video, edit)
    answer = tell_alike(asked, said, record)
    record = record.model_copy(
        update={
            "query": asked,  # not the sentences that were looked for: the answer tells them
            "answer": answer,
            "reference": video["video_id"],
            "edit": edit or None,
            "warnings": _but_nothing_fits(record),
        }
    )
    return Said(answer, record, talk.turn(record, shows=True))


def aside(talk: Talk) -> Said:
    """Say how to go on."""
    return Said(HELP)


def _but_nothing_fits(record: ResultRecord) -> tuple[ResultWarning, ...]:
    """Return the warnings but for the one that nothing fits: the answer says it in words of its own."""
    return tuple(warning for warning in record.warnings if warning.code != "nothing_fits")


def _by_the_edit(talk: Talk, record: ResultRecord, edit: str) -> ResultRecord:
    """Keep those videos of an answer that differ as asked: a few words of it are little beside all that is alike."""
    found = shown_of(record.results, talk.generation)
    checked = talk.ask(edit, **_only(found))
    hits = _ranked(talk, _paired(found, holding(checked.results)))
    both = {"cost": added(record.cost, checked.cost)}
    if not hits:
        return record.model_copy(update={**both, "answer": f"{record.answer} {tell_undiffering(edit)}"})
    answer, _ = compose_answer(hits, ranked=len(record.ranking), judged=len(found))
    rest = [name for name in record.ranking if name not in {hit.video_id for hit in hits}]
    return record.model_copy(
        update={
            **both,
            "answer": answer,
            "results": tuple(hits),
            "ranking": (*(hit.video_id for hit in hits), *rest),
            "warnings": tuple(dict.fromkeys((*record.warnings, *checked.warnings))),
        }
    )


def added(first: Cost, second: Cost) -> Cost:
    """Return what two parts of an answer cost together."""
    return Cost(**{name: getattr(first, name) + getattr(second, name) for name in Cost.model_fields})


def _only(videos: Sequence[ShownVideo]) -> Json:
    """Return the options by which only some videos are looked at, but each of them, and all are shown."""
    return {"within": [video["video_id"] for video in videos], "top": len(videos), "candidates": len(videos)}


def _spoken_of(talk: Talk) -> Turn | Said:
    """Return the list that a message refers to, or what to say where it does not hold what is meant."""
    turn = last_list(talk.turns, talk.library)
    if turn is None:
        return Said(NOTHING_SHOWN)
    wrong = missing(talk.message, turn)
    return Said(tell_missing(wrong, turn["shown"])) if wrong else turn


def _again(talk: Talk, spoken_of: Turn) -> Turn:
    """Return what is remembered of a turn that spoke of an earlier list."""
    return Turn(
        query_id=spoken_of["query_id"],
        query=spoken_of["query"],
        kind=talk.message.kind,
        library=talk.library,
        positions=list(talk.message.positions),
        shown=[],
    )


def _remembered(spoken_of: Turn, hits: list[Hit], answer: str) -> ResultRecord:
    """Return a record of remembered videos; it carries the id of the query that found them."""
    return ResultRecord(
        query_id=spoken_of["query_id"],
        mode="ask",
        query=spoken_of["query"],
        strategy="remembered",
        answer=answer,
        models={},
        sub_queries=(),
        results=tuple(hits),
        ranking=tuple(hit.video_id for hit in hits),
        cost=Cost(),
    )


NODES: dict[str, Callable[[Talk], Said]] = {
    "question": question,
    "refine": refine,
    "why": why,
    "where": where,
    "alike": alike,
    "aside": aside,
}
