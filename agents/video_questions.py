"""What a question about one shown video asks for. Rules; no model."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from agents.lexicon import lexicon
from agents.moments import Moment, split_moment

Asked = Literal["telling", "part", "things", "length", "looks", "number", "doing", "whether", "other"]

TIMED: tuple[Asked, ...] = ("telling", "doing")
"""What a twin can tell of a single moment."""

_BE = r"(?:is|are|was|were|'s|'re)"
_THERE = r"(?: (?:are|is|there|visible|shown|seen|in it|in there|can (?:you see|be seen)|do you see|does it have))*"
_NAME = r"(?!(?:to|that|who|which|in|on|of)\b)[\w-]+"
_IT = {"it", "this", "that", "them", "they", "these", "those", "there", "the", "all", "of"}
_ANYTHING = {"thing", "things", "object", "objects", "something"}
_LOOKS = {"color": "colour", "colors": "colour", "colours": "colour", "pattern": "texture", "surface": "texture"}
_READ: tuple[tuple[Asked, str], ...] = (
    ("telling", r"|describe.*|summar.*|details?|tell me.*|more|what about it"),
    (
        "telling",
        rf"what(?: else)? ?(?:happens|{_BE} (?:happening|going on|it|this|that|it about|shown|to be seen)|goes on|"
        r"do you (?:see|know)|can (?:you see|be seen|i see)|does it show)(?: there| in it| about it)?",
    ),
    (
        "part",
        r"(?:how (?:does|did) it|what happens(?: (?:at|in|towards?) (?:the|its))?) "
        r"(?P<look>end|finish|last|start|begin|beginning|first)",
    ),
    (
        "things",
        rf"(?:what|who|which|what (?:kinds? of )?(?:things?|objects?)|which (?:things?|objects?)) ?"
        rf"(?:{_BE}|{_BE} (?:in (?:it|there|the picture|the video)|there)|in (?:it|there)|(?:things?|objects?).*|"
        r"do you see|can (?:you see|be seen))",
    ),
    (
        "length",
        r"how (?:long|many seconds|many minutes)(?: (?:is|does|was) (?:it|this|that)(?: last| take| run)?)?"
        r"|(?:what(?:'s| is) (?:the|its) )?(?:length|duration)(?: of it)?",
    ),
    (
        "looks",
        r"(?:what|which) (?P<look>colou?rs?|shape|size|texture|pattern|surface|material)"
        rf"(?: {_BE}| has| have| does| do)?(?P<phrase>.*?)(?: have| of it)?",
    ),
    ("looks", rf"how (?P<look>big|large|small|tall) {_BE} (?P<phrase>.+)"),
    ("looks", r"(?:what|how) (?:does|do|did|is|are) (?P<phrase>.+) (?:look(?: like)?|wear|wearing)"),
    ("looks", rf"(?:what|who)(?:'s| is| are| was| were) (?P<phrase>(?:the|that|this)(?: {_NAME}){{1,3}})"),
    ("number", rf"how many (?P<phrase>.+?){_THERE}"),
    ("doing", r"what (?:does|do|did|is|are|was|were) (?P<phrase>.+?) (?:do|doing|up to)(?: there| in it)?"),
    ("doing", r"what happens (?:to|with) (?P<phrase>.+)"),
    (
        "whether",
        r"(?P<verb>is|are|was|were|does|do|did|has|have|had|can|could|will)(?:n't| not)? (?P<phrase>.+)",
    ),
)
_FORMS = tuple((asked, re.compile(form, re.I)) for asked, form in _READ)
_SUBJECT = re.compile(r"(?P<subject>(?:the|a|an|this|that|its|their|any|one|all(?: of)?) .+) (?P<look>[\w-]+)", re.I)


@dataclass(frozen=True)
class VideoQuestion:
    """What is asked of a video.

    Args:
        asked: *telling* what happens, the *part* of it at its start or end, the *things* in it, its *length*, the
            *looks* of a thing, the *number* of them, what one is *doing*, *whether* something is so, or what no form
            explains.
        phrase: the thing that it is about, empty for all; or the statement that is to be checked.
        look: the kind of look that it is about, empty for all of them, or where it is about none; of a part ``start``
            or ``end``.
        moment: the time that it is about; none where it names none, or is to be checked as it stands.
    """

    asked: Asked
    phrase: str = ""
    look: str = ""
    moment: Moment | None = None


def read_video_question(text: str) -> VideoQuestion:
    """Read a question about a video that is known already."""
    plain = " ".join(text.split()).strip(" ?!.")
    rest, moment = split_moment(plain)
    found = _read(plain)
    if moment is None or found.asked == "whether":
        return found
    of_then = _read(rest)
    return replace(of_then, moment=moment) if of_then.asked in TIMED else found


def _read(plain: str) -> VideoQuestion:
    for asked, form in _FORMS:
        found = form.fullmatch(plain)
        if found is None:
            continue
        told = found.groupdict()
        phrase = (told.get("phrase") or "").strip()
        if asked == "whether":
            return VideoQuestion(asked, *_statement(told["verb"], phrase))
        look = (told.get("look") or "").lower()
        if asked == "part":
            return VideoQuestion(asked, look="end" if look in ("end", "finish", "last") else "start")
        look = "size" if look in ("big", "large", "small", "tall") else _LOOKS.get(look, look)
        return VideoQuestion(asked, "" if _all_of(phrase) else phrase, look)
    return VideoQuestion("other", plain)


def _all_of(phrase: str) -> bool:
    return set(phrase.lower().split()) <= _IT | _ANYTHING


def _statement(verb: str, rest: str) -> tuple[str, str]:
    """Return a question of yes or no as it can be looked for, ``the star is pink``, and the kind of look in it."""
    first, _, left = rest.partition(" ")
    look, _ = lexicon().looks.get(rest.split()[-1].lower(), ("", ""))
    being = verb.lower() in ("is", "are", "was", "were")
    if being and first.lower() in ("it", "this", "that") and left:
        return (f"something is {left}", look) if look else (left, "")
    if being and first.lower() == "there":
        return f"{verb} {rest}", look
    found = _SUBJECT.fullmatch(rest) if being and look else None
    return (f"{found['subject']} {verb.lower()} {found['look']}", look) if found else (f"{verb} {rest}", "")
