"""A message in its conversation, and what every kind of answer is made with."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from agents.follow_ups import FollowUp
from graphs.answering import NAME
from graphs.chat_desk import Desk
from graphs.chat_turns import ShownVideo, Turn, last_list, missing, ranked_of, shown_of
from graphs.chat_words import MOST_NAMED, NOTHING_SHOWN, tell_broken, tell_missing
from graphs.state import Json
from prompts import one_line
from twins.errors import TwinseekError
from twins.queries import Cost, Hit, ResultRecord, ResultWarning


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
        looked_at: ids of the videos that a judge looked at for the answer.
    """

    desk: Desk
    library: str | None
    message: FollowUp
    turns: list[Turn]
    write: Callable[[Json], None]
    spent: list[Cost]
    looked_at: list[str] = field(default_factory=list)

    def ask(self, question: str, **options: Any) -> ResultRecord:
        """Answer a question, telling of the progress."""
        spent = reduce(added, self.spent, Cost())
        for event in self.desk.ask(self.library, question, spent=spent, **options):
            if event["event"] == "result":
                record = ResultRecord.model_validate(event["result"])
                self.spent.append(record.cost)
                return record
            if event["event"] == "inspected":
                self.looked_at.append(event["video_id"])
            self.write(event)
        raise TwinseekError("there was no answer: ask again")

    def generation(self, video_id: str) -> str:
        """Return the name of a video's live generation; empty where it is gone."""
        try:
            return self.desk.twin(self.library, video_id).generation
        except TwinseekError:
            return ""

    def turn(self, record: ResultRecord, *, shows: bool, like: Turn | None = None) -> Turn:
        """Return what is remembered of an answer.

        Args:
            record: the answer.
            shows: it is a new list to refer to.
            like: the list that it was made of: what orders it is the same.
        """
        made = Turn(
            query_id=record.query_id,
            query=record.query,
            kind=self.message.kind,
            library=self.library,
            positions=[] if shows else list(self.message.positions),
            shown=shown_of(record.results, self.generation) if shows else [],
            by_model="tie_break" in record.models,
            asked=self.message.text,
        )
        if like is not None:
            made["by_model"] = like.get("by_model", False)
            made["order"] = like.get("order", "")
            made["measures"] = like.get("measures", {})
        return made


@dataclass(frozen=True)
class Said:
    """An answer: in words, as a record where videos are shown, and what is remembered of it."""

    answer: str
    record: ResultRecord | None = None
    turn: Turn | None = None


def added(first: Cost, second: Cost) -> Cost:
    """Return what two parts of an answer cost together."""
    return Cost(**{name: getattr(first, name) + getattr(second, name) for name in Cost.model_fields})


def only(videos: Sequence[ShownVideo]) -> Json:
    """Return the options by which only some videos are looked at, but each of them, and all are shown.

    Their order is that of their list, or made of two questions: no model need compare close ones.
    """
    names = [video["video_id"] for video in videos]
    return {"within": names, "top": len(names), "candidates": len(names), "ordered": False}


def still_there(talk: Talk, videos: Sequence[ShownVideo]) -> list[ShownVideo]:
    """Return those of some shown videos that can be looked at: one may be gone, and the others be meant all the same.

    Raises:
        TwinseekError: none can.
    """
    there = [video for video in videos if talk.generation(video["video_id"])]
    if not there:
        names = ", ".join(one_line(video["name"], NAME) for video in videos[:MOST_NAMED])
        raise TwinseekError(f"{names} cannot be looked at any more, gone or damaged: ask a new question")
    return there


def spoken_of(talk: Talk) -> Turn | Said:
    """Return the list that a message refers to, or what to say where it does not hold what is meant."""
    turn = last_list(talk.turns, talk.library)
    if turn is None:
        return Said(NOTHING_SHOWN)
    wrong = missing(talk.message, turn)
    return Said(tell_missing(wrong, turn["shown"])) if wrong else turn


def again(talk: Talk, listed: Turn) -> Turn:
    """Return what is remembered of a turn that spoke of an earlier list."""
    return Turn(
        query_id=listed["query_id"],
        query=listed["query"],
        kind=talk.message.kind,
        library=talk.library,
        positions=list(talk.message.positions),
        shown=[],
        asked=talk.message.text,
    )


def shown_again(talk: Talk, videos: Sequence[ShownVideo]) -> tuple[list[Hit], list[str]]:
    """Return remembered videos as hits, ranked in the order given, and what there is to say of those that are none.

    Of a video that was indexed anew the instances are not known any more; it is shown without them.
    """
    hits: list[Hit] = []
    told: list[str] = []
    for video in videos:
        same = talk.generation(video["video_id"]) == video["generation"]
        known = video if same else ShownVideo(**{**video, "instances": [], "spans": []})
        try:
            hit = talk.desk.ground(talk.library, ranked_of(known))
        except TwinseekError as error:
            told.append(tell_broken(video, error))
        else:
            hits.append(hit.model_copy(update={"rank": len(hits) + 1}))
    return hits, told


def new_id() -> str:
    """Return the id of a list that no question was asked for."""
    return uuid.uuid4().hex


def remembered(listed: Turn, hits: list[Hit], answer: str) -> ResultRecord:
    """Return a record of remembered videos; it carries the id of the query that found them."""
    return ResultRecord(
        query_id=listed["query_id"],
        mode="ask",
        query=listed["query"],
        strategy="remembered",
        answer=answer,
        models={},
        sub_queries=(),
        results=tuple(hits),
        ranking=tuple(hit.video_id for hit in hits),
        cost=Cost(),
    )


def but_nothing_fits(record: ResultRecord) -> tuple[ResultWarning, ...]:
    """Return the warnings but for the one that nothing fits: the answer says it in words of its own."""
    return tuple(warning for warning in record.warnings if warning.code != "nothing_fits")


def numbered(record: ResultRecord, videos: Sequence[ShownVideo]) -> ResultRecord:
    """Return an answer about shown videos in the order and with the numbers of their list."""
    ranks = {video["video_id"]: video["rank"] for video in videos}
    hits = sorted(
        (hit.model_copy(update={"rank": ranks[hit.video_id]}) for hit in record.results), key=lambda hit: hit.rank
    )
    known: ResultRecord = record.model_copy(update={"results": tuple(hits), "warnings": but_nothing_fits(record)})
    return known
