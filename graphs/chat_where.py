"""When and where in a shown video something is to be seen."""

from graphs.answering import because
from graphs.chat_talk import Said, Talk, again, numbered, only, remembered, spoken_of, still_there
from graphs.chat_turns import ShownVideo, meant, ranked_of
from graphs.chat_words import tell_broken, tell_changed, tell_not_there, tell_where
from twins.errors import TwinseekError
from twins.queries import Hit


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
    record = numbered(talk.ask(talk.message.text, **only(still_there(talk, videos))), videos)
    found = {hit.video_id: hit for hit in record.results}
    told: list[str] = []
    for video in videos:
        try:
            known = talk.desk.twin(talk.library, video["video_id"]).twin
        except TwinseekError as error:
            told.append(tell_broken(video, error))
            continue
        hit = found.get(video["video_id"])
        if hit is None or hit.status == "dropped":
            told.append(tell_not_there(video, talk.message.text))
        else:
            told.append(f"{tell_where(hit, (known.width, known.height))} So it was found{because(hit)}.")
    answer = "\n".join(told)
    return Said(answer, record.model_copy(update={"answer": answer}), talk.turn(record, shows=False))
