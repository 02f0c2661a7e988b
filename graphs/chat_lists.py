"""Lists: a new one, more of one, an earlier one, another order of one, and what was asked."""

import re
from dataclasses import replace

from agents.follow_forms import ORIGINAL, PREVIOUS, TURNED
from agents.follow_ups import FollowUp
from agents.lexicon import content_stems
from graphs.chat_alike import Wanted, nearest
from graphs.chat_orders import order_of, tell_first, tell_orders, tell_sorted, tell_unsorted
from graphs.chat_talk import Said, Talk, again, new_id, remembered, shown_again, spoken_of
from graphs.chat_turns import MOST_LOOKED_AT, MOST_SHOWN, Turn, lists_of, meant
from graphs.chat_words import (
    ALL_SHOWN,
    CHOSEN,
    NOTHING_SHOWN,
    TOO_MANY,
    tell_list,
    tell_more,
    tell_no_list,
    tell_original,
    tell_turns,
)
from twins.predicates import PREDICATES
from twins.queries import ResultRecord
from twins.schema import Twin


def question(talk: Talk) -> Said:
    """Answer a new question."""
    record = talk.ask(talk.message.text)
    turn = talk.turn(record, shows=True)
    turn["question"] = talk.message.text
    if len(talk.looked_at) <= MOST_LOOKED_AT:
        turn["looked_at"] = list(talk.looked_at)
    return Said(record.answer, record, turn)


def more(talk: Talk) -> Said:
    """Show the next videos of a list; their numbers go on where it ended."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    before = listed["shown"]
    if len(before) >= MOST_SHOWN:
        return Said(TOO_MANY, turn=again(talk, listed))
    if "question" not in listed and "alike" not in listed:
        return Said(CHOSEN, turn=again(talk, listed))
    wanted = int(talk.message.text or 0) or talk.desk.page(talk.library)
    record = _next(talk, listed, min(wanted, MOST_SHOWN - len(before)))
    if record is None or not record.results:
        return Said(ALL_SHOWN, turn=again(talk, listed))
    answer = tell_more(record.results, len(before))
    record = record.model_copy(update={"answer": answer, "query": listed["query"]})
    # All of them are spoken of from now on: "the second" is the one it was.
    turn = talk.turn(record, shows=True, like=listed)
    turn["shown"] = [*before, *turn["shown"]]
    if "question" in listed:
        turn["question"] = listed["question"]
    if "alike" in listed:
        turn["alike"] = listed["alike"]
    looked_at = dict.fromkeys([*listed.get("looked_at", []), *talk.looked_at])
    if "looked_at" in listed and len(looked_at) <= MOST_LOOKED_AT:
        turn["looked_at"] = list(looked_at)
    return Said(answer, record, turn)


def _next(talk: Talk, listed: Turn, count: int) -> ResultRecord | None:
    """Search on as the list was found; none where nothing in it fitted."""
    before = listed["shown"]
    if any(video["status"] == "dropped" for video in before):
        return None
    if "alike" in listed:
        told = listed["alike"]
        return nearest(talk, Wanted(tuple(told["references"]), told["edit"], told["asked"]), before, count).record
    known = [name for video in before if talk.generation(name := video["video_id"])]
    record = talk.ask(listed["question"], without=known, top=count)
    hits = [hit for hit in record.results if hit.status != "dropped"]
    ranked = tuple(hit.model_copy(update={"rank": hit.rank + len(before)}) for hit in hits)
    return record.model_copy(update={"results": ranked})


def back(talk: Talk) -> Said:
    """Show a list again, and speak of it from now on."""
    lists = lists_of(talk.turns, talk.library)
    if not lists:
        return Said(NOTHING_SHOWN)
    listed = _meant_list(lists, talk.message.text)
    if listed is None:
        return Said(tell_no_list(talk.message.text, [turn["query"] for turn in lists]))
    hits, told = shown_again(talk, listed["shown"])
    answer = "\n".join([tell_list(listed["query"], hits), *told])
    record = remembered(listed, hits, answer)
    # As it was, the videos that are gone too: numbers mean what they meant.
    turn = Turn(**{**listed, "kind": "back", "positions": [], "asked": talk.message.text})
    return Said(answer, record, turn)


def _meant_list(lists: list[Turn], which: str) -> Turn | None:
    """Return the list that is meant: the last, the first, the one before the last, or one by what was asked."""
    if which == ORIGINAL:
        return lists[0]
    if which == PREVIOUS:
        now = next(n for n, turn in enumerate(lists) if turn["query_id"] == lists[-1]["query_id"])
        return lists[max(0, now - 1)]
    if not which:
        return lists[-1]
    words = content_stems(which)
    asked = [(len(words & content_stems(turn["query"])), n) for n, turn in enumerate(lists)]
    most, n = max(asked)
    return lists[n] if most else None


def sort(talk: Talk) -> Said:
    """Show a list in another order; the other way round may also mean who does it to whom."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    if talk.message.text == TURNED and (turned := _turned(talk, listed.get("question", ""))):
        return question(replace(talk, message=FollowUp("question", text=turned)))
    order = order_of(talk.message.text)
    if order is None:
        return Said(tell_orders(talk.message.text), turn=again(talk, listed))

    def read(name: str) -> Twin:
        return talk.desk.twin(talk.library, name).twin

    # What is gone has no length; it is told of after the others.
    videos = meant(talk.message, listed)
    gone = [video for video in videos if not talk.generation(video["video_id"])]
    ordered = order.sorted([video for video in videos if video not in gone], read)
    measures = {video["video_id"]: order.measure(video, read) for video in ordered} if order.measure else {}
    first = ""
    if order.superlative and measures:
        first = tell_first(order.superlative, [video["name"] for video in ordered], list(measures.values()))
    if first and len(videos) < len(listed["shown"]):  # asked of a few, whose list stays as it is
        return Said(first, turn=again(talk, listed))
    same = len(measures) > 1 and len(set(measures.values())) == 1
    hits, told = shown_again(talk, videos if same else [*ordered, *gone])
    if same:
        sorted_so = tell_unsorted(hits, "" if first else next(iter(measures.values())))
    else:
        sorted_so = tell_sorted(order.told, hits, [measures.get(hit.video_id, "") for hit in hits])
    answer = "\n".join([" ".join(filter(None, [first, sorted_so])), *told])
    record = remembered(listed, hits, answer).model_copy(update={"query_id": new_id()})
    turn = talk.turn(record, shows=True, like=listed)
    if not same:
        turn["order"], turn["measures"] = order.told, measures
    return Said(answer, record, turn)


def _turned(talk: Talk, asked: str) -> str:
    """Return a question in which one thing does something to another with the two in each other's place."""
    parts = talk.desk.decomposer(talk.library).decompose(asked).sub_queries if asked else ()
    pairs = {(part.subject, part.object) for part in parts if part.relation in PREDICATES and part.object}
    if len(pairs) != 1:
        return ""
    ((one, other),) = pairs
    found = re.fullmatch(rf"(.*?\b){re.escape(one or '')}(\b.*\b){re.escape(other or '')}(\b.*)", asked, re.I)
    return f"{found[1]}{other}{found[2]}{one}{found[3]}" if found and one and other else ""


def recap(talk: Talk) -> Said:
    """Say what was asked until now, and what is shown."""
    turns = [turn for turn in talk.turns if turn["library"] == talk.library]
    lists = lists_of(turns, talk.library)
    if not lists:
        return Said(NOTHING_SHOWN)
    queries = [turn["query"] for turn in lists]
    first = talk.message.text == ORIGINAL
    told = tell_original(queries[0]) if first else tell_turns(queries, lists[-1]["shown"])
    return Said(told, turn=again(talk, lists[-1]))
