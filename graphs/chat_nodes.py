"""How each kind of message is answered. Only questions, conditions and likeness search; the rest is remembered."""

from collections.abc import Callable

from graphs.answering import because, called
from graphs.chat_about import about, numbered
from graphs.chat_alike import alike
from graphs.chat_conditions import drop, refine
from graphs.chat_lists import back, more, question, recap, sort
from graphs.chat_talk import Said, Talk, again, only, remembered, spoken_of
from graphs.chat_turns import ShownVideo, meant, ranked_of
from graphs.chat_words import HELP, tell_broken, tell_changed, tell_where, tell_why
from twins.errors import TwinseekError
from twins.queries import Hit


def why(talk: Talk) -> Said:
    """Compare the traces of shown videos, or explain one."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    return Said(
        tell_why(meant(talk.message, listed), by_model=listed.get("by_model", False), order=listed.get("order", "")),
        turn=again(talk, listed),
    )


def where(talk: Talk) -> Said:
    """Show when and where the question holds in a video, or look for something in it."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    videos = meant(talk.message, listed)
    if talk.message.text:
        return _where_else(talk, videos)
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
    return Said(answer, remembered(listed, hits, answer), again(talk, listed))


def _where_else(talk: Talk, videos: list[ShownVideo]) -> Said:
    """Look for something else in shown videos, and say where it is."""
    record = numbered(talk.ask(talk.message.text, **only(videos)), videos)
    told = []
    for hit in record.results:
        if hit.status == "dropped":
            told.append(f"{hit.rank} {called(hit)}: '{talk.message.text}' was not found there.")
        else:
            known = talk.desk.twin(talk.library, hit.video_id).twin
            told.append(f"{tell_where(hit, (known.width, known.height))} So it was found{because(hit)}.")
    answer = "\n".join(told)
    return Said(answer, record.model_copy(update={"answer": answer}), talk.turn(record, shows=False))


def aside(talk: Talk) -> Said:
    """Say how to go on."""
    return Said(HELP)


NODES: dict[str, Callable[[Talk], Said]] = {
    "question": question,
    "refine": refine,
    "drop": drop,
    "why": why,
    "where": where,
    "about": about,
    "alike": alike,
    "more": more,
    "sort": sort,
    "back": back,
    "recap": recap,
    "aside": aside,
}
