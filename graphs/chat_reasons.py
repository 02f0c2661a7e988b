"""Why a shown video is where it is in its list: its reasons, and those of others beside it, from what is remembered."""

from collections.abc import Mapping, Sequence

from graphs.answering import NAME, told_status
from graphs.chat_turns import ShownVideo, trace_of
from prompts import one_line
from twins.queries import Check

CLAIMS_TOLD, CLAIM = 6, 160
"""Claims of a kind that are told, and characters of each: what a describer wrote may be long."""
AGAINST_TOLD = 2
"""Of a video that does not fit, only what speaks against it is told, so many claims."""

BY_LIKENESS = "by likeness"
"""What orders a list of videos like another one."""
NOTHING_CHECKED = "nothing could be checked"

Line = tuple[str, Check]
"""A claim and what its check said."""


def tell_why(
    videos: Sequence[ShownVideo],
    *,
    by_model: bool = False,
    order: str = "",
    measures: Mapping[str, str] | None = None,
) -> str:
    """Compare videos by their traces, the first with each of the others; tell those of a single one.

    Args:
        by_model: a model gave the scores.
        order: what orders the list, in words; empty where it is how well they fit.
        measures: what each video is ordered by, in words, by its id; it may be known of none.
    """
    first, others = videos[0], list(videos[1:])
    if not others:
        return f"{_placed(first)}. {_claims(first)}"
    if order:
        told = [_in_order(first, other, order, measures or {}) for other in others]
    else:
        told = [f"{_compare(first, other)}{_beside_reasons(first, other, by_model)}" for other in others]
    common = _common([first, *others])
    told += [f"Of {'both' if len(videos) == 2 else 'all'}: {_listed(common)}."] if common else []
    told += [_claims(video, common) for video in (first, *others) if set(_lines(video)) - set(common)]
    return " ".join(told)


def _compare(first: ShownVideo, second: ShownVideo) -> str:
    better, worse = sorted((first, second), key=lambda video: video["rank"])
    turned = "It is the other way round: " if better is not first else ""
    if f"{better['score']:.2f}" == f"{worse['score']:.2f}" and "coarse" not in (better["status"], worse["status"]):
        score = f"(score {better['score']:.2f} each)"
        both = f"{shown_name(better)} and {shown_name(worse)} fit equally well {score}"
        if better["status"] == worse["status"] == "dropped":
            both = f"{'neither' if turned else 'Neither'} {shown_name(better)} nor {shown_name(worse)} fits {score}"
        return f"{turned}{both}; {_what_decides(better, worse)}."
    text = f"{turned}{_placed(better)} is above {_placed(worse)}"
    if better["score"] < worse["score"]:
        text += ": what was verified comes before what was only said, and close ones are compared with each other"
    return f"{text}."


def _in_order(first: ShownVideo, second: ShownVideo, order: str, measures: Mapping[str, str]) -> str:
    """Say what puts one of two videos first in a list that something else orders than how well they fit."""
    better, worse = sorted((first, second), key=lambda video: video["rank"])
    turned = "It is the other way round: " if better is not first else ""
    above = f"{turned}{shown_name(better)} is above {shown_name(worse)}"
    by = [measures.get(video["video_id"], "") for video in (better, worse)]
    if order == BY_LIKENESS:
        by = [f"{video['score']:.2f}" for video in (better, worse)]
    if not all(by):
        return f"{above} because the list is sorted {order}."
    if by[0] == by[1]:
        return f"{above}, though the list is sorted {order} and they are the same in that ({by[0]})."
    return f"{above} because the list is sorted {order} ({by[0]} and {by[1]})."


def _what_decides(better: ShownVideo, worse: ShownVideo) -> str:
    """Say what puts one of two videos first whose scores are equal, as :func:`graphs.ranking.order_verdicts` does."""
    rank, recall = better["rank"], (better["coarse_score"], worse["coarse_score"])
    if better["score"] > worse["score"]:
        return f"{rank} is first by less than a hundredth"
    if better["status"] == "verified" != worse["status"]:
        return f"{rank} is first because more of its reasons hold"
    if better["status"] == worse["status"] and recall[0] > recall[1]:
        return (
            f"{rank} is first because what is known of it is nearer to your words ({recall[0]:.2f} to {recall[1]:.2f})"
        )
    return "that one is first means nothing"


def _beside_reasons(first: ShownVideo, second: ShownVideo, by_model: bool) -> str:
    """Say what makes the difference between two scores where it is none of the reasons: those are the same."""
    unlike = first["score"] != second["score"] and "coarse" not in (first["status"], second["status"])
    if not unlike or set(_lines(first)) != set(_lines(second)):
        return ""
    if by_model:
        return " The reasons are the same: the model scored them so, and did not say why."
    told = " The reasons are the same; the score also counts how clearly they hold"
    if first["coarse_score"] == second["coarse_score"]:
        return f"{told}."
    near = ", ".join(f"{video['rank']}: {video['coarse_score']:.2f}" for video in (first, second))
    return f"{told}, and how near what is known of a video is to your words ({near})."


def _placed(video: ShownVideo) -> str:
    if video["status"] == "coarse":
        return f"{shown_name(video)} (not judged; recall {video['coarse_score']:.2f})"
    stands_out = video.get("stands_out", False)
    told = told_status(video["status"], trace_of(video), stands_out=stands_out)
    told = "does not fit" if told == "dropped" else told
    return f"{shown_name(video)} (score {video['score']:.2f}, {told})"


def shown_name(video: ShownVideo) -> str:
    """Return a shown video's number and name."""
    return f"{video['rank']} {one_line(video['name'], NAME)}"


def _lines(video: ShownVideo) -> list[Line]:
    return list(dict.fromkeys((line.claim, line.check) for line in trace_of(video)))


def _common(videos: Sequence[ShownVideo]) -> list[Line]:
    first, *rest = (_lines(video) for video in videos)
    return [line for line in first if all(line in lines for lines in rest)]


def _claims(video: ShownVideo, told: Sequence[Line] = ()) -> str:
    lines = [line for line in _lines(video) if line not in told]
    listed = speaks_against(lines) if video["status"] == "dropped" else _listed(lines)
    return f"{'Only of' if told else 'Of'} {shown_name(video)}: {listed or NOTHING_CHECKED}."


def speaks_against(lines: Sequence[Line]) -> str:
    """Return what speaks against a video: claims that were refuted, or where there are none, that are not known."""
    refuted = [claim for claim, check in lines if check == "refuted"]
    claims = refuted or [claim for claim, check in lines if check == "unverifiable"]
    told = [one_line(claim, CLAIM) for claim in claims[:AGAINST_TOLD]]
    more = f"; and {len(claims) - AGAINST_TOLD} more" if len(claims) > AGAINST_TOLD else ""
    if not claims:
        return _listed(lines)
    return f"it is not so that {'; '.join(told)}{more}" if refuted else f"{unconfirmed(told)}{more}"


def unconfirmed(claims: Sequence[str]) -> str:
    """Say that nothing is known of claims, in quotes: what a describer wrote need not be a sentence."""
    quoted = "; ".join(f"'{claim}'" for claim in claims)
    return f"nothing confirms {quoted}"


def _listed(lines: Sequence[Line]) -> str:
    """Return claims by what their check said: ``verified: …; unverifiable: …``."""
    order: tuple[Check, ...] = ("verified", "refuted", "unverifiable")
    groups = [(check, [one_line(claim, CLAIM) for claim, found in lines if found == check]) for check in order]
    return "; ".join(f"{check}: {', '.join(claims[:CLAIMS_TOLD])}" for check, claims in groups if claims)
