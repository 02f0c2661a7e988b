"""What a message means after others: a new question, or something about what was shown. Rules; no model.

A message is a follow-up only where one of a few forms explains every word of it; whatever else it says, it is a new
question. A library's questions are sentences about videos ("why does the dog run away?", "only one stays behind"), and
taking one for a follow-up would hide its answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["question", "refine", "why", "where", "alike", "aside"]

LONGEST = 300
"""Characters; nobody refers to what was shown with more, and reading stays fast."""
SHORT = 4
"""Words that may follow a bare ``only at …``; a longer one is a sentence of its own."""
SHORTEST_NAME = 3

_UP_TO_TWENTY = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = tuple(_UP_TO_TWENTY.split())
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True)
class Shown:
    """A video that was shown before, and how it may be called: its id, its file's name."""

    rank: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class FollowUp:
    """What a message asks for.

    Args:
        kind: a new question, or about what was shown: *refine* keeps those of them where a condition holds, *why*
            compares two or explains one, *where* shows when and where, *alike* looks for others like one, and an
            *aside* looks for nothing: a greeting, thanks, a call for help.
        positions: ranks of the videos meant, whether or not there are such; of two of *why* the first is said to be
            better. None: all of them (*refine*), or a question.
        text: what is left: the question, the condition, what to look for (*where*), or how it should differ (*alike*).
    """

    kind: Kind
    positions: tuple[int, ...] = ()
    text: str = ""


def read_follow_up(message: str, shown: Sequence[Shown], focus: int | None = None) -> FollowUp:
    """Read a message after something was shown. In doubt it is a new question.

    Args:
        message: in plain English.
        shown: what the last list held, best first; empty where there was none.
        focus: rank of what was spoken of last, which *it* stands for; by default the first.
    """
    question = FollowUp("question", text=message.strip())
    if len(message) > LONGEST:
        return question
    if is_aside(message):
        return FollowUp("aside")
    text, names = _with_marks(_POLITE.sub("", _plain(message)), shown)
    for kind, forms in FORMS.items():
        for form in forms:
            found = form.fullmatch(text)
            if found is None:
                continue
            told = found.groupdict()
            rest = _MARK.sub(lambda mark: names[mark[0]], (told.get("text") or "").strip(" ,;:"))
            if kind == "refine" and (not shown or not rest):
                return question
            return FollowUp(kind, _positions(kind, told, shown, focus), rest)
    return question


def is_aside(message: str) -> bool:
    """Return whether a message looks for nothing: each of its sentences greets, thanks or asks for help.

    What stands in quotes is looked for in the picture.
    """
    if any(mark in message for mark in '"“”'):
        return False
    said = [part for part in _PAUSE.split(_plain(message)) if part]
    return bool(said) and len(message) <= LONGEST and all(_ASIDE.fullmatch(part) for part in said)


def _plain(message: str) -> str:
    """Return a message in one line with plain quotes, without the marks at its end."""
    line = " ".join(message.replace("’", "'").split())
    return line.strip(' ?!.…"')


def _with_marks(text: str, shown: Sequence[Shown]) -> tuple[str, dict[str, str]]:
    """Put a mark ``⟦rank⟧`` for every name of a shown video; return the text, and what stood for each mark.

    A name may look like a word of the message: where the mark comes to stand in free text, the word is put back.
    """
    ranks = {name.casefold(): video.rank for video in reversed(shown) for name in video.names if _is_name(name)}
    if not ranks:
        return text, {}
    named = re.compile(
        rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(ranks, key=len, reverse=True)))})(?![\w-])", re.I
    )
    stood: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        made = f"⟦{ranks[found[0].casefold()]}⟧"
        stood.setdefault(made, found[0])
        return made

    return named.sub(mark, text), stood


def _is_name(name: str) -> bool:
    return len(name) >= SHORTEST_NAME and not name.isdigit()


def _positions(kind: Kind, told: dict[str, str | None], shown: Sequence[Shown], focus: int | None) -> tuple[int, ...]:
    """Return the ranks that a message's references stand for."""
    ranks = [video.rank for video in shown]
    it = focus if focus in ranks or not ranks else ranks[0]
    better = [rank for name in ("best", "a") for rank in _ranks(told.get(name), ranks, it or 1)]
    worse = [rank for name in ("b", "notfirst") for rank in _ranks(told.get(name), ranks, it or 1)]
    if told.get("notfirst"):
        better = ranks[:1] or [1]
    found = tuple(dict.fromkeys(better + worse))
    return found if found or kind == "refine" else (it or 1,)


def _ranks(reference: str | None, ranks: Sequence[int], it: int) -> list[int]:
    """Return the ranks that ``the first two and #5`` names."""
    return [] if reference is None else [n for part in _ONE.findall(reference) for n in _rank(part.lower(), ranks, it)]


def _rank(part: str, ranks: Sequence[int], it: int) -> list[int]:
    """Return the ranks that a single reference names."""
    words = re.sub(rf"\b(?:the|{_NOUN}|number|rank)\b|[#.]", " ", part).split()
    digits = re.search(r"\d+", part)
    last = ranks[-1] if ranks else 1
    if words and words[-1] in _ALL:
        return list(ranks)
    if len(words) == 2 and (size := _number(words[1])):
        return list(ranks[-size:]) if words[0] == "last" else list(range(1, size + 1))
    if any(word in part for word in ("second to last", "second last", "next to last", "penultimate")):
        return [ranks[-2] if len(ranks) > 1 else last]
    if digits:
        return [int(digits[0])]
    if words and words[0] in ORDINALS:
        return [ORDINALS.index(words[0]) + 1]
    if words and words[0] in NUMBERS:
        return [NUMBERS.index(words[0]) + 1]
    if words and words[0] == "last":
        return [last]
    return [ranks[0] if ranks else 1] if words and words[0] in ("best", "top", "winner") else [it]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS.index(word) + 1 if word in NUMBERS else 0


# References: "2", "#3", "the second one", "video 4", "the first two", "the last", "it", "those", a marked name.
_NOUN = r"(?:ones?|videos?|clips?|results?|hits?|match(?:es)?|answers?|candidates?)"
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(NUMBERS)})"
_ORDINAL = rf"(?:{'|'.join(ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th))"
_LAST = r"(?:(?:second|next)(?: to |-to-)last|second last|penultimate|last|best|top|winner)"
_ALL = ("them", "those", "these", "all", "both", "they")
_PLURAL = rf"(?:(?:all|both)(?: of (?:them|those|these))?|them|(?:those|these)(?: {_NOUN})?)"
_EXPLICIT = (
    rf"(?:⟦\d+⟧|the (?:first|last|top|best) {_COUNT}(?: {_NOUN})?|"
    rf"(?:the )?(?:{_NOUN}|number|no\.?|rank) ?#?(?:number )?{_COUNT}|#?\d{{1,3}}(?:st|nd|rd|th)?(?: {_NOUN})?|"
    rf"(?:the )?(?:{_LAST}|{_ORDINAL})(?: {_NOUN})?)"
)
_SINGULAR = rf"(?:it|(?:this|that)(?: {_NOUN})?|the same(?: {_NOUN})?)"
_REFERENCE = rf"(?:{_EXPLICIT}|{_PLURAL}|{_SINGULAR})(?![\w-])"
_SEVERAL = rf"{_REFERENCE}(?:(?:,? and |,? or |, ){_REFERENCE})*"
_NAMED = rf"{_EXPLICIT}(?![\w-])"
_ONE = re.compile(_REFERENCE, re.I)
_MARK = re.compile(r"⟦\d+⟧")
_POLITE = re.compile(
    r"^(?:(?:and|but|so|ok|okay|now|then|please|well|hm+|yes|no|thanks|thank you|great|good),? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|please |i(?:'d| would) like (?:you )?to (?:see|know) |let me see )?"
    r"(?:(?:explain|tell)(?: to)? me (?=why|where|when|what|how))?",
    re.I,
)

_GREETING = r"(?:hi|hello|hey|good (?:morning|day|afternoon|evening))(?: there| again| twinseek)?"
_THANKS = (
    r"(?:(?:many )?thanks?(?: you)?(?: (?:a lot|very much|so much))?|cheers|great|good|ok|okay|nice|perfect|i see)"
)
_HELP = (
    r"(?:(?:please )?help(?: me)?(?: please)?|(?:what|who) are you|how are you|"
    r"what can (?:you do|i (?:ask|say|do)(?: you)?)(?: here)?|what do you do|"
    r"how (?:does (?:this|it) work|do i (?:use (?:this|it|you)|ask)|can i (?:use (?:this|it|you)|ask)))"
)
_ASIDE = re.compile(rf"{_GREETING}|{_THANKS}|{_HELP}", re.I)
_PAUSE = re.compile(r"\s*[,;.!?]+\s*|\s+-+\s+")

# What introduces a condition, and what is left of it as a sentence.
_THE_ONES = rf"(?:(?:the|those|these)(?: {_NOUN})?|{_NOUN})"
_SUCH = r"(?:where|in which|that|which|who|(?=with\b|without\b|whose\b|at\b|in\b|on\b|from\b|by\b|during\b))"
_KEEP = r"(?:(?:show|give|list|keep)(?: me)? |i (?:only )?(?:want|mean) )?"
_SPOT = r"(?:the )?(?:spots?|places?|moments?|frames?|masks?|box(?:es)?|spans?|times?|objects?|instances?|evidence)"
_HAPPENS = (
    r"(?: (?:(?:is|was) (?:it|that|this)|(?:does |did )?(?:it|that|this)(?: happens?| occurs?| takes? place| is)?))"
)
_ABOVE = (
    r"(?:(?:ranked |ranking |placed |listed |shown |put )?(?:above|over|before|ahead of|higher than|in front of)|"
    r"better than|preferred (?:to|over)|rather than|instead of|beat(?:s|ing)?)"
)
_BELOW = (
    r"(?:(?:ranked |ranking |placed |listed |shown |put )?(?:below|under|beneath|after|behind|lower than)|worse than)"
)
_PLACED = (
    r"(?:ranked |placed |listed |shown )?"
    r"(?:so (?:high|low|far (?:up|down))|first|last|on top|at the (?:top|bottom|end)|"
    r"the (?:best|top|winner|first|last)(?: one)?|here|there|in the list|included|listed|shown|dropped|a match|"
    r"the answer)"
)
_HIGHER = r"(?:ranked |placed |listed |shown )?(?:first|higher|better|on top|at the top|the (?:best|top|winner|first))"
_IS = r"(?:is|are|was|were|does|do|did|should|would)"
_EDIT = (
    r"(?:(?:\s*[,;:]\s*(?:(?:but|only|just|except|and)\b\s*)?|\s+(?:but|only|just|except)\s+|"
    r"\s+(?=(?:with|without|at|in|on|during|where|under|near)\b))(?P<text>\S.*))?"
)
_LIKE = r"(?:like|similar to|resembling|as in|in the style of)"


def _compiled(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.I) for form in forms)


FORMS: dict[Kind, tuple[re.Pattern[str], ...]] = {
    "why": _compiled(
        rf"why (?:{_IS} )?(?P<a>{_SEVERAL}) (?:(?:is|was) )?{_ABOVE} (?P<b>{_SEVERAL})",
        rf"why (?:{_IS} )?(?P<b>{_SEVERAL}) (?:(?:is|was) )?{_BELOW} (?P<a>{_SEVERAL})",
        rf"why (?:{_IS} )?(?P<a>{_SEVERAL})(?: and|,)? not (?P<b>{_SEVERAL})",
        rf"(?:how is|what makes) (?P<a>{_SEVERAL}) {_ABOVE} (?P<b>{_SEVERAL})",
        rf"compare (?P<a>{_SEVERAL})(?: (?:and|with|to) (?P<b>{_SEVERAL}))?",
        rf"what(?:'s| is) the difference between (?P<a>{_SEVERAL})",
        rf"why (?:is|was)(?:n't| not) (?P<notfirst>{_SEVERAL}) {_HIGHER}",
        rf"why (?:is|was) (?P<notfirst>{_SEVERAL}) not {_HIGHER}",
        rf"why not (?P<notfirst>{_SEVERAL})(?: {_HIGHER})?",
        rf"why (?:{_IS}(?:n't)? )?(?P<a>{_SEVERAL})(?: not)? {_PLACED}",
        rf"(?:why|explain)(?: (?:did you (?:choose|pick|show|rank) )?(?P<a>{_SEVERAL}))?",
        r"(?:why this|explain the|explain this) (?:order|ranking)",
        rf"what (?:speaks|is there|evidence is there|do you have) (?:for|against) (?P<a>{_SEVERAL})",
        rf"(?:what(?:'s| is) the evidence|how do you know)(?: (?:for|of|in|about) (?P<a>{_SEVERAL}))?",
    ),
    "where": _compiled(
        rf"(?:show me |tell me |and )?(?:where|when)(?: exactly| precisely)?{_HAPPENS}?"
        rf"(?: (?:in|of|for) (?P<a>{_SEVERAL}))?{_HAPPENS}?",
        rf"(?:show me|show|open|point to|zoom in on) (?:{_SPOT} (?:of|in|for) )?(?P<a>{_SEVERAL})",
        rf"(?:show me|show|point to) {_SPOT}",
        rf"(?:at what time|at which (?:time|moment)|(?:which|what) (?:frames?|objects?|moments?)){_HAPPENS}?"
        rf"(?: (?:in|of|for) (?P<a>{_SEVERAL}))?",
        rf"(?:show me )?(?:where|when) (?:(?:is|are|was|were|does|do|did) )?(?P<text>.+) (?:in|of) (?P<a>{_NAMED})",
    ),
    "refine": _compiled(
        rf"{_KEEP}(?:only|just) {_THE_ONES} {_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) (?:those|these|the ones) (?P<text>.+)",
        rf"keep {_THE_ONES} {_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) (?P<a>{_NAMED}),? (?:if |when )?{_SUCH} ?(?P<text>.+)",
        rf"{_KEEP}(?:only|just) the (?P<text>(?:[\w-]+ ){{1,3}})ones",
        rf"(?:which|what)(?: ones?)? of (?P<a>{_SEVERAL}) (?P<text>.+)",
        rf"(?:of|among|out of|from) (?P<a>{_SEVERAL}),? (?:only |just )?(?:which(?: ones?)? |{_THE_ONES} )?{_SUCH} ?"
        rf"(?P<text>.+)",
        r"(?:only|just)(?: (?:if|when|where|in which))? (?P<text>"
        rf"(?:where|with|without|at|in|on|by|during|outdoors|indoors|outside|inside)(?: [\w'-]+){{0,{SHORT}}})",
        r"(?:only|just) (?:if|where|in which) (?P<text>.+)",
        rf"(?:narrow|filter|limit|restrict) (?P<a>{_SEVERAL}) (?:down )?(?:to|by|for) (?:{_THE_ONES} (?:{_SUCH} ?)?)?"
        r"(?P<text>.+)",
    ),
    "alike": _compiled(
        rf"{_KEEP}(?:find(?: me)? )?(?:is there |are there |do you have )?"
        r"(?:some |any |a few )?"
        r"(?:more|another|others?|something|anything|videos?|clips?)(?: one| ones| videos?| clips?)? "
        rf"(?:that (?:is|are|looks?) )?(?:just )?{_LIKE} (?P<a>{_REFERENCE}){_EDIT}",
        rf"(?:like|similar to|as in|the same as) (?P<a>{_REFERENCE}){_EDIT}",
        rf"more (?:of )?(?P<a>{_SINGULAR}|⟦\d+⟧){_EDIT}",
        rf"(?P<a>{_REFERENCE})(?: again)?,? but (?:only )?(?P<text>.+)",
    ),
}
