"""What a conversation remembers, as plain JSON: what was asked, and what was shown.

Ids, spans, scores and traces only. Boxes and masks are big, and grounded again when they are asked for.
"""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import NotRequired, TypedDict

from agents.follow_forms import Kind
from agents.follow_ups import FollowUp
from agents.shown import Shown
from graphs.answering import name_of
from graphs.ranking import Judged, RankedHit
from graphs.state import Json
from twins.queries import CheckedClaim, Hit
from twins.schema import Span

MOST_TURNS = 20
MOST_SHOWN = 100
MOST_SAID = 3
"""Messages by which a reader knows what a short one leaves out."""
MOST_CLAIMS = 12
"""Lines of one video's trace that are remembered."""
MOST_LOOKED_AT = 1000
CLAIM = 400
"""Characters of one of them."""


class ShownVideo(TypedDict):
    """One video of a list that was shown. ``generation`` says of which twin the instances are.

    Conversations of older versions do not know what ``stands_out``.
    """

    rank: int
    video_id: str
    name: str
    generation: str
    score: float
    coarse_score: float
    status: str
    spans: list[list[float]]
    instances: list[str]
    trace: list[Json]
    stands_out: NotRequired[bool]


class Turn(TypedDict):
    """One message and what came of it; ``shown`` is empty where no new list was shown.

    What follows is not known of conversations of older versions: ``by_model`` says whether a model gave the scores,
    ``asked`` is the text of the message, ``order`` what orders the list where it is not how well videos fit,
    ``measures`` by what of each video, in words, by its id,
    ``question`` what was asked where more can be found by it, ``looked_at`` ids of those that a judge looked at for it,
    where it is not more than :data:`MOST_LOOKED_AT`, ``alike`` what the videos are like, and ``same`` that the question
    of the list was asked of some of its videos again.
    """

    query_id: str
    query: str
    kind: Kind
    library: str | None
    positions: list[int]
    shown: list[ShownVideo]
    by_model: NotRequired[bool]
    asked: NotRequired[str]
    order: NotRequired[str]
    measures: NotRequired[dict[str, str]]
    question: NotRequired[str]
    looked_at: NotRequired[list[str]]
    alike: NotRequired[Json]
    same: NotRequired[bool]


def shown_of(hits: Sequence[Hit], generation: Callable[[str], str]) -> list[ShownVideo]:
    """Return what is remembered of hits; ``generation`` returns the name of a video's live one."""
    return [
        ShownVideo(
            rank=hit.rank,
            video_id=hit.video_id,
            name=name_of(hit.path, hit.video_id),
            generation=generation(hit.video_id),
            score=hit.score,
            coarse_score=hit.coarse_score,
            status=hit.status,
            spans=[list(span) for span in hit.spans],
            instances=[instance.id for instance in hit.instances],
            trace=[_line(claim) for claim in hit.trace[:MOST_CLAIMS]],
            stands_out=hit.stands_out,
        )
        for hit in hits[:MOST_SHOWN]
    ]


def _line(claim: CheckedClaim) -> Json:
    return claim.model_copy(update={"claim": claim.claim[:CLAIM]}).model_dump(mode="json")


def trace_of(video: ShownVideo) -> tuple[CheckedClaim, ...]:
    """Return the remembered trace of a video."""
    return tuple(CheckedClaim.model_validate(line) for line in video["trace"])


def spans_of(video: ShownVideo) -> tuple[Span, ...]:
    """Return the remembered spans of a video: pairs, which are lists in what is kept."""
    return tuple((start, end) for start, end in video["spans"])


def ranked_of(video: ShownVideo) -> RankedHit:
    """Return a remembered video as it was before its instances were grounded in frames."""
    judged = Judged.model_validate({key: value for key, value in video.items() if key in Judged.model_fields})
    return RankedHit(rank=video["rank"], coarse_score=video["coarse_score"], judged=judged)


def last_list(turns: Sequence[Turn], library: str | None) -> Turn | None:
    """Return the turn that showed a list last, in the same library; a search that left nothing does not count."""
    return next(reversed(lists_of(turns, library)), None)


def lists_of(turns: Sequence[Turn], library: str | None) -> list[Turn]:
    """Return the turns that showed a list, in order, in the same library."""
    return [turn for turn in turns if turn["shown"] and turn["library"] == library]


def remember(turns: Sequence[Turn], turn: Turn) -> list[Turn]:
    """Return the turns with one more; the oldest are forgotten, but not the first list nor the one still spoken of."""
    told = [*turns, turn]
    lists = lists_of(told, turn["library"])
    needed = [*lists[:1], *lists[-1:]]
    while len(told) > MOST_TURNS:
        told.remove(next(old for old in told if old not in needed))
    return told


def said_before(turns: Sequence[Turn], library: str | None) -> list[str]:
    """Return the last messages as understood, each once and the last one last: ``about 2: what colour is it``.

    What the list that is spoken of was asked by is among them, or before them.
    """
    told = [_said(turn) for turn in turns if turn["library"] == library]
    last = list(dict.fromkeys(reversed(told)))[:MOST_SAID][::-1]
    listed = last_list(turns, library)
    return last if listed is None or listed["query"] in last else [listed["query"], *last]


def _said(turn: Turn) -> str:
    if turn["kind"] not in ("about", "where", "why"):
        return turn["query"]
    ranks, asked = ", ".join(map(str, turn["positions"])), turn["query"] if turn.get("same") else turn.get("asked", "")
    return f"{turn['kind']} {ranks}{f': {asked}' if asked else ''}"


def what_is_shown(turns: Sequence[Turn], library: str | None) -> tuple[list[Shown], tuple[int, ...]]:
    """Return what a message may refer to, and the ranks of what was spoken of last, *it* first."""
    turn = last_list(turns, library)
    if turn is None:
        return [], ()
    stem = {video["rank"]: PurePath(video["name"]).stem for video in turn["shown"]}
    shown = [Shown(v["rank"], (v["video_id"], v["name"], stem[v["rank"]])) for v in turn["shown"]]
    later = turns[-1]
    return shown, tuple(later["positions"]) if later is not turn else ()


def meant(message: FollowUp, turn: Turn) -> list[ShownVideo]:
    """Return the videos of a list that a message means: all, where it names none."""
    by_rank = {video["rank"]: video for video in turn["shown"]}
    return [by_rank[rank] for rank in message.positions] if message.positions else list(turn["shown"])


def missing(message: FollowUp, turn: Turn) -> list[int]:
    """Return the ranks of which a message speaks and nothing was shown."""
    ranks = {video["rank"] for video in turn["shown"]}
    return [rank for rank in message.positions if rank not in ranks]
