"""Questions about shown videos, answered from their twins; what can be checked is asked of the judge."""

from collections.abc import Sequence
from dataclasses import replace

from agents.evidence import Evidence
from agents.follow_ups import FollowUp
from agents.open_parts import SOURCE as OPEN
from agents.told_videos import (
    nearest_sentences,
    tell_doing,
    tell_looks,
    tell_moment,
    tell_number,
    tell_part,
    tell_scene,
    tell_things,
    tell_video,
)
from agents.video_questions import VideoQuestion, read_video_question
from graphs.chat_talk import Said, Talk, again, numbered, only, remembered, shown_again, spoken_of, still_there
from graphs.chat_turns import ShownVideo, Turn, meant
from graphs.chat_where import where
from graphs.chat_words import tell_broken, tell_checked, tell_found, tell_unanswered, tell_unchecked, told_of
from twins.errors import TwinseekError
from twins.observations import EffectiveTwin
from twins.predicates import PREDICATES
from twins.queries import CheckedClaim, Hit

REASONS = ("why", "how")
"""What is asked with these is not answered by something that happens."""


def about(talk: Talk) -> Said:
    """Answer a question about shown videos; where none is asked, the one before is asked again."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    before = talk.turns[-1]
    of_video = before["kind"] in ("about", "where") and before["library"] == talk.library
    as_listed = of_video and before.get("same", False)
    if talk.message.same or not talk.message.text:
        if as_listed or (talk.message.same and not of_video):
            return _as_listed(talk, listed)
        if of_video:
            talk = replace(talk, message=FollowUp(before["kind"], talk.message.positions, before.get("asked", "")))
    if talk.message.kind == "where":
        return where(talk)
    videos = meant(talk.message, listed)
    asked_for = read_video_question(talk.message.text)
    if asked_for.asked in ("whether", "other"):
        return _checked(talk, videos, asked_for)
    told: list[str] = []
    for video in videos:
        try:
            known = talk.desk.twin(talk.library, video["video_id"])
        except TwinseekError as error:
            told.append(tell_broken(video, error))
        else:
            told.append(told_of(video, _told(asked_for, known)))
    return Said("\n".join(told), turn=again(talk, listed))


def _as_listed(talk: Talk, listed: Turn) -> Said:
    """Say how the question of a list is answered by videos of it; it was judged there already."""
    hits, told = shown_again(talk, meant(talk.message, listed))
    ranks = {video["video_id"]: video["rank"] for video in listed["shown"]}
    hits = [hit.model_copy(update={"rank": ranks[hit.video_id]}) for hit in hits]
    answer = "\n".join([*(tell_found(hit) for hit in hits), *told])
    turn = again(talk, listed)
    turn["same"] = True
    return Said(answer, remembered(listed, hits, answer), turn)


def _told(asked_for: VideoQuestion, known: EffectiveTwin) -> str:
    """Answer what the twin of a video tells by itself."""
    evidence = Evidence(known.twin, known.geometry)
    match asked_for.asked:
        case "part":
            return tell_part(known.twin, at_end=asked_for.look == "end")
        case "things":
            return tell_things(known.twin)
        case "length":
            return f"{known.twin.duration:.1f} s long"
        case "looks":
            return tell_looks(asked_for.phrase, asked_for.look, evidence)
        case "number":
            return tell_number(asked_for.phrase, evidence)
        case "doing":
            return tell_doing(asked_for.phrase, evidence, asked_for.moment)
        case _:
            return tell_moment(known.twin, asked_for.moment) if asked_for.moment else tell_video(known.twin)


def _checked(talk: Talk, videos: Sequence[ShownVideo], asked_for: VideoQuestion) -> Said:
    """Ask the judge of the videos, and tell what it says of each; where that is nothing, what is said that is near.

    Their numbers stay those of the list.
    """
    record = numbered(talk.ask(asked_for.phrase, **only(still_there(talk, videos))), videos)
    found = {hit.video_id: hit for hit in record.results}
    by_model = record.strategy == "llm"
    told: list[str] = []
    for video in videos:
        try:
            told.append(_answer(talk, video, found.get(video["video_id"]), asked_for, by_model=by_model))
        except TwinseekError as error:
            told.append(tell_broken(video, error))
    answer = "\n".join(told)
    return Said(answer, record.model_copy(update={"answer": answer}), talk.turn(record, shows=False))


def _answer(talk: Talk, video: ShownVideo, hit: Hit | None, asked_for: VideoQuestion, *, by_model: bool) -> str:
    whether = asked_for.asked == "whether"
    if hit is not None and any(_answers(line, asked_for, whether=whether) for line in hit.trace):
        return told_of(video, tell_checked(hit, whether=whether))
    known = talk.desk.twin(talk.library, video["video_id"])
    if hit is not None and by_model and (said := unchecked_answer(hit)):
        looks = tell_looks("", asked_for.look, Evidence(known.twin, known.geometry)) if asked_for.look else ""
        return told_of(video, tell_unchecked(said, hit, looks))
    if asked_for.look:
        near = [tell_looks("", asked_for.look, Evidence(known.twin, known.geometry))]
    else:
        whole = [tell_things(known.twin), tell_scene(known.twin)]
        near = nearest_sentences(asked_for.phrase, known.twin) or list(filter(None, whole))
    return told_of(video, tell_unanswered(asked_for.phrase, near))


def unchecked_answer(hit: Hit) -> list[CheckedClaim]:
    """Return what a model says of a video that it finds to fit, where that cannot be recomputed.

    What rules say of one is nothing but what is near in words.
    """
    if hit.status == "dropped" or hit.by_rules:
        return []
    return [line for line in hit.trace if line.check == "unverifiable" and line.source != OPEN]


def _answers(line: CheckedClaim, asked_for: VideoQuestion, *, whether: bool) -> bool:
    """Say whether a claim answers a question: who does a thing, but not why, is told by what was found to happen."""
    if whether:
        return line.check != "unverifiable"
    return (
        line.check == "verified" and line.predicate in PREDICATES and not asked_for.phrase.lower().startswith(REASONS)
    )
