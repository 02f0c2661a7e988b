"""The answer in words, made from the shown hits."""

from collections.abc import Sequence
from pathlib import PurePath

from graphs.ranking import NEAR
from prompts import one_line
from twins.queries import CheckedClaim, Hit, ResultWarning
from twins.schema import Span

CLAIMS_IN_ANSWER, SPANS_IN_ANSWER = 3, 3
NAME = 120
"""Characters of a file's name that are told."""
NO_LABELS = "no_labels"
"""Code of the warning that nobody has named the things of a library, where a question names some."""
NAMELESS = (
    "Names cannot be known here: nobody has named the things of this library. Index it again with a profile that has a "
    "detector (--profile cpu or gpu), import descriptions, or ask by colour, shape and movement."
)


def compose_answer(hits: Sequence[Hit], ranked: int, judged: int) -> tuple[str, tuple[ResultWarning, ...]]:
    """Say what was found, with the reasons that were checked, or that nothing fits.

    Args:
        hits: what is shown, best first.
        ranked: how many videos the library holds.
        judged: how many of them were looked at.
    """
    if not ranked:
        text = "The library is empty: index some videos first (twinseek index PATH)."
        return text, (ResultWarning(code="empty_library", text=text),)
    if not hits or hits[0].status == "dropped":
        among = "1 video that was" if judged == 1 else f"{judged} videos that were"
        sure = " for certain" if hits and hits[0].stands_out else ""
        text = f"Nothing fits the question{sure} among the {among} looked at, of {ranked}.{_closest(hits)}"
        return text, (ResultWarning(code="nothing_fits", text=text),)
    return _praise(hits), ()


def _closest(hits: Sequence[Hit]) -> str:
    """Return what comes nearest; where it stands out, what of it was verified."""
    if not hits or hits[0].score < NEAR:
        return ""
    best = hits[0]
    named = f"{called(best)} (score {best.score:.2f})"
    if not best.stands_out:
        return f" The closest is {named}."
    holds = "; ".join(_verified(best.trace))
    told = told_status(best.status, best.trace, stands_out=True).capitalize()
    return f" {told}: {named}{f': {holds}' if holds else ''}."


def with_doubts(text: str, warnings: Sequence[ResultWarning]) -> str:
    """Return an answer that says itself what makes it worth little: who chats sees no warnings."""
    nameless = any(warning.code == NO_LABELS for warning in warnings) and NAMELESS not in text
    return f"{text} {NAMELESS}" if nameless else text


def _praise(hits: Sequence[Hit]) -> str:
    best = hits[0]
    where = f" at {when(best.spans, SPANS_IN_ANSWER)}" if best.spans else ""
    return f"{called(best)}{where}{because(best)}.{_others(hits)}"


def called(hit: Hit) -> str:
    """Return what a reader knows a video by; see :func:`name_of`."""
    return one_line(name_of(hit.path, hit.video_id), NAME)


def name_of(path: str | None, video_id: str) -> str:
    """Return what a reader knows a video by: the name of its file, or its id where no file of it is known."""
    return PurePath(path).name if path else video_id


def when(spans: Sequence[Span], most: int) -> str:
    """Return the first spans in words, and how many more there are."""
    more = len(spans) - most
    told = ", ".join(map(clock, spans[:most]))
    return f"{told} and {more} more time{'s' * (more > 1)}" if more > 0 else told


def told_status(status: str, trace: Sequence[CheckedClaim], *, stands_out: bool = False) -> str:
    """Return a video's status as a reader is told it: ``verified`` only where all was, else how much of it was.

    Of what was dropped and stands out it is told that it is the closest, and how much of that was verified.
    """
    held = sum(line.check == "verified" for line in trace)
    in_part = f"{held} of {len(trace)} claims verified"
    if status == "dropped" and stands_out:
        if not held:
            return "closest, not verified"
        return "closest" if held == len(trace) else f"closest, only {in_part}"
    return status if status != "verified" or held == len(trace) else in_part


def because(hit: Hit) -> str:
    """Return the reasons that were checked, what speaks against them included."""
    holds = _verified(hit.trace)
    fails = [line.claim for line in hit.trace if line.check == "refuted"][:CLAIMS_IN_ANSWER]
    against = f"; but it is not so that {' or '.join(fails)}" if fails else ""
    if not holds and not fails:
        return " (judged by description alone; nothing could be recomputed)"
    return f"{': ' if holds else ''}{'; '.join(holds)}{against} ({_how_far_checked(hit.trace)})"


def _verified(trace: Sequence[CheckedClaim]) -> list[str]:
    """Return the first claims that were verified, as they are told in an answer."""
    return [line.claim for line in trace if line.check == "verified"][:CLAIMS_IN_ANSWER]


def _how_far_checked(trace: Sequence[CheckedClaim]) -> str:
    """Say how many claims could be recomputed: ``checked``, ``all 3 checked``, ``2 of 3 claims could be checked``."""
    checkable = sum(line.check != "unverifiable" for line in trace)
    if checkable < len(trace):
        return f"{checkable} of {len(trace)} claims could be checked"
    return {1: "checked", 2: "both checked"}.get(checkable, f"all {checkable} checked")


def _others(hits: Sequence[Hit]) -> str:
    """Say how many more fit, and of those with the same score as it is shown that they fit as well."""
    best = f"{hits[0].score:.2f}"
    equal = sum(f"{hit.score:.2f}" == best for hit in hits[1:])
    less = len(hits) - 1 - equal
    told = [f"{equal} more of those shown fit{'s' * (equal == 1)} equally well"] if equal else []
    told += [f"{less} {'' if equal else 'more of those shown '}fit{'s' * (less == 1)} less well"] if less else []
    return f" {', '.join(told)}." if told else ""


def clock(span: Span) -> str:
    """Return a span as minutes and seconds, ``0:02.0-0:04.5``."""
    return "-".join(map(clock_of, span))


def clock_of(moment: float) -> str:
    """Return seconds as minutes and seconds, ``0:02.0``."""
    return f"{int(moment // 60)}:{moment % 60:04.1f}"
