"""What a message means after others: a new question, or something about what was shown. Rules; no model.

A message is a follow-up only where one of a few forms explains every word of it; whatever else it says, it is a new
question. A library's questions are sentences about videos ("why does the dog run away?", "only one stays behind"), and
taking one for a follow-up would hide its answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agents import asides
from agents.corrections import corrected
from agents.follow_forms import ASKS, AT, FORMS, UNKNOWN, Kind
from agents.shown import MARKED, SEVERAL, UNCLEAR, Ranks, Shown, number_of, with_marks

THANKS = "thanks"
LONGEST = 300
"""Characters; nobody refers to what was shown with more, and reading stays fast."""
OF_ALL: tuple[Kind, ...] = ("refine", "drop", "more", "sort", "back", "recap")
"""Kinds that speak of the whole list where a message names no video of it."""

SINGULARS = {"are": "is", "were": "was", "do": "does", "have": "has"}
"""*Do they move* is asked of each: *does it move*."""

_MARK = re.compile(MARKED)
_UNKNOWN = re.compile(UNKNOWN, re.I)
_POLITE = re.compile(
    rf"^(?:(?:and(?! {AT}\b)|but|so|ok|okay|now|then|please|well|hm+|yes|no|thanks|thank you|great|good|sorry|i mean|"
    r"i meant|i said),? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|please |i(?:'d| would) like (?:you )?to (?:see|know) |let me see )?"
    r"(?:(?:explain|tell)(?: to)? me (?=why|where|when|what|how))?",
    re.I,
)
_THANKED = re.compile(r",? (?:please|thanks|thank you|now|then|instead)$", re.I)
_LED = re.compile(rf"(?:in |about |for |of )?(?P<a>{SEVERAL})\s*(?:[:;,]| -+)\s*(?P<text>.+)", re.I)
_ASKED = re.compile(rf"{ASKS}\b", re.I)


@dataclass(frozen=True)
class FollowUp:
    """What a message asks for.

    Args:
        kind: a new question, or about what was shown: *refine* keeps those of them where a condition holds or that are
            named, *drop* leaves these out, *why* compares two, explains one or says why one is not there, *where* shows
            when and where, *about* answers a question about one, *alike* looks for others like one, *more* shows the
            next of the list, *sort* shows it in another order, *back* shows an earlier one again, *recap* says what was
            asked, and an *aside* looks for nothing: a greeting, thanks, a call for help.
        positions: ranks of the videos meant, whether or not there are such; of two of *why* the first is said to be
            better. None: all of them, or a question.
        text: what is left: the question, the condition, what to look for (*where*), what is asked (*about*; nothing:
            as before), how it should differ (*alike*), how many (*more*; nothing: as many as a list holds), by what
            (*sort*), which (*back*: :data:`agents.follow_forms.ORIGINAL`, PREVIOUS, what was asked, or nothing: the
            last one; of *recap* only the first of these), :data:`THANKS` (*aside*), or the id of a video that is not
            among those shown (*why*).
        same: the question before is asked of other videos, and be it that of the list: *and in the third?*
    """

    kind: Kind
    positions: tuple[int, ...] = ()
    text: str = ""
    same: bool = False


def nobody(name: str) -> str:
    """Return the id of no video: what reads names where there is no library."""
    return ""


def read_follow_up(
    message: str,
    shown: Sequence[Shown],
    focus: Sequence[int] = (),
    named: Callable[[str], str] = nobody,
    asked: str = "",
) -> FollowUp:
    """Read a message after something was shown. In doubt it is a new question.

    Args:
        message: in plain English.
        shown: what the last list held, best first; empty where there was none.
        focus: ranks of what was spoken of last: the first is what *it* stands for; by default that of the list.
        named: returns the id of the video of the library that a text names in full; empty where it names none.
        asked: the question of the last list, which a message may correct; empty where there was none.
    """
    question = FollowUp("question", text=message.strip())
    if len(message) > LONGEST:
        return question
    if is_aside(message):
        return FollowUp("aside", text=THANKS if asides.is_thanks(_plain(message, quotes=True)) else "")
    text, names = with_marks(_THANKED.sub("", _POLITE.sub("", _plain(message))), shown)
    ranks = Ranks([video.rank for video in shown], focus)
    found = _by_form(text, ranks, named if shown else nobody) or _led(text, ranks)
    if found is None and (instead := corrected(_plain(message), asked)):
        return FollowUp("question", text=instead)
    if found is None or (not shown and found.kind in ("refine", "drop")):
        return question
    return replace(found, text=_MARK.sub(lambda mark: names[mark[0]], found.text))


def _by_form(text: str, ranks: Ranks, named: Callable[[str], str] = nobody) -> FollowUp | None:
    """Return what the first form says that explains a message."""
    for kind, forms in FORMS.items():
        for form, said in forms:
            found = form.fullmatch(text)
            if found is None:
                continue
            told = found.groupdict()
            if outside := told.get("outside"):
                if video_id := named(outside.strip(" '\"")):
                    return FollowUp(kind, text=video_id)
                if ranks.shown and _UNKNOWN.fullmatch(outside):
                    return FollowUp(kind, (UNCLEAR,))
                continue
            if told.get("focused") and not ranks.focus:
                return None
            of = f"{SINGULARS.get(told['of'].lower(), told['of'])} it" if told.get("of") else None
            said_of = (told.get("text"), of, told.get("focused"), told.get("rest"))
            rest = " ".join(filter(None, said_of)).strip(" ,;:")
            if kind == "more":
                rest = str(number_of(rest.lower()) or "")
            positions = _positions(kind, told, ranks)
            if kind in ("refine", "drop") and not rest and not positions:
                return None
            return FollowUp(kind, positions, rest or said, same=bool(told.get("same")))
    return None


def _led(text: str, ranks: Ranks) -> FollowUp | None:
    """Read ``the second one: what colour is it?``: what follows is said of the video that leads."""
    found = _LED.fullmatch(text)
    if found is None:
        return None
    meant = tuple(dict.fromkeys(ranks.of(found["a"])))
    said = _by_form(found["text"], Ranks(ranks.shown, meant))
    if said is not None and said.kind in ("about", "where", "why"):
        return said
    return FollowUp("about", meant, found["text"]) if said is None and _ASKED.match(found["text"]) else None


def is_aside(message: str) -> bool:
    """Return whether a message looks for nothing; see :func:`agents.asides.is_aside`."""
    return len(message) <= LONGEST and asides.is_aside(_plain(message, quotes=True))


def _plain(message: str, *, quotes: bool = False) -> str:
    """Return a message in one line with plain apostrophes, without the marks at its end."""
    line = " ".join(message.replace("’", "'").split())
    return line.strip(" ?!.…" if quotes else ' ?!.…"')


def _positions(kind: Kind, told: dict[str, str | None], ranks: Ranks) -> tuple[int, ...]:
    """Return the ranks that a message's references stand for."""
    better, worse = ranks.of(told.get("a")), [*ranks.of(told.get("b")), *ranks.of(told.get("notfirst"))]
    if told.get("notfirst"):
        better = list(ranks.shown[:1]) or [1]
    if told.get("pair"):
        better = list(ranks.shown[:2])
    found = tuple(dict.fromkeys(better + worse))
    return found if found or kind in OF_ALL else (ranks.it,)
