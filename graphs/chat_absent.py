"""Why a video of the library is not in a list: what speaks against it, or that it was never proposed."""

from collections.abc import Sequence

from graphs.answering import called
from graphs.chat_conditions import holding, is_refuted
from graphs.chat_reasons import CLAIM, speaks_against
from graphs.chat_talk import Said, Talk, again
from graphs.chat_turns import Turn, lists_of
from prompts import one_line
from twins.queries import Hit, ResultRecord


def absent(talk: Talk, listed: Turn) -> Said:
    """Say why the video that a message names is not in a list: what the list was made by is asked of it alone."""
    return Said(_told(talk, listed), turn=again(talk, listed))


def _told(talk: Talk, listed: Turn) -> str:
    video_id = talk.message.text
    made_of = _made_of(lists_of(talk.turns, talk.library), listed)
    base = made_of[0] if _begins(made_of[0]) else None
    there = next((turn for turn in reversed(made_of) if _rank(turn, video_id)), None)
    told = ""
    if there is None and base is not None and "question" in base:
        (hit,) = _asked_of(talk, video_id, base["question"]).results
        looked_at = base.get("looked_at")
        far = len(looked_at) if looked_at and video_id not in looked_at else 0
        told = tell_absent(hit, base["question"], far, [v["score"] for v in base["shown"] if v["status"] != "coarse"])
        if hit.status == "dropped" or listed is base:
            return told
    for condition in _conditions(made_of, there):
        found = _asked_of(talk, video_id, condition)
        if not holding(found, condition):
            return f"{told} {tell_not_held(found.results[0], condition)}".strip()
    if there is not None:
        return tell_left_out(_rank(there, video_id), there["query"], listed["query"])
    return f"{told} {tell_further_down(listed['query'])}".strip()


def _made_of(lists: Sequence[Turn], listed: Turn) -> list[Turn]:
    """Return the lists that one was made of, from its own question on, itself last.

    A later question may begin with the words of an earlier one and has nothing to do with its list.
    """
    asked = listed["query"]
    alike = [turn for turn in lists if asked == turn["query"] or asked.startswith(f"{turn['query']}; ")]
    begun = [n for n, turn in enumerate(alike) if _begins(turn)]
    return alike[begun[-1] :] if begun else alike


def _begins(turn: Turn) -> bool:
    """Say whether a list was found in the whole library, and not made of another list."""
    return "question" in turn or "alike" in turn


def _rank(turn: Turn, video_id: str) -> int:
    return next((video["rank"] for video in turn["shown"] if video["video_id"] == video_id), 0)


def _conditions(made_of: Sequence[Turn], there: Turn | None) -> list[str]:
    """Return the conditions by which a list was made of others, those that came after it still held a video."""
    told = [(turn, turn.get("asked", "") if turn["kind"] == "refine" else "") for turn in made_of]
    told += [(turn, turn["alike"]["edit"]) for turn in made_of if "alike" in turn]
    since = "" if there is None else there["query"]
    return list(dict.fromkeys(text for turn, text in told if text and len(turn["query"]) > len(since)))


def _asked_of(talk: Talk, video_id: str, question: str) -> ResultRecord:
    """Ask a question of one video; there is a result, or an error says why not."""
    return talk.ask(question, within=[video_id], top=1, candidates=1, ordered=False)


def tell_absent(hit: Hit, question: str, far: int, shown: Sequence[float]) -> str:
    """Say why a video is not in the list of a question.

    Args:
        hit: the video, judged by the question alone.
        question: of the list.
        far: how many videos were looked at in its place; 0 where it was one of them, or that is not known.
        shown: the scores of the list's videos that were judged.
    """
    asked = f"'{one_line(question, CLAIM)}'"
    name = called(hit)
    never = f"{name} was never proposed for {asked}: what is known of {far} other videos is nearer to it, and only "
    first = f"{never}those were looked at. Now that it was: it" if far else name
    if hit.status == "coarse":
        return f"{first} was not judged for {asked}."
    if hit.status != "dropped":
        return f"{first} fits {asked} too (score {hit.score:.2f}){_beside(hit.score, shown)}."
    lines = [(line.claim, line.check) for line in hit.trace]
    against = speaks_against(lines) or "nothing is known of it that could be checked"
    return f"{first} does not fit {asked} (score {hit.score:.2f}): {against}."


def _beside(score: float, shown: Sequence[float]) -> str:
    """Say how well a video fits beside those that are shown, as their scores are told: by two digits."""
    worse = sum(round(other, 2) <= round(score, 2) for other in shown)
    if not shown or worse == len(shown):
        return ", no less well than what is shown" if shown else ""
    return (
        f", no less well than {worse} of the {len(shown)} that are shown" if worse else ", less well than what is shown"
    )


def tell_not_held(hit: Hit, condition: str) -> str:
    """Say why a video does not stay in a list that a condition was put on."""
    how = "does not hold there" if is_refuted(hit) else "could not be verified there"
    against = speaks_against([(line.claim, line.check) for line in hit.trace])
    return f"{called(hit)}: '{one_line(condition, CLAIM)}' {how}{f' ({against})' if against else ''}."


def tell_left_out(rank: int, before: str, now: str) -> str:
    """Say that a video was in an earlier list, and is none of those that were kept of it."""
    return f"It was number {rank} for '{one_line(before, CLAIM)}', and was left out of '{one_line(now, CLAIM)}'."


def tell_further_down(query: str) -> str:
    """Say that nothing known speaks against a video that a list does not show."""
    return f"It may come further down in the list for '{one_line(query, CLAIM)}': say 'more'."
