"""Answers to follow-ups in words, made from what is remembered: nothing is searched or judged anew."""

from collections.abc import Sequence

from graphs.answering import NAME, because, called, told_status, when
from graphs.chat_places import tell_places
from graphs.chat_turns import ShownVideo, trace_of
from prompts import one_line
from twins.errors import TwinseekError
from twins.queries import Check, Hit, ResultRecord

MOST_NAMED = 10
SPANS_TOLD = 5
CLAIMS_TOLD, CLAIM = 6, 160
"""Claims of a kind that are told, and characters of each: what a describer wrote may be long."""
AGAINST_TOLD = 2
"""Of a video that does not fit, only what speaks against it is told, so many claims."""

NOTHING_SHOWN = "Nothing has been shown yet: ask about the library first, for example 'what hides behind the wall?'."

HELP = (
    "Say in a sentence what happens in the video that you look for, for example 'something hides and comes back'. "
    "Then: 'only those where it is red', 'why is 2 above 3?', 'show me where', 'more like the second, but faster'."
)


def tell_missing(ranks: Sequence[int], shown: Sequence[ShownVideo]) -> str:
    """Say that there are no such positions, and what there is."""
    wrong = " and ".join(f"no number {rank}" for rank in ranks)
    more = f", … up to {shown[-1]['rank']}" if len(shown) > MOST_NAMED else ""
    listed = ", ".join(_called(video) for video in shown[:MOST_NAMED])
    count = "one video was" if len(shown) == 1 else f"{len(shown)} videos were"
    return f"There is {wrong}: {count} shown ({listed}{more})."


def tell_why(videos: Sequence[ShownVideo], *, by_model: bool = False) -> str:
    """Compare videos by their traces, the first with each of the others; tell those of a single one.

    Args:
        by_model: a model gave the scores.
    """
    first, others = videos[0], list(videos[1:])
    if not others:
        return f"{_placed(first)}. {_claims(first)}"
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
        both = f"{_called(better)} and {_called(worse)} fit equally well {score}"
        if better["status"] == worse["status"] == "dropped":
            both = f"{'neither' if turned else 'Neither'} {_called(better)} nor {_called(worse)} fits {score}"
        return f"{turned}{both}; {_what_decides(better, worse)}."
    text = f"{turned}{_placed(better)} is above {_placed(worse)}"
    if better["score"] < worse["score"]:
        text += ": what was verified comes before what was only said, and close ones are compared with each other"
    return f"{text}."


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
        return f"{_called(video)} (not judged; recall {video['coarse_score']:.2f})"
    told = "does not fit" if video["status"] == "dropped" else told_status(video["status"], trace_of(video))
    return f"{_called(video)} (score {video['score']:.2f}, {told})"


def _called(video: ShownVideo) -> str:
    return f"{video['rank']} {one_line(video['name'], NAME)}"


Line = tuple[str, Check]


def _lines(video: ShownVideo) -> list[Line]:
    return list(dict.fromkeys((line.claim, line.check) for line in trace_of(video)))


def _common(videos: Sequence[ShownVideo]) -> list[Line]:
    first, *rest = (_lines(video) for video in videos)
    return [line for line in first if all(line in lines for lines in rest)]


def _claims(video: ShownVideo, told: Sequence[Line] = ()) -> str:
    lines = [line for line in _lines(video) if line not in told]
    listed = _against(lines) if video["status"] == "dropped" else _listed(lines)
    return f"{'Only of' if told else 'Of'} {_called(video)}: {listed or 'nothing could be checked'}."


def _against(lines: Sequence[Line]) -> str:
    """Return what speaks against a video: claims that were refuted, or where there are none, that are not known."""
    refuted = [claim for claim, check in lines if check == "refuted"]
    claims = refuted or [claim for claim, check in lines if check == "unverifiable"]
    told = "; ".join(one_line(claim, CLAIM) for claim in claims[:AGAINST_TOLD])
    more = f"; and {len(claims) - AGAINST_TOLD} more" if len(claims) > AGAINST_TOLD else ""
    return f"{'it is not so that' if refuted else 'not known is whether'} {told}{more}" if claims else _listed(lines)


def _listed(lines: Sequence[Line]) -> str:
    """Return claims by what their check said: ``verified: …; unverifiable: …``."""
    order: tuple[Check, ...] = ("verified", "refuted", "unverifiable")
    groups = [(check, [one_line(claim, CLAIM) for claim, found in lines if found == check]) for check in order]
    return "; ".join(f"{check}: {', '.join(claims[:CLAIMS_TOLD])}" for check, claims in groups if claims)


def tell_where(hit: Hit, size: tuple[int, int]) -> str:
    """Say in words when and where in a video the question holds; the numbers are in the structured result.

    Args:
        hit: with the frames in which its instances were found.
        size: width and height of the video's picture, in pixels.
    """
    at = f"at {when(hit.spans, SPANS_TOLD)}" if hit.spans else "no moment was singled out"
    things = "; ".join(tell_places(instance, size) for instance in hit.instances) or "no object was named as evidence"
    return f"{hit.rank} {called(hit)}: {at}. {things[:1].upper()}{things[1:]}."


def tell_changed(video: ShownVideo) -> str:
    """Say that what was named of a video is not known any more."""
    return f"{_called(video)} was indexed anew since it was shown: ask the question again to see where it holds."


def tell_broken(video: ShownVideo, error: TwinseekError) -> str:
    """Say why a video cannot be shown."""
    return f"{_called(video)} cannot be shown: {error}."


def tell_refined(kept: Sequence[Hit], asked: int, condition: str, *, refuted: bool) -> str:
    """Say which of the videos that were shown stay, and why; ``refuted`` says whether it is known that none does."""
    if not kept:
        listed = (
            "The one video that was shown does not stay" if asked == 1 else f"None of the {asked} shown videos stays"
        )
        found = "does not hold there" if refuted else "could not be verified there"
        return f"{listed}: '{condition}' {found}. The list before can still be asked about."
    listed = "; ".join(f"{hit.rank} {called(hit)}{because(hit)}" for hit in kept[:MOST_NAMED])
    more = f"; and {len(kept) - MOST_NAMED} more" if len(kept) > MOST_NAMED else ""
    return f"{len(kept)} of the {asked} shown video{'s' * (asked > 1)} stay{'s' * (len(kept) == 1)}: {listed}{more}."


def tell_likeness(video: ShownVideo, edit: str) -> str:
    """Return what was asked for: ``like street, but 'at night'``."""
    but = f", but '{edit}'" if edit else ""
    return f"like {one_line(video['name'], NAME)}{but}"


def tell_alike(asked: str, said: str, record: ResultRecord) -> str:
    """Say what was found that is like a video, by what: its description was looked for, not its pictures.

    Args:
        asked: by :func:`tell_likeness`.
        said: the sentences of the video's twin that were looked for; empty where there were none to look for.
        record: what came of it.
    """
    by = f" Compared was what is said of the videos, not their pictures; looked for was: {said}." if said else ""
    if any(warning.code == "nothing_fits" for warning in record.warnings):
        others = len(record.ranking)
        among = "the only other video" if others == 1 else f"the other {others} videos"
        found = f"Nothing is {asked}, among {among}."
        if record.results:
            found += f" The closest is {called(record.results[0])} (score {record.results[0].score:.2f})."
        return found + by
    return f"{asked[:1].upper()}{asked[1:]}: {record.answer}{by}"


def tell_undiffering(edit: str) -> str:
    """Say that nothing tells whether one of the videos differs as asked."""
    return f"Of none of them is it known that '{edit}' holds."
