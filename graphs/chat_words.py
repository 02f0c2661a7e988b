"""Answers to follow-ups in words, made from what is remembered: nothing is searched or judged anew."""

from collections.abc import Sequence

from agents.shown import UNCLEAR
from graphs.answering import NAME, because, called, when
from graphs.chat_places import tell_places
from graphs.chat_reasons import CLAIM, CLAIMS_TOLD, NOTHING_CHECKED, shown_name, speaks_against, unconfirmed
from graphs.chat_turns import ShownVideo
from prompts import one_line
from twins.errors import TwinseekError
from twins.predicates.truth import merge_spans
from twins.queries import CheckedClaim, Hit

MOST_NAMED = 10
SPANS_TOLD = 5
TOLD = 1000
"""Characters of what is told of one video."""

NOTHING_SHOWN = "Nothing has been shown yet: ask about the library first, for example 'what hides behind the wall?'."

WELCOME = "All right: ask on, or say 'help' to read what can be asked."
HELP = (
    "Say in a sentence what happens in the video that you look for, for example 'something hides and comes back'. "
    "Then: 'only those where it is red', 'without 3', 'why is 2 above 3?', 'show me where', 'what happens in 2?', "
    "'is the ball in 2 red?', 'more like the second, but at night', 'more', 'sort by length', 'back to the first list'."
)


def tell_missing(ranks: Sequence[int], shown: Sequence[ShownVideo]) -> str:
    """Say that there are no such positions, and what there is."""
    wrong = " and ".join(f"no number {rank}" for rank in ranks if rank != UNCLEAR)
    more = f", … up to {shown[-1]['rank']}" if len(shown) > MOST_NAMED else ""
    listed = ", ".join(shown_name(video) for video in shown[:MOST_NAMED])
    count = "one video was" if len(shown) == 1 else f"{len(shown)} videos were"
    if UNCLEAR in ranks:
        return f"Which one is meant? Say its number or its file's name: {count} shown ({listed}{more})."
    return f"There is {wrong}: {count} shown ({listed}{more})."


def tell_where(hit: Hit, size: tuple[int, int]) -> str:
    """Say in words when and where in a video the question holds; the numbers are in the structured result.

    Args:
        hit: with the frames in which its instances were found.
        size: width and height of the video's picture, in pixels.
    """
    at = f"at {when(hit.spans, SPANS_TOLD)}" if hit.spans else "no moment was singled out"
    things = "; ".join(tell_places(instance, size) for instance in hit.instances) or "no object was named as evidence"
    return f"{hit.rank} {called(hit)}: {at}. {things[:1].upper()}{things[1:]}."


def tell_found(hit: Hit) -> str:
    """Say how the question of a list is answered by one of its videos."""
    if hit.status == "coarse":
        return f"{hit.rank} {called(hit)}: it was not judged."
    at = f" at {when(hit.spans, SPANS_TOLD)}" if hit.spans else ""
    if hit.status == "dropped":
        against = speaks_against([(line.claim, line.check) for line in hit.trace]) or NOTHING_CHECKED
        return f"{hit.rank} {called(hit)} does not fit: {against}."
    return f"{hit.rank} {called(hit)}{at}{because(hit)}."


def tell_not_there(video: ShownVideo, wanted: str) -> str:
    """Say that what is looked for in a video was not found there."""
    return f"{shown_name(video)}: nothing was found there for '{one_line(wanted, CLAIM)}'."


def tell_changed(video: ShownVideo) -> str:
    """Say that what was named of a video is not known any more."""
    return f"{shown_name(video)} was indexed anew since it was shown: ask the question again to see where it holds."


def tell_broken(video: ShownVideo, error: TwinseekError) -> str:
    """Say why a video cannot be shown."""
    return f"{shown_name(video)} cannot be shown: {error}."


def tell_refined(
    kept: Sequence[tuple[Hit, Hit]], videos: Sequence[ShownVideo], condition: str, open_: Sequence[ShownVideo]
) -> str:
    """Say which of the videos that were shown stay, and why.

    Args:
        kept: each as it is listed now, and as the condition alone found it.
        videos: what was shown.
        condition: in words.
        open_: those of which it is not known whether it holds.
    """
    asked = len(videos)
    # Their numbers are those of the list before: they are told where it stays.
    unknown = f" Of {_listed_few(open_, numbers=not kept)} it could not be verified." if open_ else ""
    if not kept:
        listed = (
            "The one video that was shown does not stay" if asked == 1 else f"None of the {asked} shown videos stays"
        )
        if len(open_) == asked:
            found, unknown = "could not be verified there", ""
        else:
            found = "does not hold there" if not open_ else "does not hold, as far as it is known"
        return f"{listed}: '{condition}' {found}.{unknown} The list before can still be asked about."
    listed = "; ".join(f"{hit.rank} {called(hit)}{because(found)}" for hit, found in kept[:MOST_NAMED])
    more = f"; and {len(kept) - MOST_NAMED} more" if len(kept) > MOST_NAMED else ""
    unfit = ""
    if kept[0][0].status == "dropped":
        unfit = f" {'It does not fit' if len(kept) == 1 else 'None of them fits'} what was asked before."
    if asked == 1:
        return f"The one video that was shown stays: {listed}.{unfit}"
    number = f"All {asked} shown videos" if len(kept) == asked else f"{len(kept)} of the {asked} shown videos"
    return f"{number} stay{'s' * (len(kept) == 1)}: {listed}{more}.{unfit}{unknown}"


def _listed_few(videos: Sequence[ShownVideo], *, numbers: bool) -> str:
    more = f" and {len(videos) - MOST_NAMED} more" if len(videos) > MOST_NAMED else ""
    named = (shown_name(video) if numbers else one_line(video["name"], NAME) for video in videos[:MOST_NAMED])
    return f"{', '.join(named)}{more}"


def tell_likeness(names: str, edit: str) -> str:
    """Return what was asked for: ``like street, but 'at night'``."""
    but = f", but '{edit}'" if edit else ""
    return f"like {names}{but}"


def tell_alike(asked: str, hits: Sequence[Hit], fitting: int, others: int, unchecked: str = "") -> str:
    """Say which videos are most like one, and that likeness is an order and no check.

    Args:
        asked: by :func:`tell_likeness`.
        hits: what is shown, the most like first.
        fitting: how many differ as asked; all the others, where they need not.
        others: how many were compared.
        unchecked: the difference, where it could be verified of none of them.
    """
    if not hits:
        return f"No other video is {asked} that was not shown already."
    few = f"{fitting} of the {others} other videos" if fitting < others else _videos(others, "other ")
    listed = ", ".join(f"{called(hit)} ({hit.score:.2f})" for hit in hits[:MOST_NAMED])
    reasons = because(hits[0])
    judged = f" '{unchecked}' was judged by descriptions alone, and could be verified of none." if unchecked else ""
    return f"{asked[:1].upper()}{asked[1:]}: {listed}, of {few}. {called(hits[0])}{reasons}.{judged} {COMPARED}"


COMPARED = (
    "In brackets and in order: likeness from 0 to 1, of what is said of the videos, not of their pictures; no check."
)


def tell_unlike(asked: str, edit: str, hits: Sequence[Hit], others: int) -> str:
    """Say that no video differs as asked, and which are most alike all the same."""
    refuted = bool(hits) and all(any(line.check == "refuted" for line in hit.trace) for hit in hits)
    known = "does not hold" if refuted else "could not be verified"
    among = "the only other video" if others == 1 else f"the other {others} videos"
    listed = ", ".join(f"{called(hit)} ({hit.score:.2f})" for hit in hits)
    closest = f" The most alike all the same: {listed}; '{edit}' {known} there. {COMPARED}" if hits else ""
    return f"Nothing is {asked}, among {among}.{closest}"


def told_of(video: ShownVideo, text: str) -> str:
    """Return what is told of a video, with its number and name, in one line: names and words in a video may be long."""
    return f"{shown_name(video)}: {one_line(text, TOLD)}."


def tell_checked(hit: Hit, *, whether: bool) -> str:
    """Answer a question about a video by the claims that were checked.

    Args:
        whether: yes or no is asked for.
    """
    claims = {
        check: [one_line(line.claim, CLAIM) for line in hit.trace if line.check == check][:CLAIMS_TOLD]
        for check in ("verified", "refuted", "unverifiable")
    }
    said = {check: "; ".join(lines) for check, lines in claims.items()}
    open_ = f"; {unconfirmed(claims['unverifiable'])}" if claims["unverifiable"] else ""
    happens = any(line.check == "verified" and line.span is not None for line in hit.trace)
    at = f"at {when(hit.spans, SPANS_TOLD)}: " if happens and hit.spans else ""
    if not whether:
        return f"{said['verified']} (checked)"
    if said["refuted"]:
        so = f"; but {said['verified']}" if said["verified"] else ""
        return f"no, it is not so that {said['refuted']}{so} (checked){open_}"
    if open_ and hit.status == "dropped":  # what holds is beside the point: a cat stays, and a dog is asked for
        return f"nothing says so; known is only that {said['verified']} (checked){open_}"
    return f"{'in part' if open_ else 'yes'}, {at}{said['verified']} (checked){open_}"


def tell_unchecked(said: Sequence[CheckedClaim], hit: Hit, known: str = "") -> str:
    """Answer a question about a video by what a model says of it.

    Args:
        said: the claims.
        hit: the video; its times are told where the claims have none.
        known: what was measured of it, in words.
    """
    spans = merge_spans([line.span for line in said if line.span is not None]) or hit.spans
    at = f" ({when(spans, SPANS_TOLD)})" if spans else ""
    told = "; ".join(one_line(line.claim, CLAIM) for line in said[:CLAIMS_TOLD])
    return f"not checked: {told}{at}{f'. Known is: {known}' if known else ''}"


def tell_unanswered(asked: str, near: Sequence[str]) -> str:
    """Say that nothing that was checked answers a question, what is known all the same, and what can be asked."""
    told = "; ".join(one_line(line, CLAIM) for line in near)
    return (
        f"nothing that could be checked answers '{one_line(asked, CLAIM)}'. Known is: {told}. What can be asked: what "
        "happens, what is in it, what colour, shape or size a thing has, how many there are, how long it is, or "
        "whether something is so"
    )


ALL_SHOWN = "These were all: no other video fits. Ask a new question to look at the whole library again."
CHOSEN = (
    "This list was chosen from another one, or sorted: there is no more of it. Say 'back' until that one is shown, "
    "then 'more', or ask a new question."
)
TOO_MANY = "No more are shown in one list: keep some (only …), or ask a narrower question."
NOTHING_LEFT = "Then nothing would be left: the list stays as it is."


def tell_left(hits: Sequence[Hit], before: int, judged: Sequence[ShownVideo] = ()) -> str:
    """Say which videos are left of a list, and which left it by what is said of them alone."""
    unchecked = ""
    if judged:  # without the numbers that they had: in the list that is left others have them
        those = _listed_few(judged, numbers=False)
        unchecked = f" Left out on the word of a description alone, and verified of none: {those}."
    return (
        f"{len(hits)} of {_videos(before)} left: {tell_numbered(hits)}.{unchecked} Left out of the list only, the "
        "library keeps all."
    )


def tell_none_dropped(condition: str) -> str:
    """Say that of no video it is known that it should be left out."""
    return f"Of none of the shown videos is it known that '{condition}' holds: the list stays as it is."


def tell_more(hits: Sequence[Hit], before: int) -> str:
    """Say which videos come next."""
    return f"{len(hits)} more after the {before} shown: {tell_numbered(hits)}."


def tell_list(query: str, hits: Sequence[Hit]) -> str:
    """Say which list is spoken of again."""
    return f"Again, for '{query}': {tell_numbered(hits)}."


def tell_no_list(which: str, queries: Sequence[str]) -> str:
    """Say that there was no such list, and which there were."""
    return f"No list was shown for '{which}'; there were: {_asked(queries)}."


def tell_numbered(hits: Sequence[Hit], measures: Sequence[str] = ()) -> str:
    """Name videos with their numbers, and beside each of them its measure, where it has one."""
    more = f" and {len(hits) - MOST_NAMED} more" if len(hits) > MOST_NAMED else ""
    beside = [f" ({measure})" if measure else "" for measure in measures] or [""] * len(hits)
    named = zip(hits[:MOST_NAMED], beside, strict=False)
    return ", ".join(f"{hit.rank} {called(hit)}{measure}" for hit, measure in named) + more


def tell_turns(queries: Sequence[str], shown: Sequence[ShownVideo]) -> str:
    """Say what was asked until now, and what is shown."""
    listed = ", ".join(shown_name(video) for video in shown[:MOST_NAMED])
    number = "One video is" if len(shown) == 1 else f"{len(shown)} videos are"
    return f"Asked was: {_asked(queries)}. {number} shown: {listed}."


def tell_original(query: str) -> str:
    """Say what was asked first."""
    return f"The first question was: {one_line(query, CLAIM)}."


def _asked(queries: Sequence[str]) -> str:
    asked = enumerate(dict.fromkeys(one_line(query, CLAIM) for query in queries), start=1)
    return "; ".join(f"({number}) {query}" for number, query in asked)


def _videos(number: int, kind: str = "") -> str:
    return f"{number} {kind}video{'s' * (number != 1)}"
